import type { ReactNode } from 'react';
import { HelpLines } from '../Help';
import { TakeAway } from '../takeaway/TakeAway';
import type { Thing } from '../takeaway/things';
import { useTourStop } from '../tour/tour';

interface ViewProps {
  title: string;
  area: 'centers' | 'separation' | 'images' | 'losses' | 'accuracy' | 'quality';
  help: readonly string[];
  /** Beside the title. */
  tools?: ReactNode;
  /** What can be saved as a file. */
  things?: () => readonly Thing[];
  children: ReactNode;
}

/** One region of the page: a titled card. */
export function View({ title, area, help, tools, things, children }: ViewProps) {
  const stop = useTourStop<HTMLElement>(area);
  return (
    <section ref={stop} className="view" style={{ gridArea: area }} aria-label={title}>
      <header className="view-head">
        <h2>{title}</h2>
        <HelpLines label={title} lines={help} />
        {things && <TakeAway view={title} things={things} />}
        <div className="view-tools">{tools}</div>
      </header>
      {children}
    </section>
  );
}

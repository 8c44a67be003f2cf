import type { ReactNode } from 'react';
import { HelpLines } from '../Help';

interface ViewProps {
  title: string;
  area: string;
  help: readonly string[];
  /** Beside the title. */
  tools?: ReactNode;
  children: ReactNode;
}

/** One region of the page: a titled card. */
export function View({ title, area, help, tools, children }: ViewProps) {
  return (
    <section className="view" style={{ gridArea: area }} aria-label={title}>
      <header className="view-head">
        <h2>{title}</h2>
        <HelpLines label={title} lines={help} />
        <div className="view-tools">{tools}</div>
      </header>
      {children}
    </section>
  );
}

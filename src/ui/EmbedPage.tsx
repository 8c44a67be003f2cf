import { useState } from 'react';
import type { EmbedPart } from '../state/embed';
import { ControlColumn } from './controls/ControlColumn';
import { Guard } from './Guard';
import { OpenIcon } from './icons';
import { useWords } from './language';
import { Notices } from './Notices';
import { RecordedBanner } from './RecordedBanner';
import { usePlayground } from './playground';
import { useLink } from './share/useLink';
import { TourProvider } from './tour/TourProvider';
import { Transport } from './Transport';
import { AccuracyView } from './views/AccuracyView';
import { CentersView } from './views/CentersView';
import { ImagesView } from './views/ImagesView';
import { LossesView } from './views/LossesView';
import { QualityView } from './views/QualityView';
import { SeparationView } from './views/SeparationView';
import './embed.css';

const VIEWS = [
  ['centers', CentersView],
  ['images', ImagesView],
  ['losses', LossesView],
  ['separation', SeparationView],
  ['accuracy', AccuracyView],
  ['quality', QualityView],
] as const;

const NOTHING: readonly EmbedPart[] = [];

/** The page inside another page: only the parts that whoever embedded it wants, and the way to the whole. */
export function EmbedPage() {
  const words = useWords().share.embedded;
  const [open, setOpen] = useState(false);
  const hidden = usePlayground((state) => state.embed?.hidden) ?? NOTHING;
  const past = usePlayground((state) => state.viewing !== null);
  const recorded = usePlayground((state) => state.recorded !== null);
  const url = useLink(null);
  const views = VIEWS.filter(([part]) => !hidden.includes(part));
  const controls = !hidden.includes('controls');
  const transport = !hidden.includes('transport');
  const nothing = views.length === 0 && !transport && !controls;
  return (
    <TourProvider>
      <div className="stage embedded" data-views={views.length}>
        {(transport || controls || !hidden.includes('timeline')) && (
          <Transport
            settingsOpen={open}
            onToggleSettings={controls ? () => setOpen(!open) : undefined}
            run={transport}
            timeline={!hidden.includes('timeline')}
          />
        )}
        <Notices />
        <RecordedBanner />
        <main
          className="work"
          data-controls={open && controls}
          data-past={past}
          data-recorded={recorded}
          aria-label={words.region}
        >
          {open && controls && <ControlColumn id="controls" />}
          {views.map(([part, View]) => (
            <Guard key={part} area={part}>
              <View />
            </Guard>
          ))}
          {nothing && <p className="view-empty">{words.nothing}</p>}
        </main>
        <a className="embedded-full" href={url} target="_blank" rel="noopener">
          {words.full} <OpenIcon />
        </a>
      </div>
    </TourProvider>
  );
}

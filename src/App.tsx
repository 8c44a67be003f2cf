import { useState } from 'react';
import { Article } from './ui/Article';
import { CompareBar } from './ui/compare/CompareBar';
import { ComparePanel } from './ui/compare/ComparePanel';
import { ControlColumn } from './ui/controls/ControlColumn';
import { Guard } from './ui/Guard';
import { Header } from './ui/Header';
import { LessonBar } from './ui/lessons/LessonBar';
import { Notices } from './ui/Notices';
import { usePlayground } from './ui/playground';
import { RecordedBanner } from './ui/RecordedBanner';
import { TourProvider } from './ui/tour/TourProvider';
import { Transport } from './ui/Transport';
import { AccuracyView } from './ui/views/AccuracyView';
import { CentersView } from './ui/views/CentersView';
import { ImagesView } from './ui/views/ImagesView';
import { LossesView } from './ui/views/LossesView';
import { QualityView } from './ui/views/QualityView';
import { SeparationView } from './ui/views/SeparationView';
import { WorkbenchPanel } from './ui/workbench/WorkbenchPanel';

const WIDE = '(min-width: 1100px)';

const VIEWS = [
  ['centers', CentersView],
  ['separation', SeparationView],
  ['images', ImagesView],
  ['losses', LossesView],
  ['accuracy', AccuracyView],
] as const;

/** The page: one screen with the method at work, and below it the explanation. */
export function App() {
  const [open, setOpen] = useState(() => window.matchMedia(WIDE).matches);
  const past = usePlayground((state) => state.viewing !== null);
  const recorded = usePlayground((state) => state.recorded !== null);
  return (
    <TourProvider>
      <div className="stage" id="run">
        <Header />
        <Transport settingsOpen={open} onToggleSettings={() => setOpen(!open)} />
        <Notices />
        <RecordedBanner />
        <LessonBar />
        <CompareBar />
        <main className="work" data-controls={open} data-past={past} data-recorded={recorded}>
          {open && <ControlColumn id="controls" />}
          {VIEWS.map(([area, View]) => (
            <Guard key={area} area={area}>
              <View />
            </Guard>
          ))}
        </main>
      </div>
      <div className="below" data-past={past} data-recorded={recorded}>
        <Guard>
          <QualityView />
        </Guard>
      </div>
      <Guard>
        <WorkbenchPanel />
      </Guard>
      <Guard>
        <ComparePanel />
      </Guard>
      <Guard>
        <Article />
      </Guard>
    </TourProvider>
  );
}

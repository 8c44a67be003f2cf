import { Button } from '@mantine/core';
import { canPin } from '../../state/compare/keptRun';
import { useWords } from '../language';
import { usePlayground } from '../playground';
import { useComparison, useComparisonActions } from './comparison';
import { ResultsTable } from './ResultsTable';
import { SeedPanel } from './SeedPanel';
import { runName } from './sentences';
import { useDifference } from './useDifference';

function PinnedRun() {
  const words = useWords();
  const pinned = useComparison((state) => state.pinned);
  const possible = usePlayground(canPin);
  const { pin, unpin } = useComparisonActions();
  const difference = useDifference();
  const name = pinned && runName(words, pinned.settings);
  return (
    <div className="compare-card">
      <h3>{words.compare.pinnedTitle}</h3>
      {pinned && name ? (
        <>
          <p>
            <b>{pinned.finished ? name : words.compare.unfinished(name)}</b>
          </p>
          <p>{difference?.sentence ?? words.compare.isPinned}</p>
          {difference && difference.reservations.length > 0 && (
            <>
              <h4>{words.compare.notComparable}</h4>
              <ul>
                {difference.reservations.map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
            </>
          )}
        </>
      ) : (
        <p>{words.compare.nothingPinned}</p>
      )}
      <div className="compare-actions">
        <Button
          size="compact-sm"
          variant={pinned ? 'default' : 'filled'}
          disabled={!possible}
          title={possible ? words.compare.pinHint : words.compare.pinWait}
          onClick={pin}
        >
          {words.compare.pin}
        </Button>
        {pinned && (
          <Button size="compact-sm" variant="default" onClick={unpin}>
            {words.compare.unpin}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Below the fold: the pinned run, repetitions over seeds, and the results of this visit. */
export function ComparePanel() {
  const words = useWords().compare;
  return (
    <section className="compare" id="compare" aria-labelledby="compare-title">
      <h2 id="compare-title">{words.title}</h2>
      <p className="lead">{words.lead}</p>
      <div className="compare-cards">
        <PinnedRun />
        <SeedPanel />
      </div>
      <ResultsTable />
    </section>
  );
}

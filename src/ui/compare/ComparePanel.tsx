import { Button } from '@mantine/core';
import { Fragment, useMemo } from 'react';
import type { AccuracyRow } from '../../engine/runReport';
import type { KeptRun } from '../../state/compare/keptRun';
import { canPin, networkKey } from '../../state/compare/keptRun';
import { sameTestImages, testImagesOf } from '../../state/compare/measured';
import { runPairs } from '../../state/compare/pairs';
import type { PlaygroundState } from '../../state/playgroundState';
import { shownMoment } from '../../state/playgroundState';
import { leadingArm } from '../../state/runRecord';
import { KeptLine } from '../kept/KeptLine';
import { useWords } from '../language';
import { usePlayground, useThrottledPlayground } from '../playground';
import { useComparison, useComparisonActions, usePinned } from './comparison';
import { PairedDifference } from './PairedDifference';
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
  const beside = usePinned();
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
          {beside && <ByRow pinned={beside} />}
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

const NO_ROWS: readonly AccuracyRow[] = [];
const accuracyOf = (state: PlaygroundState) => shownMoment(state)?.accuracy ?? NO_ROWS;

/** The run on the page beside the pinned one, row by row. */
function ByRow({ pinned }: { pinned: KeptRun }) {
  const words = useWords();
  const rows = useThrottledPlayground(accuracyOf);
  const overview = usePlayground((state) => state.overview);
  const { ofPinned } = words.compare;
  const { names } = words.arms;
  const tests = useMemo(
    () => overview && { now: testImagesOf(overview), pinned: testImagesOf(pinned.overview) },
    [overview, pinned],
  );
  if (!overview || !tests) return null;
  const theirs = pinned.moment.accuracy;
  const done = (of: readonly AccuracyRow[]) => of.filter(({ state }) => state === 'done').map(({ id }) => id);
  // One network at full precision answers alike in both runs.
  const same = networkKey(overview) === networkKey(pinned.overview);
  const ids = done(rows).filter((id) => !same || id !== 'fullPrecision');
  const pairs = runPairs(ids, done(theirs), leadingArm(overview), leadingArm(pinned.overview));
  const { pinned: titles } = words.paired;
  return (
    <>
      <h4>{sameTestImages(tests.now, tests.pinned) ? titles.title : titles.titleOther}</h4>
      {pairs.length === 0 && <p>{titles.none}</p>}
      <dl className="paired-rows">
        {pairs.map(({ a, b }) => (
          <Fragment key={`${a} ${b}`}>
            <dt>{a === b ? names[b] : words.paired.line.pair(names[b], ofPinned(names[a]))}</dt>
            <dd>
              <PairedDifference
                a={{ name: ofPinned(names[a]), row: theirs.find(({ id }) => id === a), test: tests.pinned }}
                b={{ name: names[b], row: rows.find(({ id }) => id === b), test: tests.now }}
              />
            </dd>
          </Fragment>
        ))}
      </dl>
    </>
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
      <KeptLine />
    </section>
  );
}

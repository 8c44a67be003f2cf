import { Button, Progress } from '@mantine/core';
import type { SeedSeries } from '../../state/compare/seedSeries';
import type { PlaygroundState } from '../../state/playgroundState';
import { PinIcon } from '../icons';
import { useWords } from '../language';
import { usePlayground, useThrottledPlayground } from '../playground';
import { useComparison, useComparisonActions } from './comparison';
import { useDifference } from './useDifference';
import { runName } from './sentences';

const fractionOf = ({ position, replacing }: PlaygroundState) => (replacing ? 0 : (position?.fraction ?? 0));

/** Which seed of a series is going, how far all of them are, and the way out. */
export function SeriesProgress({ series: { seeds, results } }: { series: SeedSeries }) {
  const words = useWords().compare.seeds;
  const { cancelRepeat } = useComparisonActions();
  const fraction = useThrottledPlayground(fractionOf);
  const waiting = usePlayground(
    ({ status, replacing, playWhenReady }) =>
      !replacing && !playWhenReady && (status === 'paused' || status === 'ready'),
  );
  const seed = String(seeds[Math.min(results.length, seeds.length - 1)]);
  return (
    <div className="series-progress">
      <span aria-live="polite">
        {waiting ? words.waiting(seed) : words.going(String(results.length), String(seeds.length), seed)}
      </span>
      <Progress
        value={(100 * (results.length + Math.min(1, fraction))) / seeds.length}
        size={7}
        aria-label={words.progress}
        transitionDuration={0}
      />
      <Button size="compact-xs" variant="default" onClick={cancelRepeat}>
        {words.cancel}
      </Button>
    </div>
  );
}

function PinnedLine() {
  const words = useWords();
  const pinned = useComparison((state) => state.pinned)!;
  const { unpin } = useComparisonActions();
  const difference = useDifference();
  const name = runName(words, pinned.settings);
  const said = difference?.sentence ?? words.compare.isPinned;
  return (
    <div className="pinned-line">
      <PinIcon />
      <span className="pinned-name" title={name}>
        <b>{words.compare.pinned}</b> {pinned.finished ? name : words.compare.unfinished(name)}
      </span>
      <span className="pinned-difference" title={said}>
        {said}
      </span>
      <a href="#compare">{words.compare.details}</a>
      <Button size="compact-xs" variant="default" onClick={unpin}>
        {words.compare.unpin}
      </Button>
    </div>
  );
}

/** While runs are compared: which one is pinned, and how far the seeds are. */
export function CompareBar() {
  const words = useWords().compare;
  const pinned = useComparison((state) => state.pinned !== null);
  const series = useComparison((state) => state.series);
  const repeating = series?.state === 'running';
  if (!pinned && !repeating) return null;
  return (
    <section className="compare-bar" aria-label={words.bar}>
      {repeating && <SeriesProgress series={series} />}
      {pinned && <PinnedLine />}
    </section>
  );
}

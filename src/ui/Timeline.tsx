import { Button } from '@mantine/core';
import { useMemo } from 'react';
import type { RunPhase } from '../engine/training/runReport';
import type { Moment } from '../state/history';
import type { PlaygroundState } from '../state/playgroundState';
import { useActions, usePlayground, useThrottledPlayground } from './playground';
import { useFormat, useWords } from './language';
import { useTourStop } from './tour/tour';

const recorded = (state: PlaygroundState) => state.history;

/** Background of the track: one shade a phase, so that the parts of a run can be told apart. */
function phaseStripes(history: readonly Moment[]): string {
  const last = Math.max(1, history.length - 1);
  const stops: string[] = [];
  let from = 0;
  const shade = (phase: RunPhase) => `var(--phase-${phase})`;
  history.forEach(({ phase }, i) => {
    const next = history[i + 1];
    if (next && next.phase === phase) return;
    const to = next ? ((i + 0.5) / last) * 100 : 100;
    stops.push(`${shade(phase)} ${from.toFixed(1)}% ${to.toFixed(1)}%`);
    from = to;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** Any recorded moment of the run can be brought back: images, points, curves and accuracies together. */
export function Timeline() {
  const words = useWords().timeline;
  const { span } = useFormat();
  const slow = useThrottledPlayground(recorded);
  const viewing = usePlayground((state) => state.viewing);
  const { view } = useActions();
  const stop = useTourStop<HTMLDivElement>('timeline');
  // A moment that is looked at may have been thinned out of the record since: the nearest one stands for it.
  const index = useMemo(() => {
    if (viewing === null) return slow.length - 1;
    const later = slow.findIndex(({ id }) => id >= viewing.id);
    return later < 0 ? slow.length - 1 : later;
  }, [slow, viewing]);
  const stripes = useMemo(() => phaseStripes(slow), [slow]);
  const usable = slow.length > 1;
  const at = viewing ?? slow[index];
  const where = at ? words.at(at.phase, at.step, span(at.elapsedSeconds)) : words.nothing;
  return (
    <div ref={stop} className="timeline" data-past={viewing !== null}>
      <div className="timeline-head">
        <span>{words.label}</span>
        <span className="timeline-where">{usable ? (viewing ? where : words.live) : words.nothing}</span>
        <Button size="compact-xs" variant={viewing ? 'filled' : 'subtle'} disabled={viewing === null} onClick={() => view(null)} title={words.backToLive} aria-label={words.backToLive}>
          {words.live}
        </Button>
      </div>
      <input type="range" className="timeline-range" aria-label={words.label} aria-valuetext={viewing ? where : words.live} min={0} max={Math.max(1, slow.length - 1)} step={1}
        value={usable ? index : 1} disabled={!usable} style={{ '--stripes': usable ? stripes : 'none' } as React.CSSProperties}
        onChange={(event) => {
          const next = Number(event.target.value);
          view(next >= slow.length - 1 ? null : slow[next]);
        }} />
    </div>
  );
}

import { Button } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { useMemo } from 'react';
import type { Moment } from '../state/history';
import type { PlaygroundState } from '../state/playgroundState';
import { PauseIcon, PlayIcon, StepIcon } from './icons';
import { useActions, usePlayground, useThrottledPlayground } from './playground';
import { useFormat, useWords } from './language';
import { lineColors, type Scheme } from './palette';
import { useScheme } from './useScheme';
import { useTourStop } from './tour/tour';

const recorded = (state: PlaygroundState) => state.history;

/**
 * Background of the track: one shade a phase, and a student's its arm's, so that the parts of a run can be told apart.
 */
function phaseStripes(history: readonly Moment[], scheme: Scheme): string {
  const last = Math.max(1, history.length - 1);
  const stops: string[] = [];
  let from = 0;
  const shade = ({ phase, arm }: Moment) =>
    phase === 'student' && arm ? lineColors[scheme][arm] : `var(--phase-${phase})`;
  history.forEach((moment, i) => {
    const next = history[i + 1];
    if (next && next.phase === moment.phase && next.arm === moment.arm) return;
    const to = next ? ((i + 0.5) / last) * 100 : 100;
    stops.push(`${shade(moment)} ${from.toFixed(1)}% ${to.toFixed(1)}%`);
    from = to;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** Any recorded moment of the run can be brought back: images, points, curves and accuracies together. */
export function Timeline() {
  const text = useWords();
  const words = text.timeline;
  const { span } = useFormat();
  const throttled = useThrottledPlayground(recorded);
  // What is there can be gone through at once; only how it grows is followed slowly.
  const slow = usePlayground((state) => (throttled.length > 1 ? throttled : state.history));
  const viewing = usePlayground((state) => state.viewing);
  const replaying = usePlayground((state) => state.replaying);
  const isRecording = usePlayground((state) => state.recorded !== null);
  const { view, viewNext, replay, stopReplay } = useActions();
  const scheme = useScheme();
  const stop = useTourStop<HTMLDivElement>('timeline');
  // Those who want less motion step by hand.
  const still = useReducedMotion(false, { getInitialValueInEffect: false });
  const end = isRecording ? text.recorded.end : words.live;
  const backToEnd = isRecording ? text.recorded.backToEnd : words.backToLive;
  // A moment that is looked at may have been thinned out of the record since: the nearest one stands for it.
  const index = useMemo(() => {
    if (viewing === null) return slow.length - 1;
    const later = slow.findIndex(({ id }) => id >= viewing.id);
    return later < 0 ? slow.length - 1 : later;
  }, [slow, viewing]);
  const stripes = useMemo(() => phaseStripes(slow, scheme), [slow, scheme]);
  const usable = slow.length > 1;
  const at = viewing ?? slow[index];
  const where = at ? words.at(at.phase, at.arm, at.step, span(at.elapsedSeconds)) : words.nothing;
  const action = still ? text.replay.next : replaying ? text.replay.pause : text.replay.play;
  const go = still ? viewNext : replaying ? stopReplay : replay;
  return (
    <div ref={stop} className="timeline" data-past={viewing !== null}>
      <div className="timeline-head">
        <span>{words.label}</span>
        <button
          type="button"
          className="icon-button"
          disabled={!usable}
          aria-label={action}
          title={action}
          onClick={go}
        >
          {still ? <StepIcon /> : replaying ? <PauseIcon /> : <PlayIcon />}
        </button>
        <span className="timeline-where">
          {usable ? (viewing ? where : isRecording ? text.recorded.badge : words.live) : words.nothing}
        </span>
        <Button
          size="compact-xs"
          variant={viewing ? 'filled' : 'subtle'}
          disabled={viewing === null}
          onClick={() => view(null)}
          title={backToEnd}
          aria-label={backToEnd}
        >
          {end}
        </Button>
      </div>
      <input
        type="range"
        className="timeline-range"
        aria-label={words.label}
        aria-valuetext={viewing ? where : end}
        min={0}
        max={Math.max(1, slow.length - 1)}
        step={1}
        value={usable ? index : 1}
        disabled={!usable}
        style={{ '--stripes': usable ? stripes : 'none' } as React.CSSProperties}
        onKeyDown={(event) => {
          // Arrows, Home and End are the slider's own.
          if (event.key !== ' ') return;
          event.preventDefault();
          go();
        }}
        onChange={(event) => {
          const next = Number(event.target.value);
          view(next >= slow.length - 1 ? null : slow[next]);
        }}
      />
    </div>
  );
}

import { ActionIcon, Button, Progress } from '@mantine/core';
import { inWords } from '../engine/sentences';
import { armsOf, type ArmId } from '../engine/methods/arms';
import { firstRefineStep } from '../engine/runSettings';
import type { PlaygroundState } from '../state/playgroundState';
import { engineRun, waitingForReset } from '../state/playgroundState';
import type { Format } from './format';
import { exact, grouped } from './format';
import { PauseIcon, PlayIcon, ResetIcon, SlidersIcon, StepIcon } from './icons';
import { useActions, usePlayground, useThrottledPlayground } from './playground';
import { useFormat, useWords } from './language';
import { PinButton } from './compare/PinButton';
import type { Words } from './words/words';
import { Timeline } from './Timeline';
import { useEstimate, useMemoryEstimate } from './useEstimate';
import { useTourStop } from './tour/tour';

function Buttons() {
  const words = useWords().transport;
  const engine = usePlayground((state) => state.engine);
  const status = usePlayground((state) => state.status);
  const queued = usePlayground((state) => state.playWhenReady);
  const replacing = usePlayground((state) => state.replacing);
  const waiting = usePlayground((state) => waitingForReset(state).length);
  // The pinned run is looked at in parts of the page that an embedded one has not.
  const embedded = usePlayground((state) => state.embed !== null);
  const { play, pause, step, reset } = useActions();
  const alive = engine !== 'dead';
  const running = status === 'running' || queued;
  const idle = (status === 'ready' || status === 'paused') && !replacing;
  return (
    <>
      <Button
        size="sm"
        leftSection={<PlayIcon />}
        onClick={play}
        title={words.hints.play}
        disabled={!alive || running || status === 'finished' || status === 'failed'}
      >
        {words.play}
      </Button>
      <Button
        size="sm"
        variant="default"
        leftSection={<PauseIcon />}
        onClick={pause}
        title={words.hints.pause}
        disabled={!alive || !running}
      >
        {words.pause}
      </Button>
      <Button
        size="sm"
        variant="default"
        leftSection={<StepIcon />}
        onClick={step}
        title={words.hints.step}
        disabled={!alive || !idle}
      >
        {words.step}
      </Button>
      <Button
        size="sm"
        variant={waiting > 0 || status === 'finished' ? 'light' : 'default'}
        leftSection={<ResetIcon />}
        onClick={reset}
        title={words.hints.reset}
        disabled={engine !== 'ready' || replacing}
      >
        {words.reset}
      </Button>
      {!embedded && <PinButton />}
    </>
  );
}

/** The arm whose generator stands still while its images themselves are moved; null: no such thing goes on. */
function movesImages({ position, applied }: PlaygroundState): ArmId | null {
  if (position?.phase !== 'generator') return null;
  const arm = armsOf(applied).find(({ id }) => id === position.arm);
  return position.step >= firstRefineStep(arm?.settings ?? applied) ? position.arm : null;
}

/** What is going on, in words that change only when something else begins: it is read aloud. */
function statusWords(state: PlaygroundState, words: Words, { percent }: Format): string {
  const { engine, status, progress, position, playWhenReady, silentSeconds } = state;
  if (engine === 'dead') return words.status.dead;
  if (silentSeconds > 0) return `${words.status.silent} …`;
  const [next, arm] = [position?.phase ?? 'prepare', position?.arm ?? null];
  const moving = movesImages(state);
  switch (status) {
    case 'preparing': {
      const what = progress ? inWords(progress.said, words.sentences) : words.status.starting;
      return playWhenReady ? `${what}. ${words.status.queued}.` : `${what} …`;
    }
    case 'ready': {
      if (!state.replacing || !state.opening) return words.status.ready;
      // What was opened is there, and is being looked at.
      return playWhenReady ? `${words.status.checking}. ${words.status.queued}.` : `${words.status.checking} …`;
    }
    case 'running':
      return progress
        ? `${inWords(progress.said, words.sentences)} …`
        : moving
          ? words.status.movingImages(moving)
          : words.status.running(next, arm);
    case 'paused':
      return words.status.paused(next, arm);
    case 'finished': {
      const rows = (engineRun(state).live?.accuracy ?? []).filter(({ accuracy }) => accuracy !== null);
      return words.status.finished(
        rows.map(({ id, accuracy }) => `${words.arms.names[id]} ${percent(accuracy!)}`).join(words.comma),
      );
    }
    case 'failed':
      return words.status.failed;
  }
}

const positionOf = (state: PlaygroundState) => state.position;

function Progression() {
  const format = useFormat();
  const { percent, span } = format;
  const words = useWords();
  const status = usePlayground((state) => statusWords(state, words, format));
  const position = useThrottledPlayground(positionOf);
  const preparing = usePlayground((state) =>
    state.status === 'preparing' ? (state.progress?.fraction ?? null) : undefined,
  );
  const busy = preparing !== undefined;
  const fraction = busy ? (preparing ?? 1) : (position?.fraction ?? 0);
  const finished = usePlayground((state) => state.status === 'finished');
  const ready = usePlayground((state) => state.status === 'ready');
  const estimate = useEstimate();
  const memory = useMemoryEstimate();
  return (
    <div className="progression">
      <div className="status-line">
        <span role="status" title={status}>
          {status}
        </span>
      </div>
      <div className="progress-line">
        <Progress
          value={fraction * 100}
          size={7}
          animated={busy && preparing === null}
          aria-label={words.transport.progress}
          transitionDuration={0}
        />
        <div className="status-times">
          {ready && estimate !== null && (
            <span title={words.arms.estimateHelp}>{words.arms.estimate(span(estimate))}</span>
          )}
          {ready && memory !== null && <span title={words.arms.memoryHelp}>{words.arms.memory(String(memory))}</span>}
          {!busy && position && (
            <>
              {!finished && position.steps > 0 && (
                <span>{words.transport.stepOf(grouped(position.step), grouped(position.steps))}</span>
              )}
              {finished && (
                <span title={`${exact(position.elapsedSeconds)} s`}>
                  {words.transport.elapsed(span(position.elapsedSeconds))}
                </span>
              )}
              {position.remainingSeconds !== null && !finished && (
                <span title={`${exact(position.remainingSeconds)} s`}>
                  {words.transport.remaining(span(position.remainingSeconds))}
                </span>
              )}
              <span title={exact(fraction)}>{percent(fraction, 0)}</span>
            </>
          )}
        </div>
      </div>
    </div>
  );
}

function WaitingForReset() {
  const words = useWords().transport;
  const count = usePlayground((state) => waitingForReset(state).length);
  const replacing = usePlayground((state) => state.replacing);
  const { reset } = useActions();
  if (count === 0 || replacing) return null;
  return (
    <div className="waiting-for-reset">
      <span>{words.applies(count)}</span>
      <Button size="compact-xs" variant="filled" color="#b35900" onClick={reset}>
        {words.resetToApply}
      </Button>
    </div>
  );
}

interface TransportProps {
  settingsOpen: boolean;
  /** Without it there is no button for the settings. */
  onToggleSettings?: () => void;
  /** Shows the buttons of the run and where it is. */
  run?: boolean;
  timeline?: boolean;
}

export function Transport({ settingsOpen, onToggleSettings, run = true, timeline = true }: TransportProps) {
  const words = useWords();
  const buttons = useTourStop<HTMLDivElement>('play');
  const sliders = useTourStop<HTMLButtonElement>('controls');
  const toggle = settingsOpen ? words.controls.hide : words.controls.show;
  return (
    <section className="transport" aria-label={words.transport.region}>
      <div ref={buttons} className="transport-buttons">
        {onToggleSettings && (
          <ActionIcon
            ref={sliders}
            variant={settingsOpen ? 'light' : 'default'}
            size={34}
            aria-label={toggle}
            title={toggle}
            aria-expanded={settingsOpen}
            aria-controls="controls"
            onClick={onToggleSettings}
          >
            <SlidersIcon />
          </ActionIcon>
        )}
        {run && <Buttons />}
      </div>
      {run && <Progression />}
      {run && <WaitingForReset />}
      {timeline && <Timeline />}
    </section>
  );
}

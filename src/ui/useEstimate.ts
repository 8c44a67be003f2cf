import { estimatedBytes, estimatedSeconds } from '../state/estimate';
import type { PlaygroundState } from '../state/playgroundState';
import { engineRun } from '../state/playgroundState';
import { usePlayground } from './playground';

/** Two digits are more than an estimate knows. */
const rounded = (seconds: number): number => {
  const step = seconds < 10 ? 1 : seconds < 100 ? 5 : 10;
  return Math.max(1, Math.round(seconds / step) * step);
};

/** Of the run that comes; while the engine is at it, it may have chosen some that the controls do not show yet. */
const settingsOf = (state: PlaygroundState) =>
  (state.replacing ? engineRun(state).overview?.settings : null) ?? state.settings;

function estimateOf(state: PlaygroundState): number | null {
  const seconds = estimatedSeconds(settingsOf(state), engineRun(state).overview, state.backend, state.speeds);
  return seconds === null ? null : rounded(seconds);
}

/**
 * About how many seconds a whole run with the settings as the controls show them takes here; null while that is not
 * known.
 */
export const useEstimate = (): number | null => usePlayground(estimateOf);

/** What needs less is not worth a word. */
const WORTH_SAYING = 5e8;

/** About how many gigabytes a run with these settings takes at its peak; null while that is not known, or little. */
export const useMemoryEstimate = (): number | null =>
  usePlayground((state) => {
    const bytes = estimatedBytes(settingsOf(state), engineRun(state).overview);
    return bytes === null || bytes < WORTH_SAYING ? null : Number((bytes / 1e9).toPrecision(2));
  });

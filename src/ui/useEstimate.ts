import { estimatedSeconds } from '../state/estimate';
import type { PlaygroundState } from '../state/playgroundState';
import { engineRun } from '../state/playgroundState';
import { usePlayground } from './playground';

/** Two digits are more than an estimate knows. */
const rounded = (seconds: number): number => {
  const step = seconds < 10 ? 1 : seconds < 100 ? 5 : 10;
  return Math.max(1, Math.round(seconds / step) * step);
};

function estimateOf(state: PlaygroundState): number | null {
  const seconds = estimatedSeconds(state.settings, engineRun(state).overview, state.backend, state.speeds);
  return seconds === null ? null : rounded(seconds);
}

/**
 * About how many seconds a whole run with the settings as the controls show them takes here; null while that is not
 * known.
 */
export const useEstimate = (): number | null => usePlayground(estimateOf);

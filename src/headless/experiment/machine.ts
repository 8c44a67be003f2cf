/** What large images change about an experiment. */
import { areLarge } from '../../engine/data/amounts';
import type { NetworkFacts } from '../../engine/network/inspect';
import type { NetworkDefinition } from '../../engine/network/types';
import { fitToMachine } from '../../engine/training/machineFit';
import { runSizeOf } from '../../engine/training/speed';
import type { SettingKey } from '../../state/settings';
import type { Options } from './flags';

/**
 * Multiply-accumulates a second of a forward pass that settings are chosen for. Not measured: the same command has to
 * choose the same on every machine and at any time of day, or what is kept of it is of no use.
 */
const NOMINAL_SPEED = 5e9;

/**
 * Changes settings that no flag gives, in the experiment itself, so that steps on large images take seconds and fit into
 * memory.
 *
 * @returns what was changed, for the user
 */
export function fitToLargeImages(
  { experiment, given }: Pick<Options, 'experiment' | 'given'>,
  definition: NetworkDefinition,
  facts: NetworkFacts,
): string[] {
  if (!areLarge(definition.inputShape)) return [];
  const size = runSizeOf({ definition, facts });
  const notes: string[] = [];
  const chosen = Object.entries(fitToMachine(experiment.settings, size, NOMINAL_SPEED)).filter(
    ([key]) => !given.has(key as SettingKey),
  );
  Object.assign(experiment.settings, Object.fromEntries(chosen));
  if (chosen.length > 0) {
    const listed = chosen.map(([key, value]) => `${key} ${String(value)}`).join(', ');
    notes.push(`For images of this size, where no flag says otherwise: ${listed}.`);
  }
  if (experiment.quality) {
    experiment.quality = false;
    notes.push('The quality of synthetic images of this size is not measured.');
  }
  return notes;
}

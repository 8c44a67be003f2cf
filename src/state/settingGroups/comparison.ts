import { METHOD_IDS } from '../../engine/methods';
import type { SettingsTable } from '../settingKinds';
import { METHOD_LABELS } from '../methodLabels';

export const COMPARISON = {
  beside: {
    kind: 'set',
    group: 'comparison',
    default: ['calibration'],
    url: 'beside',
    live: false,
    options: METHOD_IDS.map((value) => ({ value, label: METHOD_LABELS[value] })),
    label: 'Runs beside it',
    help: 'Methods that are run beside the chosen one, on the same images, with the same seed and the same quantizer. Each trains a student of its own, and those with synthetic images a generator, so that each takes its time.',
  },
} satisfies Partial<SettingsTable>;

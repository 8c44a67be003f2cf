import type { RunOverview } from '../engine/runReport';
import type { RunSettings } from '../engine/runSettings';
import { areLarge } from '../engine/data/amounts';
import { arrayBytes, backendBytes, STEP_PER_READING, statisticsColumns } from '../engine/training/machineFit';
import { runWork } from '../engine/training/workCount';
import type { BackendName } from '../worker/protocol';
import { remember, remembered } from './remembered';

/** Multiply-accumulates a second that whole runs made, by `keyOf`. */
export type Speeds = Readonly<Record<string, number>>;

/** Of large images every network has a speed of its own; others are alike. */
const keyOf = (backend: BackendName, { name, inputShape }: RunOverview['network']): string =>
  areLarge(inputShape) ? `${backend} ${name}` : backend;

const NAME = 'fdda-speed';
/** A run says how fast this machine is once it has gone on so long. */
const LEAST_SECONDS = 3;
/** What earlier visits found; nothing where that cannot be read. */
export function rememberedSpeeds(): Speeds {
  try {
    const known: unknown = JSON.parse(remembered(NAME) ?? '{}');
    if (typeof known !== 'object' || known === null) return {};
    return Object.fromEntries(
      Object.entries(known).filter(([, speed]) => typeof speed === 'number' && speed > 0 && speed < Infinity),
    );
  } catch {
    return {};
  }
}

/** `speeds` with what a run has shown so far; the very same where that is too little. */
export function afterRun(
  speeds: Speeds,
  backend: BackendName | null,
  settings: RunSettings,
  overview: RunOverview | null,
  position: { fraction: number; elapsedSeconds: number } | null,
): Speeds {
  if (!backend || !overview || !position || position.elapsedSeconds < LEAST_SECONDS) return speeds;
  const speed = (position.fraction * runWork(settings, overview.network)) / position.elapsedSeconds;
  if (!(speed > 0 && Number.isFinite(speed))) return speeds;
  const next = { ...speeds, [keyOf(backend, overview.network)]: speed };
  remember(NAME, JSON.stringify(next));
  return next;
}

/**
 * Seconds that a whole run with these settings takes here: its work, and the speed of the last run on this backend;
 * before one, that of reading the statistics. Null while neither is known.
 */
export function estimatedSeconds(
  settings: RunSettings,
  overview: RunOverview | null,
  backend: BackendName | null,
  speeds: Speeds,
): number | null {
  if (!overview || !backend) return null;
  const { network, reading } = overview;
  const read = reading && reading.seconds > 0 ? (STEP_PER_READING * reading.macs) / reading.seconds : null;
  const speed = speeds[keyOf(backend, network)] ?? read;
  return speed === null ? null : runWork(settings, network) / speed;
}

/** Bytes that a run with these settings takes at its peak, about; null where that is not known. */
export function estimatedBytes(settings: RunSettings, overview: RunOverview | null): number | null {
  const network = overview?.network;
  if (!network || network.activations === undefined) return null;
  const size = { ...network, activations: network.activations, statistics: statisticsColumns(network.layers) };
  return backendBytes(settings, size) + arrayBytes(settings, size);
}

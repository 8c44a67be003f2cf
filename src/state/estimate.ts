import type { RunOverview } from '../engine/runReport';
import type { RunSettings } from '../engine/runSettings';
import { areLarge } from '../engine/data/amounts';
import { arrayBytes, backendBytes } from '../engine/training/machineFit';
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
/**
 * Multiply-accumulates a second of a run, per one of reading the statistics: training does most of its work in large
 * matrix products, of an upsampling with its convolution only 9 of 36 products are left, and reading comes first, with
 * code that the browser has hardly compiled. The default run on wasm took 45 to 48 s where five fresh pages, reckoning
 * with 2, said 50 to 85. Elsewhere it may be off by half; a run of one's own then takes its place.
 */
const RUN_PER_READING = 3;

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
  const read = reading && reading.seconds > 0 ? (RUN_PER_READING * reading.macs) / reading.seconds : null;
  const speed = speeds[keyOf(backend, network)] ?? read;
  return speed === null ? null : runWork(settings, network) / speed;
}

/** Bytes that a run with these settings takes at its peak, about; null where that is not known. */
export function estimatedBytes(settings: RunSettings, overview: RunOverview | null): number | null {
  const network = overview?.network;
  if (!network || network.activations === undefined) return null;
  const statistics = network.layers.reduce((sum, { channels }) => sum + 2 * channels, 0);
  const size = { ...network, activations: network.activations, statistics };
  return backendBytes(settings, size) + arrayBytes(settings, size);
}

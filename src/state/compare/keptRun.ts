import type { RunOverview } from '../../engine/runReport';
import type { RunSettings } from '../../engine/runSettings';
import type { BackendName } from '../../worker/protocol';
import type { Moment } from '../history';
import type { PlaygroundState } from '../playgroundState';
import { engineRun } from '../playgroundState';
import type { RunRecord } from '../runRecord';

/** All of a run that other runs are compared with: its last moment and its curves, not the way there. */
export interface KeptRun {
  /** Counts the visit's runs. */
  run: number;
  settings: RunSettings;
  backend: BackendName | null;
  overview: RunOverview;
  moment: Moment;
  finished: boolean;
  generatorLosses: RunRecord['generatorLosses'];
  studentLosses: RunRecord['studentLosses'];
}

/** Stands for the number of a run that was recorded: those of this visit count from 1. */
const RECORDED = 0;

/** The engine's run as it is now, shown or not; null while there is nothing of it yet. */
export function keepRun(state: PlaygroundState): KeptRun | null {
  const { run, applied, backend, status } = state;
  return kept(engineRun(state), { run, settings: applied, backend, finished: status === 'finished' });
}

/** The run that is on the page, the engine's or a recorded one; null while there is nothing of it yet. */
export function keepShown(state: PlaygroundState): KeptRun | null {
  const { recorded } = state;
  if (!recorded) return keepRun(state);
  const { settings, backend, finished } = recorded;
  return kept(state, { run: RECORDED, settings, backend, finished });
}

function kept(
  { overview, live, generatorLosses, studentLosses }: RunRecord,
  facts: Pick<KeptRun, 'run' | 'settings' | 'backend' | 'finished'>,
): KeptRun | null {
  return overview && live && { ...facts, overview, moment: live, generatorLosses, studentLosses };
}

/** A run can be pinned once it has begun and stands still; a recorded one always. */
export const canPin = ({ recorded, started, status, replacing, overview, live }: PlaygroundState): boolean =>
  overview !== null &&
  live !== null &&
  (recorded !== null ||
    (started && !replacing && (status === 'finished' || status === 'paused' || status === 'failed')));

/** Bytes of a sample with its numbers, roughly. */
const SAMPLE_BYTES = 160;

/** Memory that plain data takes, roughly. */
export function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce((sum: number, each) => sum + bytesOf(each), 0);
}

/** Memory that a kept run takes, roughly. */
export function keptBytes({ overview, moment, generatorLosses, studentLosses }: KeptRun): number {
  const samples = [...Object.values(generatorLosses), ...Object.values(studentLosses)].reduce(
    (sum, { items }) => sum + items.length,
    0,
  );
  return (
    bytesOf(overview.points) +
    bytesOf(overview.calibration) +
    bytesOf(moment.synthetic) +
    bytesOf(moment.accuracy) +
    SAMPLE_BYTES * samples
  );
}

export const MAX_KEPT = 6;
export const MAX_KEPT_BYTES = 24 * 2 ** 20;

/**
 * `kept` with `run` as its newest; the oldest go where there are too many or they are too large. The newest always
 * stays.
 */
export function addKept(
  kept: readonly KeptRun[],
  run: KeptRun,
  most = MAX_KEPT,
  mostBytes = MAX_KEPT_BYTES,
): readonly KeptRun[] {
  const next = [...kept.filter((each) => each.run !== run.run), run].slice(-most);
  let bytes = next.reduce((sum, each) => sum + keptBytes(each), 0);
  while (next.length > 1 && bytes > mostBytes) bytes -= keptBytes(next.shift()!);
  return next;
}

/** Tells networks apart; two that agree in all of this are taken for the same. */
export function networkKey({ network }: RunOverview): string {
  return [
    network.name,
    network.parameters,
    network.macs,
    ...network.layers.map(({ name, channels }) => `${name}:${channels}`),
  ].join('/');
}

/** Whether two runs drew their calibration images alike: same classes, same number, same pictures. */
export function sameCalibration(a: RunOverview, b: RunOverview): boolean {
  const [{ rgba: one, withheld }, { rgba: other, withheld: too }] = [a.calibration.images, b.calibration.images];
  // Of images that are not there nothing can be said.
  if (withheld || too) return false;
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

/**
 * Whether points of two runs may be drawn on one PCA map of a layer. The plane is fitted on the images that are only
 * looked at: where these lie at the same places in both runs, the planes are the same.
 */
export function samePlane(a: RunOverview, b: RunOverview, layer: number): boolean {
  if (networkKey(a) !== networkKey(b)) return false;
  const [one, other] = [a.points.observation, b.points.observation];
  if (one.count !== other.count) return false;
  const part = (xy: Float32Array) => xy.subarray(layer * one.count * 2, (layer + 1) * one.count * 2);
  const [ours, theirs] = [part(one.xy), part(other.xy)];
  const tolerance = 0.01 * ours.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return ours.every((value, i) => Math.abs(value - theirs[i]) <= tolerance);
}

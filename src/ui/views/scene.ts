import type { ArmId } from '../../engine/methods/arms';
import type { LayerPoints, RunOverview, SyntheticSnapshot } from '../../engine/runReport';
import type { ProjectionReply } from '../../worker/protocol';
import type { Moment } from '../../state/history';

/** What the map of centers shows, before it is drawn: plain geometry. */

export const POINT_KINDS = ['observation', 'distorted', 'calibration', 'synthetic', 'batch', 'center'] as const;
/** `pinned`: the synthetic batches of a run that this one is compared with. */
export type PointKind = (typeof POINT_KINDS)[number] | 'pinned';

export interface Cloud {
  kind: PointKind;
  /** [count, 2] */
  xy: Float32Array;
  /** [count] class of each point. */
  labels: Uint16Array;
}

/** Where a class's synthetic batch has been, oldest first: [x, y] pairs. */
export interface Trail {
  classIndex: number;
  xy: number[];
}

const ofLayer = (points: LayerPoints, layer: number): Float32Array =>
  points.xy.subarray(layer * points.count * 2, (layer + 1) * points.count * 2);

const cloud = (kind: PointKind, points: LayerPoints, layer: number): Cloud => ({
  kind,
  xy: ofLayer(points, layer),
  labels: points.labels,
});

/** The points that stay where they are during a run, in the PCA plane of a layer. */
export function stillClouds(overview: RunOverview, layer: number): Cloud[] {
  const { observation, distorted, calibration, centers } = overview.points;
  return [
    cloud('observation', observation, layer),
    cloud('distorted', distorted, layer),
    cloud('calibration', calibration, layer),
    cloud('center', centers, layer),
  ];
}

/** The synthetic points of one moment, in the PCA plane of a layer. */
export function movingClouds(snapshot: SyntheticSnapshot | null, layer: number): Cloud[] {
  if (!snapshot) return [];
  return [cloud('synthetic', snapshot.points, layer), cloud('batch', snapshot.batchPoints, layer)];
}

/** The synthetic batches of another run, which must share the plane. */
export const pinnedClouds = (snapshot: SyntheticSnapshot, layer: number): Cloud[] => [
  cloud('pinned', snapshot.batchPoints, layer),
];

/** All points on a map that was worked out on demand. Has no distorted targets. */
export function projectedClouds(overview: RunOverview, map: ProjectionReply): { still: Cloud[]; moving: Cloud[] } {
  const { observation, calibration, centers } = overview.points;
  const still: Cloud[] = [
    { kind: 'observation', xy: map.observation, labels: observation.labels },
    { kind: 'calibration', xy: map.calibration, labels: calibration.labels },
    { kind: 'center', xy: map.centers, labels: centers.labels },
  ];
  const moving: Cloud[] = [];
  const { synthetic, syntheticBatches, syntheticClasses: classes } = map;
  if (synthetic && syntheticBatches && classes) {
    const perClass = synthetic.length / syntheticBatches.length;
    const labels = Uint16Array.from({ length: synthetic.length / 2 }, (_, i) => classes[Math.floor(i / perClass)]);
    moving.push({ kind: 'synthetic', xy: synthetic, labels }, { kind: 'batch', xy: syntheticBatches, labels: classes });
  }
  return { still, moving };
}

/** The ways of one generator's synthetic batches up to `shown`, over at most `length` recorded moments. */
export function trails(
  history: readonly Moment[],
  shown: Moment | null,
  arm: ArmId | null,
  layer: number,
  length = 16,
): Trail[] {
  const now = arm && shown?.synthetic[arm];
  if (!now) return [];
  const snapshots: SyntheticSnapshot[] = [];
  for (const { id, synthetic: byArm } of history) {
    const synthetic = byArm[arm];
    if (id <= shown.id && synthetic && synthetic !== snapshots[snapshots.length - 1]) snapshots.push(synthetic);
  }
  const recent = snapshots.slice(-length);
  if (recent.length < 2) return [];
  // Of very many classes not always the same are looked at.
  const places = recent.map(({ batchPoints }) => ({
    xy: ofLayer(batchPoints, layer),
    of: new Map(Array.from(batchPoints.labels, (label, i) => [label, i])),
  }));
  return Array.from(now.batchPoints.labels, (classIndex) => ({
    classIndex,
    xy: places.flatMap(({ xy, of }) => {
      const i = of.get(classIndex);
      return i === undefined ? [] : Array.from(xy.subarray(2 * i, 2 * i + 2));
    }),
  })).filter(({ xy }) => xy.length >= 4);
}

export interface Frame {
  centerX: number;
  centerY: number;
  /** Pixels a unit: the same in both directions, because distances are looked at. */
  scale: number;
  width: number;
  height: number;
}

const PADDING = 16;
const ZOOMS = [1, 1.25, 1.6, 2, 2.5];

/** Where the real points lie along an axis; the outermost 1 % of the many that are only looked at do not count. */
function extent(still: readonly Cloud[], axis: 0 | 1): [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const { kind, xy } of still) {
    if (kind === 'distorted') continue;
    const values = xy.filter((value, i) => i % 2 === axis && Number.isFinite(value)).sort();
    const cut = kind === 'observation' ? Math.floor(values.length / 100) : 0;
    if (values.length === 0) continue;
    from = Math.min(from, values[cut]);
    to = Math.max(to, values[values.length - 1 - cut]);
  }
  return from > to ? [-1, 1] : [from, to];
}

/**
 * The part of the plane that is shown: the real points, and wider, in a few fixed steps so that the picture does not
 * tremble, when synthetic batches are farther away. Beyond the widest they are drawn at the edge.
 */
export function frameOf(still: readonly Cloud[], moving: readonly Cloud[], width: number, height: number): Frame {
  const [left, right] = extent(still, 0);
  const [low, high] = extent(still, 1);
  const [centerX, centerY] = [(left + right) / 2, (low + high) / 2];
  const [halfX, halfY] = [Math.max((right - left) / 2, 1e-6), Math.max((high - low) / 2, 1e-6)];
  const fit = Math.min((width / 2 - PADDING) / halfX, (height / 2 - PADDING) / halfY);
  let needed = 1;
  for (const { kind, xy } of moving) {
    if (kind !== 'batch') continue;
    for (let i = 0; i < xy.length; i += 2) {
      const reach = Math.max(
        (Math.abs(xy[i] - centerX) * fit) / (width / 2 - PADDING),
        (Math.abs(xy[i + 1] - centerY) * fit) / (height / 2 - PADDING),
      );
      if (reach > needed) needed = reach;
    }
  }
  const zoom = ZOOMS.find((step) => step >= needed) ?? ZOOMS[ZOOMS.length - 1];
  return { centerX, centerY, scale: Math.max(fit, 1e-9) / zoom, width, height };
}

/** Pixel of a point, held at the edge when it lies outside. */
export function place(frame: Frame, x: number, y: number): { px: number; py: number; outside: boolean } {
  const rawX = frame.width / 2 + (x - frame.centerX) * frame.scale;
  const rawY = frame.height / 2 - (y - frame.centerY) * frame.scale;
  const px = Math.min(frame.width - 5, Math.max(5, rawX));
  const py = Math.min(frame.height - 5, Math.max(5, rawY));
  return { px, py, outside: px !== rawX || py !== rawY };
}

export function countOutside(frame: Frame, clouds: readonly Cloud[]): number {
  let count = 0;
  for (const { xy } of clouds)
    for (let i = 0; i < xy.length; i += 2) if (place(frame, xy[i], xy[i + 1]).outside) count++;
  return count;
}

export interface Hit {
  kind: PointKind;
  index: number;
  classIndex: number;
  x: number;
  y: number;
  px: number;
  py: number;
}

/** The point nearest to a pixel within `reach` pixels; of points equally near the one drawn last. */
export function hitTest(frame: Frame, clouds: readonly Cloud[], px: number, py: number, reach = 12): Hit | null {
  let best: Hit | null = null;
  let bestDistance = reach;
  for (const { kind, xy, labels } of clouds) {
    for (let i = 0; i < labels.length; i++) {
      const at = place(frame, xy[2 * i], xy[2 * i + 1]);
      const distance = Math.hypot(at.px - px, at.py - py);
      if (distance <= bestDistance) {
        best = { kind, index: i, classIndex: labels[i], x: xy[2 * i], y: xy[2 * i + 1], px: at.px, py: at.py };
        bestDistance = distance;
      }
    }
  }
  return best;
}

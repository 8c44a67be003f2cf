import type { ArmId } from '../../engine/methods/arms';
import type { RowId, RunOverview, SyntheticSnapshot } from '../../engine/runReport';
import type { RunSettings } from '../../engine/runSettings';
import type { Moment } from '../history';
import { generatorArm, leadingArm } from '../runRecord';
import type { Measured } from '../compare/measured';
import { measuredOf, testImagesOf } from '../compare/measured';

/**
 * What a lesson keeps of a finished run: small, so that two runs can be compared after the first one's frames are gone.
 */
export interface RunResult {
  settings: RunSettings;
  /** The arm that the lesson is about: the leading one. */
  arm: ArmId;
  /** Only what was measured to the end. */
  accuracy: Partial<Record<RowId, Measured>>;
  classes: number;
  /** Nearest-centre accuracy, one value a layer. */
  nearest: {
    real: readonly number[];
    /** Real images it was measured on. */
    n: number;
    synthetic: readonly number[] | null;
  };
  /**
   * Share of the classes whose synthetic batch lies nearest to its own centre, in the layers that the centre terms look
   * at together.
   */
  reached: number | null;
  /** Mean distance between images of one class, averaged over the layers that the centre terms look at. */
  spread: {
    real: number;
    synthetic: number;
    /** Per class, in the plane of the map of centers: mean distance of its synthetic images from their own middle. */
    byClass: readonly number[];
  } | null;
  /** Per class the share of its synthetic images that the teacher takes for that class. */
  recognized: readonly number[] | null;
  /** Per class: the teacher recognises all of its calibration images. */
  reliable: readonly boolean[];
}

const meanOf = (values: ArrayLike<number>): number => {
  const finite = Array.from(values).filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
};

/** What is kept of a run, at the moment `last`. */
export function resultOf(settings: RunSettings, overview: RunOverview, last: Moment): RunResult {
  const { separation, startLayer, network, points } = overview;
  const owner = generatorArm(overview);
  const synthetic = (owner && last.synthetic[owner]) ?? null;
  const deep = (values: Float32Array) => meanOf(values.subarray(startLayer));
  const accuracy: RunResult['accuracy'] = {};
  const test = testImagesOf(overview);
  for (const row of last.accuracy) {
    const measured = measuredOf(row, test);
    if (measured) accuracy[row.id] = measured;
  }
  return {
    settings,
    arm: leadingArm(overview)!,
    accuracy,
    classes: network.numClasses,
    nearest: {
      real: Array.from(separation.nearestCenterAccuracy),
      n: points.observation.count,
      synthetic: synthetic && Array.from(synthetic.separation.nearestCenterAccuracy),
    },
    reached: synthetic?.quality?.joint.nearestCenterRate ?? null,
    spread: synthetic && {
      real: deep(separation.intraClass),
      synthetic: deep(synthetic.separation.intraClass),
      byClass: Array.from({ length: network.numClasses }, (_, c) => spreadOnMap(synthetic, c, startLayer)),
    },
    recognized: synthetic && Array.from({ length: network.numClasses }, (_, c) => recognizedShare(synthetic, c)),
    reliable: Array.from(overview.calibration.reliable, (value) => value === 1),
  };
}

function spreadOnMap(
  { points: { count, xy, labels } }: SyntheticSnapshot,
  classIndex: number,
  startLayer: number,
): number {
  const images = Array.from(labels.keys()).filter((i) => labels[i] === classIndex);
  const layers = xy.length / (2 * count);
  const spreads: number[] = [];
  for (let layer = startLayer; layer < layers; layer++) {
    const at = (i: number, axis: number) => xy[2 * (layer * count + i) + axis];
    const middle = [0, 1].map((axis) => meanOf(images.map((i) => at(i, axis))));
    spreads.push(meanOf(images.map((i) => Math.hypot(at(i, 0) - middle[0], at(i, 1) - middle[1]))));
  }
  return meanOf(spreads);
}

function recognizedShare({ verdicts: { labels, predicted } }: SyntheticSnapshot, classIndex: number): number {
  const images = Array.from(labels.keys()).filter((i) => labels[i] === classIndex);
  return images.filter((i) => predicted[i] === classIndex).length / images.length;
}

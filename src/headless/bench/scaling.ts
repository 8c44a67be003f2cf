/** How cost grows with the number of classes: of the centres, and of a run's history. */
import * as tf from '@tensorflow/tfjs-core';
import { bnsCenters } from '../../engine/bns/centers';
import { collectStatistics } from '../../engine/bns/statistics';
import { createResNet } from '../../engine/network/resnet';
import { Random } from '../../engine/random';
import type { LayerPoints, RunFrame, SyntheticSnapshot } from '../../engine/runReport';
import { Teacher } from '../../engine/training/teacher';
import { addMoment, nextMoment, type Moment } from '../../state/history';
import { race, type Effort, type Timing } from './measure';

export interface ScalingRow {
  classes: number;
  /** Statistics of one image a class and the classes' centres from them. */
  statistics: Timing;
  /** Centres alone. */
  centers: Timing;
  /** Most bytes of tensors beside the weights and the images given, while the statistics are taken. */
  peakTensorBytes: number;
  /** Of the result, which the run keeps. */
  resultBytes: number;
  /** Adding moments to a run's history until its bounds have been reached twice over, per moment. */
  moment: Timing;
  /** Moments and bytes that the history then holds. */
  moments: number;
  historyBytes: number;
}

/** Images of a forward pass while statistics are taken. */
const BATCH = 50;
const MOMENTS = 240;

/** Snapshots as large as a run's, four images of `size` x `size` a class; all of them show the same pixels. */
function snapshotsOf(classes: number, size: number, layers: number): (step: number) => SyntheticSnapshot {
  const perClass = 4;
  const count = classes * perClass;
  const points = (n: number): LayerPoints => ({
    count: n,
    xy: new Float32Array(layers * n * 2),
    labels: new Uint16Array(n),
  });
  const [perLayer, perClassAndLayer] = [new Float32Array(layers), new Float32Array(layers * classes)];
  const shared: Omit<SyntheticSnapshot, 'step'> = {
    arm: 'fdda',
    perClass,
    images: { count, width: size, height: size, rgba: new Uint8ClampedArray(count * size * size * 4) },
    verdicts: {
      labels: new Uint16Array(count),
      predicted: new Uint16Array(count),
      probability: new Float32Array(count),
    },
    points: points(count),
    batchPoints: points(classes),
    separation: { silhouette: perLayer, intraClass: perLayer, interClass: perLayer, nearestCenterAccuracy: perLayer },
    distanceToOwnCenter: perClassAndLayer,
    distanceToNearestOther: perClassAndLayer,
    quality: {
      joint: { ownCenter: 0, nearestOther: 0, nearestCenterRate: 0 },
      silhouetteByClass: perClassAndLayer,
      spreadByClass: perClassAndLayer,
      bnsGap: perLayer,
      teacherAccuracy: 0,
      teacherEntropy: 0,
      coverage: perLayer,
    },
  };
  return (step) => ({ ...shared, step });
}

function frameOf(synthetic: SyntheticSnapshot, step: number): RunFrame {
  return {
    phase: 'generator',
    arm: 'fdda',
    step,
    steps: MOMENTS,
    elapsedSeconds: step,
    secondsPerStep: 1,
    remainingSeconds: 0,
    fraction: step / MOMENTS,
    generator: [],
    student: [],
    accuracy: [],
    synthetic: [synthetic],
  };
}

const bytesOf = ({ images, points, batchPoints }: SyntheticSnapshot) =>
  images.rgba.byteLength + points.xy.byteLength + batchPoints.xy.byteLength;

/** @param classes numbers of classes to go through, rising */
export async function benchScaling(
  classes: readonly number[],
  effort: Effort,
  onResult: (row: ScalingRow) => void = () => {},
): Promise<ScalingRow[]> {
  const rows: ScalingRow[] = [];
  const size = 32;
  for (const numClasses of classes) {
    const random = new Random(3);
    const teacher = new Teacher(
      createResNet(
        {
          name: `${numClasses} classes`,
          inputShape: [size, size, 3],
          classNames: Array.from({ length: numClasses }, (_, i) => `${i}`),
          normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
          widths: [8, 24, 40],
          strides: [1, 2, 2],
          blocks: 2,
          stemStride: 1,
          epsilon: 1e-5,
        },
        random.fork('network'),
      ),
    );
    const images = tf.tensor4d(random.fillNormal(new Float32Array(numClasses * size * size * 3)), [
      numClasses,
      size,
      size,
      3,
    ]);
    const labels = Int32Array.from({ length: numClasses }, (_, i) => i);
    try {
      const collect = async () =>
        (await collectStatistics(teacher.definition, teacher.weights, images, { batch: BATCH }))!;
      const known = await collect();
      const before = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(async () => {
        await collect();
        return [];
      });
      const { statistics, centers } = await race(
        {
          statistics: { run: async () => bnsCenters((await collect()).statistics, labels, numClasses) },
          centers: { run: () => bnsCenters(known.statistics, labels, numClasses) },
        },
        effort,
      );
      const { layout } = known.statistics;
      let history: readonly Moment[] = [];
      const snapshot = snapshotsOf(numClasses, size, layout.channels.length);
      const { all } = await race(
        {
          all: {
            run: () => {
              history = [];
              for (let step = 1; step <= MOMENTS; step++) {
                history = addMoment(
                  history,
                  nextMoment(history[history.length - 1] ?? null, frameOf(snapshot(step), step)),
                );
              }
            },
          },
        },
        effort,
      );
      rows.push({
        classes: numClasses,
        statistics,
        centers,
        peakTensorBytes: peakBytes - before,
        resultBytes: numClasses * layout.size * 4,
        moment: { median: all.median / MOMENTS, min: all.min / MOMENTS, max: all.max / MOMENTS, n: all.n },
        moments: history.length,
        historyBytes: [...new Set(history.map(({ synthetic }) => synthetic.fdda!))].reduce(
          (sum, s) => sum + bytesOf(s),
          0,
        ),
      });
      onResult(rows[rows.length - 1]);
    } finally {
      images.dispose();
      teacher.dispose();
    }
  }
  return rows;
}

import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bnsCenters } from '../../../src/engine/bns/centers';
import { classScatter } from '../../../src/engine/bns/scatter';
import { coverage } from '../../../src/engine/bns/quality';
import { collectStatistics } from '../../../src/engine/bns/statistics';
import { Generator } from '../../../src/engine/generator/generator';
import { Random } from '../../../src/engine/random';
import { prepareRun, type PreparedRun } from '../../../src/engine/training/prepare';
import { PROBE_PER_CLASS } from '../../../src/engine/training/probeClasses';
import type { RunSettings } from '../../../src/engine/runSettings';
import { SyntheticProbe } from '../../../src/engine/training/syntheticProbe';
import { Teacher } from '../../../src/engine/training/teacher';
import { use } from '../backends';
import { CLASS_NAMES, SIZE, tinyDataset, tinyNetwork, tinySettings } from './tiny';

const C = CLASS_NAMES.length;
const OBSERVED = 6;
let teacher: Teacher;
let before = 0;
const prepare = async (k: number, overrides: Partial<RunSettings> = {}) =>
  (await prepareRun(
    teacher,
    tinyDataset(),
    tinySettings({ imagesPerClass: k, observationPerClass: OBSERVED, ...overrides }),
    null,
  ))!;

/** Standard deviations of the distorted term's noise, with these two settings. */
function scalesOf({ createTargets, overview }: PreparedRun, mean: number, variance: number): Float32Array {
  const targets = createTargets(overview.settings);
  const scales = targets.distortionScales(mean, variance);
  targets.dispose();
  return scales;
}

/** [C, D] what the terms about centres aim at. */
async function aimsOf({ createTargets, overview }: PreparedRun) {
  const targets = createTargets(overview.settings);
  const classes = overview.network.numClasses;
  const aims = Float32Array.from(Array.from({ length: classes }, (_, c) => [...targets.aimOf(c)]).flat());
  targets.dispose();
  return aims;
}

beforeAll(async () => {
  await use('wasm');
  before = tf.memory().numTensors;
  teacher = new Teacher(tinyNetwork());
});
afterAll(() => {
  teacher.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe('preparation', () => {
  it('says what the views show, in the shapes they expect', async () => {
    const prepared = await prepare(3);
    const { network, calibration, points, separation, startLayer, checkpoint } = prepared.overview;
    prepared.dispose();
    const L = network.layers.length;
    expect(network).toMatchObject({
      name: 'tiny',
      inputShape: [SIZE, SIZE, 3],
      numClasses: C,
      classNames: CLASS_NAMES,
    });
    expect(L).toBe(9);
    expect(network.layers.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(startLayer).toBe(3);
    expect(checkpoint).toBeNull();
    expect(calibration.images).toMatchObject({ count: 3 * C, height: SIZE, width: SIZE });
    expect(calibration.images.rgba).toHaveLength(3 * C * SIZE * SIZE * 4);
    expect(Array.from(calibration.verdicts.labels)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    for (const [set, count] of [
      ['observation', OBSERVED * C],
      ['calibration', 3 * C],
      ['centers', C],
      ['distorted', 4 * C],
    ] as const) {
      expect(points[set].count).toBe(count);
      expect(points[set].labels).toHaveLength(count);
      expect(points[set].xy).toHaveLength(L * count * 2);
      expect(points[set].xy.every(Number.isFinite)).toBe(true);
    }
    expect(points.explainedVariance).toHaveLength(2 * L);
    for (const values of Object.values(separation)) expect(values).toHaveLength(L);
    expect(separation.nearestCenterAccuracy.every((v) => v >= 0 && v <= 1)).toBe(true);
    const quality = prepared.overview.quality!;
    for (const values of [
      quality.distanceToOwnCenter,
      quality.distanceToNearestOther,
      quality.spreadByClass,
      quality.silhouetteByClass,
    ]) {
      expect(values).toHaveLength(L * C);
      expect(values.every(Number.isFinite)).toBe(true);
    }
    expect(quality.bnsGap).toHaveLength(L);
    // A ReLU after the stem and each of the blocks' two.
    expect(quality.activations).toHaveLength(7);
    expect(quality.calibrationCoverage).toHaveLength(7);
    // Half as many images as were observed reach nearly as far, but not all of the way.
    expect(Math.max(...quality.calibrationCoverage)).toBeLessThanOrEqual(1);
    expect(Math.min(...quality.calibrationCoverage)).toBeGreaterThan(0.5);
    expect(quality.calibrationCoverage.some((share) => share < 1)).toBe(true);
    expect(quality.joint.nearestCenterRate).toBe(1);
    // The colours lie apart even for an untrained network.
    expect(separation.nearestCenterAccuracy[0]).toBeGreaterThan(0.9);
  });

  it('measures the noise of the distorted term on the calibration images where that is asked for', async () => {
    for (const imagesPerClass of [1, 3]) {
      const [fixed, measured] = [
        await prepare(imagesPerClass),
        await prepare(imagesPerClass, { distortionScale: 'scatter' }),
      ];
      const scales = scalesOf(measured, 0.5, 1);
      expect(scales).toEqual(classScatter(measured.calibration, measured.calibrationLabels));
      expect(scalesOf(measured, 0, 0)).toEqual(scales);
      expect(scales.every((v) => v > 0)).toBe(true);
      expect(new Set(scalesOf(fixed, 0.5, 1))).toEqual(new Set([0.5, 1]));
      // The map shows targets of that noise, whatever the two settings say that do not count then.
      const still = { distortionMean: 0, distortionVariance: 0 };
      const [exact, same] = [
        await prepare(imagesPerClass, still),
        await prepare(imagesPerClass, { distortionScale: 'scatter', ...still }),
      ];
      const [shown, none, ofMeasured, ofFixed] = [same, exact, measured, fixed].map(
        (run) => run.overview.points.distorted.xy,
      );
      expect(shown).toEqual(ofMeasured);
      expect(ofMeasured).not.toEqual(ofFixed);
      expect(ofMeasured).not.toEqual(none);
      for (const run of [fixed, measured, exact, same]) run.dispose();
    }
  });

  it("has verdicts that are the teacher's, and reliable classes where all of them are right", async () => {
    const prepared = await prepare(4);
    const { verdicts, reliable } = prepared.overview.calibration;
    const probabilities = tf.tidy(() =>
      tf.softmax(teacher.forward(prepared.calibrationImages)).arraySync(),
    ) as number[][];
    prepared.dispose();
    probabilities.forEach((row, i) => {
      expect(verdicts.predicted[i]).toBe(row.indexOf(Math.max(...row)));
      expect(verdicts.probability[i]).toBeCloseTo(row[verdicts.labels[i]], 5);
    });
    for (let c = 0; c < C; c++) {
      const right = [...verdicts.predicted].slice(4 * c, 4 * c + 4).every((predicted) => predicted === c);
      expect(reliable[c]).toBe(right ? 1 : 0);
    }
  });

  it("with one image a class has that image's point as the center", async () => {
    const prepared = await prepare(1);
    const { centers, calibration } = prepared.overview.points;
    prepared.dispose();
    calibration.xy.forEach((v, i) => expect(centers.xy[i]).toBeCloseTo(v, 3));
  });

  it("aims at one common center for all classes when asked to, and goes on showing the classes' own", async () => {
    const own = await prepare(3);
    const common = (await prepareRun(
      teacher,
      tinyDataset(),
      tinySettings({ imagesPerClass: 3, observationPerClass: OBSERVED }),
      null,
      undefined,
      'classAgnostic',
    ))!;
    const size = own.running.layout.size;
    const all = bnsCenters(own.calibration, new Uint8Array(own.calibration.rows), 1).table.pack();
    const aim = await aimsOf(common);
    for (let c = 0; c < own.centers.rows; c++) expect(aim.slice(c * size, (c + 1) * size)).toEqual(all);
    expect(await aimsOf(own)).toEqual(own.centers.pack());
    expect(common.centers.pack()).toEqual(own.centers.pack());
    expect(common.overview.points.centers).toEqual(own.overview.points.centers);
    own.dispose();
    common.dispose();
  });

  it('takes the same first images whatever their number, and none of them for looking', async () => {
    const [one, three] = [await prepare(1), await prepare(3)];
    const image = (p: PreparedRun, i: number) =>
      p.overview.calibration.images.rgba.slice(i * SIZE * SIZE * 4, (i + 1) * SIZE * SIZE * 4);
    for (let c = 0; c < C; c++) expect(image(three, 3 * c)).toEqual(image(one, c));
    expect(three.overview.points.observation.labels).toEqual(one.overview.points.observation.labels);
    expect(three.observation.layers[2].values).toEqual(one.observation.layers[2].values);
    const rows = (p: PreparedRun) =>
      Array.from({ length: p.calibration.rows }, (_, r) => String(p.calibration.select([r]).layers[0].values));
    const observed = new Set(
      Array.from({ length: three.observation.rows }, (_, r) => String(three.observation.select([r]).layers[0].values)),
    );
    expect(rows(three).filter((row) => observed.has(row))).toEqual([]);
    one.dispose();
    three.dispose();
  });
});

describe('the look at the generator', () => {
  it("shows the same latents as they change, with the teacher's verdicts and nothing left behind", async () => {
    const prepared = await prepare(1);
    const generator = Generator.create(
      { latentDim: 12, channels: 4, imageSize: SIZE, imageChannels: 3, numClasses: C },
      new Random(1),
    );
    const probe = new SyntheticProbe('fdda', teacher, generator, prepared, new Random(2));
    const inside = tf.memory().numTensors;
    const [first, again] = [await probe.look(0), await probe.look(0)];
    expect(again).toEqual(first);
    const count = C * PROBE_PER_CLASS;
    expect(first).toMatchObject({ step: 0, perClass: PROBE_PER_CLASS });
    expect(first.images).toMatchObject({ count, height: SIZE, width: SIZE });
    expect(Array.from(first.verdicts.labels)).toEqual(
      Array.from({ length: count }, (_, i) => Math.floor(i / PROBE_PER_CLASS)),
    );
    expect(first.points.count).toBe(count);
    expect(first.batchPoints.count).toBe(C);
    expect(first.distanceToOwnCenter).toHaveLength(9 * C);
    expect([...first.distanceToOwnCenter, ...first.distanceToNearestOther].every((d) => d > 0)).toBe(true);
    const L = prepared.running.layers.length;
    const quality = first.quality!;
    for (const values of [quality.spreadByClass, quality.silhouetteByClass]) expect(values).toHaveLength(L * C);
    expect(quality.bnsGap).toHaveLength(L);
    expect(quality.teacherAccuracy).toBe(
      [...first.verdicts.predicted].filter((p, i) => p === first.verdicts.labels[i]).length / count,
    );
    // The same images once more, as the experiments look at images.
    const images = tf.tidy(() =>
      generator.generate(probe.latents!, first.verdicts.labels, new Array<number>(C).fill(PROBE_PER_CLASS)),
    );
    const seen = (await collectStatistics(teacher.definition, teacher.weights, images, { batch: 5 }))!;
    images.dispose();
    expect(quality.coverage).toHaveLength(prepared.overview.quality!.activations.length);
    seen.ranges.forEach((range, a) =>
      expect(quality.coverage[a]).toBeCloseTo(coverage(prepared.observationRanges[a], range), 4),
    );
    // A batch is one class alone: its BatchNorm must not mix with the other classes'.
    const alone = tf.tidy(() => {
      const z = tf.slice(probe.latents!, [2 * PROBE_PER_CLASS, 0], [PROBE_PER_CLASS, 12]) as tf.Tensor2D;
      return teacher
        .forward(generator.generate(z, new Array(PROBE_PER_CLASS).fill(2)))
        .argMax(1)
        .dataSync();
    });
    expect([...first.verdicts.predicted].slice(2 * PROBE_PER_CLASS, 3 * PROBE_PER_CLASS)).toEqual([...alone]);
    expect(tf.memory().numTensors).toBe(inside);
    tf.tidy(() => generator.variables['conv3.kernel'].assign(tf.mul(generator.variables['conv3.kernel'], -1)));
    const other = await probe.look(1);
    expect(other.step).toBe(1);
    expect(other.images.rgba).not.toEqual(first.images.rgba);
    probe.dispose();
    generator.dispose();
    prepared.dispose();
  });

  it.each(['tsne', 'umap'] as const)('maps a layer by %s, with and without synthetic images', async (method) => {
    const prepared = await prepare(2);
    const generator = Generator.create(
      { latentDim: 12, channels: 4, imageSize: SIZE, imageChannels: 3, numClasses: C },
      new Random(1),
    );
    const probe = new SyntheticProbe('fdda', teacher, generator, prepared, new Random(2));
    const without = await probe.map(8, method, async () => {});
    expect(without).toMatchObject({ layer: 8, method, step: null, synthetic: null, syntheticBatches: null });
    await probe.look(3);
    let breaths = 0;
    const map = await probe.map(8, method, async () => void breaths++);
    expect(map.step).toBe(3);
    const sizes = {
      observation: OBSERVED * C,
      calibration: 2 * C,
      centers: C,
      synthetic: PROBE_PER_CLASS * C,
      syntheticBatches: C,
    };
    for (const [set, count] of Object.entries(sizes)) {
      const xy = map[set as 'observation'];
      expect(xy).toHaveLength(2 * count);
      expect(xy.every(Number.isFinite)).toBe(true);
    }
    expect(breaths).toBeGreaterThan(0);
    await expect(probe.map(9, method, async () => {})).rejects.toThrow(RangeError);
    probe.dispose();
    generator.dispose();
    prepared.dispose();
  });
});

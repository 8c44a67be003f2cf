/** A run of a network of so many classes that only some of their synthetic images are looked at. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/data/dataset';
import { Random } from '../../../src/engine/random';
import { Run } from '../../../src/engine/training/run';
import { PROBE_PER_CLASS, probeClasses, probeCount } from '../../../src/engine/training/probeClasses';
import { Teacher } from '../../../src/engine/training/teacher';
import { use } from '../backends';
import { SIZE, tinyNetwork, tinySettings } from './tiny';

const CLASSES = 120;
const classNames = Array.from({ length: CLASSES }, (_, c) => `kind ${c}`);

const dataset: Dataset = {
  name: 'Many',
  classNames,
  imageShape: [SIZE, SIZE, 3],
  calibrationReserve: 1,
  size: () => 3 * CLASSES,
  label: (_, index) => index % CLASSES,
  image(split, index) {
    const random = new Random(7).fork(split).fork(index);
    return {
      pixels: Uint8Array.from({ length: SIZE * SIZE * 3 }, () => Math.floor(random.uniform(0, 256))),
      label: index % CLASSES,
    };
  },
};

describe('classes whose images are looked at', () => {
  it('are all of few, and of many an even sample that is smaller for large images', () => {
    expect(probeClasses(10, [32, 32, 3])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(probeCount(48, [32, 32, 3])).toBe(48);
    const many = probeClasses(1000, [32, 32, 3]);
    expect(many).toHaveLength(48);
    expect(many).toEqual([...new Set(many)].sort((a, b) => a - b));
    expect(Math.max(...many.slice(1).map((c, i) => c - many[i]))).toBe(21);
    expect(probeClasses(1000, [224, 224, 3])).toHaveLength(10);
  });

  it('have those among them that are asked for', () => {
    for (const asked of [[7], [999, 1, 2], Array.from({ length: 100 }, (_, i) => 2 * i + 1)]) {
      const chosen = probeClasses(1000, [32, 32, 3], [...asked, -1, 1000, 0.5]);
      expect(chosen).toHaveLength(48);
      expect(chosen).toEqual(expect.arrayContaining(asked.slice(0, 48)));
    }
  });

  it('are those whose real images are looked at, where that is a sample, but for those that are asked for', () => {
    const base = [3, 50, 51, 300, 720, 999];
    expect(probeClasses(1000, [224, 224, 3], [], base)).toEqual(base);
    // The ones that give way are not all at one end.
    expect(probeClasses(1000, [224, 224, 3], [10, 20], base)).toEqual([3, 10, 20, 50, 720, 999]);
    expect(probeClasses(1000, [224, 224, 3], [51], base)).toEqual(base);
    expect(probeClasses(6, [224, 224, 3], [], [0, 1, 2, 3, 4, 5])).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('a run of many classes', () => {
  let teacher: Teacher;
  let run: Run;
  beforeAll(async () => {
    await use('wasm');
    teacher = new Teacher(tinyNetwork({ classNames, widths: [4, 6, 8] }));
    const settings = tinySettings({ observationPerClass: 2, testImages: 12, imagesPerClass: 1, studentSteps: 1 });
    run = (await Run.create(teacher, dataset, settings, null))!;
  });
  afterAll(() => {
    run.dispose();
    teacher.dispose();
  });

  it('looks at a sample of them, and at those that are asked for', async () => {
    await run.advance();
    const [first] = (await run.frame(true)).synthetic;
    const sample = probeClasses(CLASSES, [SIZE, SIZE, 3]);
    expect([...first.batchPoints.labels]).toEqual(sample);
    expect(first.images.count).toBe(48 * PROBE_PER_CLASS);
    expect([...new Set(first.verdicts.labels)]).toEqual(sample);
    const L = run.overview.network.layers.length;
    for (const values of [first.distanceToOwnCenter, first.quality!.spreadByClass]) {
      expect(values).toHaveLength(L * CLASSES);
      values.forEach((value, i) => expect(Number.isFinite(value)).toBe(sample.includes(i % CLASSES)));
    }
    expect(Number.isFinite(first.quality!.joint.nearestCenterRate)).toBe(true);
    const missing = classNames.findIndex((_, c) => !sample.includes(c));
    run.ask([missing]);
    const [second] = (await run.frame(true)).synthetic;
    expect([...second.batchPoints.labels]).toContain(missing);
    expect(second.step).toBe(first.step);
    // A class that was looked at before is looked at in the same images.
    const common = second.verdicts.labels.indexOf(sample[20]);
    const before = first.verdicts.labels.indexOf(sample[20]);
    const size = SIZE * SIZE * 4;
    expect(second.images.rgba.subarray(common * size, (common + 1) * size)).toEqual(
      first.images.rgba.subarray(before * size, (before + 1) * size),
    );
  });
});

import { describe, expect, it } from 'vitest';
import {
  MAX_CALIBRATION_IMAGES_PER_CLASS,
  observationSet,
  sampleCalibrationSet,
} from '../../../src/engine/data/calibrationSet';
import type { Dataset } from '../../../src/engine/data/dataset';
import { createShapes } from '../../../src/engine/data/shapes';
import { Random } from '../../../src/engine/random';

const shapes = createShapes();
const run = () => new Random(7).fork('run');

describe('sampleCalibrationSet', () => {
  it.each([1, 5, MAX_CALIBRATION_IMAGES_PER_CLASS])('draws %i different images of every class', (k) => {
    const { imagesPerClass, indices, labels } = sampleCalibrationSet(shapes, k, run());
    expect(imagesPerClass).toBe(k);
    expect(indices.length).toBe(10 * k);
    expect(new Set(indices).size).toBe(10 * k);
    expect([...labels]).toEqual(Array.from({ length: 10 * k }, (_, i) => Math.floor(i / k)));
    expect([...indices].map((index) => shapes.label('calibration', index))).toEqual([...labels]);
  });

  it('depends on the seed and on nothing that was drawn before', () => {
    const used = run();
    used.normal();
    expect(sampleCalibrationSet(shapes, 4, used)).toEqual(sampleCalibrationSet(shapes, 4, run()));
    expect(sampleCalibrationSet(shapes, 4, new Random(8)).indices).not.toEqual(
      sampleCalibrationSet(shapes, 4, run()).indices,
    );
  });

  it('contains the smaller sets', () => {
    const large = sampleCalibrationSet(shapes, 8, run());
    const small = sampleCalibrationSet(shapes, 3, run());
    for (let c = 0; c < 10; c++)
      expect(large.indices.slice(c * 8, c * 8 + 3)).toEqual(small.indices.slice(c * 3, c * 3 + 3));
  });

  it('draws every image about as often over many seeds', () => {
    const counts = new Array<number>(200).fill(0);
    for (let seed = 0; seed < 500; seed++) {
      const { indices } = sampleCalibrationSet(shapes, 2, new Random(seed));
      for (const index of indices.subarray(0, 2)) counts[index / 10]++;
    }
    // Binomial with mean 5: more than 20 of any one has a probability of 1e-7.
    expect(Math.max(...counts)).toBeLessThan(20);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(190);
  });

  it.each([0, 33, 1.5, NaN])('refuses %d images a class', (k) => {
    expect(() => sampleCalibrationSet(shapes, k, run())).toThrow(/1 to 32 images a class/);
  });

  it('names the class that has too few images', () => {
    const few: Dataset = { ...shapes, size: () => 25 };
    expect(() => sampleCalibrationSet(few, 3, run())).toThrow(/Shapes has 2 images of 'cross' to draw 3 from/);
    expect(sampleCalibrationSet(few, 2, run()).indices.length).toBe(20);
  });
});

describe('observationSet', () => {
  it('shares no image with any calibration set of the run', () => {
    const observed = observationSet(shapes, 168, run());
    expect(new Set(observed.indices).size).toBe(1680);
    expect([...observed.indices].map((index) => shapes.label('calibration', index))).toEqual([...observed.labels]);
    const all = new Set([...observed.indices, ...sampleCalibrationSet(shapes, 32, run()).indices]);
    expect(all.size).toBe(2000);
  });

  it('grows without changing what was in it', () => {
    const [small, large] = [observationSet(shapes, 5, run()), observationSet(shapes, 20, run())];
    expect(large.indices.slice(20, 25)).toEqual(small.indices.slice(5, 10));
  });

  it('refuses sizes that do not exist', () => {
    expect(() => observationSet(shapes, 0, run())).toThrow(/at least 1/);
    expect(() => observationSet(shapes, 169, run())).toThrow(/168 images of 'circle' to draw 169/);
  });
});

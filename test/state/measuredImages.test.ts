import { expect, it } from 'vitest';
import type { RunOverview } from '../../src/engine/runReport';
import { measuredImages } from '../../src/state/measuredImages';

/** Of a network of 20 BatchNorm layers. @param seconds that 100 images took to read */
const overview = (macs: number, seconds: number | null) =>
  ({
    network: { macs, layers: Array.from({ length: 20 }) },
    reading: seconds === null ? null : { macs: 100 * macs, seconds },
  }) as unknown as RunOverview;

it('a measurement has as many images as a minute and a half is enough for', () => {
  // 10 ms an image: 200 images, with 22 passes each, take 44 s.
  expect(measuredImages('layers', 200, overview(6e8, 1))).toBe(200);
  // 50 ms: 81 images would fit.
  expect(measuredImages('layers', 200, overview(6e8, 5))).toBe(50);
  expect(measuredImages('sensitivities', 100, overview(6e8, 5))).toBe(20);
  expect(measuredImages('answers', 1000, overview(6e8, 5))).toBe(500);
});

it('is never smaller than 20 images, nor larger than what is there to ask for', () => {
  expect(measuredImages('layers', 200, overview(7e9, 100))).toBe(20);
  expect(measuredImages('layers', 10, overview(7e9, 100))).toBe(10);
});

it('a small network has as many as usual, however long its first images took', () => {
  // The bundled one: 10.4 million, 15 layers.
  for (const [task, most] of [
    ['layers', 200],
    ['sensitivities', 100],
    ['calibrations', 500],
    ['repairs', 500],
    ['answers', 1000],
    ['export', 1000],
  ] as const)
    expect(measuredImages(task, most, overview(10.43e6, 1000))).toBe(most);
});

it('nothing is changed as long as no speed is known', () => {
  expect(measuredImages('layers', 200, null)).toBe(200);
  expect(measuredImages('layers', 200, overview(6e9, null))).toBe(200);
  expect(measuredImages('layers', 200, overview(6e9, 0))).toBe(200);
});

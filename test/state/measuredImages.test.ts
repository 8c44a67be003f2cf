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
  expect(measuredImages('layers', 200, overview(6e6, 1))).toBe(200);
  // 50 ms: 81 images would fit.
  expect(measuredImages('layers', 200, overview(6e6, 5))).toBe(50);
  expect(measuredImages('sensitivities', 100, overview(6e6, 5))).toBe(20);
  expect(measuredImages('answers', 1000, overview(6e6, 5))).toBe(500);
});

it('is never smaller than 20 images, nor larger than what is there to ask for', () => {
  expect(measuredImages('layers', 200, overview(7e9, 100))).toBe(20);
  expect(measuredImages('layers', 10, overview(7e9, 100))).toBe(10);
});

it('nothing is changed as long as no speed is known', () => {
  expect(measuredImages('layers', 200, null)).toBe(200);
  expect(measuredImages('layers', 200, overview(6e6, null))).toBe(200);
  expect(measuredImages('layers', 200, overview(6e6, 0))).toBe(200);
});

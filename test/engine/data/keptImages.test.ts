import { describe, expect, it, vi } from 'vitest';
import { keepCalibrationImages } from '../../../src/engine/data/keptImages';
import { createShapes } from '../../../src/engine/data/shapes';

describe('kept images', () => {
  it('are those of the dataset, and calibration images are drawn once', () => {
    const shapes = createShapes();
    const drawn = vi.spyOn(shapes, 'image');
    const kept = keepCalibrationImages(shapes);
    for (let twice = 0; twice < 2; twice++)
      for (const split of ['calibration', 'test'] as const)
        for (const index of [0, 7]) expect(kept.image(split, index)).toEqual(createShapes().image(split, index));
    expect(drawn.mock.calls).toEqual([
      ['calibration', 0],
      ['calibration', 7],
      ['test', 0],
      ['test', 7],
      ['test', 0],
      ['test', 7],
    ]);
    expect(() => kept.image('calibration', -1)).toThrow(RangeError);
    expect(kept.size('calibration')).toBe(shapes.size('calibration'));
  });
});

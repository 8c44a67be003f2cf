import { describe, expect, it } from 'vitest';
import { keepCalibrationImages } from '../../src/engine/data/keptImages';
import { createShapes } from '../../src/engine/data/shapes';
import { Run } from '../../src/engine/training/run';
import { Teacher } from '../../src/engine/training/teacher';
import { drawAhead } from '../../src/worker/serverAhead';
import { use } from '../engine/backends';
import { shapesNetwork, smallSettings } from './sessionHarness';

describe('images drawn ahead', () => {
  it('are the calibration images that the run of these settings then asks for, and no others', async () => {
    await use('wasm');
    const settings = smallSettings({ seed: 11, imagesPerClass: 3, observationPerClass: 4 });
    const watched = () => {
      const asked = new Set<number>();
      const shapes = createShapes();
      const dataset = keepCalibrationImages({
        ...shapes,
        image: (split, index) => {
          if (split === 'calibration') asked.add(index);
          return shapes.image(split, index);
        },
      });
      return { asked, dataset };
    };
    const ahead = watched();
    let breaths = 0;
    await drawAhead(ahead.dataset, settings, async () => void breaths++);
    expect(ahead.asked.size).toBe(70);
    expect(breaths).toBeGreaterThan(0);
    const run = watched();
    const teacher = new Teacher(shapesNetwork());
    (await Run.create(teacher, run.dataset, settings, null))!.dispose();
    teacher.dispose();
    expect([...ahead.asked].sort()).toEqual([...run.asked].sort());
  });
});

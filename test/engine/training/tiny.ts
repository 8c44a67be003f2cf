/**
 * A dataset, a network and settings so small that whole runs take a second: for tests of how a run goes, not how well.
 */
import type { Dataset, Split } from '../../../src/engine/data/dataset';
import type { Network } from '../../../src/engine/network/types';
import { createResNet } from '../../../src/engine/network/resnet';
import { Random } from '../../../src/engine/random';
import { Run } from '../../../src/engine/training/run';
import type { RunFrame } from '../../../src/engine/runReport';
import type { RunSettings } from '../../../src/engine/runSettings';
import { Teacher } from '../../../src/engine/training/teacher';
import { defaultSettings } from '../../../src/state/settings';

export const CLASS_NAMES = ['red', 'green', 'blue', 'grey'];
export const SIZE = 8;

/** 8x8 images of four classes, each with a colour of its own and noise; 50 a class and split. */
export function tinyDataset(size = SIZE): Dataset {
  const count = 50 * CLASS_NAMES.length;
  const check = (index: number) => {
    if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`no image ${index}`);
    return index % CLASS_NAMES.length;
  };
  return {
    name: 'Colours',
    classNames: CLASS_NAMES,
    imageShape: [size, size, 3],
    size: () => count,
    label: (_: Split, index) => check(index),
    image(split, index) {
      const label = check(index);
      const random = new Random(7).fork(split).fork(index);
      const pixels = Uint8Array.from(
        { length: size * size * 3 },
        (_, i) => (i % 3 === label ? 170 : 60) + Math.floor(random.uniform(-50, 50)),
      );
      return { pixels, label };
    },
  };
}

/** Residual network with 8 BatchNorm layers and random weights. */
export function tinyNetwork(overrides: Partial<Parameters<typeof createResNet>[0]> = {}): Network {
  return createResNet(
    {
      name: 'tiny',
      inputShape: [SIZE, SIZE, 3],
      classNames: CLASS_NAMES,
      normalization: { mean: [0.4, 0.4, 0.4], std: [0.25, 0.25, 0.25] },
      widths: [4, 6, 8],
      strides: [1, 2, 2],
      blocks: 1,
      stemStride: 1,
      epsilon: 1e-5,
      ...overrides,
    },
    new Random(3),
  );
}

export function tinySettings(overrides: Partial<RunSettings> = {}): RunSettings {
  return {
    ...defaultSettings(),
    seed: 5,
    generatorStart: 'scratch',
    observationPerClass: 2,
    testImages: 120,
    generatorChannels: 4,
    generatorSteps: 6,
    generatorBatch: 4,
    labelRule: false,
    studentSteps: 4,
    calibrationBatch: 3,
    syntheticBatch: 3,
    studentLearningRate: 1e-4,
    ...overrides,
  };
}

/** A run on a teacher of its own. `done` frees both. */
export async function tinyRun(
  overrides: Partial<RunSettings> = {},
  network = tinyNetwork(),
): Promise<{ run: Run; teacher: Teacher; done: () => void }> {
  const teacher = new Teacher(network);
  const run = (await Run.create(teacher, tinyDataset(), tinySettings(overrides), null))!;
  return {
    run,
    teacher,
    done: () => {
      run.dispose();
      teacher.dispose();
    },
  };
}

/** Advances to the end, or until `until` says so, with a frame after every unit of work. */
export async function framesOf(run: Run, until: (run: Run) => boolean = () => false): Promise<RunFrame[]> {
  const frames: RunFrame[] = [];
  while (!run.finishedAll && !until(run)) {
    await run.advance();
    frames.push(await run.frame());
  }
  return frames;
}

/** What a run says, without the clock: equal for equal runs. */
export function story(frames: RunFrame[]) {
  return {
    generator: frames.flatMap((frame) => frame.generator),
    student: frames.flatMap((frame) => frame.student),
    accuracy: frames.at(-1)?.accuracy,
    phases: frames.map((frame) => `${frame.phase} ${frame.step}/${frame.steps}`),
  };
}

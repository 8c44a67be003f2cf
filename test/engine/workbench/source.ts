/** What tasks of the workbench work on, from a tiny run. */
import * as tf from '@tensorflow/tfjs-core';
import type { Network } from '../../../src/engine/network/types';
import type { RunSettings } from '../../../src/engine/runSettings';
import { LookedImages } from '../../../src/engine/workbench/lookedImages';
import type { TaskContext } from '../../../src/engine/workbench/source';
import { tinyDataset, tinyNetwork, tinyRun, tinySettings } from '../training/tiny';

/** A context over a run, and what frees it. `fractions` gathers what progress is told. */
export async function tinyContext(
  overrides: Partial<RunSettings> = {},
  network: Network = tinyNetwork(),
): Promise<{
  context: TaskContext;
  fractions: number[];
  run: Awaited<ReturnType<typeof tinyRun>>['run'];
  done: () => void;
}> {
  const settings = { clippedGradient: 'pass', ...overrides } as const;
  const { run, done } = await tinyRun(settings, network);
  const fractions: number[] = [];
  const context: TaskContext = {
    source: {
      network,
      dataset: tinyDataset(),
      calibration: run.prepared.calibrationSet,
      studentNow: () => run.studentNow(),
      syntheticImages: (perClass) => run.syntheticImages(perClass),
    },
    settings: tinySettings(settings),
    pause: async (fraction) => {
      fractions.push(fraction);
    },
  };
  return { context, fractions, run, done };
}

/** Images of the caller's as repairs look at them. @param images [N, H, W, C] */
export function looked(images: tf.Tensor4D, network: Network): LookedImages {
  const labels = new Uint16Array(images.shape[0]);
  return new LookedImages({ labels, at: (places) => tf.gather(images, [...places]) }, network);
}

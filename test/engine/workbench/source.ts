/** What tasks of the workbench work on, from a tiny run. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Network } from '../../../src/engine/network/types';
import type { RunSettings } from '../../../src/engine/runSettings';
import type { TaskContext } from '../../../src/engine/workbench/trial';
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
      calibrationImages: run.prepared.calibrationImages as tf.Tensor4D,
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

/** The generator's conditional BatchNorm at ten classes of which three are drawn, against PyTorch. */
import * as tf from '@tensorflow/tfjs-core';
import { oneHotLabels } from '../../src/engine/kernels/oneHotLabels';
import { groupedBatchNorm } from '../../src/engine/kernels/groupedBatchNorm';
import fixture from '../fixtures/resnet20/ccbn_ema.json';
import type { Case } from './case';
import { nhwc } from './fixtures';
import { read } from './kernels';

export const resnet20Cases: Case[] = [
  {
    name: 'conditional BatchNorm looks scale and shift up by label (PyTorch)',
    run: () =>
      read(
        () => {
          const x = nhwc({ shape: fixture.shape, data: fixture.x });
          const labels = oneHotLabels(fixture.labels, 10);
          const [scale, shift] = [fixture.weights, fixture.biases].map(
            (rows) => tf.matMul(labels, tf.tensor2d(rows)) as tf.Tensor2D,
          );
          const y = groupedBatchNorm(tf.tensor4d(x.values, [4, 2, 2, 3]), scale, shift, [4], fixture.eps);
          return { y: [y, nhwc({ shape: fixture.shape, data: fixture.out }).values] };
        },
        2e-6,
        2e-6,
      ),
  },
];

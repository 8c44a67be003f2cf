/** Made-up weights of a small option-A residual network, in PyTorch's names and layouts. */
import type { WeightArray } from '../../../src/engine/network/types';
import { Random } from '../../../src/engine/random';

/** @param widths channels of the three stages; @param blocks of each of them */
export function tinyCifarResNet(widths = [2, 4, 7], blocks = 1, classes = 10): Record<string, WeightArray> {
  const random = new Random(11);
  const tensors: Record<string, WeightArray> = {};
  const normal = (name: string, shape: number[], deviation: number) => {
    const values = random
      .fork(name)
      .fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1)))
      .map((v) => v * deviation);
    tensors[name] = { shape, values };
  };
  const conv = (name: string, from: number, to: number) =>
    normal(`${name}.weight`, [to, from, 3, 3], Math.sqrt(2 / (9 * from)));
  const batchNorm = (name: string, channels: number) => {
    normal(`${name}.weight`, [channels], 0.2);
    normal(`${name}.bias`, [channels], 0.2);
    normal(`${name}.running_mean`, [channels], 0.3);
    normal(`${name}.running_var`, [channels], 0.3);
    tensors[`${name}.weight`].values.forEach((v, i, all) => (all[i] = 1 + v));
    tensors[`${name}.running_var`].values.forEach((v, i, all) => (all[i] = 0.5 + Math.abs(v)));
    tensors[`${name}.num_batches_tracked`] = { shape: [], values: Float32Array.of(64000) };
  };
  conv('conv1', 3, widths[0]);
  batchNorm('bn1', widths[0]);
  let channels = widths[0];
  widths.forEach((width, stage) => {
    for (let block = 0; block < blocks; block++) {
      const name = `layer${stage + 1}.${block}`;
      conv(`${name}.conv1`, channels, width);
      batchNorm(`${name}.bn1`, width);
      conv(`${name}.conv2`, width, width);
      batchNorm(`${name}.bn2`, width);
      channels = width;
    }
  });
  normal('linear.weight', [classes, channels], 1 / Math.sqrt(channels));
  normal('linear.bias', [classes], 0.1);
  return tensors;
}

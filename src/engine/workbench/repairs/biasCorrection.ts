/**
 * Bias correction (Nagel et al., Data-Free Quantization through Weight Equalization and Bias Correction, ICCV 2019,
 * section 4.2, the empirical variant of its appendix): what quantization shifts a layer's outputs by in the mean is
 * taken off its bias.
 */
import * as tf from '@tensorflow/tfjs-core';
import { FULL_PRECISION } from '../../quantization/layerBits';
import { change, channelMeansAt, ownBatchNorm, sharedWeights, weightedNodes } from './layers';
import type { Repair } from './repair';

/**
 * In the order of the network, so that each layer sees the corrections before it. A layer without a bias hands its
 * shift on to the BatchNorm layer behind it; without one of those it stays as it is.
 */
export const biasCorrection: Repair = async ({ student, images, pause }) => {
  const { definition, variables, plan } = student;
  const shared = sharedWeights(definition);
  const layers = weightedNodes(definition).filter(({ name }) => plan.weightBits[name] !== FULL_PRECISION);
  const names = new Set(layers.map(({ name }) => name));
  const told = (done: number) => () => pause(done / layers.length);
  const means = await channelMeansAt({ student, images, names, hooks: {}, pause: told(0) });
  const changed: string[] = [];
  try {
    for (const [i, node] of layers.entries()) {
      const batchNorm = ownBatchNorm(definition, node.name);
      const here = { student, images, names: new Set([node.name]), hooks: student.hooks(), pause: told(i) };
      const quantized = await channelMeansAt(here);
      const shift = tf.sub(quantized.get(node.name)!, means.get(node.name)!);
      tf.dispose([...quantized.values()]);
      if (node.bias && !shared.has(node.bias)) {
        change(variables[node.bias], (bias) => tf.sub(bias, shift));
        changed.push(node.name);
      } else if (!node.bias && batchNorm?.beta && !shared.has(batchNorm.beta)) {
        const scale = student.batchNormScale(batchNorm);
        change(variables[batchNorm.beta], (beta) => tf.sub(beta, tf.mul(shift, scale)));
        scale.dispose();
        changed.push(node.name);
      }
      shift.dispose();
      await pause((i + 1) / layers.length);
    }
    return changed;
  } finally {
    tf.dispose([...means.values()]);
  }
};

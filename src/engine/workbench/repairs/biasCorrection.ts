/**
 * Bias correction (Nagel et al., Data-Free Quantization through Weight Equalization and Bias Correction, ICCV 2019,
 * section 4.2, the empirical variant of its appendix): what quantization shifts a layer's outputs by in the mean is
 * taken off its bias.
 */
import * as tf from '@tensorflow/tfjs-core';
import { FULL_PRECISION } from '../../quantization/layerBits';
import { change, channelMeans, outputsAt, ownBatchNorm, weightedNodes } from './layers';
import type { Repair } from './repair';

/**
 * In the order of the network, so that each layer sees the corrections before it. A layer without a bias hands its
 * shift on to the BatchNorm layer behind it; without one of those it stays as it is.
 */
export const biasCorrection: Repair = async ({ student, images, pause }) => {
  const { definition, variables, plan } = student;
  const layers = weightedNodes(definition).filter(({ name }) => plan.weightBits[name] !== FULL_PRECISION);
  const names = new Set(layers.map(({ name }) => name));
  const full = outputsAt(student, images, names, {});
  const means = new Map([...full].map(([name, y]) => [name, channelMeans(y)]));
  tf.dispose([...full.values()]);
  const changed: string[] = [];
  try {
    for (const [i, node] of layers.entries()) {
      const batchNorm = ownBatchNorm(definition, node.name);
      const outputs = outputsAt(student, images, new Set([node.name]), student.hooks());
      const shift = tf.tidy(() => tf.sub(channelMeans(outputs.get(node.name)!), means.get(node.name)!));
      tf.dispose([...outputs.values()]);
      if (node.bias && variables[node.bias]) {
        change(variables[node.bias], (bias) => tf.sub(bias, shift));
        changed.push(node.name);
      } else if (batchNorm?.beta && variables[batchNorm.beta]) {
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

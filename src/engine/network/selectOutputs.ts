/** A network of some of another's classes. */
import { say } from '../sentences';
import { NetworkError } from './networkError';
import type { Network } from './types';

/**
 * The same network with some of its outputs only, in this order: for images of a few of the classes that it was trained
 * on. What comes before its last layer stays as it is.
 *
 * @throws NetworkError where an output does not exist, or none of the last layers is a dense one
 */
export function selectOutputs(network: Network, outputs: readonly number[]): Network {
  const { definition, weights } = network;
  const { nodes, numClasses, classNames } = definition;
  const last = nodes[nodes.length - 1];
  if (last.op !== 'dense' || outputs.some((output) => !(output >= 0 && output < numClasses))) {
    throw new NetworkError(say('outputsNotThere', definition.name, Math.max(...outputs)), say('outputsNotThereHint'));
  }
  const kernel = weights[last.kernel];
  const [inputs, all] = kernel.shape;
  const chosen = new Float32Array(inputs * outputs.length);
  for (let i = 0; i < inputs; i++) {
    outputs.forEach((output, o) => (chosen[i * outputs.length + o] = kernel.values[i * all + output]));
  }
  const bias = last.bias === undefined ? undefined : weights[last.bias];
  return {
    definition: {
      ...definition,
      // A list of its own: by it a network is told from another one.
      nodes: [...nodes],
      numClasses: outputs.length,
      ...(classNames ? { classNames: outputs.map((output) => classNames[output]) } : {}),
    },
    weights: {
      ...weights,
      [last.kernel]: { shape: [inputs, outputs.length], values: chosen },
      ...(bias
        ? {
            [last.bias!]: {
              shape: [outputs.length],
              values: Float32Array.from(outputs, (output) => bias.values[output]),
            },
          }
        : {}),
    },
  };
}

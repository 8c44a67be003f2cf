/** A network for images whose channels come the other way round: blue, green, red instead of red, green, blue. */
import type { Network, NetworkNode, WeightArray } from './types';

/**
 * The same network with its first weights turned round, so that it takes red, green, blue.
 *
 * @returns null where something reads the images that cannot be turned round
 */
export function reversedChannels({ definition, weights }: Network): Network | null {
  const channels = definition.inputShape[2];
  const turned = { ...weights };
  /** Nodes whose output has its channels as the images have them. */
  const reversed = new Set([definition.nodes[0].name]);
  const fresh = (key: string, values: WeightArray): string => {
    const name = `${key}:reversed`;
    turned[name] = values;
    return name;
  };
  const vector = (key: string | undefined) =>
    key === undefined ? undefined : fresh(key, { ...weights[key], values: weights[key].values.slice().reverse() });
  const nodes: NetworkNode[] = [];
  for (const node of definition.nodes) {
    if (!node.inputs.some((name) => reversed.has(name))) {
      nodes.push(node);
      continue;
    }
    switch (node.op) {
      case 'pad':
      case 'maxPool':
      case 'averagePool':
      case 'relu':
      case 'relu6':
        reversed.add(node.name);
        nodes.push(node);
        break;
      case 'rescale':
        reversed.add(node.name);
        nodes.push({ ...node, scale: [...node.scale].reverse(), offset: [...node.offset].reverse() });
        break;
      case 'batchNorm':
        reversed.add(node.name);
        nodes.push({
          ...node,
          gamma: vector(node.gamma),
          beta: vector(node.beta),
          mean: vector(node.mean)!,
          variance: vector(node.variance)!,
        });
        break;
      case 'conv2d':
        if ((node.groups ?? 1) !== 1) return null;
        nodes.push({ ...node, kernel: fresh(node.kernel, turnedKernel(weights[node.kernel], channels)) });
        break;
      default:
        return null;
    }
  }
  const used = new Set(nodes.flatMap((node) => Object.values(node)).filter((value) => typeof value === 'string'));
  return {
    definition: { ...definition, nodes },
    weights: Object.fromEntries(Object.entries(turned).filter(([key]) => used.has(key))),
  };
}

/** [height, width, in, out] with its inputs the other way round. */
function turnedKernel({ shape, values }: WeightArray, channels: number): WeightArray {
  const out = shape[3];
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const c = Math.floor(i / out) % channels;
    result[i + (channels - 1 - 2 * c) * out] = values[i];
  }
  return { shape, values: result };
}

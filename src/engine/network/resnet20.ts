/**
 * The CIFAR residual networks of He et al. 2016 with parameter-free shortcuts (option A) from PyTorch weights:
 * ResNet-20 and, with more blocks a stage, its deeper kin. Names as in Idelbayev's `pytorch_resnet_cifar10`: `conv1`,
 * `bn1`, `layer{1,2,3}.{0,1,...}.{conv,bn}{1,2}`, `linear`; a `module.` before them is left out.
 */
import { inspectNetwork } from './inspect';
import { toHwio, toOihw, transposed } from './layouts';
import { NetworkError } from './networkError';
import type { Random } from '../random';
import type { Network, NetworkDefinition, NetworkNode, Padding, WeightArray } from './types';

/** Of PyTorch's BatchNorm layers. */
const EPSILON = 1e-5;
const PADDING: Padding = { top: 1, bottom: 1, left: 1, right: 1 };
const HINT =
  'Expected are the weights of a CIFAR ResNet with option-A shortcuts: conv1, bn1, layer1.0.conv1, ..., linear.';

/** What the published CIFAR networks of this kind are fed: ImageNet's means and deviations. */
export const CIFAR_RESNET_NORMALIZATION: NetworkDefinition['normalization'] = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/**
 * @param tensors PyTorch's names and layouts: convolutions [out, in, height, width], `linear.weight` [out, in]. Widths
 *   and the number of blocks are read from them.
 * @param about the image's height and width, class names, what the network is fed
 * @throws NetworkError naming a tensor that is missing or has the wrong shape
 */
export function cifarResNet(
  tensors: Record<string, WeightArray>,
  about: Pick<NetworkDefinition, 'classNames' | 'normalization'> & { imageSize: [number, number] },
): Network {
  const stored = new Map(Object.entries(tensors).map(([name, tensor]) => [name.replace(/^module\./, ''), tensor]));
  const tensor = (name: string, rank: number): WeightArray => {
    const found = stored.get(name);
    if (!found) throw new NetworkError(`The weights have no tensor "${name}".`, HINT);
    if (found.shape.length !== rank)
      throw new NetworkError(`Tensor "${name}" has shape [${found.shape}], not ${rank} dimensions.`, HINT);
    return found;
  };
  const nodes: NetworkNode[] = [{ op: 'input', name: 'image', inputs: [] }];
  const weights: Record<string, WeightArray> = {};
  const add = (node: NetworkNode) => {
    nodes.push(node);
    return node.name;
  };
  const conv = (name: string, from: string, stride: number) => {
    const kernel = `${name}.weight`;
    weights[kernel] = toHwio(tensor(kernel, 4));
    return add({ op: 'conv2d', name, inputs: [from], kernel, strides: [stride, stride], padding: PADDING });
  };
  const batchNorm = (name: string, from: string) => {
    const keys = {
      gamma: `${name}.weight`,
      beta: `${name}.bias`,
      mean: `${name}.running_mean`,
      variance: `${name}.running_var`,
    };
    for (const key of Object.values(keys)) weights[key] = tensor(key, 1);
    return add({ op: 'batchNorm', name, inputs: [from], epsilon: EPSILON, ...keys });
  };
  const relu = (name: string, from: string) => add({ op: 'relu', name, inputs: [from] });

  let x = relu('relu1', batchNorm('bn1', conv('conv1', 'image', 1)));
  let channels = tensor('conv1.weight', 4).shape[0];
  let convolutions = 1;
  for (let stage = 1; stage <= 3; stage++) {
    for (let block = 0; block === 0 || stored.has(`layer${stage}.${block}.conv1.weight`); block++) {
      const name = `layer${stage}.${block}`;
      const stride = stage > 1 && block === 0 ? 2 : 1;
      const inner = relu(`${name}.relu1`, batchNorm(`${name}.bn1`, conv(`${name}.conv1`, x, stride)));
      const main = batchNorm(`${name}.bn2`, conv(`${name}.conv2`, inner, 1));
      const width = tensor(`${name}.conv2.weight`, 4).shape[0];
      const before = Math.floor((width - channels) / 2);
      const shortcut =
        stride === 1 && width === channels
          ? x
          : add({
              op: 'shortcutPad',
              name: `${name}.shortcut`,
              inputs: [x],
              stride,
              channelsBefore: before,
              channelsAfter: width - channels - before,
            });
      x = relu(`${name}.relu2`, add({ op: 'add', name: `${name}.add`, inputs: [main, shortcut] }));
      channels = width;
      convolutions += 2;
    }
  }
  const pooled = add({ op: 'globalAveragePool', name: 'pool', inputs: [x] });
  const linear = tensor('linear.weight', 2);
  weights['linear.weight'] = transposed(linear);
  weights['linear.bias'] = tensor('linear.bias', 1);
  add({ op: 'dense', name: 'linear', inputs: [pooled], kernel: 'linear.weight', bias: 'linear.bias' });
  const network: Network = {
    definition: {
      name: `ResNet-${convolutions + 1}`,
      inputShape: [...about.imageSize, tensor('conv1.weight', 4).shape[1]],
      numClasses: linear.shape[0],
      nodes,
      normalization: about.normalization,
      classNames: about.classNames,
    },
    weights,
  };
  inspectNetwork(network);
  return network;
}

/**
 * Fresh weights of such a network, in PyTorch's names and layouts: convolutions and the dense layer He normal (fan-in),
 * BatchNorm gamma 1, beta 0 (He et al. 2015, 2016).
 *
 * @param blocks of each of the three stages: 3 for ResNet-20, 5 for -32, 9 for -56
 */
export function freshCifarResNet(
  { classes, blocks, widths = [16, 32, 64] }: { classes: number; blocks: number; widths?: number[] },
  random: Random,
): Record<string, WeightArray> {
  const tensors: Record<string, WeightArray> = {};
  const normal = (name: string, shape: number[], fanIn: number) => {
    const deviation = Math.sqrt(2 / fanIn);
    const values = random.fork(name).fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1)));
    tensors[name] = { shape, values: values.map((value) => value * deviation) };
  };
  const filled = (name: string, length: number, value: number) => {
    tensors[name] = { shape: [length], values: new Float32Array(length).fill(value) };
  };
  const unit = (conv: string, norm: string, from: number, to: number) => {
    normal(`${conv}.weight`, [to, from, 3, 3], 9 * from);
    filled(`${norm}.weight`, to, 1);
    filled(`${norm}.bias`, to, 0);
    filled(`${norm}.running_mean`, to, 0);
    filled(`${norm}.running_var`, to, 1);
  };
  unit('conv1', 'bn1', 3, widths[0]);
  let channels = widths[0];
  widths.forEach((width, stage) => {
    for (let block = 0; block < blocks; block++) {
      const name = `layer${stage + 1}.${block}`;
      unit(`${name}.conv1`, `${name}.bn1`, channels, width);
      unit(`${name}.conv2`, `${name}.bn2`, width, width);
      channels = width;
    }
  });
  normal('linear.weight', [classes, channels], channels);
  filled('linear.bias', classes, 0);
  return tensors;
}

/** Weights of a network that `cifarResNet` made, in PyTorch's layouts again. */
export const cifarResNetTensors = (weights: Network['weights']): Record<string, WeightArray> =>
  Object.fromEntries(
    Object.entries(weights).map(([name, array]) => [
      name,
      array.shape.length === 4 ? toOihw(array) : array.shape.length === 2 ? transposed(array) : array,
    ]),
  );

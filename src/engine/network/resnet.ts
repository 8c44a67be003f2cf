/** The architecture of the bundled network: a small residual network with projection shortcuts. */
import type { Random } from '../random';
import type { Network, NetworkDefinition, NetworkNode, Padding, WeightArray } from './types';

export interface ResNetOptions {
  name: string;
  inputShape: [number, number, number];
  classNames: string[];
  normalization: NetworkDefinition['normalization'];
  /** Channels of each stage. */
  widths: number[];
  /** Stride of each stage's first block. */
  strides: number[];
  /** Residual blocks (of two 3x3 convolutions) a stage. */
  blocks: number;
  /** Stride of the first convolution. */
  stemStride: number;
  /** Of every BatchNorm layer. */
  epsilon: number;
}

/**
 * A freshly initialised residual network (He et al. 2016, basic blocks; option-B shortcuts: 1x1 convolution and
 * BatchNorm where the shape changes). Convolutions: He normal, fan-out; BatchNorm: gamma 1, beta 0; classifier: zero
 * bias.
 */
export function createResNet(options: ResNetOptions, random: Random): Network {
  const nodes: NetworkNode[] = [{ op: 'input', name: 'image', inputs: [] }];
  const weights: Record<string, WeightArray> = {};
  const add = (node: NetworkNode) => {
    nodes.push(node);
    return node.name;
  };
  const conv = (name: string, from: string, size: number, ci: number, co: number, stride: number) => {
    const values = new Float32Array(size * size * ci * co);
    random.fork(name).fillNormal(values);
    const deviation = Math.sqrt(2 / (size * size * co));
    weights[`${name}/kernel`] = { shape: [size, size, ci, co], values: values.map((v) => v * deviation) };
    const p = (size - 1) / 2;
    const padding: Padding = { top: p, bottom: p, left: p, right: p };
    return add({ op: 'conv2d', name, inputs: [from], kernel: `${name}/kernel`, strides: [stride, stride], padding });
  };
  const batchNorm = (name: string, from: string, channels: number) => {
    const fill = (value: number): WeightArray => ({
      shape: [channels],
      values: new Float32Array(channels).fill(value),
    });
    const keys = {
      gamma: `${name}/gamma`,
      beta: `${name}/beta`,
      mean: `${name}/moving_mean`,
      variance: `${name}/moving_variance`,
    };
    Object.assign(weights, {
      [keys.gamma]: fill(1),
      [keys.beta]: fill(0),
      [keys.mean]: fill(0),
      [keys.variance]: fill(1),
    });
    return add({ op: 'batchNorm', name, inputs: [from], epsilon: options.epsilon, ...keys });
  };
  const relu = (name: string, from: string) => add({ op: 'relu', name, inputs: [from] });

  let channels = options.widths[0];
  let x = relu(
    'stem_relu',
    batchNorm('stem_bn', conv('stem_conv', 'image', 3, options.inputShape[2], channels, options.stemStride), channels),
  );
  options.widths.forEach((width, stage) => {
    for (let block = 0; block < options.blocks; block++) {
      const name = `stage${stage + 1}_block${block + 1}`;
      const stride = block === 0 ? options.strides[stage] : 1;
      const inner = relu(
        `${name}_relu1`,
        batchNorm(`${name}_bn1`, conv(`${name}_conv1`, x, 3, channels, width, stride), width),
      );
      const main = batchNorm(`${name}_bn2`, conv(`${name}_conv2`, inner, 3, width, width, 1), width);
      const shortcut =
        stride !== 1 || channels !== width
          ? batchNorm(`${name}_shortcut_bn`, conv(`${name}_shortcut_conv`, x, 1, channels, width, stride), width)
          : x;
      x = relu(`${name}_relu2`, add({ op: 'add', name: `${name}_add`, inputs: [main, shortcut] }));
      channels = width;
    }
  });
  const pooled = add({ op: 'globalAveragePool', name: 'pool', inputs: [x] });
  const classes = options.classNames.length;
  const kernel = new Float32Array(channels * classes);
  random.fork('classifier').fillNormal(kernel);
  weights['classifier/kernel'] = { shape: [channels, classes], values: kernel.map((v) => v / Math.sqrt(channels)) };
  weights['classifier/bias'] = { shape: [classes], values: new Float32Array(classes) };
  add({ op: 'dense', name: 'classifier', inputs: [pooled], kernel: 'classifier/kernel', bias: 'classifier/bias' });
  return {
    definition: {
      name: options.name,
      inputShape: options.inputShape,
      numClasses: classes,
      nodes,
      normalization: options.normalization,
      classNames: options.classNames,
    },
    weights,
  };
}

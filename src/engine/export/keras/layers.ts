/**
 * Every operation of a network as layers of Keras that tfjs-layers has too. What it lacks (groups, dilated depthwise
 * kernels, hard-swish, parameter-free shortcuts, other paddings) is made of what it has.
 */
import type { Network, NetworkNode, Padding, WeightArray } from '../../network/types';
import type { QuantizedWeight } from '../../quantization/student';
import { channelShift, undilated, ungrouped } from './kernels';
import type { LayerBuilder } from './layerBuilder';
import { poolingForm } from './pooling';
import { packedValues } from './storedWeights';

export interface LayerContext {
  network: Network;
  builder: LayerBuilder;
  /** Of every node's output, without the batch. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /** Node -> its kernel as integers, where that is known. */
  kernels: ReadonlyMap<string, Pick<QuantizedWeight, 'bits' | 'scale' | 'zero'>>;
}

type Op = NetworkNode['op'];
type NodeOf<O extends Op> = NetworkNode & { op: O };
/** Adds the layers of one node. @param name of the layer that has its output @param inputs names of layers */
type Write<O extends Op> = (context: LayerContext, node: NodeOf<O>, name: string, inputs: string[]) => void;

const CHANNELS_LAST = { data_format: 'channels_last' } as const;
const isZero = ({ top, bottom, left, right }: Padding) => !top && !bottom && !left && !right;
const zeroPadding = ({ top, bottom, left, right }: Padding) => ({
  padding: [
    [top, bottom],
    [left, right],
  ],
  ...CHANNELS_LAST,
});

/** One layer of the node's own. */
const plain =
  <O extends Op>(className: string, config: (node: NodeOf<O>) => Record<string, unknown> = () => ({})): Write<O> =>
  ({ builder }, node, name, inputs) =>
    void builder.layer(className, name, config(node), inputs);

/** x slope + 0.5: a hard sigmoid before it is held between 0 and 1. @returns the layer's name */
const line = ({ builder }: LayerContext, slope: number, name: string, input: string): string =>
  builder.helper('Rescaling', `${name}_line`, { scale: slope, offset: 0.5 }, [input]);

/** What all convolutions are written with. */
const convolved = (strides: readonly number[], dilation: readonly number[], bias: boolean) => ({
  strides,
  padding: 'valid',
  ...CHANNELS_LAST,
  dilation_rate: dilation,
  activation: 'linear',
  use_bias: bias,
});

const convolution: Write<'conv2d' | 'depthwiseConv2d'> = (context, node, name, [input]) => {
  const { builder, network } = context;
  const { kernel, dilation } = kernelOf(context, node);
  const [height, width, , last] = kernel.shape;
  const depthwise = node.op === 'depthwiseConv2d';
  const from = isZero(node.padding)
    ? input
    : builder.helper('ZeroPadding2D', `${name}_pad`, zeroPadding(node.padding), [input]);
  builder.layer(
    depthwise ? 'DepthwiseConv2D' : 'Conv2D',
    name,
    {
      ...(depthwise ? { depth_multiplier: last } : { filters: last }),
      kernel_size: [height, width],
      ...convolved(node.strides, dilation, Boolean(node.bias)),
    },
    [from],
  );
  const grid = context.kernels.get(node.name);
  builder.weight(name, depthwise ? 'depthwise_kernel' : 'kernel', kernel, grid && packedValues(kernel.values, grid));
  if (node.bias) builder.weight(name, 'bias', network.weights[node.bias]);
};

/** tf.loadLayersModel has no groups and reads a depthwise layer's dilation over. */
function kernelOf(
  { network }: LayerContext,
  node: NodeOf<'conv2d' | 'depthwiseConv2d'>,
): { kernel: WeightArray; dilation: [number, number] } {
  const kernel = network.weights[node.kernel];
  const dilation = node.dilations ?? [1, 1];
  if (node.op === 'depthwiseConv2d') return { kernel: undilated(kernel, dilation), dilation: [1, 1] };
  return { kernel: node.groups && node.groups > 1 ? ungrouped(kernel, node.groups) : kernel, dilation };
}

const pooling: Write<'maxPool' | 'averagePool'> = ({ builder, network, shapes }, node, name, [input]) => {
  const className = node.op === 'maxPool' ? 'MaxPooling2D' : 'AveragePooling2D';
  const form = poolingForm(node, network.definition, shapes.get(node.inputs[0])!, shapes.get(node.name)!);
  const config = { pool_size: node.size, strides: node.strides, ...CHANNELS_LAST };
  if (form === 'everyPixel') {
    const every = builder.helper(className, `${name}_every`, { ...config, strides: [1, 1], padding: 'same' }, [input]);
    builder.layer('MaxPooling2D', name, { ...config, pool_size: [1, 1], padding: 'valid' }, [every]);
    return;
  }
  const from =
    form === 'zeros' ? builder.helper('ZeroPadding2D', `${name}_pad`, zeroPadding(node.padding), [input]) : input;
  builder.layer(className, name, { ...config, padding: form === 'same' ? 'same' : 'valid' }, [from]);
};

const WRITERS: { [O in Op]: Write<O> } = {
  input: ({ network, builder }, _, name) =>
    void builder.layer(
      'InputLayer',
      name,
      { batch_input_shape: [null, ...network.definition.inputShape], dtype: 'float32', sparse: false },
      [],
    ),
  conv2d: convolution,
  depthwiseConv2d: convolution,
  dense({ network: { weights }, builder, kernels }, node, name, inputs) {
    const kernel = weights[node.kernel];
    builder.layer(
      'Dense',
      name,
      { units: kernel.shape[1], activation: 'linear', use_bias: Boolean(node.bias) },
      inputs,
    );
    const grid = kernels.get(node.name);
    builder.weight(name, 'kernel', kernel, grid && packedValues(kernel.values, grid));
    if (node.bias) builder.weight(name, 'bias', weights[node.bias]);
  },
  batchNorm({ network: { weights }, builder }, { gamma, beta, mean, variance, epsilon }, name, inputs) {
    const config = { axis: -1, momentum: 0.9, epsilon, scale: Boolean(gamma), center: Boolean(beta) };
    builder.layer('BatchNormalization', name, config, inputs);
    if (gamma) builder.weight(name, 'gamma', weights[gamma]);
    if (beta) builder.weight(name, 'beta', weights[beta]);
    builder.weight(name, 'moving_mean', weights[mean]);
    builder.weight(name, 'moving_variance', weights[variance]);
  },
  relu: plain('ReLU'),
  relu6: plain('ReLU', () => ({ max_value: 6 })),
  leakyRelu: plain('LeakyReLU', ({ slope }) => ({ alpha: slope ?? 0 })),
  sigmoid: plain('Activation', () => ({ activation: 'sigmoid' })),
  silu: plain('Activation', () => ({ activation: 'swish' })),
  softmax: plain('Activation', () => ({ activation: 'softmax' })),
  // Not Keras's own, whose slope is 0.2 in Keras 2 and tfjs-layers and 1/6 in Keras 3.
  hardSigmoid: (context, { slope = 1 / 6 }, name, [input]) =>
    void context.builder.layer('ReLU', name, { max_value: 1 }, [line(context, slope, name, input)]),
  hardSwish(context, _, name, [input]) {
    const { builder } = context;
    const gate = builder.helper('ReLU', `${name}_gate`, { max_value: 1 }, [line(context, 1 / 6, name, input)]);
    builder.layer('Multiply', name, {}, [input, gate]);
  },
  add: plain('Add'),
  multiply: plain('Multiply'),
  concat: plain('Concatenate', () => ({ axis: -1 })),
  rescale: plain('Rescaling', ({ scale, offset }) => {
    const one = (values: number[]) => (values.length === 1 ? values[0] : values);
    return { scale: one(scale), offset: one(offset) };
  }),
  pad: plain('ZeroPadding2D', ({ padding }) => zeroPadding(padding)),
  maxPool: pooling,
  averagePool: pooling,
  globalAveragePool: plain('GlobalAveragePooling2D', () => CHANNELS_LAST),
  globalMaxPool: plain('GlobalMaxPooling2D', () => CHANNELS_LAST),
  reshape: plain('Reshape', ({ shape }) => ({ target_shape: shape })),
  transpose: plain('Permute', ({ order }) => ({ dims: order.map((axis) => axis + 1) })),
  flatten: plain('Flatten', () => CHANNELS_LAST),
  shortcutPad({ builder, shapes }, { inputs: [from], stride, channelsBefore, channelsAfter }, name, inputs) {
    const kernel = channelShift(shapes.get(from)![2], channelsBefore, channelsAfter);
    const config = { filters: kernel.shape[3], kernel_size: [1, 1], ...convolved([stride, stride], [1, 1], false) };
    builder.layer('Conv2D', name, config, inputs);
    builder.weight(name, 'kernel', kernel);
  },
};

/** Adds the layers of one node. @throws ExportError for pooling with a padding that Keras cannot express */
export function writeLayers<O extends Op>(context: LayerContext, node: NodeOf<O>): void {
  const { builder } = context;
  const write = WRITERS[node.op] as Write<O>;
  write(
    context,
    node,
    builder.nameOf(node.name),
    node.inputs.map((input) => builder.nameOf(input)),
  );
}

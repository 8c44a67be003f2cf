/** What a conversion of one Keras layer's call reads of it and appends to. */
import { brief } from '../../json';
import { say, type Said } from '../../sentences';
import { NetworkError } from '../networkError';
import type { NetworkNode, Padding, WeightArray } from '../types';
import { activationOf } from './activations';
import { LayerFields } from './fields';
import { kindOf } from './layerKinds';
import type { KerasCall, KerasLayer } from './topology';

export interface LayerContext {
  /** The stored weight of a layer, given its path. */
  stored(path: string, suffix: string): WeightArray;
  /** Weights the nodes refer to. */
  weights: Record<string, WeightArray>;
  nodes: NetworkNode[];
  /** Output shape of every node, without the batch. */
  shapes: Map<string, number[]>;
  /** Call -> node that holds its output (an identity layer has no node of its own). */
  outputs: Map<string, string>;
  /** Height and width of the images, for an input that leaves them open. */
  imageSize?: [number, number];
  /** Of Keras: some activations mean something else in the third. */
  version: string;
}

/** One call of a layer. Whatever refuses names the layer and its class. */
export interface LayerCall {
  kind: string;
  layer: KerasLayer;
  id: string;
  path: string;
  context: LayerContext;
  fields: LayerFields;
  /** Nodes that it reads, and their shapes without the batch. */
  inputs: string[];
  shapes: number[][];
  /** Shape of the first. */
  x: number[];
  unsupported: (why: Said) => never;
  /** Appends a node, whose output is the call's so far. @returns its name */
  add: (node: NetworkNode, shape: number[]) => string;
  /** The call's output is its input. */
  same: () => void;
  /** Key of the layer's weight of that name, which has to have so many axes. */
  take: (suffix: string, rank: number) => string;
  shapeOf: (key: string) => number[];
  /** Shape of the input, which has to be an image. */
  spatial: () => number[];
  channelsLast: () => void;
  /** Appends what an activation does to the call's output so far. */
  activation: (value: unknown) => void;
  /** Padding and output size of a window that slides over the input. */
  slide: (taps: [number, number], strides: [number, number]) => { padding: Padding; out: number[] };
  /** A convolution of the call's input, whose kernel is the weight `suffix`. @returns the kernel's last axis */
  convolve: (suffix: string, depthwise: boolean, name: string, bias?: string) => number;
  /** Keras and tfjs compute two things then, and nobody knows which one is meant. */
  readOver: (field: string) => never;
  biasOf: () => string | undefined;
}

/** A converter appends the nodes of one call of its kind of layer. */
export type LayerConverter = (call: LayerCall) => void;

const SUPPORTED = say('supportedLayers');
export const NONE: Padding = { top: 0, bottom: 0, left: 0, right: 0 };
export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Keras's 'same': as many zeros as the output size ceil(n / stride) needs, the odd one after. */
function samePadding([h, w]: number[], window: [number, number], strides: [number, number]): Padding {
  const total = (n: number, k: number, s: number) => Math.max(0, (Math.ceil(n / s) - 1) * s + k - n);
  const [v, u] = [total(h, window[0], strides[0]), total(w, window[1], strides[1])];
  return { top: v >> 1, bottom: v - (v >> 1), left: u >> 1, right: u - (u >> 1) };
}

/** @throws NetworkError where it reads what is not there, or is an operation of Keras 3 */
export function layerCall(call: KerasCall, context: LayerContext): LayerCall {
  const { layer, id, path } = call;
  const kind = kindOf(layer);
  const unsupported = (why: Said): never => {
    throw new NetworkError(say('layerUnusable', path, layer.class_name, why), SUPPORTED);
  };
  // Operations of Keras 3 have the names of layers.
  if (layer.module && !/^(keras\.layers|keras\.src\.layers|builtins|keras(\.src)?\.layers\..*)$/.test(layer.module))
    unsupported(say('fromModule', typeof layer.module === 'string' ? layer.module : brief(layer.module)));
  const inputs = call.inputs.map((from) => {
    const node = context.outputs.get(from);
    if (!node) throw new NetworkError(say('readsLater', `"${path}" (${layer.class_name})`, from), SUPPORTED);
    return node;
  });
  const shapes = inputs.map((input) => context.shapes.get(input)!);
  const x = shapes[0] ?? [];
  const fields = new LayerFields(layer.config, unsupported);
  const add = (node: NetworkNode, shape: number[]) => {
    context.nodes.push(node);
    context.shapes.set(node.name, shape);
    context.outputs.set(id, node.name);
    return node.name;
  };
  const same = () => context.outputs.set(id, inputs[0]);
  const take = (suffix: string, rank: number): string => {
    const key = `${path}/${suffix}`;
    const found = context.stored(path, suffix);
    if (found.shape.length !== rank) unsupported(say('weightShape', key, String(found.shape)));
    context.weights[key] = found;
    return key;
  };
  const shapeOf = (key: string) => context.weights[key].shape;
  const spatial = () => (x.length === 3 ? x : unsupported(say('notAnImage', String(x))));
  const channelsLast = () => {
    if (fields.word('data_format', ['channels_last', 'channels_first'], 'channels_last') !== 'channels_last')
      throw new NetworkError(
        say('layerUnusable', path, layer.class_name, say('channelsLastOnly')),
        say('channelsLastHint'),
      );
  };
  /** Appends what an activation does to the call's output so far. */
  const activation = (value: unknown) => {
    const at = context.outputs.get(id) ?? inputs[0];
    const shape = context.shapes.get(at)!;
    const of = activationOf(value, context.version);
    const name = at === id && of && of !== 'linear' ? `${id}/${of.op}` : id;
    if (of === 'linear') context.outputs.set(id, at);
    else if (of === null) unsupported(say('activationKind', typeof value === 'string' ? value : brief(value)));
    else if (of.op === 'softmax') add({ ...of, name, inputs: [at] }, shape);
    else add({ ...of, name, inputs: [at] }, shape);
  };
  const window = (length: number, before: number, after: number, taps: number, stride: number) => {
    const out = Math.floor((length + before + after - taps) / stride) + 1;
    return out >= 1 ? out : unsupported(say('windowDoesNotFit', taps, length));
  };
  const slide = (taps: [number, number], strides: [number, number]) => {
    const [h, w] = spatial();
    const padding =
      fields.word('padding', ['valid', 'same'], 'valid') === 'same' ? samePadding([h, w], taps, strides) : NONE;
    const out = [
      window(h, padding.top, padding.bottom, taps[0], strides[0]),
      window(w, padding.left, padding.right, taps[1], strides[1]),
    ];
    return { padding, out };
  };
  /** A convolution of the call's input, whose kernel is the weight `suffix`. */
  const convolve = (suffix: string, depthwise: boolean, name: string, bias?: string) => {
    channelsLast();
    const [, , c] = spatial();
    const kernel = take(suffix, 4);
    const [kh, kw, ci, last] = shapeOf(kernel);
    const groups = depthwise ? 1 : fields.number('groups', 1);
    const strides = fields.pair('strides', 1);
    const dilations = fields.pair('dilation_rate', 1);
    if (String(fields.pair('kernel_size', [kh, kw])) !== String([kh, kw]))
      unsupported(say('weightShape', kernel, String(shapeOf(kernel))));
    if (!Number.isInteger(groups) || groups < 1 || last % groups !== 0) fields.wrong('groups');
    if (c !== ci * groups) unsupported(say('wrongChannels', ci * groups, c));
    const { padding, out } = slide([(kh - 1) * dilations[0] + 1, (kw - 1) * dilations[1] + 1], strides);
    add(
      {
        op: depthwise ? 'depthwiseConv2d' : 'conv2d',
        name,
        inputs,
        kernel,
        strides,
        padding,
        ...(bias ? { bias } : {}),
        ...(dilations.some((d) => d !== 1) ? { dilations } : {}),
        ...(groups !== 1 ? { groups } : {}),
      },
      [...out, depthwise ? ci * last : last],
    );
    mergePadding(context);
    return last;
  };
  const readOver = (field: string): never => {
    throw new NetworkError(
      say('layerUnusable', path, layer.class_name, say('tfjsReadsOver', field)),
      say('tfjsReadsOverHint'),
    );
  };
  const biasOf = () => (fields.flag('use_bias', true) ? take('bias', 1) : undefined);

  return {
    kind,
    layer,
    id,
    path,
    context,
    fields,
    inputs,
    shapes,
    x,
    unsupported,
    add,
    same,
    take,
    shapeOf,
    spatial,
    channelsLast,
    activation,
    slide,
    convolve,
    readOver,
    biasOf,
  };
}

/** Explicit zero padding followed by a convolution is one node: PyTorch's symmetric padding arrives as such a pair. */
function mergePadding({ nodes }: LayerContext): void {
  const conv = nodes[nodes.length - 1];
  const pad = nodes[nodes.length - 2];
  if (pad?.op !== 'pad' || (conv.op !== 'conv2d' && conv.op !== 'depthwiseConv2d') || conv.inputs[0] !== pad.name)
    return;
  const [a, b] = [pad.padding, conv.padding];
  conv.padding = { top: a.top + b.top, bottom: a.bottom + b.bottom, left: a.left + b.left, right: a.right + b.right };
  // The pad node stays for whoever else reads it; nodes the output does not need are dropped at the end.
  conv.inputs = pad.inputs;
}

/** One Keras layer at a time into the executor's nodes. */
import { brief } from '../../json';
import { say, type Said } from '../../sentences';
import { clipNodes } from '../clip';
import { broadcastShape } from '../inspect';
import { NetworkError } from '../networkError';
import type { ActivationNode, NetworkNode, Padding, WeightArray } from '../types';
import { LayerFields } from './fields';
import type { KerasCall, KerasLayer } from './topology';
import type { WeightedLayer } from './weightNames';

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

const SUPPORTED = say('supportedLayers');
const NONE: Padding = { top: 0, bottom: 0, left: 0, right: 0 };
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Names under which Keras has had the same layer. */
const SAME_LAYER: Record<string, string> = {
  Convolution2D: 'Conv2D',
  SeparableConvolution2D: 'SeparableConv2D',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  SyncBatchNormalization: 'BatchNormalization',
  MaxPool2D: 'MaxPooling2D',
  AvgPool2D: 'AveragePooling2D',
  GlobalAvgPool2D: 'GlobalAveragePooling2D',
  GlobalMaxPool2D: 'GlobalMaxPooling2D',
  GlobalMaxPooling2D: 'GlobalMaxPooling2D',
};
/** They do something in training only. */
const TRAINING_ONLY =
  /^(Dropout|AlphaDropout|GaussianDropout|GaussianNoise|SpatialDropout2D|ActivityRegularization|Random(Flip|Rotation|Zoom|Translation|Contrast|Brightness|Height|Width|Hue|Saturation|Sharpness|Shear|ColorJitter|Erasing|Grayscale|GaussianBlur))$/;

export const kindOf = ({ class_name: kind }: KerasLayer): string =>
  Object.hasOwn(SAME_LAYER, kind) ? SAME_LAYER[kind] : kind;
export const isTrainingOnly = (layer: KerasLayer): boolean => TRAINING_ONLY.test(layer.class_name);

/** What the weights of a layer are called, as far as its class and switches tell; null for a layer without any. */
export function weightsOf(call: KerasCall): WeightedLayer | null {
  const { layer, path } = call;
  const kind = kindOf(layer);
  const on = (key: string) => {
    const camel = key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return (layer.config[key] ?? layer.config[camel]) !== false;
  };
  const bias = on('use_bias') ? ['bias'] : [];
  const listed = ((): string[] => {
    switch (kind) {
      case 'Conv2D':
      case 'Dense':
        return ['kernel', ...bias];
      case 'DepthwiseConv2D':
        return ['depthwise_kernel', ...bias];
      case 'SeparableConv2D':
        return ['depthwise_kernel', 'pointwise_kernel', ...bias];
      case 'BatchNormalization':
        return [...(on('scale') ? ['gamma'] : []), ...(on('center') ? ['beta'] : []), 'moving_mean', 'moving_variance'];
      default:
        return [];
    }
  })();
  return listed.length > 0 ? { path, kind: layer.class_name, suffixes: listed } : null;
}

/** Keras's 'same': as many zeros as the output size ceil(n / stride) needs, the odd one after. */
function samePadding([h, w]: number[], window: [number, number], strides: [number, number]): Padding {
  const total = (n: number, k: number, s: number) => Math.max(0, (Math.ceil(n / s) - 1) * s + k - n);
  const [v, u] = [total(h, window[0], strides[0]), total(w, window[1], strides[1])];
  return { top: v >> 1, bottom: v - (v >> 1), left: u >> 1, right: u - (u >> 1) };
}

/**
 * Appends the nodes of one call to the context.
 *
 * @throws NetworkError naming the layer and its class where the executor has no such operation or setting
 */
export function convertLayer(call: KerasCall, context: LayerContext): void {
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
    else if (of.op === 'softmax') add({ op: 'softmax', name, inputs: [at] }, shape);
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
  /** Keras and tfjs compute two things then, and nobody knows which one is meant. */
  const readOver = (field: string): never => {
    throw new NetworkError(
      say('layerUnusable', path, layer.class_name, say('tfjsReadsOver', field)),
      say('tfjsReadsOverHint'),
    );
  };
  const biasOf = () => (fields.flag('use_bias', true) ? take('bias', 1) : undefined);

  if (kind !== 'InputLayer' && inputs.length === 0) unsupported(say('readsNothing'));
  if (isTrainingOnly(layer)) {
    if (inputs.length !== 1) unsupported(say('readsSeveral', inputs.length));
    same();
    return;
  }
  if (inputs.length > 1 && !['Add', 'Multiply', 'Concatenate'].includes(kind))
    unsupported(
      say(/^[A-Z]\w+2D$|^Dense$|^BatchN|^Activ/.test(kind) ? 'readsSeveral' : 'noSuchOperation', inputs.length),
    );

  switch (kind) {
    case 'InputLayer': {
      fields.expect('sparse', false);
      fields.expect('ragged', false);
      fields.expect('optional', false);
      const shape = (fields.get('batch_input_shape') ?? fields.get('batch_shape')) as (number | null)[] | undefined;
      if (inputs.length === 1) {
        const fits = !Array.isArray(shape) || shape.slice(1).every((v, i) => v === null || v === x[i]);
        if (!fits || (shape && shape.length !== x.length + 1))
          unsupported(say('takesShape', brief(shape).replace(/^\[|\]$/g, ''), String(x)));
        same();
        return;
      }
      const [height, width] = context.imageSize ?? [null, null];
      const [, h = null, w = null, c] = Array.isArray(shape) ? shape : [];
      const full = [h ?? height, w ?? width, c];
      if (!Array.isArray(shape) || shape.length !== 4 || full.some((v) => !Number.isInteger(v) || v! < 1)) {
        const written = Array.isArray(shape) ? shape.map((v) => (v === null ? '?' : brief(v))).join(', ') : '';
        throw new NetworkError(
          say('layerUnusable', path, layer.class_name, say('noFixedSize', written)),
          say('noImageSizeHint'),
        );
      }
      add({ op: 'input', name: id, inputs: [] }, full as number[]);
      return;
    }
    case 'Conv2D':
    case 'DepthwiseConv2D': {
      const depthwise = kind === 'DepthwiseConv2D';
      if (depthwise && fields.pair('dilation_rate', 1).some((d) => d !== 1)) readOver('dilation_rate');
      const bias = biasOf();
      const last = convolve(depthwise ? 'depthwise_kernel' : 'kernel', depthwise, id, bias);
      const wanted = depthwise ? 'depth_multiplier' : 'filters';
      if (fields.number(wanted, last) !== last) fields.wrong(wanted);
      if (depthwise) {
        fields.expect('groups', 1);
        fields.ignore('filters');
      }
      activation(fields.get('activation') ?? 'linear');
      break;
    }
    case 'SeparableConv2D': {
      const bias = biasOf();
      const multiplier = convolve('depthwise_kernel', true, `${id}/depthwise`);
      if (fields.number('depth_multiplier', multiplier) !== multiplier) fields.wrong('depth_multiplier');
      fields.expect('groups', 1);
      const between = context.outputs.get(id)!;
      const [h, w, c] = context.shapes.get(between)!;
      const kernel = take('pointwise_kernel', 4);
      const [kh, kw, ci, co] = shapeOf(kernel);
      if (kh !== 1 || kw !== 1) unsupported(say('weightShape', kernel, String(shapeOf(kernel))));
      if (ci !== c) unsupported(say('wrongChannels', ci, c));
      if (fields.number('filters', co) !== co) fields.wrong('filters');
      const node = { name: id, inputs: [between], kernel, strides: [1, 1] as [number, number], padding: NONE };
      add({ op: 'conv2d', ...node, ...(bias ? { bias } : {}) }, [h, w, co]);
      activation(fields.get('activation') ?? 'linear');
      break;
    }
    case 'BatchNormalization': {
      const axis = [fields.get('axis') ?? -1].flat();
      if (axis.length !== 1 || (axis[0] !== -1 && axis[0] !== x.length))
        unsupported(say('wrongAxis', brief(fields.get('axis')).replace(/^\[|\]$/g, '')));
      if (x.length !== 3 && x.length !== 1) unsupported(say('notAnImage', String(x)));
      const epsilon = fields.number('epsilon', 1e-3);
      const node = {
        epsilon,
        ...(fields.flag('scale', true) ? { gamma: take('gamma', 1) } : {}),
        ...(fields.flag('center', true) ? { beta: take('beta', 1) } : {}),
        mean: take('moving_mean', 1),
        variance: take('moving_variance', 1),
      };
      // How the running statistics of several devices came together.
      fields.get('synchronized');
      fields.ignore('fused');
      add({ op: 'batchNorm', name: id, inputs, ...node }, x);
      break;
    }
    case 'ReLU': {
      const limit = fields.get('max_value') ?? null;
      const slope = fields.number('negative_slope', 0);
      if (fields.number('threshold', 0) !== 0) fields.wrong('threshold');
      if (limit !== null && !(typeof limit === 'number' && limit > 0 && Number.isFinite(limit)))
        unsupported(say('clippedRelu', String(limit)));
      if (slope !== 0) readOver('negative_slope');
      for (const node of clipNodes(id, inputs[0], 0, typeof limit === 'number' ? limit : Infinity)) add(node, x);
      break;
    }
    case 'LeakyReLU': {
      const slope = fields.number(fields.get('negative_slope') === undefined ? 'alpha' : 'negative_slope', 0.3);
      add({ op: 'leakyRelu', name: id, inputs, slope }, x);
      break;
    }
    case 'Activation':
      activation(fields.get('activation'));
      break;
    case 'Softmax': {
      const axis = [fields.get('axis') ?? -1].flat();
      if (axis.length !== 1 || (axis[0] !== -1 && axis[0] !== x.length)) fields.wrong('axis');
      activation('softmax');
      break;
    }
    case 'Add':
    case 'Multiply': {
      const shape = broadcastShape(shapes);
      const listed = shapes.map((s) => `[${s}]`).join(kind === 'Add' ? ' + ' : ' * ');
      if (inputs.length < 2) unsupported(say('readsSeveral', inputs.length));
      if (!shape) unsupported(say('shapesDoNotFit', listed));
      add({ op: kind === 'Add' ? 'add' : 'multiply', name: id, inputs }, shape!);
      break;
    }
    case 'Concatenate': {
      const axis = fields.number('axis', -1);
      if (axis !== -1 && axis !== x.length) fields.wrong('axis');
      const before = (shape: number[]) => `${shape.length}: ${shape.slice(0, -1)}`;
      if (shapes.some((shape) => before(shape) !== before(x)))
        unsupported(say('shapesDoNotFit', shapes.map((s) => `[${s}]`).join(', ')));
      const channels = shapes.reduce((sum, shape) => sum + shape[shape.length - 1], 0);
      add({ op: 'concat', name: id, inputs }, [...x.slice(0, -1), channels]);
      break;
    }
    case 'ZeroPadding2D': {
      channelsLast();
      const value = fields.get('padding') ?? 1;
      const [v, u] = Array.isArray(value) ? value : [value, value];
      const sides = [v, u].flatMap((side) => (Array.isArray(side) ? side : [side, side])) as number[];
      if (sides.length !== 4 || sides.some((side) => !Number.isInteger(side) || side < 0)) fields.wrong('padding');
      const [top, bottom, left, right] = sides;
      const [h, w, c] = spatial();
      add({ op: 'pad', name: id, inputs, padding: { top, bottom, left, right } }, [
        h + top + bottom,
        w + left + right,
        c,
      ]);
      break;
    }
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      channelsLast();
      const taps = fields.pair('pool_size', 2);
      const strides = fields.pair('strides', taps);
      const { padding, out } = slide(taps, strides);
      const op = kind === 'MaxPooling2D' ? 'maxPool' : 'averagePool';
      add({ op, name: id, inputs, size: taps, strides, padding }, [...out, x[2]]);
      break;
    }
    case 'GlobalAveragePooling2D':
    case 'GlobalMaxPooling2D': {
      channelsLast();
      const [, , c] = spatial();
      const kept = fields.flag('keepdims', false);
      const op = kind === 'GlobalAveragePooling2D' ? 'globalAveragePool' : 'globalMaxPool';
      const pooled = add({ op, name: kept ? `${id}/pooled` : id, inputs }, [c]);
      if (kept) add({ op: 'reshape', name: id, inputs: [pooled], shape: [1, 1, c] }, [1, 1, c]);
      break;
    }
    case 'Flatten':
      channelsLast();
      add({ op: 'flatten', name: id, inputs }, [size(x)]);
      break;
    case 'Reshape': {
      const wanted = fields.get('target_shape') ?? null;
      const shape = Array.isArray(wanted) ? reshaped(wanted, size(x)) : null;
      if (!shape) fields.wrong('target_shape');
      add({ op: 'reshape', name: id, inputs, shape: shape! }, shape!);
      break;
    }
    case 'Permute': {
      const dims = fields.get('dims');
      const order = Array.isArray(dims) ? dims.map((axis) => Number(axis) - 1) : [];
      if (String([...order].sort()) !== String(x.map((_, axis) => axis))) fields.wrong('dims');
      add(
        { op: 'transpose', name: id, inputs, order },
        order.map((axis) => x[axis]),
      );
      break;
    }
    case 'Dense': {
      const bias = biasOf();
      let kernel = take('kernel', 2);
      const [i, o] = shapeOf(kernel);
      if (fields.number('units', o) !== o) fields.wrong('units');
      if ((x.length !== 1 && x.length !== 3) || x[x.length - 1] !== i) unsupported(say('wrongFeatures', i, String(x)));
      if (x.length === 1) add({ op: 'dense', name: id, inputs, kernel, ...(bias ? { bias } : {}) }, [o]);
      else {
        // At every pixel by itself: a convolution of one tap.
        const { values } = context.weights[kernel];
        kernel = `${kernel}:pointwise`;
        context.weights[kernel] = { shape: [1, 1, i, o], values };
        const node = { name: id, inputs, kernel, strides: [1, 1] as [number, number], padding: NONE };
        add({ op: 'conv2d', ...node, ...(bias ? { bias } : {}) }, [x[0], x[1], o]);
      }
      activation(fields.get('activation') ?? 'linear');
      break;
    }
    case 'Rescaling': {
      const [scale, offset] = [fields.numbers('scale') ?? [1], fields.numbers('offset') ?? [0]];
      perChannel('scale', scale, x, fields);
      perChannel('offset', offset, x, fields);
      add({ op: 'rescale', name: id, inputs, scale, offset }, x);
      break;
    }
    case 'Normalization': {
      const [mean, variance] = [fields.numbers('mean'), fields.numbers('variance')];
      const axis = [fields.get('axis') ?? -1].flat();
      if (axis.length > 1 || (axis.length === 1 && axis[0] !== -1 && axis[0] !== x.length)) fields.wrong('axis');
      fields.expect('invert', false);
      if (!mean || !variance) unsupported(say('normalizationInWeights'));
      perChannel('mean', mean!, x, fields);
      perChannel('variance', variance!, x, fields);
      const deviation = variance!.map((v) => Math.max(Math.sqrt(v), 1e-7));
      const scale = deviation.map((d) => 1 / d);
      const offset = Array.from(
        { length: Math.max(mean!.length, scale.length) },
        (_, i) => -mean![i % mean!.length] * scale[i % scale.length],
      );
      add({ op: 'rescale', name: id, inputs, scale, offset }, x);
      break;
    }
    case 'Resizing':
    case 'CenterCrop':
    case 'RandomCrop': {
      const [h, w] = spatial();
      if (fields.number('height', h) !== h || fields.number('width', w) !== w) unsupported(say('resizesInside'));
      fields.ignoreRest();
      same();
      break;
    }
    default:
      unsupported(say(kind === 'Lambda' || kind === 'TFOpLambda' ? 'hasCode' : 'noSuchOperation'));
  }
  fields.finish();
}

function perChannel(key: string, values: number[], x: number[], fields: LayerFields): void {
  if (values.length !== 1 && values.length !== x[x.length - 1]) fields.wrong(key);
}

/** A target shape of which one axis may be -1; null where it does not fit. */
function reshaped(wanted: unknown[], count: number): number[] | null {
  const shape = wanted.map((v) => (v === null ? -1 : Number(v)));
  const open = shape.filter((v) => v === -1).length;
  const known = size(shape.filter((v) => v !== -1));
  if (open > 1 || shape.length === 0 || shape.some((v) => !Number.isInteger(v) || v === 0 || v < -1)) return null;
  const full = shape.map((v) => (v === -1 ? count / known : v));
  return size(full) === count && full.every(Number.isInteger) ? full : null;
}

type Activated = Pick<ActivationNode, 'op' | 'slope'> | { op: 'softmax' };

/** What an activation is by its name in Keras 2, Keras 3 or tfjs; null where the executor has none such. */
export function activationOf(value: unknown, version: string): Activated | 'linear' | null {
  const held = value as { class_name?: unknown; config?: unknown } | null;
  // Keras 3 writes a function as an object; one with settings of its own is no activation by name.
  const named = typeof held === 'object' && held !== null && typeof held.config === 'string' ? held.config : value;
  if (named === null || named === undefined) return 'linear';
  if (typeof named !== 'string') return null;
  switch (named.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) {
    case 'linear':
      return 'linear';
    case 'relu':
    case 'relu6':
    case 'sigmoid':
    case 'softmax':
      return { op: named as 'relu' };
    case 'swish':
    case 'silu':
      return { op: 'silu' };
    case 'hard_swish':
    case 'hard_silu':
      return { op: 'hardSwish' };
    case 'hard_sigmoid':
      return { op: 'hardSigmoid', slope: version.startsWith('3') ? 1 / 6 : 0.2 };
    case 'leaky_relu':
      return { op: 'leakyRelu', slope: 0.2 };
    default:
      return null;
  }
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

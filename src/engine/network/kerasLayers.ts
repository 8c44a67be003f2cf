/** One Keras layer at a time into the executor's nodes. */
import { say, type Said } from '../sentences';
import { NetworkError } from './networkError';
import type { NetworkNode, Padding, WeightArray } from './types';

export interface KerasLayer {
  class_name: string;
  name?: string;
  config: Record<string, unknown> & { name?: string };
  inbound_nodes?: (string | number | object)[][][];
}

export interface LayerContext {
  /** Weights as the file names them. */
  stored: Record<string, WeightArray>;
  /** Weights the nodes refer to. */
  weights: Record<string, WeightArray>;
  nodes: NetworkNode[];
  /** Output shape of every node, without the batch. */
  shapes: Map<string, number[]>;
  /** Keras layer -> node that holds its output (an identity layer has no node of its own). */
  outputs: Map<string, string>;
  inputShape: [number, number, number] | null;
}

const SUPPORTED = say('supportedLayers');

const pair = (value: unknown): [number, number] =>
  Array.isArray(value) ? [value[0], value[1]] : [value as number, value as number];
const NONE: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

/** Keras's 'same': as many zeros as the output size ceil(n / stride) needs, the odd one after. */
function samePadding([h, w]: number[], size: [number, number], strides: [number, number]): Padding {
  const total = (n: number, k: number, s: number) => Math.max(0, (Math.ceil(n / s) - 1) * s + k - n);
  const [v, u] = [total(h, size[0], strides[0]), total(w, size[1], strides[1])];
  return { top: v >> 1, bottom: v - (v >> 1), left: u >> 1, right: u - (u >> 1) };
}

/**
 * Appends the nodes of one layer to the context.
 *
 * @throws NetworkError naming the layer and its class where the executor has no such operation or setting
 */
export function convertLayer(layer: KerasLayer, name: string, inbound: string[], context: LayerContext): void {
  const { config, class_name: kind } = layer;
  const inputs = inbound.map((from) => {
    const node = context.outputs.get(from);
    if (!node) throw new NetworkError(say('readsLater', `"${name}" (${kind})`, from), SUPPORTED);
    return node;
  });
  const unsupported = (what: Said): never => {
    throw new NetworkError(say('layerUnusable', name, kind, what), SUPPORTED);
  };
  const x = inputs.length ? context.shapes.get(inputs[0])! : [];
  const add = (node: NetworkNode, shape: number[]) => {
    context.nodes.push(node);
    context.shapes.set(node.name, shape);
    context.outputs.set(name, node.name);
    return node.name;
  };
  const same = () => context.outputs.set(name, inputs[0]);
  const take = (suffix: string): string => {
    const key = `${name}/${suffix}`;
    const found =
      Object.keys(context.stored).find((k) => k === key) ??
      Object.keys(context.stored).find((k) => k.endsWith(`/${key}`));
    if (!found) throw new NetworkError(say('layerLacksWeight', name, kind, suffix), say('otherModelHint'));
    context.weights[key] = context.stored[found];
    return key;
  };
  const rank = (key: string, wanted: number) =>
    context.weights[key].shape.length === wanted
      ? context.weights[key].shape
      : unsupported(say('weightShape', key, String(context.weights[key].shape)));
  const activation = (of: string, at: string[]) => {
    const shape = context.shapes.get(at[0])!;
    if (of === 'linear') context.outputs.set(name, at[0]);
    else if (of === 'relu' || of === 'relu6')
      add({ op: of, name: at[0] === name ? `${name}/${of}` : name, inputs: at }, shape);
    else if (of === 'softmax' && shape.length === 1)
      context.outputs.set(name, at[0]); // logits are taken in front of it
    else unsupported(say('activationKind', of));
  };
  const spatial = () => (x.length === 3 ? x : unsupported(say('notAnImage', String(x))));
  const channelsLast = () => {
    if (config.data_format && config.data_format !== 'channels_last') unsupported(say('channelsLastOnly'));
  };

  switch (kind) {
    case 'InputLayer': {
      const shape = (config.batch_input_shape ?? config.batchInputShape ?? config.batch_shape) as
        (number | null)[] | undefined;
      if (!shape || shape.length !== 4 || shape.slice(1).some((v) => !v))
        unsupported(say('noFixedSize', String(shape ?? '')));
      if (context.inputShape) unsupported(say('severalInputs'));
      context.inputShape = shape!.slice(1) as [number, number, number];
      add({ op: 'input', name, inputs: [] }, context.inputShape);
      return;
    }
    case 'Conv2D':
    case 'DepthwiseConv2D': {
      channelsLast();
      const depthwise = kind === 'DepthwiseConv2D';
      if (pair(config.dilation_rate ?? 1).some((d) => d !== 1)) unsupported(say('noDilation'));
      if ((config.groups ?? 1) !== 1) unsupported(say('noGroups'));
      const kernel = take(depthwise ? 'depthwise_kernel' : 'kernel');
      const bias = config.use_bias === false ? undefined : take('bias');
      const [kh, kw, ci, last] = rank(kernel, 4);
      const strides = pair(config.strides ?? 1);
      const [h, w, c] = spatial();
      if (c !== ci) unsupported(say('wrongChannels', ci, c));
      const padding = config.padding === 'same' ? samePadding([h, w], [kh, kw], strides) : NONE;
      const out = [
        Math.floor((h + padding.top + padding.bottom - kh) / strides[0]) + 1,
        Math.floor((w + padding.left + padding.right - kw) / strides[1]) + 1,
        depthwise ? ci * last : last,
      ];
      add(
        {
          op: depthwise ? 'depthwiseConv2d' : 'conv2d',
          name,
          inputs,
          kernel,
          strides,
          padding,
          ...(bias ? { bias } : {}),
        },
        out,
      );
      mergePadding(context);
      activation((config.activation as string | undefined) ?? 'linear', [name]);
      return;
    }
    case 'BatchNormalization': {
      const axis = Array.isArray(config.axis) ? config.axis[0] : (config.axis ?? -1);
      if (axis !== -1 && axis !== x.length) unsupported(say('wrongAxis', String(axis)));
      spatial();
      add(
        {
          op: 'batchNorm',
          name,
          inputs,
          epsilon: (config.epsilon as number | undefined) ?? 1e-3,
          ...(config.scale === false ? {} : { gamma: take('gamma') }),
          ...(config.center === false ? {} : { beta: take('beta') }),
          mean: take('moving_mean'),
          variance: take('moving_variance'),
        },
        x,
      );
      return;
    }
    case 'ReLU': {
      const limit = config.max_value ?? null;
      if (limit !== null && limit !== 6) unsupported(say('clippedRelu', String(limit)));
      if ((config.negative_slope ?? 0) !== 0 || (config.threshold ?? 0) !== 0) unsupported(say('plainReluOnly'));
      add({ op: limit === 6 ? 'relu6' : 'relu', name, inputs }, x);
      return;
    }
    case 'Activation':
      activation(config.activation as string, inputs);
      return;
    case 'Softmax':
      activation('softmax', inputs);
      return;
    case 'Add':
      add({ op: 'add', name, inputs }, x);
      return;
    case 'ZeroPadding2D': {
      channelsLast();
      const [v, u] = Array.isArray(config.padding) ? config.padding : [config.padding, config.padding];
      const [[top, bottom], [left, right]] = [pair(v), pair(u)];
      const [h, w, c] = spatial();
      add({ op: 'pad', name, inputs, padding: { top, bottom, left, right } }, [h + top + bottom, w + left + right, c]);
      return;
    }
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      channelsLast();
      const size = pair(config.pool_size ?? 2);
      const strides = pair(config.strides ?? size);
      const [h, w, c] = spatial();
      const padding = config.padding === 'same' ? samePadding([h, w], size, strides) : NONE;
      const out = [
        Math.floor((h + padding.top + padding.bottom - size[0]) / strides[0]) + 1,
        Math.floor((w + padding.left + padding.right - size[1]) / strides[1]) + 1,
        c,
      ];
      add({ op: kind === 'MaxPooling2D' ? 'maxPool' : 'averagePool', name, inputs, size, strides, padding }, out);
      return;
    }
    case 'GlobalAveragePooling2D':
      add({ op: 'globalAveragePool', name, inputs }, [spatial()[2]]);
      return;
    case 'Flatten':
      add({ op: 'flatten', name, inputs }, [x.reduce((a, b) => a * b, 1)]);
      return;
    case 'Reshape':
      // Keras applications put a Reshape to [features] around their classifier; anything else changes the layout.
      if ((config.target_shape as number[]).length === 1)
        add({ op: 'flatten', name, inputs }, [x.reduce((a, b) => a * b, 1)]);
      else unsupported(say('vectorReshapeOnly'));
      return;
    case 'Dense': {
      const kernel = take('kernel');
      const bias = config.use_bias === false ? undefined : take('bias');
      const [i, o] = rank(kernel, 2);
      if (x.length !== 1 || x[0] !== i) unsupported(say('wrongFeatures', i, String(x)));
      add({ op: 'dense', name, inputs, kernel, ...(bias ? { bias } : {}) }, [o]);
      activation((config.activation as string | undefined) ?? 'linear', [name]);
      return;
    }
    case 'Dropout':
    case 'SpatialDropout2D':
    case 'GaussianNoise':
      same();
      return;
    default:
      unsupported(say('noSuchOperation'));
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

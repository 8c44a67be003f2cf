/** Writes a `Network` as a tf.LayersModel: the counterpart of `network/keras/layersModel.ts`, readable by tfjs and Keras. */
import type { Network, NetworkNode, Padding } from '../network/types';

export interface LayersModelFiles {
  /** Contents of model.json. */
  modelJson: string;
  /** Name and contents of the one weight file. */
  weightsName: string;
  weights: ArrayBuffer;
}

interface Layer {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: unknown[][];
}

const isZero = (p: Padding) => !p.top && !p.bottom && !p.left && !p.right;

/**
 * @param metadata is stored beside name, class names and normalization in `userDefinedMetadata`
 * @throws Error where Keras has no layer for a node (option-A shortcuts, hard-swish)
 */
export function writeLayersModel(
  { definition, weights }: Network,
  metadata: Record<string, unknown> = {},
  weightsName = 'weights.bin',
): LayersModelFiles {
  const layers: Layer[] = [];
  const stored: { name: string; key: string }[] = [];
  const push = (class_name: string, name: string, config: Record<string, unknown>, inputs: string[]) => {
    layers.push({
      class_name,
      name,
      config: { name, trainable: true, ...config },
      inbound_nodes: inputs.length ? [inputs.map((i) => [i, 0, 0, {}])] : [],
    });
  };
  const weight = (name: string, key: string) => stored.push({ name, key });
  const padded = (node: NetworkNode & { padding: Padding }, input: string): string => {
    if (isZero(node.padding)) return input;
    const { top, bottom, left, right } = node.padding;
    push(
      'ZeroPadding2D',
      `${node.name}_pad`,
      {
        padding: [
          [top, bottom],
          [left, right],
        ],
        data_format: 'channels_last',
      },
      [input],
    );
    return `${node.name}_pad`;
  };
  for (const node of definition.nodes) {
    const { name, inputs } = node;
    switch (node.op) {
      case 'input':
        push(
          'InputLayer',
          name,
          { batch_input_shape: [null, ...definition.inputShape], dtype: 'float32', sparse: false },
          [],
        );
        break;
      case 'conv2d':
      case 'depthwiseConv2d': {
        const [kh, kw, ci, last] = weights[node.kernel].shape;
        const depthwise = node.op === 'depthwiseConv2d';
        const input = padded(node, inputs[0]);
        push(
          depthwise ? 'DepthwiseConv2D' : 'Conv2D',
          name,
          {
            ...(depthwise ? { depth_multiplier: last } : { filters: last }),
            kernel_size: [kh, kw],
            strides: node.strides,
            padding: 'valid',
            data_format: 'channels_last',
            dilation_rate: node.dilations ?? [1, 1],
            ...(node.groups && node.groups !== 1 ? { groups: node.groups } : {}),
            activation: 'linear',
            use_bias: Boolean(node.bias),
          },
          [input],
        );
        weight(`${name}/${depthwise ? 'depthwise_kernel' : 'kernel'}`, node.kernel);
        if (node.bias) weight(`${name}/bias`, node.bias);
        if (ci < 1) throw new Error(`Layer "${name}" has no input channels.`);
        break;
      }
      case 'batchNorm':
        push(
          'BatchNormalization',
          name,
          { axis: -1, momentum: 0.9, epsilon: node.epsilon, scale: Boolean(node.gamma), center: Boolean(node.beta) },
          inputs,
        );
        if (node.gamma) weight(`${name}/gamma`, node.gamma);
        if (node.beta) weight(`${name}/beta`, node.beta);
        weight(`${name}/moving_mean`, node.mean);
        weight(`${name}/moving_variance`, node.variance);
        break;
      case 'relu':
        push('ReLU', name, {}, inputs);
        break;
      case 'relu6':
        push('ReLU', name, { max_value: 6 }, inputs);
        break;
      case 'leakyRelu':
        push('LeakyReLU', name, { alpha: node.slope ?? 0 }, inputs);
        break;
      case 'sigmoid':
      case 'silu':
      case 'softmax':
        push('Activation', name, { activation: node.op === 'silu' ? 'swish' : node.op }, inputs);
        break;
      case 'hardSigmoid':
        if (node.slope !== 0.2) throw new Error(`Layer "${name}": Keras 2 has no hard sigmoid with this slope.`);
        push('Activation', name, { activation: 'hard_sigmoid' }, inputs);
        break;
      case 'hardSwish':
        throw new Error(`Layer "${name}": Keras 2 has no hard-swish.`);
      case 'add':
        push('Add', name, {}, inputs);
        break;
      case 'multiply':
        push('Multiply', name, {}, inputs);
        break;
      case 'concat':
        push('Concatenate', name, { axis: -1 }, inputs);
        break;
      case 'rescale': {
        const one = (values: number[]) => (values.length === 1 ? values[0] : values);
        push('Rescaling', name, { scale: one(node.scale), offset: one(node.offset) }, inputs);
        break;
      }
      case 'pad': {
        const { top, bottom, left, right } = node.padding;
        push(
          'ZeroPadding2D',
          name,
          {
            padding: [
              [top, bottom],
              [left, right],
            ],
            data_format: 'channels_last',
          },
          inputs,
        );
        break;
      }
      case 'maxPool':
      case 'averagePool':
        if (!isZero(node.padding)) throw new Error(`Layer "${name}": Keras has no pooling with explicit padding.`);
        push(
          node.op === 'maxPool' ? 'MaxPooling2D' : 'AveragePooling2D',
          name,
          { pool_size: node.size, strides: node.strides, padding: 'valid', data_format: 'channels_last' },
          inputs,
        );
        break;
      case 'globalAveragePool':
        push('GlobalAveragePooling2D', name, { data_format: 'channels_last' }, inputs);
        break;
      case 'globalMaxPool':
        push('GlobalMaxPooling2D', name, { data_format: 'channels_last' }, inputs);
        break;
      case 'reshape':
        push('Reshape', name, { target_shape: node.shape }, inputs);
        break;
      case 'transpose':
        push('Permute', name, { dims: node.order.map((axis) => axis + 1) }, inputs);
        break;
      case 'flatten':
        push('Flatten', name, { data_format: 'channels_last' }, inputs);
        break;
      case 'dense':
        push(
          'Dense',
          name,
          { units: weights[node.kernel].shape[1], activation: 'linear', use_bias: Boolean(node.bias) },
          inputs,
        );
        weight(`${name}/kernel`, node.kernel);
        if (node.bias) weight(`${name}/bias`, node.bias);
        break;
      case 'shortcutPad':
        throw new Error(`Layer "${name}": Keras has no parameter-free shortcut.`);
    }
  }
  const total = stored.reduce((sum, { key }) => sum + weights[key].values.length, 0);
  const packed = new Float32Array(total);
  let offset = 0;
  for (const { key } of stored) {
    packed.set(weights[key].values, offset);
    offset += weights[key].values.length;
  }
  const output = definition.nodes[definition.nodes.length - 1].name;
  const modelJson = JSON.stringify({
    format: 'layers-model',
    generatedBy: 'FDDA playground',
    convertedBy: null,
    modelTopology: {
      class_name: 'Model',
      keras_version: '2.15.0',
      backend: 'tensorflow',
      config: {
        name: definition.name,
        layers,
        input_layers: [[definition.nodes[0].name, 0, 0]],
        output_layers: [[output, 0, 0]],
      },
    },
    weightsManifest: [
      {
        paths: [weightsName],
        weights: stored.map(({ name, key }) => ({ name, shape: weights[key].shape, dtype: 'float32' })),
      },
    ],
    userDefinedMetadata: {
      name: definition.name,
      classNames: definition.classNames,
      normalization: definition.normalization,
      ...metadata,
    },
  });
  return { modelJson, weightsName, weights: packed.buffer };
}

/** Layers with weights. */
import { brief } from '../../../json';
import { say } from '../../../sentences';
import { NONE, type LayerCall, type LayerConverter } from '../layerCall';

function convolution({ kind, fields, id, activation, convolve, readOver, biasOf }: LayerCall): void {
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
}

function separable({
  fields,
  id,
  context,
  unsupported,
  add,
  take,
  shapeOf,
  activation,
  convolve,
  biasOf,
}: LayerCall): void {
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
}

function batchNorm({ fields, inputs, x, id, unsupported, add, take }: LayerCall): void {
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
}

function dense({
  fields,
  inputs,
  x,
  id,
  context,
  unsupported,
  add,
  take,
  shapeOf,
  activation,
  biasOf,
}: LayerCall): void {
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
}

export const weightedLayers: Record<string, LayerConverter> = {
  Conv2D: convolution,
  DepthwiseConv2D: convolution,
  SeparableConv2D: separable,
  BatchNormalization: batchNorm,
  Dense: dense,
};

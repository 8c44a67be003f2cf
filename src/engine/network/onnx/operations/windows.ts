/** Operations that slide a window over an image: convolutions, pooling, and padding around it. */
import { say } from '../../../sentences';
import { toHwio } from '../../layouts';
import type { Padding } from '../../types';
import type { GraphValue } from '../graph';
import type { Converter, NodeContext } from '../nodeContext';

const NONE: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

/** Zeros around an image, by auto_pad or by pads; `ends` are those that ceil_mode adds. */
function padding(
  on: NodeContext,
  [h, w]: number[],
  taps: [number, number],
  strides: [number, number],
): { padding: Padding; ends: number } {
  const { attributes } = on;
  const auto = attributes.text('auto_pad', 'NOTSET');
  const pads = attributes.numbers('pads');
  const ceil = attributes.number('ceil_mode', 0) === 1;
  const fit = (n: number, before: number, after: number, k: number, s: number) => {
    if (!ceil) return after;
    let out = Math.ceil((n + before + after - k) / s) + 1;
    // The last window begins inside of the image or of what is before it.
    if ((out - 1) * s >= n + before) out--;
    return Math.max(after, (out - 1) * s + k - n - before);
  };
  if (auto === 'NOTSET' || auto === 'VALID' || auto === '') {
    const [top, left, bottom, right] = auto === 'VALID' ? [0, 0, 0, 0] : (pads ?? [0, 0, 0, 0]);
    if (pads && (pads.length !== 4 || pads.some((v) => v < 0))) attributes.wrong('pads', pads);
    const [low, far] = [fit(h, top, bottom, taps[0], strides[0]), fit(w, left, right, taps[1], strides[1])];
    return { padding: { top, bottom: low, left, right: far }, ends: low - bottom + far - right };
  }
  if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') attributes.wrong('auto_pad', auto);
  const total = (n: number, k: number, s: number) => Math.max(0, (Math.ceil(n / s) - 1) * s + k - n);
  const [v, u] = [total(h, taps[0], strides[0]), total(w, taps[1], strides[1])];
  const before = (all: number) => (auto === 'SAME_UPPER' ? all >> 1 : all - (all >> 1));
  const [top, left] = [before(v), before(u)];
  return { padding: { top, bottom: v - top, left, right: u - left }, ends: 0 };
}

function slid(
  on: NodeContext,
  [h, w]: number[],
  p: Padding,
  taps: [number, number],
  strides: [number, number],
): [number, number] {
  const { refuse } = on;
  const along = (n: number, around: number, k: number, s: number) => {
    const out = Math.floor((n + around - k) / s) + 1;
    return out >= 1 ? out : refuse(say('windowDoesNotFit', k, n));
  };
  return [along(h, p.top + p.bottom, taps[0], strides[0]), along(w, p.left + p.right, taps[1], strides[1])];
}

function convolution(on: NodeContext): GraphValue {
  const { attributes, graph, name, node, refuse, given, weight, atMost, image, vectorOf } = on;
  atMost(3);
  const x = image(0);
  const [c, h, w] = x.shape;
  const kernel = weight(1);
  if (kernel.shape.length !== 4) refuse(say('weightShape', node.inputs[1], String(kernel.shape)));
  const [o, i, kh, kw] = kernel.shape;
  const groups = attributes.number('group', 1);
  const strides = attributes.pair('strides', [1, 1]);
  const dilations = attributes.pair('dilations', [1, 1]);
  if (String(attributes.pair('kernel_shape', [kh, kw])) !== String([kh, kw]))
    refuse(say('weightShape', node.inputs[1], String(kernel.shape)));
  if (i * groups !== c || o % groups !== 0) refuse(say('wrongChannels', i * groups, c));
  const taps: [number, number] = [(kh - 1) * dilations[0] + 1, (kw - 1) * dilations[1] + 1];
  const { padding: p } = padding(on, [h, w], taps, strides);
  const depthwise = groups === c && i === 1 && groups > 1;
  const shape = depthwise ? [kh, kw, c, o / c] : [kh, kw, i, o];
  // [h, w, 1, C m] and [h, w, C, m] are the same numbers in the same order.
  const key = graph.weight(node.inputs[1], `kernel ${shape}`, shape, () => toHwio(kernel).values);
  const bias = given(2) ? { bias: vectorOf(weight(2), node.inputs[2], o) } : {};
  const source = graph.find(x.node);
  const around = source.op === 'pad' ? source.padding : NONE;
  const added = graph.add({
    op: depthwise ? 'depthwiseConv2d' : 'conv2d',
    name,
    // A pad in front is one with the convolution's own.
    inputs: source.op === 'pad' ? source.inputs : [x.node],
    kernel: key,
    ...bias,
    strides,
    padding: {
      top: p.top + around.top,
      bottom: p.bottom + around.bottom,
      left: p.left + around.left,
      right: p.right + around.right,
    },
    ...(dilations.some((d) => d !== 1) ? { dilations } : {}),
    ...(!depthwise && groups !== 1 ? { groups } : {}),
  });
  return { node: added, shape: [o, ...slid(on, [h, w], p, taps, strides)], image: true };
}

function pool(on: NodeContext): GraphValue {
  const { attributes, graph, name, node, image } = on;
  const x = image(0);
  const [c, h, w] = x.shape;
  const taps = attributes.pair('kernel_shape', [0, 0] as [number, number]);
  const strides = attributes.pair('strides', [1, 1]);
  if (attributes.pair('dilations', [1, 1]).some((d) => d !== 1))
    attributes.wrong('dilations', attributes.numbers('dilations'));
  attributes.expect('storage_order', 0, 0);
  attributes.expect('ceil_mode', 0, 0, 1);
  const { padding: p, ends } = padding(on, [h, w], taps, strides);
  const out = slid(on, [h, w], p, taps, strides);
  if (node.kind === 'MaxPool') {
    const added = graph.add({ op: 'maxPool', name, inputs: [x.node], size: taps, strides, padding: p });
    return { node: added, shape: [c, ...out], image: true };
  }
  // What ceil_mode adds at the ends is never counted.
  const around = Object.values(p).reduce((sum, v) => sum + v, -ends);
  const counted = attributes.number('count_include_pad', 0) === 1 && around > 0;
  if (counted && ends > 0) attributes.wrong('ceil_mode', 1);
  const input = counted ? graph.add({ op: 'pad', name: `${name}/pad`, inputs: [x.node], padding: p }) : x.node;
  const own = counted ? NONE : p;
  const added = graph.add({ op: 'averagePool', name, inputs: [input], size: taps, strides, padding: own });
  return { node: added, shape: [c, ...out], image: true };
}

function globalPool(on: NodeContext, op: 'globalAveragePool' | 'globalMaxPool', kept: boolean): GraphValue {
  const { graph, name, image } = on;
  const x = image(0);
  const c = x.shape[0];
  const pooled = graph.add({ op, name, inputs: [x.node] });
  if (!kept) return { node: pooled, shape: [c], image: false };
  return { node: graph.reshaped(pooled, [1, 1, c], `${name}/kept`), shape: [c, 1, 1], image: true };
}

function reduce(on: NodeContext): GraphValue {
  const { attributes, node, valueAt, given, weight } = on;
  const rank = valueAt(0).shape.length + 1;
  const listed = attributes.numbers('axes') ?? (given(1) ? Array.from(weight(1).values) : []);
  const axes = listed.map((axis) => (axis < 0 ? axis + rank : axis)).sort();
  attributes.expect('noop_with_empty_axes', 0, 0);
  const kept = attributes.number('keepdims', 1) === 1;
  if (rank !== 4 || String(axes) !== '2,3') attributes.wrong('axes', listed);
  return globalPool(on, node.kind === 'ReduceMax' ? 'globalMaxPool' : 'globalAveragePool', kept);
}

function pad(on: NodeContext): GraphValue {
  const { attributes, graph, name, given, weight, image } = on;
  const x = image(0);
  attributes.expect('mode', 'constant', 'constant');
  const fill = given(2) ? weight(2).values[0] : attributes.number('value', 0);
  if (fill !== 0) attributes.wrong('value', fill);
  const listed = given(1) ? Array.from(weight(1).values) : (attributes.numbers('pads') ?? []);
  const axes = given(3) ? Array.from(weight(3).values, (axis) => (axis < 0 ? axis + 4 : axis)) : [0, 1, 2, 3];
  if (listed.length !== 2 * axes.length || listed.some((v) => v < 0)) attributes.wrong('pads', listed);
  const at = (axis: number, side: 0 | 1) => {
    const place = axes.indexOf(axis);
    return place < 0 ? 0 : listed[place + side * axes.length];
  };
  if ([0, 1].some((axis) => at(axis, 0) !== 0 || at(axis, 1) !== 0)) attributes.wrong('pads', listed);
  const p = { top: at(2, 0), bottom: at(2, 1), left: at(3, 0), right: at(3, 1) };
  const [c, h, w] = x.shape;
  const added = graph.add({ op: 'pad', name, inputs: [x.node], padding: p });
  return { node: added, shape: [c, h + p.top + p.bottom, w + p.left + p.right], image: true };
}

export const windows: Record<string, Converter> = {
  Conv: convolution,
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: (on) => globalPool(on, 'globalAveragePool', true),
  GlobalMaxPool: (on) => globalPool(on, 'globalMaxPool', true),
  ReduceMean: reduce,
  ReduceMax: reduce,
  Pad: pad,
};

/** One ONNX operation at a time into the executor's nodes. */
import { say, type Said } from '../../sentences';
import { clipNodes } from '../clip';
import { broadcastShape } from '../inspect';
import { toHwio, transposed } from '../layouts';
import type { ActivationNode, NetworkNode, Padding } from '../types';
import { NodeAttributes } from './attributes';
import { BATCH, unusable, type GraphBuilder, type GraphValue } from './graph';
import type { Constant, OnnxNode } from './model';

const NONE: Padding = { top: 0, bottom: 0, left: 0, right: 0 };
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/**
 * Appends what a node computes to the graph, and says what its output is.
 *
 * @param name of the node, for people and for ours
 * @throws NetworkError naming the node where the executor has no such operation or setting
 */
export function convertOperation(node: OnnxNode, name: string, graph: GraphBuilder, opset: number): GraphValue {
  const refuse = (why: Said): never => unusable(name, node.kind, why);
  const attributes = new NodeAttributes(node, refuse);
  const constantAt = (i: number): Constant | undefined => graph.constants.get(node.inputs[i] ?? '');
  const valueAt = (i: number): GraphValue =>
    graph.values.get(node.inputs[i] ?? '') ?? refuse(say('readsUnknownValue', node.inputs[i] ?? String(i)));
  const given = (i: number) => (node.inputs[i] ?? '') !== '';
  const weight = (i: number): Constant =>
    constantAt(i) ?? refuse(say('weightNotConstant', node.inputs[i] ?? String(i)));
  const atMost = (count: number) => {
    if (node.inputs.length > count) refuse(say('readsSeveral', node.inputs.length));
  };
  const image = (i: number): GraphValue => {
    const value = valueAt(i);
    if (value.shape.length !== 3) refuse(say('notAnImage', String(value.shape)));
    return graph.asImage(value, name);
  };
  /** One input of the same shape out. */
  const unary = (op: ActivationNode['op'], slope?: number): GraphValue => {
    const value = valueAt(0);
    const added = graph.add({ op, name, inputs: [value.node], ...(slope === undefined ? {} : { slope }) });
    return { ...value, node: added };
  };
  const vectorOf = (constant: Constant, key: string, length: number): string => {
    if (constant.values.length !== length) refuse(say('weightShape', key, String(constant.shape)));
    return graph.weight(key, `vector ${length}`, [length], () => Float32Array.from(constant.values));
  };
  const converted = ((): GraphValue => {
    switch (node.kind) {
      case 'Conv':
        return convolution();
      case 'BatchNormalization':
        return batchNorm();
      case 'Relu':
        return unary('relu');
      case 'LeakyRelu':
        return unary('leakyRelu', attributes.number('alpha', 0.01));
      case 'PRelu': {
        // A slope for every channel is no constant of an activation.
        const { values } = weight(1);
        return values.every((v) => v === values[0]) ? unary('leakyRelu', values[0]) : refuse(say('noSuchOperation'));
      }
      case 'Neg': {
        const value = valueAt(0);
        const added = graph.add({ op: 'rescale', name, inputs: [value.node], scale: [-1], offset: [0] });
        return { ...value, node: added };
      }
      case 'Sigmoid':
        return unary('sigmoid');
      case 'HardSigmoid': {
        if (Math.abs(attributes.number('beta', 0.5) - 0.5) > 1e-6)
          attributes.wrong('beta', attributes.number('beta', 0));
        const alpha = attributes.number('alpha', 0.2);
        return unary('hardSigmoid', Math.abs(alpha - 1 / 6) < 1e-6 ? 1 / 6 : alpha);
      }
      case 'HardSwish':
        return unary('hardSwish');
      case 'Swish':
        attributes.expect('alpha', 1, 1);
        return unary('silu');
      case 'Clip':
        return clip();
      case 'Max':
      case 'Min':
        return bound(node.kind);
      case 'Softmax':
        return softmax();
      case 'Identity':
      case 'Dropout':
        attributes.ignore('ratio', 'seed');
        attributes.expect('is_test', 1, 1);
        if (given(2) && (constantAt(2)?.values[0] ?? 1) !== 0) refuse(say('inTrainingMode'));
        return valueAt(0);
      case 'Cast':
        attributes.ignore('saturate');
        attributes.expect('to', 1, 1, 10, 11, 16);
        return valueAt(0);
      case 'Add':
      case 'Sub':
      case 'Mul':
      case 'Div':
        atMost(2);
        return arithmetic(node.kind);
      case 'Sum':
        return merge(
          'add',
          node.inputs.map((_, i) => valueAt(i)),
        );
      case 'Concat':
        return concat();
      case 'MaxPool':
      case 'AveragePool':
        return pool();
      case 'GlobalAveragePool':
      case 'GlobalMaxPool':
        return globalPool(node.kind === 'GlobalMaxPool' ? 'globalMaxPool' : 'globalAveragePool', true);
      case 'ReduceMean':
      case 'ReduceMax':
        return reduce();
      case 'Pad':
        return pad();
      case 'Flatten': {
        attributes.expect('axis', 1, 1, -valueAt(0).shape.length);
        return reshape([size(valueAt(0).shape)]);
      }
      case 'Reshape':
        return reshape(targetShape());
      case 'Squeeze':
      case 'Unsqueeze':
        return squeeze();
      case 'Transpose':
        return transpose();
      case 'Gemm':
      case 'MatMul':
        return dense();
      default:
        return refuse(say(/Quantize|QLinear|Integer/.test(node.kind) ? 'quantizedAlready' : 'noSuchOperation'));
    }
  })();
  attributes.finish();
  return converted;

  /** Zeros around an image, by auto_pad or by pads; `ends` are those that ceil_mode adds. */
  function padding(
    [h, w]: number[],
    taps: [number, number],
    strides: [number, number],
  ): { padding: Padding; ends: number } {
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

  function slid([h, w]: number[], p: Padding, taps: [number, number], strides: [number, number]): [number, number] {
    const along = (n: number, around: number, k: number, s: number) => {
      const out = Math.floor((n + around - k) / s) + 1;
      return out >= 1 ? out : refuse(say('windowDoesNotFit', k, n));
    };
    return [along(h, p.top + p.bottom, taps[0], strides[0]), along(w, p.left + p.right, taps[1], strides[1])];
  }

  function convolution(): GraphValue {
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
    const { padding: p } = padding([h, w], taps, strides);
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
    return { node: added, shape: [o, ...slid([h, w], p, taps, strides)], image: true };
  }

  function batchNorm(): GraphValue {
    const x = valueAt(0);
    const input = x.shape.length === 3 ? graph.asImage(x, name) : x;
    if (input.shape.length !== 3 && input.shape.length !== 1) refuse(say('notAnImage', String(x.shape)));
    attributes.ignore('momentum');
    attributes.expect('spatial', 1, 1);
    if (attributes.number('training_mode', 0) !== 0 || node.outputs.filter((output) => output !== '').length > 1)
      refuse(say('inTrainingMode'));
    attributes.expect('is_test', 1, 1);
    const channels = input.shape[0];
    const vector = (i: number) => vectorOf(weight(i), node.inputs[i], channels);
    const added = graph.add({
      op: 'batchNorm',
      name,
      inputs: [input.node],
      gamma: vector(1),
      beta: vector(2),
      mean: vector(3),
      variance: vector(4),
      epsilon: attributes.number('epsilon', 1e-5),
    });
    return { ...input, node: added };
  }

  function clip(): GraphValue {
    const end = (i: number, key: string, fallback: number) => {
      const value = given(i) ? weight(i).values[0] : attributes.number(key, fallback);
      return Math.abs(value) > 3e38 ? Math.sign(value) * Infinity : value;
    };
    const [least, most] = [end(1, 'min', -Infinity), end(2, 'max', Infinity)];
    return clipped(valueAt(0), least, most);
  }

  function clipped(value: GraphValue, least: number, most: number): GraphValue {
    if (least === -Infinity && most === Infinity) return value;
    if (!(least < most)) return refuse(say('clippedRelu', `[${least}, ${most}]`));
    let at = value.node;
    // Names may be taken: what reads a node goes by what it came to be called.
    for (const each of clipNodes(name, value.node, least, most)) {
      at = graph.add({ ...each, inputs: [at] } as NetworkNode);
    }
    return { ...value, node: at };
  }

  /** The larger or smaller of a value and one number. */
  function bound(kind: 'Max' | 'Min'): GraphValue {
    if (node.inputs.length === 1) return valueAt(0);
    const at = constantAt(0) ? 0 : 1;
    const constant = constantAt(at);
    if (node.inputs.length !== 2 || constant?.values.length !== 1) return refuse(say('noSuchOperation'));
    const [limit] = constant.values;
    return kind === 'Max' ? clipped(valueAt(1 - at), limit, Infinity) : clipped(valueAt(1 - at), -Infinity, limit);
  }

  function softmax(): GraphValue {
    const value = valueAt(0);
    const axis = attributes.number('axis', opset < 13 ? 1 : -1);
    const rank = value.shape.length + 1;
    const at = axis < 0 ? axis + rank : axis;
    // Before version 13, all axes from this one on counted as one.
    const flattened = opset < 13 && size(value.shape.slice(at)) > 1;
    const channels = rank === 4 && at === 1 && !flattened;
    if (channels) {
      const x = graph.asImage(value, name);
      return { ...x, node: graph.add({ op: 'softmax', name, inputs: [x.node] }) };
    }
    if (at !== rank - 1) attributes.wrong('axis', axis);
    const x = graph.asWritten(value, name);
    return { ...x, node: graph.add({ op: 'softmax', name, inputs: [x.node] }) };
  }

  function merge(op: 'add' | 'multiply', values: GraphValue[]): GraphValue {
    const sameRank = values.every(({ shape }) => shape.length === values[0].shape.length);
    const shape = sameRank ? broadcastShape(values.map((value) => value.shape)) : null;
    if (!shape) return refuse(say('shapesDoNotFit', values.map((value) => `[${value.shape}]`).join(', ')));
    const images = values.some((value) => value.image);
    const alike = images ? values.map((value) => graph.asImage(value, name)) : values;
    return { node: graph.add({ op, name, inputs: alike.map((value) => value.node) }), shape, image: images };
  }

  function arithmetic(kind: 'Add' | 'Sub' | 'Mul' | 'Div'): GraphValue {
    const [first, second] = [constantAt(0), constantAt(1)];
    if (!first && !second) {
      const [a, b] = [valueAt(0), valueAt(1)];
      if (kind === 'Add') return merge('add', [a, b]);
      if (kind === 'Div') return refuse(say('noSuchOperation'));
      if (kind === 'Mul') return gated(a, b) ?? merge('multiply', [a, b]);
      const negative = graph.add({
        op: 'rescale',
        name: `${name}/negative`,
        inputs: [b.node],
        scale: [-1],
        offset: [0],
      });
      return merge('add', [a, { ...b, node: negative }]);
    }
    const [value, constant] = first ? [valueAt(1), first] : [valueAt(0), second!];
    if (first && kind === 'Div') refuse(say('noSuchOperation'));
    const { x, values } = perChannel(value, constant);
    const source = graph.find(x.node);
    if (kind === 'Add' && source.op === 'dense' && !source.bias && readers(node.inputs[first ? 1 : 0]) === 1) {
      const [, outputs] = graph.weights[source.kernel].shape;
      const key = node.inputs[first ? 0 : 1];
      source.bias = graph.weight(key, `bias ${outputs}`, [outputs], () =>
        Float32Array.from({ length: outputs }, (_, i) => values[values.length === 1 ? 0 : i]),
      );
      return x;
    }
    const [scale, offset] = {
      Add: [[1], values],
      Mul: [values, [0]],
      Sub: first ? [[-1], values] : [[1], values.map((v) => -v)],
      Div: [values.map((v) => 1 / v), [0]],
    }[kind];
    return { ...x, node: graph.add({ op: 'rescale', name, inputs: [x.node], scale, offset }) };
  }

  /** x sigmoid(x) and x hardSigmoid(x) are activations of their own. */
  function gated(a: GraphValue, b: GraphValue): GraphValue | null {
    for (const [x, gate] of [
      [a, b],
      [b, a],
    ]) {
      const source = graph.find(gate.node);
      if (source.inputs[0] !== x.node) continue;
      const op =
        source.op === 'sigmoid' ? 'silu' : source.op === 'hardSigmoid' && source.slope === 1 / 6 ? 'hardSwish' : null;
      if (op) return { ...x, node: graph.add({ op, name, inputs: [x.node] }) };
    }
    return null;
  }

  /** A constant as one number, or as one for every channel of an image or feature of a vector. */
  function perChannel(value: GraphValue, { shape, values }: Constant): { x: GraphValue; values: number[] } {
    const numbers = Array.from(values);
    if (numbers.some((v) => !Number.isFinite(v))) refuse(say('constantNotFinite'));
    if (numbers.length === 1) return { x: value, values: numbers };
    const rank = value.shape.length + 1;
    const full = [...new Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
    const axis = full.findIndex((v) => v !== 1);
    const along = full.length === rank && size(full) === full[axis] && value.shape[axis - 1] === full[axis];
    if (!along) return refuse(say('shapesDoNotFit', `[${value.shape}], [${shape}]`));
    if (rank === 4 && axis === 1) return { x: graph.asImage(value, name), values: numbers };
    if (axis === rank - 1) return { x: graph.asWritten(value, name), values: numbers };
    return refuse(say('shapesDoNotFit', `[${value.shape}], [${shape}]`));
  }

  function concat(): GraphValue {
    const values = node.inputs.map((_, i) => valueAt(i));
    const rank = values[0].shape.length + 1;
    const axis = attributes.number('axis', 1);
    const at = axis < 0 ? axis + rank : axis;
    if (at !== 1 || (rank !== 4 && rank !== 2)) attributes.wrong('axis', axis);
    const rest = (shape: number[]) => `${shape.length} ${shape.slice(1)}`;
    if (values.some(({ shape }) => rest(shape) !== rest(values[0].shape)))
      refuse(say('shapesDoNotFit', values.map((value) => `[${value.shape}]`).join(', ')));
    const alike = rank === 4 ? values.map((value) => graph.asImage(value, name)) : values;
    const channels = values.reduce((sum, { shape }) => sum + shape[0], 0);
    const added = graph.add({ op: 'concat', name, inputs: alike.map((value) => value.node) });
    return { node: added, shape: [channels, ...values[0].shape.slice(1)], image: rank === 4 };
  }

  function pool(): GraphValue {
    const x = image(0);
    const [c, h, w] = x.shape;
    const taps = attributes.pair('kernel_shape', [0, 0] as [number, number]);
    const strides = attributes.pair('strides', [1, 1]);
    if (attributes.pair('dilations', [1, 1]).some((d) => d !== 1))
      attributes.wrong('dilations', attributes.numbers('dilations'));
    attributes.expect('storage_order', 0, 0);
    attributes.expect('ceil_mode', 0, 0, 1);
    const { padding: p, ends } = padding([h, w], taps, strides);
    const out = slid([h, w], p, taps, strides);
    if (node.kind === 'MaxPool') {
      const added = graph.add({ op: 'maxPool', name, inputs: [x.node], size: taps, strides, padding: p });
      return { node: added, shape: [c, ...out], image: true };
    }
    const counted = attributes.number('count_include_pad', 0) === 1 && Object.values(p).some((v) => v > 0);
    if (counted && ends > 0) attributes.wrong('ceil_mode', 1);
    const input = counted ? graph.add({ op: 'pad', name: `${name}/pad`, inputs: [x.node], padding: p }) : x.node;
    const around = counted ? NONE : p;
    const added = graph.add({ op: 'averagePool', name, inputs: [input], size: taps, strides, padding: around });
    return { node: added, shape: [c, ...out], image: true };
  }

  function globalPool(op: 'globalAveragePool' | 'globalMaxPool', kept: boolean): GraphValue {
    const x = image(0);
    const c = x.shape[0];
    const pooled = graph.add({ op, name, inputs: [x.node] });
    if (!kept) return { node: pooled, shape: [c], image: false };
    return { node: graph.reshaped(pooled, [1, 1, c], `${name}/kept`), shape: [c, 1, 1], image: true };
  }

  function reduce(): GraphValue {
    const rank = valueAt(0).shape.length + 1;
    const listed = attributes.numbers('axes') ?? (given(1) ? Array.from(weight(1).values) : []);
    const axes = listed.map((axis) => (axis < 0 ? axis + rank : axis)).sort();
    attributes.expect('noop_with_empty_axes', 0, 0);
    const kept = attributes.number('keepdims', 1) === 1;
    if (rank !== 4 || String(axes) !== '2,3') attributes.wrong('axes', listed);
    return globalPool(node.kind === 'ReduceMax' ? 'globalMaxPool' : 'globalAveragePool', kept);
  }

  function pad(): GraphValue {
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

  /** What a Reshape makes, without the batch. */
  function targetShape(): number[] {
    attributes.expect('allowzero', 0, 0);
    const listed = given(1) ? Array.from(weight(1).values) : (attributes.numbers('shape') ?? []);
    const { shape } = valueAt(0);
    const total = size(shape);
    const [batch, ...rest] = listed;
    const filled = rest.map((v, i) => (v === 0 ? (shape[i] ?? 0) : v));
    const known = size(filled.filter((v) => v !== -1));
    const full = filled.map((v) => (v === -1 ? total / known : v));
    const fits = size(full) === total && full.every((v) => Number.isInteger(v) && v > 0);
    // A batch is written as 0, -1, its size, or what Shape gives; a file of one image may have 1.
    const isBatch = batch === 0 || batch === BATCH || batch === 1 || (batch === -1 && !rest.includes(-1));
    if (!isBatch || !fits) refuse(say('reshapesBatch', String(listed), String(shape)));
    return full;
  }

  function reshape(to: number[]): GraphValue {
    const value = valueAt(0);
    if (String(to) === String(value.shape)) return value;
    const x = graph.asWritten(value, name);
    return { node: graph.reshaped(x.node, to, name), shape: to, image: false };
  }

  function squeeze(): GraphValue {
    const { shape } = valueAt(0);
    const listed = attributes.numbers('axes') ?? (given(1) ? Array.from(weight(1).values) : []);
    const opens = node.kind === 'Unsqueeze';
    const rank = shape.length + 1 + (opens ? listed.length : 0);
    const axes = listed.map((axis) => (axis < 0 ? axis + rank : axis));
    if (axes.length === 0 || axes.includes(0)) attributes.wrong('axes', listed);
    if (!opens) {
      if (axes.some((axis) => shape[axis - 1] !== 1)) attributes.wrong('axes', listed);
      return reshape(shape.filter((_, i) => !axes.includes(i + 1)));
    }
    const rest = [...shape];
    return reshape(Array.from({ length: rank - 1 }, (_, i) => (axes.includes(i + 1) ? 1 : rest.shift()!)));
  }

  function transpose(): GraphValue {
    const value = valueAt(0);
    const rank = value.shape.length + 1;
    const order = attributes.numbers('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
    if (order[0] !== 0 || order.length !== rank) attributes.wrong('perm', order);
    const x = graph.asWritten(value, name);
    const inner = order.slice(1).map((axis) => axis - 1);
    const shape = inner.map((axis) => x.shape[axis]);
    return { node: graph.reordered(x.node, x.shape, inner, shape, name), shape, image: false };
  }

  function dense(): GraphValue {
    const x = valueAt(0);
    const kernel = weight(1);
    const gemm = node.kind === 'Gemm';
    if (gemm) attributes.expect('transA', 0, 0);
    const flipped = gemm && attributes.number('transB', 0) === 1;
    const [alpha, beta] = [gemm ? attributes.number('alpha', 1) : 1, gemm ? attributes.number('beta', 1) : 1];
    if (kernel.shape.length !== 2) refuse(say('weightShape', node.inputs[1], String(kernel.shape)));
    const [i, o] = flipped ? [kernel.shape[1], kernel.shape[0]] : kernel.shape;
    if (x.shape.length !== 1 || x.shape[0] !== i) refuse(say('wrongFeatures', i, String(x.shape)));
    const scaled = (values: Float32Array, by: number) => (by === 1 ? values : values.map((v) => v * by));
    const key = graph.weight(node.inputs[1], `dense ${flipped} ${alpha}`, [i, o], () =>
      scaled(flipped ? transposed(kernel).values : Float32Array.from(kernel.values), alpha),
    );
    let bias: string | undefined;
    if (gemm && given(2)) {
      const { values } = weight(2);
      if (values.length !== 1 && values.length !== o)
        refuse(say('weightShape', node.inputs[2], String(weight(2).shape)));
      bias = graph.weight(node.inputs[2], `bias ${o} ${beta}`, [o], () =>
        scaled(
          Float32Array.from({ length: o }, (_, at) => values[values.length === 1 ? 0 : at]),
          beta,
        ),
      );
    }
    const added = graph.add({ op: 'dense', name, inputs: [x.node], kernel: key, ...(bias ? { bias } : {}) });
    return { node: added, shape: [o], image: false };
  }

  function readers(value: string): number {
    return graph.readers.get(value) ?? 0;
  }
}

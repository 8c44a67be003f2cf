/** Functions of one value at a time, and softmax. */
import { say } from '../../../sentences';
import { clipNodes } from '../../clip';
import type { NetworkNode } from '../../types';
import type { GraphValue } from '../graph';
import { size, type Converter, type NodeContext } from '../nodeContext';

function clip(on: NodeContext): GraphValue {
  const { attributes, valueAt, given, weight } = on;
  const end = (i: number, key: string, fallback: number) => {
    const value = given(i) ? weight(i).values[0] : attributes.number(key, fallback);
    return Math.abs(value) > 3e38 ? Math.sign(value) * Infinity : value;
  };
  const [least, most] = [end(1, 'min', -Infinity), end(2, 'max', Infinity)];
  return clipped(on, valueAt(0), least, most);
}

function clipped(on: NodeContext, value: GraphValue, least: number, most: number): GraphValue {
  const { graph, name, refuse } = on;
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
function bound(on: NodeContext, kind: 'Max' | 'Min'): GraphValue {
  const { node, refuse, constantAt, valueAt } = on;
  if (node.inputs.length === 1) return valueAt(0);
  const at = constantAt(0) ? 0 : 1;
  const constant = constantAt(at);
  if (node.inputs.length !== 2 || constant?.values.length !== 1) return refuse(say('noSuchOperation'));
  const [limit] = constant.values;
  return kind === 'Max'
    ? clipped(on, valueAt(1 - at), limit, Infinity)
    : clipped(on, valueAt(1 - at), -Infinity, limit);
}

function softmax(on: NodeContext): GraphValue {
  const { attributes, graph, name, node, opset, valueAt } = on;
  const log = node.kind === 'LogSoftmax' ? { log: true as const } : {};
  const value = valueAt(0);
  const axis = attributes.number('axis', opset < 13 ? 1 : -1);
  const rank = value.shape.length + 1;
  const at = axis < 0 ? axis + rank : axis;
  // Before version 13, all axes from this one on counted as one.
  const flattened = opset < 13 && size(value.shape.slice(at)) > 1;
  const channels = rank === 4 && at === 1 && !flattened;
  if (channels) {
    const x = graph.asImage(value, name);
    return { ...x, node: graph.add({ op: 'softmax', name, inputs: [x.node], ...log }) };
  }
  if (at !== rank - 1) attributes.wrong('axis', axis);
  const x = graph.asWritten(value, name);
  return { ...x, node: graph.add({ op: 'softmax', name, inputs: [x.node], ...log }) };
}

/** Nothing, where the network is not trained. */
function passed(on: NodeContext): GraphValue {
  const { attributes, refuse, constantAt, valueAt, given } = on;
  attributes.ignore('ratio', 'seed');
  attributes.expect('is_test', 1, 1);
  if (given(2) && (constantAt(2)?.values[0] ?? 1) !== 0) refuse(say('inTrainingMode'));
  return valueAt(0);
}

export const activations: Record<string, Converter> = {
  Relu: (on) => on.unary('relu'),
  LeakyRelu: (on) => on.unary('leakyRelu', on.attributes.number('alpha', 0.01)),
  PRelu(on) {
    // A slope for every channel is no constant of an activation.
    const { values } = on.weight(1);
    return values.every((v) => v === values[0]) ? on.unary('leakyRelu', values[0]) : on.refuse(say('noSuchOperation'));
  },
  Sigmoid: (on) => on.unary('sigmoid'),
  HardSigmoid({ attributes, unary }) {
    if (Math.abs(attributes.number('beta', 0.5) - 0.5) > 1e-6) attributes.wrong('beta', attributes.number('beta', 0));
    const alpha = attributes.number('alpha', 0.2);
    return unary('hardSigmoid', Math.abs(alpha - 1 / 6) < 1e-6 ? 1 / 6 : alpha);
  },
  HardSwish: (on) => on.unary('hardSwish'),
  Swish({ attributes, unary }) {
    attributes.expect('alpha', 1, 1);
    return unary('silu');
  },
  Clip: clip,
  Max: (on) => bound(on, 'Max'),
  Min: (on) => bound(on, 'Min'),
  Softmax: softmax,
  LogSoftmax: softmax,
  Identity: passed,
  Dropout: passed,
  CastLike({ attributes, refuse, valueAt, constantAt }) {
    attributes.ignore('saturate');
    // The type of a constant is not known here.
    if (constantAt(1)) refuse(say('noSuchOperation'));
    return valueAt(0);
  },
  Cast({ attributes, valueAt }) {
    attributes.ignore('saturate');
    attributes.expect('to', 1, 1, 10, 11, 16);
    return valueAt(0);
  },
};

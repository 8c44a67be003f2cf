/** Sums, products and joins of values, and of values with constants. */
import { say } from '../../../sentences';
import { broadcastShape } from '../../inspect';
import type { GraphValue } from '../graph';
import type { Constant } from '../model';
import { size, type Converter, type NodeContext } from '../nodeContext';

function merge(on: NodeContext, op: 'add' | 'multiply', values: GraphValue[]): GraphValue {
  const { graph, name, refuse } = on;
  const sameRank = values.every(({ shape }) => shape.length === values[0].shape.length);
  const shape = sameRank ? broadcastShape(values.map((value) => value.shape)) : null;
  if (!shape) return refuse(say('shapesDoNotFit', values.map((value) => `[${value.shape}]`).join(', ')));
  const images = values.some((value) => value.image);
  const alike = images ? values.map((value) => graph.asImage(value, name)) : values;
  return { node: graph.add({ op, name, inputs: alike.map((value) => value.node) }), shape, image: images };
}

function arithmetic(on: NodeContext, kind: 'Add' | 'Sub' | 'Mul' | 'Div'): GraphValue {
  const { graph, name, node, refuse, constantAt, valueAt } = on;
  on.atMost(2);
  const [first, second] = [constantAt(0), constantAt(1)];
  if (!first && !second) {
    const [a, b] = [valueAt(0), valueAt(1)];
    if (kind === 'Add') return merge(on, 'add', [a, b]);
    if (kind === 'Div') return refuse(say('noSuchOperation'));
    if (kind === 'Mul') return merge(on, 'multiply', [a, b]);
    const negative = graph.add({
      op: 'rescale',
      name: `${name}/negative`,
      inputs: [b.node],
      scale: [-1],
      offset: [0],
    });
    return merge(on, 'add', [a, { ...b, node: negative }]);
  }
  const [value, constant] = first ? [valueAt(1), first] : [valueAt(0), second!];
  if (first && kind === 'Div') refuse(say('noSuchOperation'));
  const { x, values } = perChannel(on, value, constant);
  const source = graph.find(x.node);
  if (
    kind === 'Add' &&
    source.op === 'dense' &&
    !source.bias &&
    (graph.readers.get(node.inputs[first ? 1 : 0]) ?? 0) === 1
  ) {
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

/** A constant as one number, or as one for every channel of an image or feature of a vector. */
function perChannel(
  on: NodeContext,
  value: GraphValue,
  { shape, values }: Constant,
): { x: GraphValue; values: number[] } {
  const { graph, name, refuse } = on;
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

function concat(on: NodeContext): GraphValue {
  const { attributes, graph, name, node, refuse, valueAt } = on;
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

export const arithmetics: Record<string, Converter> = {
  Add: (on) => arithmetic(on, 'Add'),
  Sub: (on) => arithmetic(on, 'Sub'),
  Mul: (on) => arithmetic(on, 'Mul'),
  Div: (on) => arithmetic(on, 'Div'),
  Sum: (on) =>
    merge(
      on,
      'add',
      on.node.inputs.map((_, i) => on.valueAt(i)),
    ),
  Concat: concat,
  Neg({ graph, name, valueAt }) {
    const value = valueAt(0);
    const added = graph.add({ op: 'rescale', name, inputs: [value.node], scale: [-1], offset: [0] });
    return { ...value, node: added };
  },
};

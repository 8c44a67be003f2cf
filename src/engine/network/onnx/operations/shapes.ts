/** Changes of shape and of the order of axes. */
import { say } from '../../../sentences';
import { BATCH, type GraphValue } from '../graph';
import { size, type Converter, type NodeContext } from '../nodeContext';

/** What a Reshape makes, without the batch. */
function targetShape(on: NodeContext): number[] {
  const { attributes, refuse, valueAt, given, weight } = on;
  const listed = given(1) ? Array.from(weight(1).values) : (attributes.numbers('shape') ?? []);
  // What a 0 means, where there is one.
  if (listed.includes(0)) attributes.expect('allowzero', 0, 0);
  else attributes.expect('allowzero', 0, 0, 1);
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

function reshape(on: NodeContext, to: number[]): GraphValue {
  const { graph, name, valueAt } = on;
  const value = valueAt(0);
  if (String(to) === String(value.shape)) return value;
  const x = graph.asWritten(value, name);
  return { node: graph.reshaped(x.node, to, name), shape: to, image: false };
}

function squeeze(on: NodeContext): GraphValue {
  const { attributes, node, valueAt, given, weight } = on;
  const { shape } = valueAt(0);
  const listed = attributes.numbers('axes') ?? (given(1) ? Array.from(weight(1).values) : []);
  const opens = node.kind === 'Unsqueeze';
  const rank = shape.length + 1 + (opens ? listed.length : 0);
  const axes = listed.map((axis) => (axis < 0 ? axis + rank : axis));
  if (axes.length === 0 || axes.includes(0)) attributes.wrong('axes', listed);
  if (!opens) {
    if (axes.some((axis) => shape[axis - 1] !== 1)) attributes.wrong('axes', listed);
    return reshape(
      on,
      shape.filter((_, i) => !axes.includes(i + 1)),
    );
  }
  const rest = [...shape];
  return reshape(
    on,
    Array.from({ length: rank - 1 }, (_, i) => (axes.includes(i + 1) ? 1 : rest.shift()!)),
  );
}

function transpose(on: NodeContext): GraphValue {
  const { attributes, graph, name, valueAt } = on;
  const value = valueAt(0);
  const rank = value.shape.length + 1;
  const order = attributes.numbers('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (order[0] !== 0 || order.length !== rank) attributes.wrong('perm', order);
  const x = graph.asWritten(value, name);
  const inner = order.slice(1).map((axis) => axis - 1);
  const shape = inner.map((axis) => x.shape[axis]);
  return { node: graph.reordered(x.node, x.shape, inner, shape, name), shape, image: false };
}

export const shapes: Record<string, Converter> = {
  Flatten(on) {
    const { shape } = on.valueAt(0);
    on.attributes.expect('axis', 1, 1, -shape.length);
    return reshape(on, [size(shape)]);
  },
  Reshape: (on) => reshape(on, targetShape(on)),
  Squeeze: squeeze,
  Unsqueeze: squeeze,
  Transpose: transpose,
};

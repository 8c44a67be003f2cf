/** Operations of which everything is known before the first image comes: mostly shapes that are computed. */
import { say, type Said } from '../../sentences';
import { NodeAttributes } from './attributes';
import { BATCH, type GraphBuilder } from './graph';
import type { Constant, OnnxNode } from './model';

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
/** Of a constant that is computed: these are shapes and paddings. */
const MOST_VALUES = 1e6;
const MOST_AXES = 16;
const constant = (shape: number[], values: ArrayLike<number>): Constant => ({
  shape,
  values: Float64Array.from(values),
});

const READS_TWO = new Set(['Gather', 'Reshape', 'Expand', 'Add', 'Sub', 'Mul', 'Div']);

/** @throws NetworkError (by `refuse`) where a constant that is computed is larger than any that is meant */
export function foldConstant(node: OnnxNode, graph: GraphBuilder, refuse: (why: Said) => never): Constant | null {
  const folded = fold(node, graph, refuse);
  if (!folded) return null;
  const { shape, values } = folded;
  if (shape.length > MOST_AXES || shape.some((v) => !(v >= 0)) || size(shape) !== values.length)
    refuse(say('shapesDoNotFit', `[${shape.slice(0, MOST_AXES)}], ${values.length}`));
  if (!graph.takes(values)) refuse(say('constantsTooLarge'));
  return folded;
}

/** The node's output where its inputs are constants (or it asks for a shape only); null where it is to be computed. */
function fold(node: OnnxNode, graph: GraphBuilder, refuse: (why: Said) => never): Constant | null {
  const attributes = new NodeAttributes(node, refuse);
  const inputs = node.inputs.map((name) => graph.constants.get(name));
  const [a, b] = inputs;
  if (node.kind === 'Constant') {
    const tensor = attributes.tensor('value');
    if (tensor) return tensor;
    const one = node.attributes.get('value_float') ?? node.attributes.get('value_int');
    const list = node.attributes.get('value_floats') ?? node.attributes.get('value_ints');
    if (one?.number !== undefined) return constant([], [one.number]);
    if (list?.numbers) return constant([list.numbers.length], list.numbers);
    return refuse(say('noSuchOperation'));
  }
  if (node.kind === 'Shape') {
    const value = graph.values.get(node.inputs[0]);
    const shape = value ? [BATCH, ...value.shape] : a?.shape;
    if (!shape) return null;
    const part = shape.slice(
      attributes.number('start', 0),
      attributes.has('end') ? attributes.number('end', 0) : undefined,
    );
    attributes.finish();
    return constant([part.length], part);
  }
  // A number takes the type of a value, which here is always that of images.
  if (node.kind === 'CastLike' && a && graph.values.has(node.inputs[1] ?? '')) {
    attributes.ignore('saturate');
    attributes.finish();
    return a;
  }
  if (!a || (READS_TWO.has(node.kind) && !b) || node.inputs.some((name, i) => name !== '' && !inputs[i])) return null;
  const axes = () => attributes.numbers('axes') ?? (b ? Array.from(b.values) : []);
  switch (node.kind) {
    case 'Identity':
      return a;
    case 'Cast':
      attributes.expect('to', 1, 1, 6, 7, 10, 11);
      attributes.ignore('saturate');
      return [6, 7].includes(attributes.number('to', 1)) ? constant(a.shape, a.values.map(Math.trunc)) : a;
    case 'Unsqueeze': {
      const rank = a.shape.length + axes().length;
      if (rank > MOST_AXES) return refuse(say('noSuchOperation'));
      const at = axes().map((axis) => (axis < 0 ? axis + rank : axis));
      const rest = [...a.shape];
      return { shape: Array.from({ length: rank }, (_, i) => (at.includes(i) ? 1 : rest.shift()!)), values: a.values };
    }
    case 'Squeeze': {
      const at = axes().map((axis) => (axis < 0 ? axis + a.shape.length : axis));
      const drops = (v: number, i: number) => (at.length > 0 ? at.includes(i) : v === 1);
      return { shape: a.shape.filter((v, i) => !drops(v, i)), values: a.values };
    }
    case 'Gather': {
      const axis = attributes.number('axis', 0);
      attributes.finish();
      if (axis !== 0 || a.shape.length !== 1) return refuse(say('noSuchOperation'));
      const picked = Array.from(b!.values, (i) => a.values[i < 0 ? i + a.values.length : i]);
      return constant(b!.shape, picked);
    }
    case 'Slice': {
      const [starts, ends, along, steps] = inputs.slice(1).map((input) => input && Array.from(input.values));
      const slice = {
        starts: starts ?? attributes.numbers('starts') ?? [],
        ends: ends ?? attributes.numbers('ends') ?? [],
        axes: along ?? attributes.numbers('axes'),
        steps: steps ?? null,
      };
      return isSlice(slice, a.shape.length) && a.values.length <= MOST_VALUES
        ? sliced(a, slice)
        : refuse(say('noSuchOperation'));
    }
    case 'ConstantOfShape': {
      const shape = Array.from(a.values);
      if (shape.includes(BATCH) || size(shape) > MOST_VALUES) return refuse(say('noSuchOperation'));
      const fill = attributes.tensor('value')?.values[0] ?? 0;
      return constant(shape, new Float64Array(size(shape)).fill(fill));
    }
    case 'Concat': {
      const total = inputs.reduce((sum, input) => sum + (input?.values.length ?? 0), 0);
      if (inputs.some((input) => input?.shape.length !== 1) || total > MOST_VALUES)
        return refuse(say('noSuchOperation'));
      const values = inputs.flatMap((input) => Array.from(input!.values));
      return constant([values.length], values);
    }
    case 'Reshape': {
      const shape = Array.from(b!.values, (v, i) => (v === 0 ? a.shape[i] : v));
      const known = size(shape.filter((v) => v !== -1));
      const full = shape.map((v) => (v === -1 ? a.values.length / known : v));
      return size(full) === a.values.length ? { shape: full, values: a.values } : refuse(say('noSuchOperation'));
    }
    case 'Expand':
      return expanded(a, Array.from(b!.values)) ?? refuse(say('noSuchOperation'));
    case 'Transpose': {
      const order = attributes.numbers('perm') ?? a.shape.map((_, i) => a.shape.length - 1 - i);
      if (String([...order].sort((i, j) => i - j)) !== String(a.shape.map((_, i) => i)))
        attributes.wrong('perm', order.slice(0, MOST_AXES));
      return transposeConstant(a, order);
    }
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div': {
      const long = size(a.shape) >= size(b!.shape) ? a! : b!;
      if (size(a.shape) !== size(b!.shape) && size(a.shape) !== 1 && size(b!.shape) !== 1)
        return refuse(say('noSuchOperation'));
      const at = (of: Constant, i: number) => of.values[of.values.length === 1 ? 0 : i];
      const compute = { Add: sum, Sub: difference, Mul: product, Div: quotient }[node.kind];
      return constant(
        long.shape,
        Array.from(long.values, (_, i) => compute(at(a, i), at(b!, i))),
      );
    }
    case 'Sqrt':
      return constant(a.shape, a.values.map(Math.sqrt));
    default:
      return null;
  }
}

/** Repeated along axes of length 1 as far as `to` and its own shape ask for; null where they do not fit each other. */
function expanded({ shape, values }: Constant, to: number[]): Constant | null {
  const rank = Math.max(shape.length, to.length);
  const [own, asked] = [shape, to].map((each) => [...new Array<number>(rank - each.length).fill(1), ...each]);
  const full = own.map((n, axis) => (n === 1 ? asked[axis] : n));
  const fits = own.every((n, axis) => n === 1 || asked[axis] === 1 || asked[axis] === n);
  if (!fits || rank > MOST_AXES || !full.every(Number.isInteger) || !(size(full) <= MOST_VALUES)) return null;
  const at = (i: number) => {
    let [rest, place, stride] = [i, 0, 1];
    for (let axis = rank - 1; axis >= 0; axis--) {
      if (own[axis] > 1) place += stride * (rest % full[axis]);
      stride *= own[axis];
      rest = Math.floor(rest / full[axis]);
    }
    return values[place];
  };
  return constant(
    full,
    Array.from({ length: size(full) }, (_, i) => at(i)),
  );
}

const sum = (x: number, y: number) => x + y;
const difference = (x: number, y: number) => x - y;
const product = (x: number, y: number) => x * y;
const quotient = (x: number, y: number) => x / y;

/** Part of a constant along some axes, as in Python: from, to (not reached), step. */
interface Slice {
  starts: number[];
  ends: number[];
  /** Null: the first ones. */
  axes: number[] | null;
  /** Null: 1. */
  steps: number[] | null;
}

/** Whether it says something of axes that are there; a step of 0 would never come to an end. */
function isSlice({ starts, ends, axes, steps }: Slice, rank: number): boolean {
  const wholes = (list: number[] | null) =>
    list === null || (list.length === starts.length && list.every(Number.isInteger));
  return (
    starts.length <= rank &&
    starts.every(Number.isInteger) &&
    ends.length === starts.length &&
    !ends.some(Number.isNaN) &&
    wholes(axes) &&
    wholes(steps) &&
    !(steps ?? []).includes(0) &&
    (axes ?? []).every((axis) => axis >= -rank && axis < rank)
  );
}

function sliced(from: Constant, { starts, ends, axes, steps }: Slice): Constant {
  let { shape } = from;
  let values = Array.from(from.values);
  starts.forEach((start, k) => {
    const axis = ((axes?.[k] ?? k) + shape.length) % shape.length;
    const [n, step] = [shape[axis], steps?.[k] ?? 1];
    const bound = (at: number) => Math.min(step > 0 ? n : n - 1, Math.max(step > 0 ? 0 : -1, at < 0 ? at + n : at));
    const picked: number[] = [];
    // An end far below zero means: as far as there is anything.
    const end = ends[k] < -n ? (step > 0 ? 0 : -1) : bound(ends[k]);
    for (let i = bound(start); step > 0 ? i < end : i > end; i += step) picked.push(i);
    const inner = size(shape.slice(axis + 1));
    const outer = size(shape.slice(0, axis));
    values = Array.from({ length: outer }, (_, o) => o).flatMap((o) =>
      picked.flatMap((i) => values.slice((o * n + i) * inner, (o * n + i + 1) * inner)),
    );
    shape = shape.map((v, i) => (i === axis ? picked.length : v));
  });
  return constant(shape, values);
}

function transposeConstant({ shape, values }: Constant, order: number[]): Constant {
  const to = order.map((axis) => shape[axis]);
  const strides = shape.map((_, axis) => size(shape.slice(axis + 1)));
  const moved = values.slice();
  const index = new Array<number>(to.length).fill(0);
  for (let i = 0; i < values.length; i++) {
    moved[i] = values[index.reduce((at, v, k) => at + v * strides[order[k]], 0)];
    for (let k = to.length - 1; k >= 0 && ++index[k] === to[k]; k--) index[k] = 0;
  }
  return { shape: to, values: moved };
}

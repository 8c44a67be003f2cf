/** Layers that bring values together, or in another shape. */
import { say } from '../../../sentences';
import { broadcastShape } from '../../inspect';
import { size, type LayerCall, type LayerConverter } from '../layerCall';

function merge({ kind, inputs, shapes, id, unsupported, add }: LayerCall): void {
  const shape = broadcastShape(shapes);
  const listed = shapes.map((s) => `[${s}]`).join(kind === 'Add' ? ' + ' : ' * ');
  if (inputs.length < 2) unsupported(say('readsSeveral', inputs.length));
  if (!shape) unsupported(say('shapesDoNotFit', listed));
  add({ op: kind === 'Add' ? 'add' : 'multiply', name: id, inputs }, shape!);
}

function concatenate({ fields, inputs, shapes, x, id, unsupported, add }: LayerCall): void {
  const axis = fields.number('axis', -1);
  if (axis !== -1 && axis !== x.length) fields.wrong('axis');
  const before = (shape: number[]) => `${shape.length}: ${shape.slice(0, -1)}`;
  if (shapes.some((shape) => before(shape) !== before(x)))
    unsupported(say('shapesDoNotFit', shapes.map((s) => `[${s}]`).join(', ')));
  const channels = shapes.reduce((sum, shape) => sum + shape[shape.length - 1], 0);
  add({ op: 'concat', name: id, inputs }, [...x.slice(0, -1), channels]);
}

function zeroPadding({ fields, inputs, id, add, spatial, channelsLast }: LayerCall): void {
  channelsLast();
  const value = fields.get('padding') ?? 1;
  const [v, u] = Array.isArray(value) ? value : [value, value];
  const sides = [v, u].flatMap((side) => (Array.isArray(side) ? side : [side, side])) as number[];
  if (sides.length !== 4 || sides.some((side) => !Number.isInteger(side) || side < 0)) fields.wrong('padding');
  const [top, bottom, left, right] = sides;
  const [h, w, c] = spatial();
  add({ op: 'pad', name: id, inputs, padding: { top, bottom, left, right } }, [h + top + bottom, w + left + right, c]);
}

function flatten({ inputs, x, id, add, channelsLast }: LayerCall): void {
  channelsLast();
  add({ op: 'flatten', name: id, inputs }, [size(x)]);
}

function reshape({ fields, inputs, x, id, add }: LayerCall): void {
  const wanted = fields.get('target_shape') ?? null;
  const shape = Array.isArray(wanted) ? reshaped(wanted, size(x)) : null;
  if (!shape) fields.wrong('target_shape');
  add({ op: 'reshape', name: id, inputs, shape: shape! }, shape!);
}

function permute({ fields, inputs, x, id, add }: LayerCall): void {
  const dims = fields.get('dims');
  const order = Array.isArray(dims) ? dims.map((axis) => Number(axis) - 1) : [];
  if (String([...order].sort()) !== String(x.map((_, axis) => axis))) fields.wrong('dims');
  add(
    { op: 'transpose', name: id, inputs, order },
    order.map((axis) => x[axis]),
  );
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

export const shapeLayers: Record<string, LayerConverter> = {
  Add: merge,
  Multiply: merge,
  Concatenate: concatenate,
  ZeroPadding2D: zeroPadding,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
};

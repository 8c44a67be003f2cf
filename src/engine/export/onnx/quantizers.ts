/** A student's quantizers as QuantizeLinear and DequantizeLinear. */
import type { QuantizedWeight } from '../../quantization/student';
import type { ActivationLevels } from '../quantizedNetwork';
import type { ElementType, GraphBuilder } from './graph';

/** The narrowest type that holds so many bits: 3 bits are stored as 4, 5 to 7 as 8. */
export const storageType = (bits: number): 'int2' | 'int4' | 'int8' =>
  bits <= 2 ? 'int2' : bits <= 4 ? 'int4' : 'int8';
const BITS = { int2: 2, int4: 4, int8: 8 } as const;

/**
 * A kernel's integers and what makes floating point of them. DequantizeLinear computes (q - zero point) scale, and its
 * zero point must be of the integers' own type. A channel whose values exclude 0 has one outside: then the nearest that
 * fits is taken, and what is left of it is added after the scale, channel by channel, as an ordinary constant.
 *
 * @param integers in the file's order, of `shape`
 * @param axis of `shape` along which `kernel.scale` goes; null: one scale for all
 * @param type at least as wide as `kernel.bits`
 * @returns name of the kernel as floating point
 */
export function kernelNode(
  graph: GraphBuilder,
  kernel: Pick<QuantizedWeight, 'bits' | 'scale' | 'zero'>,
  integers: ArrayLike<number>,
  shape: readonly number[],
  axis: number | null,
  type: ReturnType<typeof storageType>,
): string {
  const half = 2 ** (BITS[type] - 1);
  const fitting = Array.from(kernel.zero, (zero) => Math.min(half - 1, Math.max(-half, -zero)) + 0);
  const steps = Array.from(kernel.scale, (scale) => Math.fround(1 / scale));
  const of = axis === null ? [] : [kernel.scale.length];
  const values = graph.node(
    'DequantizeLinear',
    [graph.constant(type, shape, integers), graph.constant('float', of, steps), graph.constant(type, of, fitting)],
    null,
    axis === null ? {} : { axis },
  );
  const rest = Array.from(kernel.zero, (zero, c) => (zero + fitting[c]) * steps[c]);
  if (rest.every((each) => each === 0)) return values;
  const spread = shape.map((_, i) => (i === axis ? kernel.scale.length : 1));
  return graph.node('Add', [values, graph.constant('float', spread, rest)], null);
}

/**
 * An activation rounded to its levels: clipped to the lowest and the highest one where the type has more, then through
 * QuantizeLinear and DequantizeLinear with the levels' own step, in 8 bits where they fit, otherwise in 16. Levels
 * further from 0 than that (a range of next to no width, say) are counted from the lowest one, which is taken off
 * before and added again.
 */
export function activationNode(
  graph: GraphBuilder,
  input: string,
  { step, lowest, highest }: Omit<ActivationLevels, 'bits' | 'scale'>,
): string {
  const scalar = (value: number) => graph.constant('float', [], [Math.fround(value)]);
  const fits = (size: number) => Math.max(highest, 0) - Math.min(lowest, 0) < size;
  if (!fits(2 ** 16)) {
    const base = scalar(lowest * step);
    const above = graph.node('Sub', [input, base], null);
    return graph.node(
      'Add',
      [activationNode(graph, above, { step, lowest: 0, highest: highest - lowest }), base],
      null,
    );
  }
  const type: ElementType = fits(2 ** 8) ? 'uint8' : 'uint16';
  const zeroPoint = Math.max(0, -lowest);
  const whole = lowest + zeroPoint === 0 && highest + zeroPoint === (type === 'uint8' ? 2 ** 8 : 2 ** 16) - 1;
  const clipped = whole ? input : graph.node('Clip', [input, scalar(lowest * step), scalar(highest * step)], null);
  const grid = [scalar(step), graph.constant(type, [], [zeroPoint])];
  const levels = graph.node('QuantizeLinear', [clipped, ...grid], null);
  return graph.node('DequantizeLinear', [levels, ...grid], null);
}

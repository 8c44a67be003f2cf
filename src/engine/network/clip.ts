/** Values held between two limits, by the two rectifiers that the executor has. */
import type { NetworkNode } from './types';

/**
 * Nodes that clip to `least` .. `most`, either of which may be infinite (not both); the last one has the name.
 *
 * A rectifier with another limit than 6 is one with 6 whose input and output are scaled: exact but for rounding, also
 * where its output is quantized, since levels scale along.
 */
export function clipNodes(name: string, input: string, least: number, most: number): NetworkNode[] {
  if (least === 0 && most === Infinity) return [{ op: 'relu', name, inputs: [input] }];
  if (least === 0 && most === 6) return [{ op: 'relu6', name, inputs: [input] }];
  const [before, clipped] = [`${name}/before`, `${name}/clipped`];
  // From above: most - relu(most - x).
  const down = least === -Infinity;
  const bounded = least !== -Infinity && most !== Infinity;
  const range = bounded ? (most - least) / 6 : down ? -1 : 1;
  const zero = down ? most : least;
  return [
    { op: 'rescale', name: before, inputs: [input], scale: [1 / range], offset: [-zero / range] },
    { op: bounded ? 'relu6' : 'relu', name: clipped, inputs: [before] },
    { op: 'rescale', name, inputs: [clipped], scale: [range], offset: [zero] },
  ];
}

/**
 * A short name for a network's numbers, by which two runs are told to have come to the same: equal hashes mean equal
 * bits, but for a chance of 2^-64.
 */

import type { StudentSnapshot } from './student';

/** Digits of pi and the golden ratio: where the two lanes begin. */
const LANES = [0x243f6a88, 0x9e3779b9] as const;

/** 16 digits of a hash of the floats' bits, and of the names and lengths they come under; the order of keys is no matter. */
export function hashOfFloats(parts: Readonly<Record<string, Float32Array>>): string {
  let [a, b]: number[] = [...LANES];
  const add = (word: number) => {
    a = Math.imul(a ^ word, 0x85ebca6b);
    a ^= a >>> 15;
    b = Math.imul(b ^ word, 0xc2b2ae35);
    b ^= b >>> 13;
  };
  for (const name of Object.keys(parts).sort()) {
    const values = parts[name];
    for (let i = 0; i < name.length; i++) add(name.charCodeAt(i));
    add(values.length);
    const words = new Int32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < words.length; i++) add(words[i]);
  }
  return [finish(a, b), finish(b, a)].map((word) => word.toString(16).padStart(8, '0')).join('');
}

function finish(own: number, other: number): number {
  let h = own ^ (other >>> 16);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Of all that makes the student: its trained weights, its activations' ranges, and the step sizes that are learned. */
export function weightsHash({ weights, ranges, steps = {} }: StudentSnapshot): string {
  const under = (folder: string, values: Record<string, Float32Array>) =>
    Object.entries(values).map(([name, each]) => [`${folder}/${name}`, each]);
  const ends = Object.fromEntries(Object.entries(ranges).map(([node, { lo, hi }]) => [node, Float32Array.of(lo, hi)]));
  return hashOfFloats(
    Object.fromEntries([...under('weight', weights), ...under('range', ends), ...under('step', steps)]),
  );
}

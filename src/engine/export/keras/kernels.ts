/** Kernels in forms that tfjs-layers has a layer for. Sums get further terms, all of them zero. */
import type { WeightArray } from '../../network/types';

/**
 * A grouped kernel as one that sees all inputs: zeros where a group does not look.
 *
 * @param kernel [h, w, in / groups, out]
 * @returns [h, w, in, out]
 */
export function ungrouped({ shape: [h, w, ci, co], values }: WeightArray, groups: number): WeightArray {
  const result = new Float32Array(h * w * ci * groups * co);
  const outputs = co / groups;
  for (let p = 0; p < h * w; p++)
    for (let i = 0; i < ci; i++)
      for (let o = 0; o < co; o++)
        result[(p * ci * groups + Math.floor(o / outputs) * ci + i) * co + o] = values[(p * ci + i) * co + o];
  return { shape: [h, w, ci * groups, co], values: result };
}

/**
 * A kernel whose taps lie `dilations` apart as a larger one with zeros between them.
 *
 * @param kernel [h, w, in, out]
 * @returns [(h - 1) d + 1, (w - 1) d + 1, in, out]
 */
export function undilated(
  { shape: [h, w, ci, co], values }: WeightArray,
  [dh, dw]: readonly [number, number],
): WeightArray {
  const [tall, wide] = [(h - 1) * dh + 1, (w - 1) * dw + 1];
  const result = new Float32Array(tall * wide * ci * co);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      result.set(values.subarray((y * w + x) * ci * co, (y * w + x + 1) * ci * co), (y * dh * wide + x * dw) * ci * co);
  return { shape: [tall, wide, ci, co], values: result };
}

/** A kernel [1, 1, in, before + in + after] that puts channels of zeros before and after those of its input. */
export function channelShift(channels: number, before: number, after: number): WeightArray {
  const width = before + channels + after;
  const values = new Float32Array(channels * width);
  for (let c = 0; c < channels; c++) values[c * width + before + c] = 1;
  return { shape: [1, 1, channels, width], values };
}

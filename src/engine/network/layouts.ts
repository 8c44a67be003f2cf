/** Weights from PyTorch's and ONNX's layouts into ours. */
import type { WeightArray } from './types';

interface Stored {
  shape: number[];
  values: ArrayLike<number>;
}

/** [out, in, height, width] -> [height, width, in, out]. */
export function toHwio({ shape: [out, input, height, width], values }: Stored): WeightArray {
  const moved = new Float32Array(values.length);
  const area = height * width;
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < input; i++) {
      for (let p = 0; p < area; p++) moved[(p * input + i) * out + o] = values[(o * input + i) * area + p];
    }
  }
  return { shape: [height, width, input, out], values: moved };
}

/** [rows, columns] -> [columns, rows]. */
export function transposed({ shape: [rows, columns], values }: Stored): WeightArray {
  const moved = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) moved[c * rows + r] = values[r * columns + c];
  return { shape: [columns, rows], values: moved };
}

/** [height, width, in, out] -> [out, in, height, width]. */
export function toOihw({ shape: [height, width, input, out], values }: Stored): WeightArray {
  const moved = new Float32Array(values.length);
  const area = height * width;
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < input; i++) {
      for (let p = 0; p < area; p++) moved[(o * input + i) * area + p] = values[(p * input + i) * out + o];
    }
  }
  return { shape: [out, input, height, width], values: moved };
}

/**
 * Results that a recorded step leaves open: what is little work for each element can be done by whoever reads the
 * result, in the same order of operations and rounded as often. The kernel computes it as ever and says here how; a
 * kernel that can do it by itself asks. When the step has been recorded, launches whose results nobody reads are left out
 * (recording/capture.ts). Where nothing is recorded, nothing is left open.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Gpu } from './gpu';
import type { OpenResult } from './recording/openResult';
import { size, type WebgpuBackend } from './program';

/**
 * Bytes of a filter's gradient in parts up to which it is left open: what is left open is kept until the end of the step,
 * and of a large network that would be much.
 */
const MOST_PARTS = 2 ** 22;

/** What was computed of `open` may be computed again by whoever uses it. */
export function leaveOpen(backend: WebgpuBackend, result: TensorInfo, open: OpenResult): void {
  if ((open.kind === 'parts' || open.kind === 'taps') && 4 * size(open.from.shape) > MOST_PARTS) return;
  (backend as unknown as Gpu).recorder?.leftOpen(result.dataId, open);
}

/** How a result was computed; null where it has to be taken as it is. */
export function openOf(backend: WebgpuBackend, { dataId }: TensorInfo): OpenResult | null {
  return (backend as unknown as Gpu).recorder?.openOf(dataId) ?? null;
}

/** WGSL: `sum`, element `i` of what is left open as 'parts'. */
export const sumOfParts = (array: string, parts: string, size: string): string => `
  var sum = 0.0;
  for (var part = 0u; part < ${parts}; part++) { sum += ${array}[part * ${size} + i]; }`;

/**
 * WGSL: `sum`, element `i` of what is left open as 'taps'. Filter row 0 lies in the adjoint's rows 2 and 3, row 1 in 1
 * and 2, row 2 in 0 and 1.
 */
export const sumOfTaps = (array: string, parts: string, plane: string): string => `
  let tap = i / ${plane};
  let first = vec2<u32>(2u - tap / 3u, 2u - tap % 3u);
  var sum = 0.0;
  for (var part = 0u; part < ${parts}; part++) {
    for (var j = 0u; j < 4u; j++) {
      let adjointTap = (first.x + j / 2u) * 4u + first.y + j % 2u;
      sum += ${array}[(part * 16u + adjointTap) * ${plane} + i % ${plane}];
    }
  }`;

/**
 * WGSL: an element of what is left open as 'leaky'; `u` has the slope. A choice and not a factor: a product that is added
 * up where it is made may be rounded with the sum, once instead of twice.
 */
export const leakyGradientAt = (dy: string, x: string): string => `select(${dy} * u.slope, ${dy}, ${x} > 0.0)`;

import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  EXPECTED_STEP,
  fastest,
  probeBackend,
  trainingStep,
  type BackendProbe,
} from '../../../src/engine/backend/backends';
import { say } from '../../../src/engine/sentences';
import { use } from '../backends';

/** The probe's step in plain loops and double precision. */
function stepInDouble(w1: number[], w2: number[]): number {
  const [n, s, c] = [2, 4, 3];
  const x = fill(n * s * s * c, 1);
  const big = 2 * s;
  const h = new Array(n * big * big * c).fill(0);
  for (let b = 0; b < n; b++)
    for (let i = 0; i < big; i++)
      for (let j = 0; j < big; j++)
        for (let o = 0; o < c; o++) {
          let sum = 0;
          for (let u = -1; u < 2; u++)
            for (let v = -1; v < 2; v++) {
              if (i + u < 0 || j + v < 0 || i + u >= big || j + v >= big) continue;
              for (let k = 0; k < c; k++) {
                sum +=
                  x[((b * s + ((i + u) >> 1)) * s + ((j + v) >> 1)) * c + k] *
                  w1[(((u + 1) * 3 + v + 1) * c + k) * c + o];
              }
            }
          h[((b * big + i) * big + j) * c + o] = sum > 0 ? sum : 0.2 * sum;
        }
  let loss = 0;
  for (let b = 0; b < n; b++)
    for (let o = 0; o < c; o++) {
      const y: number[] = [];
      for (let i = 0; i < s; i++)
        for (let j = 0; j < s; j++) {
          let sum = 0;
          for (let u = 0; u < 3; u++)
            for (let v = 0; v < 3; v++) {
              const [r, q] = [2 * i + u - 1, 2 * j + v - 1];
              if (r < 0 || q < 0 || r >= big || q >= big) continue;
              for (let k = 0; k < c; k++)
                sum += h[((b * big + r) * big + q) * c + k] * w2[((u * 3 + v) * c + k) * c + o];
            }
          y.push(sum);
        }
      const mean = y.reduce((a, v) => a + v, 0) / y.length;
      const variance = y.reduce((a, v) => a + (v - mean) ** 2, 0) / y.length;
      loss += mean ** 2 + variance ** 2;
    }
  return loss / (n * 2 * c);
}
// float32 like the engine's start, so that only the arithmetic differs
const fill = (length: number, seed: number) =>
  Array.from({ length }, (_, i) => Math.fround(Math.sin(i * 12.9898 + seed) * 0.3));

describe('the probe', () => {
  it('expects what double precision and central differences give', () => {
    const [w1, w2] = [fill(81, 2), fill(81, 3)];
    const loss = stepInDouble(w1, w2);
    const meanAbsoluteGradient = (at: (w: number[]) => number, w: number[]) =>
      w.reduce((sum, _, i) => {
        const moved = (by: number) => at(w.map((v, k) => (k === i ? v + by : v)));
        return sum + Math.abs((moved(1e-5) - moved(-1e-5)) / 2e-5);
      }, 0) / w.length;
    const gradient =
      meanAbsoluteGradient((w) => stepInDouble(w, w2), w1) + meanAbsoluteGradient((w) => stepInDouble(w1, w), w2);
    expect(Math.abs(EXPECTED_STEP.loss / loss - 1)).toBeLessThan(1e-3);
    expect(Math.abs(EXPECTED_STEP.gradient / gradient - 1)).toBeLessThan(1e-3);
  });

  it.each(['cpu', 'wasm'] as const)('passes %s, says how fast, leaves no tensor', async (name) => {
    await use(name);
    const before = tf.memory().numTensors;
    const probe = await probeBackend(name);
    expect(probe).toMatchObject({ name, works: true });
    expect(probe.secondsPerStep).toBeGreaterThan(0);
    expect(probe.detail).not.toBe('');
    expect(tf.memory().numTensors).toBe(before);
    const { loss } = await trainingStep(2, 4, 3);
    expect(Math.abs(loss / EXPECTED_STEP.loss - 1)).toBeLessThan(1e-3);
  });

  it('says why WebGPU and WebGL do not work in Node', async () => {
    expect(await probeBackend('webgpu')).toMatchObject({ works: false, secondsPerStep: null, reason: say('noWebgpu') });
    expect(await probeBackend('webgl')).toMatchObject({ works: false, reason: say('noOffscreenCanvas') });
  });

  it('chooses the fastest of those that work, and of nearly equal ones the GPU', () => {
    const probe = (name: BackendProbe['name'], works: boolean, secondsPerStep: number | null): BackendProbe => ({
      name,
      works,
      secondsPerStep,
      detail: '',
    });
    expect(fastest([probe('webgpu', true, 2), probe('webgl', false, null), probe('wasm', true, 0.1)])?.name).toBe(
      'wasm',
    );
    expect(fastest([probe('webgpu', true, 0.014), probe('webgl', true, 0.008), probe('wasm', true, 0.01)])?.name).toBe(
      'webgpu',
    );
    expect(fastest([probe('webgpu', true, 0.016), probe('webgl', true, 0.008), probe('wasm', true, 0.01)])?.name).toBe(
      'wasm',
    );
    expect(fastest([probe('webgpu', false, null), probe('webgl', true, 0.007), probe('wasm', true, 0.01)])?.name).toBe(
      'webgl',
    );
    expect(fastest([probe('webgpu', false, null)])).toBeNull();
  });
});

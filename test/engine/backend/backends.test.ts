import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it, vi } from 'vitest';
import { loadBackend, startBackend, type BackendName } from '../../../src/engine/backend/backends';
import { checkBackend, EXPECTED_STEP, trainingStep } from '../../../src/engine/backend/smallStep';
import { fastest, timeStep, worthwhile } from '../../../src/engine/backend/timing';
import { say } from '../../../src/engine/sentences';
import { use } from '../backends';

/** The small step in plain loops and double precision. */
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

describe('the small step', () => {
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

  it.each([
    // Given up after the first two images, and said to take eight times as long.
    ['cpu', 4, 1, 32],
    // Twice two images, sixteen to warm up, then three times four steps together.
    ['wasm', 0.04, 6, 0.01],
  ] as const)('passes %s, is timed there, leaves no tensor', async (name, secondsApiece, expectedPieces, expected) => {
    await use(name);
    const before = tf.memory().numTensors;
    expect(await checkBackend()).toBeNull();
    // On a clock of its own: how much else the machine does has no part in it.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000 * secondsApiece));
    let pieces = 0;
    const seconds = await timeStep(async () => ++pieces > 0);
    clock.mockRestore();
    expect(pieces).toBe(expectedPieces);
    expect(seconds).toBeCloseTo(expected, 9);
    expect(tf.memory().numTensors).toBe(before);
    const { loss } = await trainingStep(2, 4, 3);
    expect(Math.abs(loss / EXPECTED_STEP.loss - 1)).toBeLessThan(1e-3);
  });

  it('says what it got from a backend that computes wrongly', async () => {
    await use('wasm');
    const wrong = vi.spyOn(tf.Tensor.prototype, 'data').mockResolvedValueOnce(Float32Array.of(0.001, 0.002, NaN));
    expect(await checkBackend()).toEqual(say('wrongStep', '0.001000 / NaN', '0.0009975 / 0.002181'));
    wrong.mockRestore();
  });

  it('stops being timed before the next piece when it is told to', async () => {
    await use('wasm');
    const before = tf.memory().numTensors;
    for (let pieces = 0; pieces < 4; pieces++) {
      let asked = 0;
      expect(await timeStep(async () => asked++ < pieces)).toBeNull();
      expect(asked).toBe(pieces + 1);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a backend', () => {
  it('says why WebGPU and WebGL do not start in Node', async () => {
    await expect(startBackend('webgpu')).rejects.toMatchObject({ said: say('noWebgpu') });
    await expect(startBackend('webgl')).rejects.toMatchObject({ said: say('noOffscreenCanvas') });
  });

  it('is brought up once, beside the one in use', async () => {
    await use('wasm');
    let made = 0;
    // As WebGPU does it: the backend comes later.
    tf.registerBackend('webgl', async () => {
      made++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return new MathBackendCPU();
    });
    vi.stubGlobal('OffscreenCanvas', class {});
    try {
      const loading = [loadBackend('webgl'), loadBackend('webgl')];
      expect(tf.getBackend()).toBe('wasm');
      const [sum] = await tf.tidy(() => tf.add(1, 2)).data();
      expect(sum).toBe(3);
      await Promise.all(loading);
      expect(tf.getBackend()).toBe('wasm');
      expect(tf.backend()).not.toBeInstanceOf(MathBackendCPU);
      await startBackend('webgl');
      expect(tf.backend()).toBeInstanceOf(MathBackendCPU);
      expect(made).toBe(1);
    } finally {
      vi.unstubAllGlobals();
      tf.removeBackend('webgl');
      await use('wasm');
    }
  });
});

describe('the comparison of backends', () => {
  const report = (name: BackendName, works: boolean | null, secondsPerStep: number | null) => ({
    name,
    works,
    secondsPerStep,
  });

  it('chooses the fastest of those that work, and of nearly equal ones the GPU', () => {
    expect(fastest([report('webgpu', true, 2), report('webgl', false, null), report('wasm', true, 0.1)])?.name).toBe(
      'wasm',
    );
    expect(
      fastest([report('webgpu', true, 0.014), report('webgl', true, 0.008), report('wasm', true, 0.01)])?.name,
    ).toBe('webgpu');
    expect(
      fastest([report('webgpu', true, 0.016), report('webgl', true, 0.008), report('wasm', true, 0.01)])?.name,
    ).toBe('wasm');
    expect(
      fastest([report('webgpu', false, null), report('webgl', true, 0.007), report('wasm', true, 0.01)])?.name,
    ).toBe('webgl');
    expect(fastest([report('webgpu', false, null), report('webgl', null, null)])).toBeNull();
    // One that works but was not timed says nothing.
    expect(fastest([report('webgpu', true, null), report('wasm', true, 0.1)])?.name).toBe('wasm');
  });

  it('leaves the one in use only for one that is clearly faster', () => {
    // 0.013 of WebGPU stand for 0.0087 of wasm.
    expect(worthwhile([report('webgpu', true, 0.013), report('wasm', true, 0.01)], 'wasm')).toBe('wasm');
    expect(worthwhile([report('webgpu', true, 0.012), report('wasm', true, 0.01)], 'wasm')).toBe('webgpu');
    expect(worthwhile([report('webgpu', true, 0.016), report('wasm', true, 0.01)], 'webgpu')).toBe('webgpu');
    expect(worthwhile([report('webgpu', true, 0.03), report('wasm', true, 0.01)], 'webgpu')).toBe('wasm');
    // What is in use was not timed (a software adapter, chosen by hand): nothing to compare with.
    expect(worthwhile([report('webgpu', true, null), report('wasm', true, 0.01)], 'webgpu')).toBe('webgpu');
  });
});

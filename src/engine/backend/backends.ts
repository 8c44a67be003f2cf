/** Which backends work here and how fast: each is started, checked and timed with a small training step. */
import * as tf from '@tensorflow/tfjs-core';
import { leakyRelu } from '../kernels/leakyRelu';
import { imageStatistics } from '../kernels/reductions';
import { upsampleConv2d } from '../kernels/upsampleConv2d';
import { say, SaidError, saidOf, type Said } from '../sentences';
import { registerWasmGradients } from '../kernels/wasmGradients';

export type BackendName = 'webgpu' | 'webgl' | 'wasm' | 'cpu';

/** In the order in which ties are broken and losses fall back. */
export const BACKENDS: readonly BackendName[] = ['webgpu', 'webgl', 'wasm', 'cpu'];

export interface BackendProbe {
  name: BackendName;
  /** Started, and its gradients agree with directly computed values. */
  works: boolean;
  /** Median seconds of the timed step; null where it does not work. */
  secondsPerStep: number | null;
  /** Adapter or thread count; a text where it is a name that needs no language. */
  detail: Said | string;
  /** Why it does not work. */
  reason?: Said | string;
}

export interface BackendOptions {
  /** Folder with tfjs's .wasm files; Node finds them by itself. */
  wasmPath?: string;
  /** Threads for wasm where the page is isolated; default: all cores, at most 8. */
  wasmThreads?: number;
}

/** Steps between two readbacks when a backend is timed: a training run, too, reads back seldom, and a GPU waits for nothing in between. */
const STEPS_TOGETHER = 4;
/**
 * What a backend's time for the small step stands for in a run, beside wasm's. A GPU spends the step on launches, which larger networks
 * do not make longer, and leaves the page its processor: on an H100 beside 8 threads of wasm both took 8 to 14 ms for it, and 8 and 14 s
 * for the default run. WebGL has none of the merged kernels: 2.1 times wasm's launches in the small step, but 2.8 times in those of a run.
 */
const IN_A_RUN: Partial<Record<BackendName, number>> = { webgpu: 2 / 3, webgl: 4 / 3 };
/** A backend that takes this long for a step on 2 images will not be asked for 16. */
const TOO_SLOW_SECONDS = 0.1;
/** Longer than compiling shaders takes on any real adapter. */
const HOPELESS_SECONDS = 3;

const loaders: Record<BackendName, (options: BackendOptions) => Promise<void>> = {
  async webgpu() {
    const gpu = (globalThis as { navigator?: { gpu?: { requestAdapter(o?: object): Promise<unknown> } } }).navigator
      ?.gpu;
    if (!gpu) throw new SaidError(say('noWebgpu'));
    if (!(await gpu.requestAdapter())) throw new SaidError(say('noAdapter'));
    await import('@tensorflow/tfjs-backend-webgpu');
    (await import('../kernels/webgpu/register')).registerWebgpuKernels();
  },
  async webgl() {
    if (typeof (globalThis as { OffscreenCanvas?: unknown }).OffscreenCanvas === 'undefined')
      throw new SaidError(say('noOffscreenCanvas'));
    await import('@tensorflow/tfjs-backend-webgl');
  },
  async wasm({ wasmPath, wasmThreads }) {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    registerWasmGradients();
    if (wasmPath && !wasmPathSet) {
      wasm.setWasmPaths(wasmPath);
      wasmPathSet = true;
    }
    const cores = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;
    if (!tf.findBackend('wasm')) wasm.setThreadsCount(wasmThreads ?? Math.min(8, Math.max(1, cores)));
  },
  async cpu() {
    await import('@tensorflow/tfjs-backend-cpu');
  },
};
let wasmPathSet = false;

/**
 * Loads a backend and makes it tfjs's current one.
 *
 * @throws Error saying why it does not start here
 */
export async function startBackend(name: BackendName, options: BackendOptions = {}): Promise<void> {
  await loaders[name](options);
  // setBackend reports failure by returning false, and some backends by throwing.
  if (!(await tf.setBackend(name))) throw new SaidError(say('didNotStart', say(name)));
  await tf.ready();
}

/** What the user should know of a started backend: adapter, threads. */
async function describe(name: BackendName): Promise<Said | string> {
  if (name === 'wasm') {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    const threads = (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) ? wasm.getThreadsCount() : 1;
    return simd ? say('listed', say('threads', threads), 'SIMD') : say('threads', threads);
  }
  if (name === 'webgpu') {
    const info = (
      tf.backend() as unknown as {
        adapterInfo?: { vendor?: string; architecture?: string; device?: string; description?: string };
      }
    ).adapterInfo;
    const words = info as Record<string, string | undefined> | undefined;
    const text = [words?.vendor, words?.architecture, words?.device, words?.description].filter(Boolean).join(' ');
    return text || say('adapterWithoutName');
  }
  if (name === 'webgl') return `WebGL ${tf.env().getNumber('WEBGL_VERSION')}`;
  return say('cpu');
}

function weights(shape: [number, number, number, number], seed: number): tf.Tensor4D {
  const length = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + seed) * 0.3),
    shape,
  );
}

/** One training step of a small generator-like stack on [batch, size, size, channels]: loss, and mean absolute gradient of both filters. */
function smallStep(batch: number, size: number, channels: number): tf.Tensor {
  return tf.tidy(() => {
    const x = weights([batch, size, size, channels], 1);
    const [a, b] = [weights([3, 3, channels, channels], 2), weights([3, 3, channels, channels], 3)];
    const { value, grads } = tf.valueAndGrads((w1: tf.Tensor, w2: tf.Tensor) => {
      const h = leakyRelu(upsampleConv2d(x, w1 as tf.Tensor4D), 0.2);
      const y = tf.conv2d(h, w2 as tf.Tensor4D, 2, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]);
      return tf.mean(tf.square(imageStatistics(y)));
    })([a, b]);
    return tf.stack([value, tf.mean(tf.abs(grads[0])), tf.mean(tf.abs(grads[1]))]);
  });
}

/** What `smallStep` finds: loss and mean absolute gradient. */
export async function trainingStep(
  batch: number,
  size: number,
  channels: number,
): Promise<{ loss: number; gradient: number }> {
  const packed = smallStep(batch, size, channels);
  const [loss, g1, g2] = await packed.data();
  packed.dispose();
  return { loss, gradient: g1 + g2 };
}

/** Loss and gradient of trainingStep(2, 4, 3), from double precision (the test recomputes them); a backend must come within 1 %. */
export const EXPECTED_STEP = { loss: 0.00099753, gradient: 0.0021811 };

/**
 * Starts a backend, checks a tiny training step and times a larger one. Leaves it current where it works.
 *
 * @param options where wasm's files are, how many threads
 */
export async function probeBackend(name: BackendName, options: BackendOptions = {}): Promise<BackendProbe> {
  const failed = (reason: Said | string): BackendProbe => ({
    name,
    works: false,
    secondsPerStep: null,
    detail: '',
    reason,
  });
  try {
    await startBackend(name, options);
    const { loss, gradient } = await trainingStep(2, 4, 3);
    const off = (a: number, b: number) => !(Math.abs(a - b) <= 0.01 * Math.abs(b));
    if (off(loss, EXPECTED_STEP.loss) || off(gradient, EXPECTED_STEP.gradient)) {
      const pair = (step: { loss: number; gradient: number }) =>
        `${step.loss.toPrecision(4)} / ${step.gradient.toPrecision(4)}`;
      return failed(say('wrongStep', pair({ loss, gradient }), pair(EXPECTED_STEP)));
    }
    return { name, works: true, secondsPerStep: await timeStep(), detail: await describe(name) };
  } catch (error) {
    return failed(saidOf(error) || String(error));
  }
}

/** Median seconds of a step on 16 images; a backend that is slow on 2 is not asked for 16, its time is scaled up. */
async function timeStep(): Promise<number> {
  const seconds = async (batch: number, steps = 1) => {
    const began = performance.now();
    const made = Array.from({ length: steps }, () => smallStep(batch, 8, 32));
    await made[steps - 1].data();
    tf.dispose(made);
    return (performance.now() - began) / 1000 / steps;
  };
  // The first step at a size compiles its shaders, which takes a fast adapter long as well: only the second one counts.
  const first = await seconds(2);
  if (first > HOPELESS_SECONDS) return first * 8;
  const few = await seconds(2);
  if (few > TOO_SLOW_SECONDS) return few * 8;
  await seconds(16); // compiles shaders for these shapes, warms caches
  const times: number[] = [];
  for (let i = 0; i < 3; i++) times.push(await seconds(16, STEPS_TOGETHER));
  return times.sort((p, q) => p - q)[1];
}

/** The working backend with the shortest step, after what it stands for in a run; null where none works. */
export function fastest(probes: readonly BackendProbe[]): BackendProbe | null {
  const cost = ({ name, secondsPerStep }: BackendProbe) => secondsPerStep! * (IN_A_RUN[name] ?? 1);
  const working = probes.filter((p) => p.works);
  return working.length ? working.reduce((best, p) => (cost(p) < cost(best) ? p : best)) : null;
}

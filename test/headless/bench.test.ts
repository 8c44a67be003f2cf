import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect } from 'vitest';
import { registerWasmGradients } from '../../src/engine/kernels/wasmGradients';
import { bench } from '../../src/headless/bench';
import { TINY } from '../../src/headless/bench/fixture';
import { benchJax, startJax } from '../../src/headless/bench/jax';
import { benchKernels } from '../../src/headless/bench/kernels';
import { expectEqual, race, timing } from '../../src/headless/bench/measure';
import { parseOptions, type BenchOptions } from '../../src/headless/bench/options';
import { KernelRegistry } from '../../src/headless/bench/registry';
import type { ReplayReport } from '../../src/headless/bench/replay';
import { formatReport, type BenchReport } from '../../src/headless/bench/report';
import { describeShort, it, itLong } from '../when';

const QUICK = parseOptions(['--quick']) as BenchOptions;

/** What every report has, whatever it was made of. */
function checkReport(report: BenchReport): void {
  const times = [
    ...report.kernels.flatMap(({ engine, baseline }) => [engine, baseline]),
    ...report.steps.flatMap(({ engine, baseline }) => [engine, baseline]),
    ...report.scaling.flatMap(({ statistics, centers, moment }) => [statistics, centers, moment]),
    report.matrixProduct.time,
  ];
  for (const { median, min, max, n } of times) {
    expect(min).toBeGreaterThanOrEqual(0);
    expect(median).toBeGreaterThanOrEqual(min);
    expect(max).toBeGreaterThanOrEqual(median);
    expect(n).toBeGreaterThanOrEqual(3);
  }
  for (const value of [
    ...Object.values(report.ratios),
    ...Object.values(report.macsPerSecond),
    ...Object.values(report.ofPeak),
  ]) {
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(Infinity);
  }
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
}

describe('the benchmark', () => {
  it('measures kernels, steps and scaling at tiny sizes, with equal results on both sides', async () => {
    await tf.setBackend('wasm');
    const before = tf.memory().numTensors;
    const report = await bench(QUICK);
    checkReport(report);
    expect(Object.keys(report.ratios)).toEqual(
      expect.arrayContaining(['wasm/generatorStep/naive', 'wasm/studentStep/naive', 'wasm/evaluation/naive']),
    );
    expect(Object.keys(report.launches)).toEqual(['generatorStep', 'studentStep', 'evaluation']);
    expect(report.launches.generatorStep.engine * 3).toBeLessThan(report.launches.generatorStep.tfjs);
    expect(report.macsPerSecond.generatorStep).toBeGreaterThan(0);
    expect(report.steps.map(({ work }) => work.engine.peakBytes > 0 && work.engine.readBack > 0)).toEqual([
      true,
      true,
      true,
    ]);
    expect(report.kernels.filter(({ overForward }) => overForward !== undefined).length).toBe(
      report.kernels.filter(({ kernel }) => /^(input|filter) gradient$/.test(kernel)).length,
    );
    expect(report.scaling.map(({ classes }) => classes)).toEqual([3, 6]);
    expect(report.scaling[1].resultBytes).toBe(2 * report.scaling[0].resultBytes);
    expect(report.machine.processor).not.toBe('');
    expect(formatReport(report)).toContain('generatorStep, tiny');
    expect(tf.memory().numTensors).toBe(before);
  });

  itLong('gives the same numbers with threads, in a program of its own', async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [
      '--import',
      'tsx',
      'src/headless/bench.ts',
      '--quick',
      '--json',
      '--threads',
      '2',
      '--only',
      'steps,kernels',
    ]);
    const report = JSON.parse(stdout) as BenchReport;
    checkReport(report);
    expect(report.detail).toBe('2 threads');
    expect(report.steps.length).toBe(3);
  });
});

describeShort('the steps in jax-js', () => {
  beforeAll(() => registerWasmGradients());

  it("give the engine's numbers, and are timed beside it", async () => {
    await tf.setBackend('wasm');
    const before = tf.memory().numTensors;
    const version = await startJax('wasm');
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const results = await benchJax(TINY, QUICK.effort);
    expect(results.map(({ step }) => step)).toEqual(['generatorStep', 'studentStep']);
    for (const { engine, jax, ratio, compileSeconds } of results) {
      expect(ratio).toBe(engine.median / jax.median);
      expect(Math.min(engine.n, jax.n)).toBeGreaterThanOrEqual(3);
      expect(compileSeconds).toBeGreaterThan(0);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are not timed where a number differs', async () => {
    await tf.setBackend('wasm');
    await startJax('wasm');
    const before = tf.memory().numTensors;
    // The engine's side alone: jax-js has operations of its own.
    const wrong = tf.getKernel('Relu', 'wasm');
    tf.unregisterKernel('Relu', 'wasm');
    tf.registerKernel({
      kernelName: 'Relu',
      backendName: 'wasm',
      kernelFunc: ({ inputs }) => tf.zerosLike(inputs.x as tf.Tensor),
    });
    try {
      await expect(benchJax(TINY, QUICK.effort)).rejects.toThrow(/^generatorStep 1 of tiny beside jax-js: value \d is/);
    } finally {
      tf.unregisterKernel('Relu', 'wasm');
      tf.registerKernel(wrong);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describeShort('replayed steps', () => {
  it('are timed beside those that are not, where Node has WebGPU; elsewhere it is said what is missing', async () => {
    const flags = ['--import', 'tsx', 'src/headless/bench.ts', '--replay', '--quick', '--json'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, flags);
    if (stdout.trim() === '') {
      expect(stderr).toContain('npm install --no-save webgpu');
      return;
    }
    const { ratios, replay } = JSON.parse(stdout) as ReplayReport;
    expect(Object.keys(ratios)).toEqual(['replay/generatorStep', 'replay/studentStep']);
    // Replayed, the optimizer writes its variables in place, some a launch, and adds up by itself what else takes
    // launches of their own.
    const fewer = { generatorStep: 5, studentStep: 12 };
    for (const { step, eager, replayed, ratio, costs, kernels } of replay) {
      expect(ratio).toBe(replayed.median / eager.median);
      expect(costs.eager.launches - costs.replayed.launches).toBe(fewer[step]);
      // Eight steps are submitted together, or each alone where the machine is so busy that they take long.
      expect([1 / 8, 1]).toContain(costs.replayed.submits);
      expect(costs.eager.submits).toBeGreaterThan(5);
      expect(costs.replayed.bytesWritten).toBeLessThan(costs.eager.bytesWritten);
      // The null backend has no clock worth asking.
      expect(kernels).toBeNull();
    }
  });
});

describeShort('a kernel whose results are wrong', () => {
  afterEach(() => tf.setBackend('cpu'));

  it('is named and not timed', async () => {
    await tf.setBackend('wasm');
    const own = tf.getKernelsForBackend('wasm').filter(({ kernelName }) => kernelName !== 'Conv2D');
    const zeros: tf.KernelFunc = ({ attrs, inputs }) => {
      const { x, filter } = inputs as Record<string, tf.TensorInfo>;
      const { strides, pad } = attrs as unknown as { strides: [number, number]; pad: never };
      return tf.zeros(
        tf.backend_util.computeConv2DInfo(x.shape as never, filter.shape as never, strides, 1, pad).outShape,
      );
    };
    const registry = new KernelRegistry('wasm', [
      ...own,
      { kernelName: 'Conv2D', backendName: 'wasm', kernelFunc: zeros },
    ]);
    const before = tf.memory().numTensors;
    await expect(benchKernels(registry, QUICK.effort, true)).rejects.toThrow(
      /^convolution \[2,8,8,4\] 3x3 -> 5, result 0: value \d+ is/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describeShort('measuring', () => {
  it('gives median, smallest and largest', () => {
    expect(timing([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, n: 3 });
    expect(timing([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4, n: 4 });
  });

  it('takes variants in turn, prepared before the clock runs', async () => {
    const order: string[] = [];
    const variant = (name: string) => ({ before: () => order.push(`before ${name}`), run: () => order.push(name) });
    const measured: string[] = [];
    const times = await race(
      { a: variant('a'), b: variant('b') },
      { repeats: 4, seconds: 60 },
      async ({ before, run }) => {
        before?.();
        await run();
        measured.push(order[order.length - 1]);
        return measured.length;
      },
    );
    expect(measured).toEqual(Array.from({ length: 6 }, () => ['a', 'b']).flat());
    // Two warm-ups each are not counted.
    expect(times).toEqual({ a: { median: 8, min: 5, max: 11, n: 4 }, b: { median: 9, min: 6, max: 12, n: 4 } });
  });

  it('stops when the effort is spent, but not before three rounds', async () => {
    const { a } = await race({ a: { run: () => {} } }, { repeats: 100, seconds: 0 });
    expect(a.n).toBe(3);
  });

  it('says what differs', () => {
    expect(() => expectEqual('x', [1, 2], [1, 2.001], 1e-3)).not.toThrow();
    expect(() => expectEqual('x', [1, 2], [1, 2.01], 1e-3)).toThrow('x: value 1 is 2, expected 2.01');
    expect(() => expectEqual('x', [NaN], [1], 1)).toThrow('x: value 0 is NaN');
    expect(() => expectEqual('x', [1], [1, 2], 1)).toThrow('1 values, expected 2');
  });
});

describeShort('its flags', () => {
  it('have defaults, and are checked', () => {
    expect(parseOptions([])).toMatchObject({
      backend: 'wasm',
      threads: 1,
      clock: 'wall',
      pytorch: null,
      pytorchBatches: [16, 64],
      parts: ['kernels', 'steps', 'scaling', 'replay'],
    });
    expect(parseOptions(['--help'])).toBe('help');
    expect(parseOptions(['--pytorch', 'python3', '--batches', '8', '--only', 'steps'])).toMatchObject({
      pytorch: 'python3',
      pytorchBatches: [8],
      parts: ['steps'],
    });
    expect(() => parseOptions(['--backend', 'tpu'])).toThrow('--backend is one of wasm, cpu, webgpu, not "tpu"');
    expect(() => parseOptions(['--threads', 'many'])).toThrow('--threads needs a positive number');
    expect(() => parseOptions(['--clock', 'cpu', '--threads', '2'])).toThrow('one thread');
    expect(parseOptions(['--jax'])).toMatchObject({ jax: true, backend: 'wasm' });
    expect(() => parseOptions(['--jax', '--threads', '2'])).toThrow('--jax is for wasm with one thread');
    expect(() => parseOptions(['--jax', '--backend', 'cpu'])).toThrow('--jax is for wasm with one thread');
    expect(() => parseOptions(['--only', 'steps,everything'])).toThrow('--only is one of');
  });
});

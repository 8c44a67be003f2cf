/** Ranges that are tried one after another: the same answers as a student with that range, slice by slice. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { QuantizerKind } from '../../../src/engine/quantization/layerBits';
import { answers } from '../../../src/engine/workbench/answers';
import type { TaskOptions, TriedRange } from '../../../src/engine/workbench/report';
import type { TaskContext } from '../../../src/engine/workbench/source';
import { nodesBehind, Pace, triedRange, TriedRanges } from '../../../src/engine/workbench/triedRange';
import { use } from '../backends';
import { tinyNetwork } from '../training/tiny';
import { tinyContext } from './source';

beforeAll(() => use('wasm'));

type Tried = Omit<TaskOptions<'triedRange'>, 'from' | 'milliseconds'>;
const tried = (kind: QuantizerKind, node: string, range: Tried['range'], channel: number | null = null): Tried => ({
  quantizer: { kind, node },
  channel,
  range,
  look: 1,
});

/** All slices. */
async function slices(context: TaskContext, options: Tried): Promise<TriedRange[]> {
  const result: TriedRange[] = [];
  let from = 0;
  do {
    const slice = await triedRange(context, { ...options, from, milliseconds: 5 });
    expect(slice.from).toBe(from);
    result.push(slice);
    from += slice.n;
  } while (from < result[0].total);
  return result;
}

const COUNTS = ['n', 'full', 'student', 'onlyFull', 'onlyStudent'] as const;
const sums = (of: TriedRange[]) => COUNTS.map((key) => of.reduce((sum, each) => sum + each[key], 0));

/** The same from whole passes of a student that has the range. */
async function expected(context: TaskContext, { quantizer, channel, range }: Tried) {
  const changes = range ? { ranges: [{ ...quantizer, channel, range }] } : {};
  const { n, labels, full, student } = await answers(context, { images: 2000, split: 'validation', changes });
  const count = (is: (i: number) => boolean) => [...labels.keys()].filter(is).length;
  const right = (of: Uint16Array) => (i: number) => of[i] === labels[i];
  return [
    n,
    count(right(full)),
    count(right(student)),
    count((i) => right(full)(i) && !right(student)(i)),
    count((i) => !right(full)(i) && right(student)(i)),
  ];
}

describe('a range that is tried', () => {
  it.each<[string, Tried]>([
    ['the first kernel', tried('weight', 'stem_conv', { lo: -0.2, hi: 0.3 })],
    ['a channel of it', tried('weight', 'stem_conv', { lo: -0.1, hi: 0.1 }, 1)],
    ['a kernel on a shortcut', tried('weight', 'stage2_block1_shortcut_conv', { lo: -0.1, hi: 0.1 })],
    ['the last kernel', tried('weight', 'classifier', { lo: -0.3, hi: 0.2 })],
    ['the first activation', tried('activation', 'stem_relu', { lo: 0, hi: 0.4 })],
    ['an activation in a block', tried('activation', 'stage2_block1_relu1', { lo: 0, hi: 0.3 })],
    ['the last activation', tried('activation', 'stage3_block1_relu2', { lo: 0, hi: 0.3 })],
  ])('of %s gives the answers of a student that has it, and leaves the student as it was', async (_, options) => {
    const { context, run, done } = await tinyContext({ weightBits: 3, activationBits: 3 });
    await run.studentNow();
    const before = tf.memory().numTensors;
    const kept = { ...context, tried: new TriedRanges() };
    const own = await slices(kept, { ...options, range: null });
    const first = await slices(kept, options);
    expect(sums(first)).toEqual(await expected(context, options));
    // Another range in between, and the same images again, which are known by now.
    await slices(kept, { ...options, range: { lo: -1, hi: 5 } });
    expect(sums(await slices(kept, options))).toEqual(sums(first));
    expect(sums(await slices(kept, { ...options, range: null }))).toEqual(sums(own));
    expect(sums(own)).toEqual(await expected(context, { ...options, range: null }));
    kept.tried.dispose();
    expect(tf.memory().numTensors).toBe(before);
    // Without anything kept, too.
    expect(sums(await slices(context, options))).toEqual(sums(first));
    expect(tf.memory().numTensors).toBe(before);
    done();
  });

  it('is tried on one student for one look, and on the run’s as it is then for the next', async () => {
    const { context, run, done } = await tinyContext({ weightBits: 3, activationBits: 3 });
    const kept = { ...context, tried: new TriedRanges() };
    const options = { ...tried('activation', 'stem_relu', { lo: 0, hi: 0.4 }), milliseconds: 5 };
    expect((await triedRange(kept, { ...options, from: 0 })).step).toBe(0);
    while (!run.finishedAll) await run.advance();
    expect((await triedRange(kept, { ...options, from: 0 })).step).toBe(0);
    expect((await triedRange(kept, { ...options, look: 2, from: 0 })).step).toBeGreaterThan(0);
    kept.tried.dispose();
    done();
  });

  it('that takes long lets others in, can be stopped there, and goes on with what it has; a short one does neither', async () => {
    const { context, run, done } = await tinyContext({ weightBits: 3, activationBits: 3 });
    await run.studentNow();
    const before = tf.memory().numTensors;
    const pause = vi.fn<TaskContext['pause']>(() => Promise.resolve());
    const kept = { ...context, pause, tried: new TriedRanges() };
    const options = { ...tried('activation', 'stem_relu', { lo: 0, hi: 0.4 }), milliseconds: 5, from: 0 };
    let [now, passed] = [0, 0];
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += passed));
    try {
      const first = await triedRange(kept, options);
      expect(pause).not.toHaveBeenCalled();
      passed = 150;
      pause.mockRejectedValueOnce(new Error('stopped by hand'));
      await expect(triedRange(kept, { ...options, from: first.n })).rejects.toThrow('stopped by hand');
      expect(pause).toHaveBeenCalledTimes(1);
      await triedRange(kept, { ...options, from: first.n });
      expect(pause.mock.calls.length).toBeGreaterThan(1);
    } finally {
      clock.mockRestore();
    }
    const { milliseconds: _, from: __, ...same } = options;
    expect(sums(await slices(kept, same))).toEqual(await expected(context, same));
    kept.tried.dispose();
    expect(tf.memory().numTensors).toBe(before);
    done();
  });

  it('is refused where it cannot be, and nothing is left behind', async () => {
    const { context, run, done } = await tinyContext({ weightBits: 3, activationBits: 3 });
    await run.studentNow();
    const before = tf.memory().numTensors;
    const refused = (options: Tried, from = 0) =>
      expect(triedRange(context, { ...options, from, milliseconds: 5 })).rejects;
    const range = { lo: 0, hi: 1 };
    await refused(tried('weight', 'nowhere', range)).toThrow(/no quantizer of kind 'weight' at 'nowhere'/);
    await refused(tried('weight', 'stem_conv', range, 99)).toThrow(/no channel 99/);
    await refused(tried('weight', 'stem_conv', { lo: 1, hi: 1 })).toMatchObject({ said: { name: 'emptyRange' } });
    await refused(tried('weight', 'stem_conv', range), -1).toThrow(/A slice begins at 0 to/);
    expect(tf.memory().numTensors).toBe(before);
    done();
  });
});

describe('what is behind a quantizer', () => {
  it('is what its output has a part in, and what that reads of others', () => {
    const { definition } = tinyNetwork();
    const { behind, read } = nodesBehind(definition, 'stage2_block1_conv2');
    expect([...read]).toEqual(expect.arrayContaining(['stage2_block1_relu1']));
    // The shortcut's branch is read where both meet, and not computed again.
    expect(behind.has('stage2_block1_shortcut_conv')).toBe(false);
    expect(read.size).toBe(2);
    expect(behind.has(definition.nodes.at(-1)!.name)).toBe(true);
  });
});

describe('how many images fit', () => {
  it('grows at once, and shrinks when it was too slow twice, or by far', () => {
    const pace = new Pace();
    expect(pace.size).toBe(10);
    pace.took(10, 5, 40);
    expect(pace.size).toBe(80);
    pace.took(80, 45, 40);
    pace.took(80, 60, 40);
    expect(pace.size).toBe(80);
    pace.took(80, 60, 40);
    expect(pace.size).toBe(50);
    pace.took(50, 400, 40);
    expect(pace.size).toBe(10);
    // The last slice says nothing.
    pace.took(3, 1, 40);
    expect(pace.size).toBe(10);
  });
});

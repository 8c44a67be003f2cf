/** The same numbers whatever the number of threads: programs of their own, each with as many. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from './runOnThreads';

const run = promisify(execFile);

async function outcomeWith(threads: number, ...flags: string[]): Promise<Outcome> {
  const { stdout } = await run(
    process.execPath,
    ['--import', 'tsx', resolve(import.meta.dirname, 'runOnThreads.ts'), String(threads), ...flags],
    { cwd: resolve(import.meta.dirname, '../../..'), maxBuffer: 1e8 },
  );
  return JSON.parse(stdout) as Outcome;
}

describe('a run of every method', { timeout: 300_000 }, () => {
  let alone: Outcome;
  beforeAll(async () => {
    alone = await outcomeWith(0, 'resume');
  }, 300_000);

  it('launches kernels and comes to students that differ', () => {
    expect(alone.through).toHaveLength(7);
    expect(new Set(alone.through).size).toBe(7);
    for (const hash of alone.through) expect(hash).toMatch(/^[0-9a-f]{16}$/);
    const kernels = new Set(alone.calls.map((call) => call.split(' ')[0]));
    for (const name of [
      'Conv2DBackpropFilter',
      'Sum',
      'BatchMatMul',
      'fdda/UpsampleConv2dFilterGradient',
      'DepthwiseConv2dNativeBackpropFilter',
    ])
      expect(kernels).toContain(name);
  });

  it('gone on from a snapshot in a fresh run comes to the same weights', () => {
    expect(alone.resumed).toEqual(alone.through);
  });

  it.each([
    [2, []],
    [3, ['resume']],
    [8, []],
  ])('gives the same bits from every kernel with %i threads', async (threads, flags) => {
    const { calls, through, resumed } = await outcomeWith(threads, ...flags);
    const first = calls.findIndex((call, i) => call !== alone.calls[i]);
    // What comes after it differs because of it.
    expect(first < 0 ? null : { place: first, with: calls[first], alone: alone.calls[first] }).toBeNull();
    expect(calls).toHaveLength(alone.calls.length);
    expect(through).toEqual(alone.through);
    if (flags.length > 0) expect(resumed).toEqual(alone.through);
  });
});

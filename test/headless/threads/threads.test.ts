import { beforeAll, describe, expect, it } from 'vitest';
import { expectSame, outcomeWith } from './outcome';
import type { Outcome } from './runOnThreads';

describe('a run of every method', { timeout: 300_000 }, () => {
  let alone: Outcome;
  beforeAll(async () => {
    alone = await outcomeWith(0);
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

  it('gives the same bits from every kernel with 3 threads', async () => {
    const outcome = await outcomeWith(3);
    expectSame(outcome, alone);
  });
});

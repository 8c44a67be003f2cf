import { availableParallelism } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSame, outcomeWith } from './outcome';
import type { Outcome } from './runOnThreads';

describe('a run of every method', { timeout: 600_000 }, () => {
  let alone: Outcome;
  beforeAll(async () => {
    alone = await outcomeWith(0);
  }, 600_000);

  it.each([2, 8])('gives the same bits from every kernel with %i threads', async (threads) => {
    expectSame(await outcomeWith(threads), alone);
  });

  it('gives the same bits where threads outnumber the cores many times and wait for each other', async () => {
    const programs = 2 * availableParallelism();
    const outcomes = await Promise.all(Array.from({ length: programs }, () => outcomeWith(8)));
    expect(outcomes).toHaveLength(programs);
    for (const outcome of outcomes) expectSame(outcome, alone);
  });
});

import { availableParallelism } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSame, outcomeWith } from './outcome';
import type { Outcome } from './runOnThreads';

describe('a run of every method', { timeout: 600_000 }, () => {
  let alone: Outcome;
  beforeAll(async () => {
    alone = await outcomeWith(0, 'resume');
  }, 600_000);

  it('gone on from a snapshot in a fresh run comes to the same weights, with one thread and with three', async () => {
    expect(alone.resumed).toEqual(alone.through);
    const outcome = await outcomeWith(3, 'resume');
    expectSame(outcome, alone);
    expect(outcome.resumed).toEqual(alone.through);
  });

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

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/engine/random';
import {
  BudgetError,
  budgetedBits,
  meanBits,
  modelBytes,
  type BudgetItem,
} from '../../../src/engine/workbench/bitBudget';

const BITS = [2, 4, 8];

/** The best choice, found by trying all. */
function cheapest(items: BudgetItem[], bits: number[], mean: number): number {
  const total = items.reduce((sum, { values }) => sum + values, 0);
  let best = Infinity;
  for (let code = 0; code < bits.length ** items.length; code++) {
    const choice = items.map((_, i) => Math.floor(code / bits.length ** i) % bits.length);
    const storage = items.reduce((sum, { values }, i) => sum + values * bits[choice[i]], 0);
    const cost = items.reduce((sum, { costs }, i) => sum + costs[choice[i]], 0);
    if (storage <= mean * total) best = Math.min(best, cost);
  }
  return best;
}

describe('budgeted bits', () => {
  it('go to where they save most for their storage', () => {
    const items = [
      { id: 'small', values: 10, costs: [1, 0.2, 0] },
      { id: 'large', values: 100, costs: [1, 0.9, 0.8] },
      { id: 'deaf', values: 10, costs: [0.3, 0.3, 0.3] },
    ];
    // 120 values: 2.5 bits in the mean leave 60 bits, which are just enough for the small one to have 8.
    expect(budgetedBits(items, BITS, 2.5)).toEqual({ small: 8, large: 2, deaf: 2 });
    expect(budgetedBits(items, BITS, 2)).toEqual({ small: 2, large: 2, deaf: 2 });
    // What saves nothing gets nothing, however much is left.
    expect(budgetedBits(items, BITS, 8)).toEqual({ small: 8, large: 8, deaf: 2 });
  });

  it('never cost more storage than allowed, and are the best where the walk ends just there', () => {
    const random = new Random(4);
    let exact = 0;
    for (let round = 0; round < 60; round++) {
      const items = Array.from({ length: 4 }, (_, i): BudgetItem => {
        const scale = random.uniform(0.1, 2);
        return {
          id: String(i),
          values: 1 + random.integer(50),
          costs: BITS.map((bits) => scale * 4 ** -bits * random.uniform(0.9, 1.1)),
        };
      });
      const mean = random.uniform(2, 8);
      const chosen = budgetedBits(items, BITS, mean);
      const rows = items.map(({ id, values }) => ({ values, bits: chosen[id] }));
      const used = meanBits(rows);
      expect(used).toBeLessThanOrEqual(mean + 1e-9);
      const cost = items.reduce((sum, { id, costs }) => sum + costs[BITS.indexOf(chosen[id])], 0);
      // With the storage that it used and no more, nothing is better up to the last step that did not fit.
      const bound = cheapest(items, BITS, used + 1e-9);
      if (Math.abs(cost - bound) < 1e-9) exact++;
      expect(cost).toBeLessThanOrEqual(cheapest(items, BITS, 2));
    }
    expect(exact).toBeGreaterThan(50);
  });

  it('refuse what cannot be met', () => {
    const items = [{ id: 'a', values: 3, costs: [1, 0, 0] }];
    expect(() => budgetedBits(items, BITS, 1.9)).toThrow(BudgetError);
    expect(() => budgetedBits(items, BITS, NaN)).toThrow(BudgetError);
    expect(() => budgetedBits([], BITS, 4)).toThrow(RangeError);
  });
});

it('sizes are of packed kernels, their grids and the rest', () => {
  const kernels = [
    { values: 9, bits: 3, grids: 2 },
    { values: 10, bits: 32, grids: 0 },
  ];
  // 27 bits are 4 bytes.
  expect(modelBytes(kernels, 100)).toBe(4 + 2 * 5 + 40 + 100);
  expect(meanBits(kernels)).toBeCloseTo((27 + 320) / 19, 12);
});

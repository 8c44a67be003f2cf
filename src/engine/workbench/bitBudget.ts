/** Bits for each quantizer from what each costs alone. Plain arithmetic: the page does it while a slider is moved. */

/** One quantizer with what it costs at each number of bits. */
export interface BudgetItem {
  id: string;
  /** Values that are stored with so many bits each. */
  values: number;
  /** [bits] cost (KL divergence, say) at each of the bits that may be chosen. */
  costs: readonly number[];
}

/** A budget below what the fewest bits take. */
export class BudgetError extends RangeError {
  constructor(
    /** Mean bits that are needed at least. */
    readonly least: number,
    readonly asked: number,
  ) {
    super(`A mean of ${asked} bits is below ${least}, the fewest there are.`);
    this.name = 'BudgetError';
  }
}

/**
 * Bits with a small sum of costs whose mean, weighted by the numbers of values, is not above `meanBits`. From the fewest
 * bits, the step that saves most for each bit of storage is taken as long as one fits: the costs' lower convex hull is
 * walked along, which is the best there is at every size that it stops at (Shoham and Gersho, IEEE Transactions on
 * Acoustics, Speech, and Signal Processing 36, 1988). More bits that do not save anything are not spent.
 *
 * @param bits rising, one for each of an item's costs
 * @throws BudgetError where even the fewest bits are too many; RangeError where there are no items
 */
export function budgetedBits(
  items: readonly BudgetItem[],
  bits: readonly number[],
  meanBits: number,
): Record<string, number> {
  if (items.length === 0 || bits.length === 0) throw new RangeError('There is nothing to choose bits for.');
  const total = items.reduce((sum, { values }) => sum + values, 0);
  let left = (meanBits - bits[0]) * total;
  if (!(left >= 0)) throw new BudgetError(bits[0], meanBits);
  const chosen = new Map(items.map(({ id }) => [id, 0]));
  for (;;) {
    let best: { id: string; index: number; storage: number; rate: number } | null = null;
    for (const { id, values, costs } of items) {
      const now = chosen.get(id)!;
      for (let index = now + 1; index < bits.length; index++) {
        const storage = (bits[index] - bits[now]) * values;
        const rate = (costs[now] - costs[index]) / storage;
        if (rate > 0 && storage <= left && rate > (best?.rate ?? 0)) best = { id, index, storage, rate };
      }
    }
    if (!best) return Object.fromEntries([...chosen].map(([id, index]) => [id, bits[index]]));
    chosen.set(best.id, best.index);
    left -= best.storage;
  }
}

/** Mean bits, weighted by the numbers of values; NaN where there are none. */
export function meanBits(items: readonly { values: number; bits: number }[]): number {
  const total = items.reduce((sum, { values }) => sum + values, 0);
  return items.reduce((sum, { values, bits }) => sum + values * bits, 0) / total;
}

/** A float32 scale and an 8-bit zero point. */
const GRID_BYTES = 5;

/**
 * Bytes of a network whose kernels are packed, each row of its own bits, with their scales and zero points.
 *
 * @param otherBytes of what is not quantized
 */
export function modelBytes(
  kernels: readonly { values: number; bits: number; grids: number }[],
  otherBytes: number,
): number {
  return kernels.reduce(
    (sum, { values, bits, grids }) => sum + Math.ceil((values * bits) / 8) + GRID_BYTES * grids,
    otherBytes,
  );
}

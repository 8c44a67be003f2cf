/**
 * Ranges, ticks and labels of axes: arithmetic alone. Every axis has at least two ticks, and no two with the same
 * label.
 */

/** Beyond these, sums and powers of ten leave the range of numbers. */
const LARGEST = 1e300;
const SMALLEST = 1e-300;
/** Values that differ by less than this part of their size are drawn as one. */
const RESOLUTION = 1e-9;

/** Multiples of `step` from `from` to `to`, both included within rounding. */
function multiples(from: number, to: number, step: number): number[] {
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step - 1e-6); i * step <= to + step * 1e-6; i++) {
    // Ticks are drawn within the axis only.
    ticks.push(Math.min(to, Math.max(from, Number((i * step).toPrecision(13)))));
  }
  return ticks;
}

/**
 * Round numbers (multiples of 1, 2 or 5 times a power of ten) from `from` to `to`, about `count` of them and at least
 * two.
 *
 * @param integers only whole numbers; then `to - from` must be at least 1 and both ends whole.
 */
export function linearTicks(from: number, to: number, count: number, integers = false): number[] {
  const rough = (to - from) / Math.max(2, count);
  let power = Math.floor(Math.log10(rough));
  let digit = [1, 2, 5, 10].find((factor) => factor * 10 ** power >= rough * 0.999) ?? 10;
  if (digit === 10) [digit, power] = [1, power + 1];
  for (;;) {
    // A power of ten below 1 is exact only when it is divided by.
    const step = power < 0 ? digit / 10 ** -power : digit * 10 ** power;
    const ticks = integers && step < 1 ? multiples(from, to, 1) : multiples(from, to, step);
    if (ticks.length >= 2) return ticks;
    [digit, power] = digit === 1 ? [5, power - 1] : [digit === 5 ? 2 : 1, power];
  }
}

/**
 * Ticks of a logarithmic axis from `from` to `to` (both positive), about `count` of them and at least two: powers of
 * ten, with 2 and 5 between them where there is room, all digits where those are too few, and evenly spaced round
 * numbers within a range that has hardly any of these.
 */
export function logTicks(from: number, to: number, count: number): number[] {
  const [low, high] = [Math.log10(from), Math.log10(to)];
  const withDigits = (digits: readonly number[], every = 1): number[] => {
    const ticks: number[] = [];
    for (let power = Math.ceil(Math.floor(low) / every) * every; power <= high; power += every)
      for (const digit of digits) {
        const tick = Number(`${digit}e${power}`);
        if (tick >= from && tick <= to) ticks.push(tick);
      }
    return ticks;
  };
  const most = count + 1;
  for (const digits of [
    [1, 2, 5],
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  ]) {
    const ticks = withDigits(digits);
    if (ticks.length >= 2 && ticks.length <= most) return ticks;
  }
  for (let every = Math.max(1, Math.ceil((high - low) / count)); every >= 1; every--) {
    const ticks = withDigits([1], every);
    if (ticks.length >= 2) return ticks;
  }
  return linearTicks(from, to, count);
}

export interface AxisRange {
  domain: [number, number];
  ticks: number[];
}

/**
 * The smallest and the largest of `values` that are numbers (and on a logarithmic axis positive); NaN where there is
 * none.
 */
export function extentOf(values: Iterable<number | null>, log: boolean): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || !Number.isFinite(value) || (log && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [NaN, NaN] : [low, high];
}

/**
 * The vertical axis for values of that extent: a little more than they need, and about `count` ticks. An end at 0 stays
 * there.
 */
export function valueAxis([low, high]: [low: number, high: number], log: boolean, count: number): AxisRange {
  if (Number.isNaN(low)) [low, high] = log ? [0.1, 1] : [0, 1];
  [low, high] = [Math.max(low, log ? SMALLEST : -LARGEST), Math.min(high, LARGEST)];
  if (log) [low, high] = [Math.min(low, LARGEST), Math.max(high, SMALLEST)];
  const size = Math.max(Math.abs(low), Math.abs(high));
  const constant = high - low <= size * RESOLUTION;
  if (log) {
    const domain: [number, number] = constant ? [low / 2, high * 2] : [low / 1.1, high * 1.1];
    return { domain, ticks: logTicks(...domain, count) };
  }
  // A size below the smallest normal numbers cannot be divided into ticks.
  const room = size < SMALLEST ? 1 : (constant ? size : high - low) * 0.06;
  const domain: [number, number] = [low === 0 ? 0 : low - room, high === 0 && low < 0 ? 0 : high + room];
  return { domain, ticks: linearTicks(...domain, count) };
}

/** The horizontal axis from `from` to `to`; a single place gets neighbours. */
export function placeAxis(from: number, to: number, count: number, integers: boolean): AxisRange {
  if (to - from < (integers ? 1 : 1e-12)) [from, to] = [from > 0 ? from - 1 : from, from + 1];
  return { domain: [from, to], ticks: linearTicks(from, to, count, integers) };
}

/** Decimals that numbers this far apart need, negative where even whole numbers are finer than that. */
const decimalsFor = (gap: number): number => -Math.floor(Math.log10(gap) + 1e-9);

/** The smallest distance between neighbours. */
const smallestGap = (ticks: readonly number[]): number =>
  ticks.reduce((least, tick, i) => (i === 0 ? least : Math.min(least, Math.abs(tick - ticks[i - 1]))), Infinity);

/**
 * A value on an axis as it is written where the chart does not say so itself.
 *
 * @param gap distance to its neighbour: as many digits are written as tell the two apart.
 */
export function tickLabel(value: number, gap = Infinity): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const digits = Number.isFinite(gap) ? Math.max(1, Math.floor(Math.log10(size)) + 1 + decimalsFor(gap)) : 1;
  const plain = size < 1e4 && (size >= 1e-3 || digits > 6);
  const text = plain
    ? String(Number(value.toPrecision(Math.min(16, Math.max(6, digits)))))
    : value.toExponential(Math.min(15, Math.max(2, digits - 1))).replace(/\.?0*e\+?/, 'e');
  return text.replace(/^-/, '−');
}

/** How a chart writes the values of its axis, with so many decimals that no two neighbours read the same. */
export type FormatTick = (value: number, decimals: number) => string;

/** Labels of all ticks of an axis, by its own way of writing or by `tickLabel`. */
export function tickLabels(ticks: readonly number[], format?: FormatTick): string[] {
  const gap = smallestGap(ticks);
  if (format) return ticks.map((tick) => format(tick, Math.min(20, Math.max(0, decimalsFor(gap)))));
  return ticks.map((tick, i) =>
    tickLabel(
      tick,
      Math.min(...[ticks[i - 1], ticks[i + 1]].flatMap((next) => (next === undefined ? [] : [Math.abs(next - tick)]))),
    ),
  );
}

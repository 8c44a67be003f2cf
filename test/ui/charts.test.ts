import { describe, expect, it } from 'vitest';
import { alike } from '../../src/ui/charts/alike';
import { nextPlace } from '../../src/ui/charts/places';
import { chartRows, MOST_POINTS, readingsAt, freerEnd } from '../../src/ui/charts/rows';
import {
  extentOf,
  linearTicks,
  logTicks,
  placeAxis,
  tickLabel,
  tickLabels,
  valueAxis as axisOfExtent,
} from '../../src/ui/charts/ticks';

/** Numbers from 0 to 1, the same every time (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const valueAxis = (values: readonly (number | null)[], log: boolean, count: number) =>
  axisOfExtent(extentOf(values, log), log, count);

/** What every axis must have, whatever is drawn on it. */
function expectUsable({ domain: [from, to], ticks }: ReturnType<typeof valueAxis>, what: string): void {
  expect(from, what).toBeLessThan(to);
  expect(Number.isFinite(from) && Number.isFinite(to), what).toBe(true);
  expect(ticks.length, what).toBeGreaterThanOrEqual(2);
  expect(ticks.length, what).toBeLessThanOrEqual(16);
  ticks.forEach((tick, i) => {
    expect(tick >= from && tick <= to, `${what}: ${tick} within ${from} and ${to}`).toBe(true);
    if (i > 0) expect(tick, what).toBeGreaterThan(ticks[i - 1]);
  });
  const labels = tickLabels(ticks);
  expect(new Set(labels).size, `${what}: ${labels.join()}`).toBe(ticks.length);
  for (const label of labels) expect(label, what).toMatch(/^−?\d+(\.\d+)?(e-?\d+)?$/);
}

describe('axes', () => {
  it.each([
    [[2.3, 2.6]],
    [[5.6, 8.9]],
    [[1.2, 1.7]],
    [[12, 18]],
    [[0.04, 2]],
    [[3, 3]],
    [[1e-300, 1e300]],
    [[5e-324]],
    [[NaN, null, -1]],
    [[]],
  ])('that are logarithmic have at least two labelled ticks for %j', (values) => {
    for (const count of [2, 3, 5, 8]) expectUsable(valueAxis(values, true, count), `${values.join()}, about ${count}`);
  });

  it.each([
    [[0]],
    [[-0.5, -0.5]],
    [[1e300, -1e300]],
    [[Number.MAX_VALUE, -Number.MAX_VALUE]],
    [[5e-324]],
    [[1e10, 1e10 + 1e-3]],
    [[0.1, 0.1 + 1e-17]],
    [[NaN, Infinity, null]],
    [[]],
  ])('that are linear have at least two labelled ticks for %j', (values) => {
    for (const count of [2, 3, 5, 8]) expectUsable(valueAxis(values, false, count), `${values.join()}, about ${count}`);
  });

  it('have them for any values: constant, close together, far apart, tiny, huge, negative', () => {
    const random = randomNumbers(19);
    for (let round = 0; round < 1000; round++) {
      const size = 10 ** (random() * 40 - 20);
      const first = size * (random() + 0.1);
      const kind = Math.floor(random() * 4);
      const second = [first, first * (1 + 10 ** (-9 * random())), first * 10 ** (20 * random()), size * random()][kind];
      const count = 2 + Math.floor(random() * 8);
      const sign = random() < 0.5 ? 1 : -1;
      expectUsable(valueAxis([first, second], true, count), `log ${first} ${second}, about ${count}`);
      expectUsable(valueAxis([first, sign * second], false, count), `${first} ${sign * second}, about ${count}`);
      expectUsable(valueAxis([-first, -second], false, count), `${-first} ${-second}, about ${count}`);
    }
  });

  it('of steps have whole numbers, and at least two', () => {
    expect(placeAxis(1, 1, 5, true)).toEqual({ domain: [0, 2], ticks: [0, 1, 2] });
    expect(placeAxis(0, 0, 5, true)).toEqual({ domain: [0, 1], ticks: [0, 1] });
    const random = randomNumbers(3);
    for (let round = 0; round < 500; round++) {
      const from = Math.floor(random() * 50);
      const to = from + Math.floor(10 ** (4 * random()));
      const axis = placeAxis(from, to, 2 + Math.floor(random() * 9), true);
      expectUsable(axis, `${from} to ${to}`);
      expect(axis.ticks.every(Number.isInteger)).toBe(true);
    }
  });

  it('have round ticks, about as many as asked for', () => {
    expect(linearTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(-0.06, 0.31, 4)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(linearTicks(1, 34, 4, true)).toEqual([10, 20, 30]);
    expect(logTicks(0.01, 100, 5)).toEqual([0.01, 0.1, 1, 10, 100]);
    expect(logTicks(0.04, 2, 5)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
    expect(logTicks(2.09, 2.86, 5)).toEqual([2.2, 2.4, 2.6, 2.8]);
    expect(logTicks(5.09, 9.79, 5)).toEqual([6, 7, 8, 9]);
    expect(valueAxis([0, 3], false, 4)).toEqual({ domain: [0, 3.18], ticks: [0, 1, 2, 3] });
  });

  it('are labelled with as many digits as tell ticks apart', () => {
    expect([0.5, -2, 12, 5000, 20_000, 0.0002].map((value) => tickLabel(value))).toEqual([
      '0.5',
      '−2',
      '12',
      '5000',
      '2e4',
      '2e-4',
    ]);
    expect(tickLabels([10_000, 10_001, 10_002])).toEqual(['1e4', '1.0001e4', '1.0002e4']);
    expect(tickLabels([0.7, 0.705, 0.71], (value, decimals) => value.toFixed(decimals))).toEqual([
      '0.700',
      '0.705',
      '0.710',
    ]);
  });
});

describe('the rows of a chart', () => {
  const series = [
    {
      id: 'a',
      label: 'A',
      color: '#000',
      points: [
        [1, 0.5],
        [2, null],
        [4, NaN],
        [6, -1],
      ] as [number, number | null][],
    },
    {
      id: 'b',
      label: 'B',
      color: '#fff',
      points: [
        [2, 3],
        [3, 4],
      ] as [number, number | null][],
    },
  ];

  it('join all places, and tell a gap from a place that a series does not have', () => {
    expect(chartRows(series, false)).toEqual([
      { x: 1, y0: 0.5 },
      { x: 2, y0: null, y1: 3 },
      { x: 3, y1: 4 },
      { x: 4, y0: null },
      { x: 6, y0: -1 },
    ]);
    // A logarithm has nothing there.
    expect(chartRows(series, true).at(-1)).toEqual({ x: 6, y0: null });
    expect(readingsAt(chartRows(series, false)[1], series)).toEqual([{ series: series[1], value: 3 }]);
    expect(readingsAt(undefined, series)).toEqual([]);
  });

  it('are no more than can be seen, with every spike', () => {
    const points = Array.from({ length: 5000 }, (_, i) => [i / 3, i === 3210 ? 1e6 : Math.sin(i)] as const);
    const rows = chartRows([{ id: 'a', label: 'A', color: '#000', points }], false);
    expect(rows.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(rows.some(({ y0 }) => y0 === 1e6)).toBe(true);
    expect([rows[0].x, rows.at(-1)!.x]).toEqual([0, 4999 / 3]);
  });

  it('are drawn again only when something is another', () => {
    const copy = series.map((each) => ({
      ...each,
      points: each.points.map(([x, y]) => [x, y] as [number, number | null]),
    }));
    expect(alike(series, copy)).toBe(true);
    copy[0].points[3][1] = -2;
    expect(alike(series, copy)).toBe(false);
    expect(alike({ a: undefined }, { b: undefined })).toBe(false);
    expect(alike([1, 2], [1, 2, 3])).toBe(false);
    expect(alike([], {})).toBe(false);
    expect(alike(null, {})).toBe(false);
  });
});

describe('arrow keys', () => {
  it('go from the chosen place to its neighbours, and stop at the ends', () => {
    const places = [1, 2, 5, 9];
    expect([nextPlace(places, 2, 1), nextPlace(places, 2, -1)]).toEqual([5, 1]);
    expect([nextPlace(places, 9, 1), nextPlace(places, 1, -1)]).toEqual([9, 1]);
    expect([nextPlace(places, null, 1), nextPlace(places, null, -1)]).toEqual([1, 9]);
    // A chosen place that has no value of its own.
    expect([nextPlace(places, 7, 1), nextPlace(places, 7, -1)]).toEqual([9, 5]);
  });
});

describe('the words of a line across a chart', () => {
  const rows = (...values: (number | null)[]) => values.map((y0, x) => ({ x, y0 }));

  it('stand at the end where the other lines keep away', () => {
    expect(freerEnd(rows(40, 82, 84, 85, 85), 95)).toBe('left');
    expect(freerEnd(rows(90, 80, 60, 50, 40), 95)).toBe('right');
    // What is no value is not near either.
    expect(freerEnd(rows(null, null, 84, 85, 85), 95)).toBe('left');
  });

  it('stand on the right where both are alike, or nothing is drawn', () => {
    expect(freerEnd([], 1)).toBe('right');
    expect(freerEnd(rows(3), 1)).toBe('right');
    expect(freerEnd(rows(2, 0, 2), 1)).toBe('right');
  });
});

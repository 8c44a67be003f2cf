import { describe, expect, it } from 'vitest';
import type { SyntheticSnapshot } from '../../src/engine/runReport';
import type { Moment } from '../../src/state/history';
import { aboveFrom, countNearestOwn, distancesByStep } from '../../src/ui/article/distances';
import type { FormulaId } from '../../src/ui/article/formulas';
import { FORMULAS, SYMBOLS } from '../../src/ui/article/formulas';
import { channelStatistics, pixelsOf, shuffled } from '../../src/ui/article/pixelStatistics';
import { changesInWords } from '../../src/ui/article/Question';
import { quantizerCurve } from '../../src/ui/article/quantizerCurve';
import { typeset } from '../../src/ui/article/typeset';
import { standardError } from '../../src/ui/article/standardError';
import { en } from '../../src/ui/words/en';

describe('the quantizer’s curve', () => {
  it('is the method’s grid', () => {
    // lo = -1, hi = 1, 2 bits: scale 1.5, zero round(-1.5) + 2 = 0; integers -2 to 1 stand for -4/3, -2/3, 0, 2/3.
    const { points, largestError } = quantizerCurve(-1, 1, 2, -2, 2, 9);
    expect(points.map(([x]) => x)).toEqual([-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]);
    const expected = [-4, -4, -4, -2, 0, 2, 2, 2, 2].map((thirds) => thirds / 3);
    points.forEach(([, y], i) => expect(y).toBeCloseTo(expected[i], 6));
    // Both ends are a third off: the range does not fit the grid exactly.
    expect(largestError).toBeCloseTo(1 / 3, 6);
  });

  it('rounds halves to even and clips beyond the range', () => {
    // lo = -8, hi = 7, 4 bits: scale 1, zero 0.
    expect(
      quantizerCurve(-8, 7, 4, -9.5, 9.5, 39)
        .points.filter(([x]) => [-9.5, -2.5, -1.5, 0.5, 1.5, 2.5, 9.5].includes(x))
        .map(([, y]) => y),
    ).toEqual([-8, -2, -2, 0, 2, 2, 7]);
  });

  it('is never off by more than a step within the range, and the steps halve with each bit', () => {
    for (let bits = 2; bits <= 8; bits++) {
      const { largestError } = quantizerCurve(-1, 1.5, bits, -1.5, 2, 561);
      const step = 2.5 / (2 ** bits - 1);
      expect(largestError).toBeLessThanOrEqual(step * 1.0001);
      expect(largestError).toBeGreaterThan(step * 0.3);
    }
  });
});

describe('the statistics of an image', () => {
  const tile = {
    count: 2,
    height: 1,
    width: 4,
    rgba: new Uint8ClampedArray([
      ...new Array(16).fill(9),
      0,
      255,
      51,
      255,
      0,
      255,
      51,
      255,
      255,
      255,
      51,
      255,
      255,
      255,
      204,
      255,
    ]),
  };
  const pixels = pixelsOf(tile, 1);

  it('are mean and biased variance over the pixels', () => {
    expect(channelStatistics(pixels, 0)).toEqual({ mean: 0.5, variance: 0.25 });
    expect(channelStatistics(pixels, 1)).toEqual({ mean: 1, variance: 0 });
    // 0.2, 0.2, 0.2, 0.8: mean 0.35, squared deviations 3 x 0.0225 and 0.2025.
    const { mean, variance } = channelStatistics(pixels, 2);
    expect(mean).toBeCloseTo(0.35, 12);
    expect(variance).toBeCloseTo((3 * 0.0225 + 0.2025) / 4, 12);
  });

  it('do not change when the pixels are shuffled', () => {
    const image = Uint8ClampedArray.from({ length: 32 * 32 * 4 }, (_, i) => (i * 7919) % 256);
    const mixed = shuffled(image);
    expect(mixed).not.toEqual(image);
    for (const channel of [0, 1, 2])
      expect(channelStatistics(mixed, channel)).toEqual(channelStatistics(image, channel));
    const words = (bytes: Uint8ClampedArray) => [...new Uint32Array(bytes.slice().buffer)].sort();
    expect(words(mixed)).toEqual(words(image));
    expect(shuffled(image)).toEqual(mixed);
  });
});

describe('distances of the synthetic batches', () => {
  /** Two layers, two classes. */
  const snapshot = (step: number, own: number[], other: number[]) =>
    ({
      step,
      distanceToOwnCenter: Float32Array.from(own),
      distanceToNearestOther: Float32Array.from(other),
    }) as unknown as SyntheticSnapshot;
  const moment = (synthetic: SyntheticSnapshot | null) =>
    ({ synthetic: synthetic ? { fdda: synthetic } : {} }) as Moment;
  const [first, second, third] = [
    snapshot(0, [1, 2, 3, 4], [5, 6, 7, 8]),
    snapshot(10, [0.5, 1.5, 2.5, 3.5], [1, 1, 1, 1]),
    snapshot(20, [0, 0, 0, 1], [1, 1, 1, 0.5]),
  ];

  it('follow the generator’s steps, each once', () => {
    const history = [null, first, first, second, third].map(moment);
    expect(distancesByStep(history, 'fdda', 1, 2, 0)).toEqual([
      { step: 0, own: 3, other: 7 },
      { step: 10, own: 2.5, other: 1 },
      { step: 20, own: 0, other: 1 },
    ]);
    // Of another generator there are none.
    expect(distancesByStep(history, 'zeroShot', 1, 2, 0)).toEqual([]);
    expect(distancesByStep(history, 'fdda', 0, 2, null)[0]).toEqual({ step: 0, own: 1.5, other: 5.5 });
  });

  it('forget what came after the place to which a run went back', () => {
    const again = snapshot(5, [9, 9, 9, 9], [9, 9, 9, 9]);
    expect(distancesByStep([first, second, again].map(moment), 'fdda', 0, 2, 0).map(({ step }) => step)).toEqual([
      0, 5,
    ]);
  });

  it('are counted by class', () => {
    expect(countNearestOwn(third, 0, 2)).toBe(2);
    expect(countNearestOwn(third, 1, 2)).toBe(1);
    expect(countNearestOwn(second, 1, 2)).toBe(0);
  });
});

it('a layer from which on all values exceed a threshold', () => {
  expect(aboveFrom([0.1, 0.6, 0.4, 0.6, 0.7], 0.5)).toBe(3);
  expect(aboveFrom([0.6, 0.7], 0.5)).toBe(0);
  expect(aboveFrom([0.6, 0.5], 0.5)).toBeNull();
  expect(aboveFrom([NaN, NaN], 0.5)).toBeNull();
});

it('the standard error of a share', () => {
  expect(standardError(0.5, 100)).toBe(0.05);
  // 0.8 x 0.2 / 400 = 0.0004.
  expect(standardError(0.8, 400)).toBeCloseTo(0.02, 12);
  expect(standardError(1, 10)).toBe(0);
});

it('a setup is named in the words of the controls', () => {
  expect(changesInWords(en, { weightBits: 8, activationBits: 4 })).toBe(
    `${en.settings.weightBits.label} 8, ${en.settings.activationBits.label} 4`,
  );
  expect(changesInWords(en, { distortedEnabled: false })).toBe(`${en.settings.distortedEnabled.label} off`);
  expect(changesInWords(en, { firstLast: '8' })).toBe(
    `${en.settings.firstLast.label} ${en.settings.firstLast.options['8']}`,
  );
});

describe('formulas', () => {
  const ids = Object.keys(FORMULAS) as FormulaId[];
  const marked = (id: FormulaId) =>
    new Set(FORMULAS[id].lines.flatMap((line) => [...line.matchAll(/\\sym\{(\w+)\}/g)].map(([, name]) => name)));

  it.each(ids)('%s explains every symbol that it marks', (id) => {
    const listed: readonly string[] = FORMULAS[id].symbols;
    for (const name of marked(id)) expect(listed).toContain(name);
    for (const name of listed) expect(SYMBOLS).toHaveProperty(name);
  });

  it.each(ids)('%s can be typeset, its symbols marked', (id) => {
    for (const line of FORMULAS[id].lines) {
      const html = typeset(line, true);
      for (const [, name] of line.matchAll(/\\sym\{(\w+)\}/g)) expect(html).toContain(`data-symbol="${name}"`);
    }
    for (const symbol of FORMULAS[id].symbols) expect(typeset(SYMBOLS[symbol].tex, false)).toContain('katex');
  });
});

import { describe, expect, it } from 'vitest';
import { isRight } from '../../../src/engine/evaluation/rightAnswers';
import type { AccuracyRow, RowId } from '../../../src/engine/runReport';
import { judgeMeasured, measuredOf, sameTestImages, type TestImages } from '../../../src/state/compare/measured';
import { defaultPair, hasChoice, runPairs } from '../../../src/state/compare/pairs';

const rows = (accuracies: Partial<Record<RowId, number>>) =>
  (Object.keys(accuracies) as RowId[]).map((id) => ({ id, accuracy: accuracies[id] ?? null }));

describe('the pair that is shown first', () => {
  it('is the leading arm beside calibration images alone', () => {
    const all = rows({ fullPrecision: 0.95, ptq: 0.4, calibration: 0.7, zeroShot: 0.9, fdda: 0.8 });
    expect(defaultPair(all, 'fdda')).toEqual({ a: 'calibration', b: 'fdda' });
    expect(defaultPair(all, 'zeroShot')).toEqual({ a: 'calibration', b: 'zeroShot' });
    // Where calibration images alone lead: the best other arm.
    expect(defaultPair(all, 'calibration')).toEqual({ a: 'calibration', b: 'zeroShot' });
  });

  it('has plain quantization where there are no calibration images alone to compare with', () => {
    expect(defaultPair(rows({ ptq: 0.4, fdda: 0.8 }), 'fdda')).toEqual({ a: 'ptq', b: 'fdda' });
    expect(defaultPair(rows({ ptq: 0.4, calibration: 0.8 }), 'calibration')).toEqual({ a: 'ptq', b: 'calibration' });
    expect(defaultPair([], null)).toBeNull();
  });

  it('can be chosen where more than one arm has synthetic images', () => {
    expect(hasChoice(['fullPrecision', 'ptq', 'calibration', 'fdda'])).toBe(false);
    expect(hasChoice(['ptq', 'zeroShot', 'fdda'])).toBe(true);
  });
});

describe('the pairs of two runs', () => {
  it('are the rows that both have, and the leading arms where these differ', () => {
    expect(runPairs(['ptq', 'fdda'], ['ptq', 'calibration', 'fdda'], 'fdda', 'fdda')).toEqual([
      { a: 'ptq', b: 'ptq' },
      { a: 'fdda', b: 'fdda' },
    ]);
    expect(runPairs(['ptq', 'fddaPlus'], ['ptq', 'fdda'], 'fddaPlus', 'fdda')).toEqual([
      { a: 'ptq', b: 'ptq' },
      { a: 'fdda', b: 'fddaPlus' },
    ]);
    // The pinned run's leading arm was not measured.
    expect(runPairs(['fddaPlus'], ['ptq'], 'fddaPlus', 'fdda')).toEqual([]);
  });
});

describe('a measured row', () => {
  const test: TestImages = { labels: Uint16Array.of(0, 1, 1), inputShape: [32, 32, 3], classNames: ['a', 'b'] };
  const row = (answers: number[] | null, change: Partial<AccuracyRow> = {}): AccuracyRow => ({
    id: 'fdda',
    accuracy: 2 / 3,
    correct: 2,
    n: 3,
    state: 'done',
    step: 1,
    steps: 1,
    curve: [],
    answers: answers && Uint16Array.from(answers),
    weightsHash: null,
    ...change,
  });

  it('keeps a bit an image, and nothing before it is done', () => {
    const { right } = measuredOf(row([0, 0, 1]), test)!;
    expect([0, 1, 2].map((i) => isRight(right!, i))).toEqual([true, false, true]);
    expect(measuredOf(row([0, 0, 1], { state: 'running' }), test)).toBeNull();
    expect(measuredOf(row(null), test)!.right).toBeNull();
    expect(measuredOf(row([0, 0, 1]), { ...test, labels: null })!.right).toBeNull();
    expect(measuredOf(undefined, test)).toBeNull();
  });

  it('is judged image by image beside one of another run that was tested on the same images', () => {
    const a = measuredOf(row([0, 0, 1]), test)!;
    const again = { ...test, labels: Uint16Array.of(0, 1, 1) };
    const b = measuredOf(row([0, 1, 0]), again)!;
    expect(judgeMeasured(a, b)).toMatchObject({
      kind: 'paired',
      onlyA: 1,
      onlyB: 1,
      images: { onlyB: [1], onlyA: [2] },
    });
    const others = { ...test, labels: Uint16Array.of(0, 0, 1) };
    expect(judgeMeasured(a, measuredOf(row([0, 1, 0]), others)!)).toMatchObject({
      kind: 'unpaired',
      why: 'otherImages',
    });
  });

  it('has the same test images as another only with the same classes and size', () => {
    expect(sameTestImages(test, { ...test, inputShape: [28, 28, 1] })).toBe(false);
    expect(sameTestImages(test, { ...test, classNames: ['a', 'c'] })).toBe(false);
    expect(sameTestImages(test, { ...test, labels: null })).toBe(true);
  });
});

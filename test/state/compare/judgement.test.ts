import { describe, expect, it } from 'vitest';
import { rightAnswers } from '../../../src/engine/evaluation/rightAnswers';
import { judge, judgeSeeds, type Answered } from '../../../src/state/compare/judgement';

const N = 1000;
const LABELS = Uint8Array.from({ length: N }, (_, i) => i % 10);

/** A row that answers the images from `from` on rightly, `correct` of them, and all others one class too high. */
function row(correct: number, from = 0, kept: 'answers' | 'right' | 'nothing' = 'answers'): Answered {
  const answers = Uint16Array.from(LABELS, (label, i) => (i >= from && i < from + correct ? label : label + 1));
  return {
    accuracy: correct / N,
    correct,
    n: N,
    answers: kept === 'answers' ? answers : null,
    ...(kept === 'right' && { right: rightAnswers(answers, LABELS) }),
  };
}

describe('one run', () => {
  // 745 and 779 of 1,000; 40 images only the first gets right, 74 only the second.
  const [a, b] = [row(745), row(779, 40)];

  it('is judged image by image', () => {
    const judged = judge(a, b, LABELS);
    expect(judged).toMatchObject({ kind: 'paired', n: N, onlyA: 40, onlyB: 74, verdict: 'ahead' });
    if (judged?.kind !== 'paired') throw new Error('not paired');
    expect(judged.difference).toBeCloseTo(0.034, 12);
    expect(judged.images.onlyA).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(judged.images.onlyB[0]).toBe(745);
    expect(judged.images.both.length + judged.images.neither.length).toBe(N - 114);
  });

  it('is judged in the same way by what a recording keeps, a bit an image', () => {
    expect(judge(row(745, 0, 'right'), row(779, 40, 'right'), null)).toEqual(judge(a, b, LABELS));
    expect(judge(row(745, 0, 'right'), b, LABELS)).toEqual(judge(a, b, LABELS));
  });

  it('is judged as before, and says why, where answers are missing or the images differ', () => {
    const unpaired = { kind: 'unpaired', verdict: 'unclear', n: N };
    expect(judge(row(745, 0, 'nothing'), b, LABELS)).toMatchObject({ ...unpaired, why: 'notKept' });
    expect(judge(a, b, null)).toMatchObject({ ...unpaired, why: 'notKept' });
    expect(judge(a, b, LABELS.subarray(1))).toMatchObject({ why: 'notKept' });
    expect(judge(a, b, LABELS, false)).toMatchObject({ ...unpaired, why: 'otherImages' });
    expect(judge(a, { accuracy: 0.9, correct: 90, n: 100 }, LABELS)).toMatchObject({ n: 100, why: 'otherImages' });
  });

  it('is not judged before it is measured', () => {
    expect(judge({ accuracy: null, correct: null, n: N }, b, LABELS)).toBeNull();
    expect(judge(a, { accuracy: null, correct: null, n: N, answers: null }, LABELS)).toBeNull();
    expect(judge({ accuracy: 0, correct: 0, n: 0 }, { accuracy: 0, correct: 0, n: 0 }, null)).toBeNull();
  });
});

describe('several seeds', () => {
  const pairs = [
    { a: row(745), b: row(779, 40) },
    { a: row(740), b: row(770, 30) },
    { a: row(750), b: row(781, 35) },
  ];

  it('are judged by seeds and images', () => {
    const judged = judgeSeeds(pairs, LABELS)!;
    expect(judged).toMatchObject({ seeds: 3, n: N, onTheseImages: { verdict: 'ahead', df: 2 } });
    expect(judged.difference).toBeCloseTo(0.095 / 3, 12);
    expect(judged.counted).toMatchObject({ onlyA: 105, onlyB: 200, images: { verdict: 'ahead' } });
    expect(judged.counted!.inGeneral.interval![0]).toBeLessThan(judged.onTheseImages.interval![0]);
  });

  it('are judged by seeds alone where a seed’s answers were not kept', () => {
    const judged = judgeSeeds([...pairs.slice(1), { a: row(745, 0, 'nothing'), b: row(779, 40) }], LABELS);
    expect(judged).toMatchObject({ seeds: 3, counted: null, onTheseImages: { verdict: 'ahead' } });
  });

  it('leave out what is not measured or of other images', () => {
    const other: Answered = { accuracy: 0.5, correct: 50, n: 100 };
    const missing: Answered = { accuracy: null, correct: null, n: N };
    const judged = judgeSeeds([...pairs, { a: other, b: other }, { a: missing, b: pairs[0].b }], LABELS);
    expect(judged).toEqual(judgeSeeds(pairs, LABELS));
    expect(judgeSeeds([{ a: missing, b: pairs[0].b }], LABELS)).toBeNull();
    expect(judgeSeeds([], LABELS)).toBeNull();
    expect(judgeSeeds(pairs.slice(1, 2), LABELS)).toMatchObject({ seeds: 1, onTheseImages: { verdict: 'unknown' } });
  });
});

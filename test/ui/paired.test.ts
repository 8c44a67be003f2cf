import { describe, expect, it } from 'vitest';
import { rightAnswers } from '../../src/engine/evaluation/rightAnswers';
import { judge, judgeSeeds, type Answered } from '../../src/state/compare/judgement';
import { firstKind, pageOf, PER_PAGE, SHOWN_KINDS } from '../../src/ui/compare/pairedPages';
import {
  intervalText,
  judgementLine,
  judgementSentences,
  pValueText,
  seedsLine,
  seedsSentences,
} from '../../src/ui/compare/pairedSentences';
import { en } from '../../src/ui/words/en';
import { ja } from '../../src/ui/words/ja';

const names = { a: 'Real only', b: 'FDDA' };
const LABELS = new Uint8Array(1000);

/** Images `from` to `from + correct - 1` of 1,000 are answered rightly. */
function row(correct: number, from = 0, kept = true): Answered {
  const answers = Uint16Array.from(LABELS, (_, i) => Number(i < from || i >= from + correct));
  return { accuracy: correct / 1000, correct, n: 1000, answers: kept ? answers : null };
}

describe('pages of images', () => {
  const indices = Array.from({ length: 100 }, (_, i) => 3 * i);

  it('have at most 48 each, and the last one the rest', () => {
    expect(PER_PAGE).toBe(48);
    expect(pageOf(indices, 0)).toMatchObject({ page: 0, pages: 3, from: 1, to: 48 });
    expect(pageOf(indices, 2)).toEqual({ page: 2, pages: 3, indices: [288, 291, 294, 297], from: 97, to: 100 });
    expect([0, 1, 2].flatMap((page) => [...pageOf(indices, page).indices])).toEqual(indices);
    expect(pageOf(indices.slice(0, 96), 1)).toMatchObject({ pages: 2, from: 49, to: 96 });
  });

  it('are the nearest that there is, and one empty page of nothing', () => {
    expect(pageOf(indices, 9).page).toBe(2);
    expect(pageOf(indices, -1).page).toBe(0);
    expect(pageOf([], 1)).toEqual({ page: 0, pages: 1, indices: [], from: 0, to: 0 });
  });

  it('begin with the images that B alone gets right, if there are any', () => {
    expect(SHOWN_KINDS[0]).toBe('onlyB');
    expect(firstKind({ onlyA: [1], onlyB: [2], neither: [3], both: [] })).toBe('onlyB');
    expect(firstKind({ onlyA: [1], onlyB: [], neither: [3], both: [] })).toBe('onlyA');
    expect(firstKind({ onlyA: [], onlyB: [], neither: [], both: [4] })).toBe('both');
    expect(firstKind({ onlyA: [], onlyB: [], neither: [], both: [] })).toBe('onlyB');
  });
});

describe('numbers of a comparison', () => {
  it('p-values are never written as 0', () => {
    expect([0.5, 0.03125, 0.0009999, 1e-200, 1].map(pValueText)).toEqual([
      '= 0.50',
      '= 0.031',
      '< 0.001',
      '< 0.001',
      '= 1.00',
    ]);
  });

  it('ends of an interval say on which side of 0 they lie', () => {
    expect(intervalText([-0.0123, 0.0456])).toEqual(['−1.2', '+4.6']);
    expect(intervalText([0.0002, 0.05])).toEqual(['+0.02', '+5.0']);
    expect(intervalText([-0.05, -0.00004])).toEqual(['−5.0', '−0.004']);
    expect(intervalText([0, 0.05])).toEqual(['0.0', '+5.0']);
  });
});

describe.each([
  ['English', en],
  ['Japanese', ja],
] as const)('in %s', (_, words) => {
  it('one run says verdict, counts, interval, exact test, and that other seeds are another question', () => {
    const judgement = judge(row(745), row(779, 40), LABELS)!;
    expect(judgementSentences(words, judgement, names)).toEqual([
      words.paired.verdicts.ahead('FDDA', 'Real only', '+3.4', '1,000'),
      words.paired.counts('FDDA', '74', 'Real only', '40'),
      words.paired.interval('+1.3', '+5.5'),
      words.paired.exact('= 0.002'),
      words.paired.oneSeed,
    ]);
    const [behind] = judgementSentences(words, judge(row(779, 40), row(745), LABELS)!, names);
    expect(behind).toBe(words.paired.verdicts.behind('FDDA', 'Real only', '−3.4', '1,000'));
  });

  it('one run without answers says that it is judged as if the images were different ones', () => {
    const said = judgementSentences(words, judge(row(745, 0, false), row(779, 40), LABELS)!, names);
    expect(said[0]).toBe(words.paired.verdicts.unclear('FDDA', 'Real only', '+3.4', '1,000'));
    expect(said).toContain(words.paired.unpaired.notKept);
    const other = judgementSentences(words, judge(row(745), row(779, 40), LABELS, false)!, names);
    expect(other[0]).toBe(words.paired.unpaired.verdicts.unclear('FDDA', 'Real only', '+3.4'));
    expect(other).toContain(words.paired.unpaired.otherImages);
  });

  it('several seeds say what holds on these images apart from what holds in general', () => {
    const { seeds, panel } = words.paired;
    const pairs = [row(779, 40), row(772, 30), row(786, 35)].map((b) => ({ a: row(745), b }));
    const said = seedsSentences(words, judgeSeeds(pairs, LABELS)!, names);
    expect(said.counts).toBe(seeds.counts('FDDA', '207', 'Real only', '105', '3'));
    expect(said.readings.map(({ title }) => title)).toEqual([seeds.onTheseImages('1,000'), seeds.inGeneral]);
    expect(said.readings[0].verdict).toBe(seeds.verdicts.ahead('FDDA'));
    expect(said.readings[0].interval).not.toBe(said.readings[1].interval);
    const unknown = seedsSentences(words, judgeSeeds([{ a: row(745, 0, false), b: row(779, 40) }], LABELS)!, names);
    expect(unknown).toMatchObject({
      counts: null,
      readings: [
        { interval: null, verdict: seeds.verdicts.unknown },
        { interval: null, verdict: seeds.notKept },
      ],
    });
    for (const kind of SHOWN_KINDS) expect(panel.kinds[kind]('A', 'B', '7')).toContain('7');
  });

  it('a line has the verdict, its interval, and who alone is right how often', () => {
    const { line } = words.paired;
    expect(judgementLine(words, judge(row(745), row(779, 40), LABELS)!)).toEqual({
      verdict: line.verdicts.ahead('+3.4'),
      interval: line.interval('+1.3', '+5.5'),
      rest: line.counts('1,000', '74', '40', '= 0.002'),
    });
    const unkept = judge(row(745, 0, false), row(779, 40), LABELS)!;
    expect(judgementLine(words, unkept)).toMatchObject({
      verdict: line.verdicts.unclear('+3.4'),
      rest: line.notKept('1,000'),
    });
    expect(judgementLine(words, judge(row(745), row(779, 40), LABELS, false)!).rest).toBe(line.otherImages);
  });

  it('a line of several seeds is there where something is known of other seeds', () => {
    const { line } = words.paired;
    const pairs = [row(779, 40), row(772, 30), row(786, 35)].map((b) => ({ a: row(745), b }));
    const judgement = judgeSeeds(pairs, LABELS)!;
    const general = intervalText(judgement.counted!.inGeneral.interval!);
    expect(seedsLine(words, judgement)).toBe(`${line.inGeneral('3', '+3.4')} ${line.interval(...general)}`);
    expect(seedsLine(words, judgeSeeds(pairs.slice(0, 1), LABELS)!)).toBeNull();
    const unkept = pairs.map(({ a }, i) => ({ a, b: row(779 + i, 40, false) }));
    expect(seedsLine(words, judgeSeeds(unkept, LABELS)!)).toBeNull();
  });

  it('equal networks are not clear, by +0.0 points', () => {
    const right = rightAnswers(LABELS, LABELS);
    const same: Answered = { accuracy: 1, correct: 1000, n: 1000, right };
    const [verdict, , interval] = judgementSentences(words, judge(same, same, null)!, names);
    expect(verdict).toBe(words.paired.verdicts.unclear('FDDA', 'Real only', '0.0', '1,000'));
    expect(interval).toBe(words.paired.interval('−0.4', '+0.4'));
  });
});

import type { Reading } from '../../engine/evaluation/overSeeds';
import type { Interval } from '../../engine/evaluation/paired';
import type { Judgement, SeedsJudgement } from '../../state/compare/judgement';
import { grouped } from '../format';
import type { Words } from '../words/words';
import { signedPoints } from './sentences';

/** What the two are called: B is compared with A. */
export interface Names {
  a: string;
  b: string;
}

/** A p-value with its sign: three digits where there are so many, and never 0. */
export function pValueText(p: number): string {
  if (p < 0.001) return '< 0.001';
  return `= ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/** Points with a sign; 0 has none, whatever it was rounded from. */
const signed = (difference: number): string => {
  const text = signedPoints(difference);
  return /[1-9]/.test(text) ? text : '0.0';
};

/**
 * The ends of an interval in points. An end that rounds to 0 is written to where it can be seen on which side of 0 it
 * lies: the verdict goes by that.
 */
export function intervalText([lower, upper]: Interval): [string, string] {
  const end = (value: number) => {
    if (value === 0 || /[1-9]/.test(signedPoints(value))) return signed(value);
    return `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toPrecision(1)}`;
  };
  return [end(lower), end(upper)];
}

/** The judgement of one run, in the order of what matters: verdict, counts, certainty, and what it does not say. */
export function judgementSentences({ paired: words }: Words, judgement: Judgement, { a, b }: Names): string[] {
  const { difference, interval, verdict, n } = judgement;
  const known = verdict === 'unknown' ? 'unclear' : verdict;
  const between = words.interval(...intervalText(interval));
  if (judgement.kind === 'unpaired' && judgement.why === 'otherImages')
    return [
      words.unpaired.verdicts[known](b, a, signed(difference)),
      between,
      words.unpaired.otherImages,
      words.oneSeed,
    ];
  const said = words.verdicts[known](b, a, signed(difference), grouped(n));
  if (judgement.kind === 'unpaired') return [said, between, words.unpaired.notKept, words.oneSeed];
  const { onlyA, onlyB, pValue } = judgement;
  return [
    said,
    words.counts(b, grouped(onlyB), a, grouped(onlyA)),
    between,
    words.exact(pValueText(pValue)),
    words.oneSeed,
  ];
}

/** The judgement in a line: verdict and difference, its interval, and what it rests on. */
export function judgementLine(
  { paired: { line: words } }: Words,
  judgement: Judgement,
): { verdict: string; interval: string; rest: string } {
  const { difference, interval, verdict, n } = judgement;
  const rest =
    judgement.kind === 'paired'
      ? words.counts(grouped(n), grouped(judgement.onlyB), grouped(judgement.onlyA), pValueText(judgement.pValue))
      : judgement.why === 'notKept'
        ? words.notKept(grouped(n))
        : words.otherImages;
  return {
    verdict: words.verdicts[verdict === 'unknown' ? 'unclear' : verdict](signed(difference)),
    interval: words.interval(...intervalText(interval)),
    rest,
  };
}

/** What several seeds say in general, in a line; null where nothing is known of other seeds. */
export function seedsLine(
  { paired: { line: words } }: Words,
  { seeds, difference, counted }: SeedsJudgement,
): string | null {
  const interval = counted?.inGeneral.interval;
  if (!interval) return null;
  return `${words.inGeneral(String(seeds), signed(difference))} ${words.interval(...intervalText(interval))}`;
}

/** One way to read several seeds: what it is about, the interval (null: none), and what follows. */
export interface ReadingText {
  title: string;
  interval: string | null;
  verdict: string;
}

/** Several seeds: the counts where they are known, and both readings. */
export function seedsSentences(
  { paired: { seeds: words } }: Words,
  { seeds, n, onTheseImages, counted }: SeedsJudgement,
  { a, b }: Names,
): { counts: string | null; readings: ReadingText[] } {
  const verdictText = ({ verdict }: Reading) => {
    switch (verdict) {
      case 'ahead':
      case 'behind':
        return words.verdicts[verdict](b);
      case 'unclear':
      case 'unknown':
        return words.verdicts[verdict];
    }
  };
  const text = (title: string, reading: Reading | null): ReadingText => ({
    title,
    interval: reading?.interval ? words.interval(...intervalText(reading.interval)) : null,
    verdict: reading ? verdictText(reading) : words.notKept,
  });
  return {
    counts: counted && words.counts(b, grouped(counted.onlyB), a, grouped(counted.onlyA), String(seeds)),
    readings: [text(words.onTheseImages(grouped(n)), onTheseImages), text(words.inGeneral, counted?.inGeneral ?? null)],
  };
}

import type { Finding, Quantity } from '../../state/lessons/checks';
import type { ActiveLesson } from '../../state/lessons/activeLesson';
import type { Format } from '../format';
import { grouped, short } from '../format';
import type { Words } from '../words/words';

/** A quantity as it stands in a sentence. */
export function quantityText({ value, as }: Quantity, { percent }: Format): string {
  switch (as) {
    case 'share':
      return percent(value);
    case 'points':
      return `${value < 0 ? '−' : ''}${Math.abs(value * 100).toFixed(1)}`;
    case 'count':
      return grouped(value);
    case 'number':
      return short(value);
  }
}

export interface Verdict {
  /** The answer itself, or why there is none. */
  answer: string;
  /** How the prediction compares with it. */
  prediction: string;
  numbers: string;
  /** What it means. */
  because: string;
}

/** What a lesson's runs have shown, in words. */
export function verdictOf(
  { id, prediction }: ActiveLesson,
  { outcome, sure, values }: Finding,
  { lessons: words }: Words,
  format: Format,
): Verdict {
  const lesson = words.list[id];
  if (sure === 'missing') return { answer: words.verdict.missing, prediction: '', numbers: '', because: '' };
  const written = Object.fromEntries(
    Object.entries(values).map(([name, quantity]) => [name, quantityText(quantity, format)]),
  );
  const numbers = lesson.found(written, outcome);
  if (outcome === null) return { answer: words.verdict.unclear, prediction: '', numbers, because: '' };
  const agreement =
    prediction === null
      ? words.verdict.none
      : prediction === outcome
        ? words.verdict.right
        : words.verdict.wrong(lesson.choices[prediction]);
  return {
    answer: words.verdict.answer(lesson.question, lesson.choices[outcome]),
    prediction: agreement,
    numbers: `${numbers} ${words.verdict.clear}`,
    because: lesson.because[outcome],
  };
}

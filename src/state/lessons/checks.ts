import type { RowId } from '../../engine/runReport';
import { changeOfDifference, changeOfIntervals } from '../../engine/evaluation/change';
import { verdictOf, type Interval } from '../../engine/evaluation/paired';
import { judge } from '../compare/judgement';
import { judgeMeasured, sameTestImages, type Measured } from '../compare/measured';
import type { RunResult } from './runResult';

/** A number of a finding, and how it is written. */
export interface Quantity {
  value: number;
  /** A share, a difference of shares in percentage points, a count, or a plain number. */
  as: 'share' | 'points' | 'count' | 'number';
}

/** What the runs of a lesson say about its question. */
export interface Finding {
  /** The choice that the numbers support; null where they do not decide. */
  outcome: string | null;
  /** 'clear': more than chance explains. 'unclear': chance alone could do it. 'missing': something was not measured. */
  sure: 'clear' | 'unclear' | 'missing';
  /** What the lesson's words tell of it. */
  values: Readonly<Record<string, Quantity>>;
}

export type Check = (results: readonly RunResult[]) => Finding;

/** Standard errors that a difference must exceed: chance alone does that in about 1 of 20 cases. */
const SURE = 2;
/** Accuracies closer than this are called the same, if they are known well enough for that. */
const SAME_WITHIN = 0.03;

const share = (value: number): Quantity => ({ value, as: 'share' });
const points = (value: number): Quantity => ({ value, as: 'points' });
const count = (value: number): Quantity => ({ value, as: 'count' });
const number = (value: number): Quantity => ({ value, as: 'number' });

const MISSING: Finding = { outcome: null, sure: 'missing', values: {} };

/**
 * Binomial variance of a share. With a half image added to each side, so that 0 of 20 or 20 of 20 is not taken for
 * certain.
 */
function varianceOf(share: number, n: number): number {
  const p = (share * n + 0.5) / (n + 1);
  return (p * (1 - p)) / n;
}

/** Second minus first, with its 95 % interval. */
interface Difference {
  difference: number;
  interval: Interval;
}

/** Which side a difference speaks for: 'first', 'second', 'same' (surely within three points), or not to be told. */
function decide({ difference, interval }: Difference, more: Finding['values']): Finding {
  const [lower, upper] = interval;
  const values = { ...more, difference: points(difference), lower: points(lower), upper: points(upper) };
  const verdict = verdictOf(interval);
  if (verdict === 'ahead' || verdict === 'behind')
    return { outcome: verdict === 'ahead' ? 'second' : 'first', sure: 'clear', values };
  if (-SAME_WITHIN <= lower && upper <= SAME_WITHIN) return { outcome: 'same', sure: 'clear', values };
  return { outcome: null, sure: 'unclear', values };
}

/**
 * Which of two accuracies is higher: image by image where both are of the same images and the answers are known, else
 * as if the images had been different ones.
 */
export function compareAccuracies(first: Measured | undefined, second: Measured | undefined): Finding {
  const judgement = first && second && judgeMeasured(first, second);
  if (!judgement) return MISSING;
  const counted: Finding['values'] =
    judgement.kind === 'paired'
      ? { images: count(judgement.n), onlyFirst: count(judgement.onlyA), onlySecond: count(judgement.onlyB) }
      : {};
  return decide(judgement, { first: share(first.accuracy), second: share(second.accuracy), ...counted });
}

/** `finding` with further numbers; missing where one of them is. */
function withMore(finding: Finding, more: Readonly<Record<string, Quantity | undefined>>): Finding {
  if (finding.sure === 'missing') return finding;
  const values: Record<string, Quantity> = { ...finding.values };
  for (const [name, quantity] of Object.entries(more)) {
    if (quantity === undefined || !Number.isFinite(quantity.value)) return MISSING;
    values[name] = quantity;
  }
  return { ...finding, values };
}

/** Of the arm that the lesson is about. */
const leading = (result: RunResult | undefined): Measured | undefined => result?.accuracy[result.arm];

const accuracyOf = (result: RunResult | undefined, row: RowId | 'leading'): Quantity | undefined => {
  const measured = row === 'leading' ? leading(result) : result?.accuracy[row];
  return measured && share(measured.accuracy);
};

/** Nearest-centre accuracy from which classes count as separated. */
const SEPARATED = 0.5;

/**
 * In which third of the network the real images' statistics first lie nearest to their own class's centre more often
 * than not.
 */
export const firstSeparatingLayer: Check = ([run]) => {
  if (!run || run.nearest.real.length < 3 || !run.nearest.real.every(Number.isFinite)) return MISSING;
  const { real, n, synthetic } = run.nearest;
  const margin = (layer: number) => SURE * Math.sqrt(varianceOf(real[layer], n));
  const found = real.findIndex((value) => value >= SEPARATED);
  const third = (layer: number) => Math.floor((3 * layer) / real.length);
  const best = real.indexOf(Math.max(...real));
  const shown = found < 0 ? best : found;
  const values = {
    layer: count(shown + 1),
    layers: count(real.length),
    accuracy: share(real[shown]),
    error: points(margin(shown) / SURE),
    chance: share(1 / run.classes),
    n: count(n),
    synthetic: share(synthetic?.[shown] ?? NaN),
  };
  const outcome = found < 0 ? 'never' : ['early', 'middle', 'late'][third(found)];
  // Sure when the layers of an earlier third stay clearly below the mark and one of this third is clearly above it.
  const below = real.every(
    (value, layer) => (found >= 0 && third(layer) >= third(found)) || value + margin(layer) < SEPARATED,
  );
  const above =
    found < 0 || real.some((value, layer) => third(layer) === third(found) && value - margin(layer) > SEPARATED);
  const sure = below && above;
  return withMore({ outcome: sure ? outcome : null, sure: sure ? 'clear' : 'unclear', values: {} }, values);
};

/** Probability that a fair coin deviates at least as far from half as `heads` of `n`. */
export function signTest(heads: number, n: number): number {
  const far = Math.max(heads, n - heads);
  let term = 1;
  let tail = 0;
  for (let k = 0; k <= n; k++) {
    if (k >= far) tail += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, (2 * tail) / 2 ** n);
}

/** Less than this part of the spread left: collapsed. */
const COLLAPSED = 0.5;
/** Changes of the spread smaller than this part are called none. */
const SPREAD_SAME = 0.1;

/** Whether synthetic images of one class draw together without the distorted term. */
export const collapse: Check = ([withTerm, without]) => {
  const [before, after] = [withTerm?.spread, without?.spread];
  if (!before || !after || !(before.synthetic > 0) || before.byClass.length !== after.byClass.length) return MISSING;
  const classes = before.byClass.length;
  const smaller = after.byClass.filter((value, c) => value < before.byClass[c]).length;
  const ratio = after.synthetic / before.synthetic;
  const values = {
    before: number(before.synthetic),
    after: number(after.synthetic),
    real: number(after.real),
    ratio: share(ratio),
    smaller: count(smaller),
    classes: count(classes),
  };
  // Every class is a small experiment of its own; does its spread go the same way in clearly more than half of them?
  const agree = signTest(smaller, classes) < 0.05 && smaller > classes / 2 === ratio < 1;
  const finding = ((): Finding => {
    if (agree && Math.abs(ratio - 1) > SPREAD_SAME)
      return { outcome: ratio < COLLAPSED ? 'collapse' : ratio < 1 ? 'shrink' : 'wider', sure: 'clear', values: {} };
    if (Math.abs(ratio - 1) <= SPREAD_SAME) return { outcome: 'same', sure: 'clear', values: {} };
    return { outcome: null, sure: 'unclear', values: {} };
  })();
  return withMore(finding, values);
};

/** Plain quantization with 8-bit first and last layer against FDDA with few bits everywhere. */
export const firstLast: Check = ([eightBits, fdda]) =>
  withMore(compareAccuracies(eightBits?.accuracy.ptq, leading(fdda)), {
    full: accuracyOf(fdda, 'fullPrecision'),
    plain: accuracyOf(fdda, 'ptq'),
  });

/** What synthetic images add to one calibration image a class, against what they add to more. */
export const calibrationImages: Check = (results) => {
  const pairs = results.flatMap((result) => {
    const [a, b] = [result.accuracy.calibration, leading(result)];
    const judgement = a && b && judgeMeasured(a, b);
    return judgement ? [{ a, b, judgement }] : [];
  });
  if (results.length < 2 || pairs.length < results.length) return MISSING;
  const [one, eight] = pairs;
  const rights = pairs.map(({ a, b }) => (a.right && b.right ? { a: a.right, b: b.right } : null));
  const same = one.a.n === eight.a.n && sameTestImages(one.a.test, eight.a.test);
  const counted = same && rights[0] && rights[1] ? changeOfDifference(rights[0], rights[1]) : null;
  const { change, interval } = counted ?? changeOfIntervals(one.judgement, eight.judgement);
  const values = {
    gain: points(one.judgement.difference),
    gainEight: points(eight.judgement.difference),
    ...(counted ? { images: count(one.a.n) } : {}),
  };
  return withMore(decide({ difference: change, interval }, values), {
    alone: accuracyOf(results[0], 'calibration'),
    aloneEight: accuracyOf(results[1], 'calibration'),
    fdda: accuracyOf(results[0], 'leading'),
    fddaEight: accuracyOf(results[1], 'leading'),
  });
};

/** The rule for unreliable classes on, and off. */
export const unreliableLabels: Check = ([ruled, trusted]) => {
  const finding = compareAccuracies(leading(ruled), leading(trusted));
  if (!ruled || !trusted || !ruled.recognized || !trusted.recognized) return MISSING;
  const unreliable = ruled.reliable.flatMap((reliable, c) => (reliable ? [] : [c]));
  const mean = (of: readonly number[]) => unreliable.reduce((sum, c) => sum + of[c], 0) / unreliable.length;
  return withMore(finding, {
    unreliable: count(unreliable.length),
    classes: count(ruled.classes),
    recognized: share(mean(ruled.recognized)),
    recognizedTrusted: share(mean(trusted.recognized)),
  });
};

/**
 * With which of two methods more classes' batches come to lie nearest to their own centre; each class counts as one
 * observation.
 */
export const reachCenters: Check = ([fdda, plus]) => {
  if (fdda?.reached == null || plus?.reached == null) return MISSING;
  const [first, second] = [fdda, plus].map(({ reached, classes }) => {
    const correct = Math.round(reached! * classes);
    return { accuracy: correct / classes, correct, n: classes };
  });
  // Which classes they are is not kept: judged as if they were other ones.
  const judgement = judge(first, second, null);
  if (!judgement) return MISSING;
  return withMore(decide(judgement, { first: share(first.accuracy), second: share(second.accuracy) }), {
    classes: count(fdda.classes),
    reached: count(first.correct),
    reachedPlus: count(second.correct),
    fdda: accuracyOf(fdda, 'leading'),
    plus: accuracyOf(plus, 'leading'),
  });
};

/** Plain quantization with a scale for each channel against FDDA with one scale for a whole layer. */
export const perTensor: Check = ([perChannel, wholeLayer]) =>
  withMore(compareAccuracies(perChannel?.accuracy.ptq, leading(wholeLayer)), {
    plain: accuracyOf(wholeLayer, 'ptq'),
    full: accuracyOf(wholeLayer, 'fullPrecision'),
  });

/**
 * Rows compared with others, paired by seed and, where it is known which test images were answered rightly, by image.
 */
import { overSeeds, seedReading, type Reading } from '../../engine/evaluation/overSeeds';
import { pairedDifference, type PairedDifference } from '../../engine/evaluation/paired';
import { countPairs, decodeRight } from '../../engine/evaluation/rightAnswers';
import type { Group, Row } from './rows';

/** Test images that only one of two students answers rightly. */
interface Discordant {
  /** Only the row's own student. */
  onlyMethod: number;
  /** Only the one it is compared with. */
  onlyOver: number;
}

/** One seed: the two students on the same images. */
export interface SeedComparison {
  seed: number;
  /** Of the accuracies, -1 to 1. */
  difference: number;
  /** Null where either row lacks `right`. */
  images: (Discordant & Pick<PairedDifference, 'interval' | 'pValue' | 'midP' | 'verdict'>) | null;
}

/** A row's method beside another one, seed by seed. */
export interface Comparison extends Group {
  over: { method: string; center: string };
  seeds: number;
  /** Of the differences in accuracy, -1 to 1. */
  mean: number;
  /** Of the mean, over seeds; null for one. */
  standardError: number | null;
  bySeed: SeedComparison[];
  /** These students on other images like these, all seeds added up; null where any row lacks `right`. */
  images: (Discordant & { n: number } & Reading) | null;
  overSeeds: {
    /** Other seeds on these images. */
    onTheseImages: Reading;
    /** Other seeds and other images; null where any row lacks `right`. */
    inGeneral: Reading | null;
  };
}

/** Methods that others are compared with. */
const BASELINES = ['calibration', 'zero-shot'];

/** What rows of one column have in common. */
export function sharedBy([row]: Row[]): Group {
  const { method, center, weightBits, activationBits, firstLast, imagesPerClass, generatorSteps, variant } = row;
  return { method, center, weightBits, activationBits, firstLast, imagesPerClass, generatorSteps, variant };
}

/** Every method over the baselines, and class centres over one centre for all, where everything else is equal. */
export function comparisons(groups: Row[][]): Comparison[] {
  const place = ({ weightBits, activationBits, firstLast, imagesPerClass, variant }: Group) =>
    JSON.stringify([weightBits, activationBits, firstLast, imagesPerClass, variant]);
  // What has no generator is there once for each number of generator steps, and the same each time.
  const names = groups.map((rows) => JSON.stringify(sharedBy(rows)));
  const different = groups.filter((_, i) => names.indexOf(names[i]) === i);
  return different.flatMap((rows) =>
    different.flatMap((others): Comparison[] => {
      const [a, b] = [rows[0], others[0]];
      if (a.method === 'ptq' || b.method === 'ptq' || place(a) !== place(b)) return [];
      const baseline = BASELINES.indexOf(b.method);
      const overBaseline = baseline >= 0 && !BASELINES.slice(0, baseline + 1).includes(a.method);
      const overCommon = a.method === b.method && a.center === 'class' && b.center !== 'class';
      const sameSteps = a.generatorSteps === null || b.generatorSteps === null || a.generatorSteps === b.generatorSteps;
      if (!sameSteps || !(overBaseline || overCommon)) return [];
      const pairs = rows.flatMap((row) =>
        others.filter(({ seed }) => seed === row.seed).map((other): [Row, Row] => [row, other]),
      );
      return pairs.length === 0 ? [] : [compare(pairs)];
    }),
  );
}

/** @param pairs at least one: a row, and what it is compared with */
function compare(pairs: readonly (readonly [row: Row, over: Row])[]): Comparison {
  const answers = pairs.map(answersOf);
  const known = answers.every((each) => each !== null);
  const { difference, ...onTheseImages } = seedReading(pairs.map(([row, over]) => row.accuracy - over.accuracy));
  const together = known ? overSeeds(answers) : null;
  const [row, over] = pairs[0];
  return {
    ...sharedBy([row]),
    over: { method: over.method, center: over.center },
    seeds: pairs.length,
    mean: difference,
    standardError: onTheseImages.standardError,
    bySeed: pairs.map(([own, other], i) => ({
      seed: own.seed,
      difference: own.accuracy - other.accuracy,
      images: imagesOf(answers[i]),
    })),
    images: together && {
      n: together.n,
      onlyMethod: together.onlyB,
      onlyOver: together.onlyA,
      ...together.images,
    },
    overSeeds: { onTheseImages, inGeneral: together?.inGeneral ?? null },
  };
}

type Answers = Parameters<typeof overSeeds>[0][number];

/** B is the row's own student. */
function answersOf([row, over]: readonly [Row, Row]): Answers | null {
  if (row.right === null || over.right === null || row.n !== over.n || row.n === 0) return null;
  return { a: decodeRight(over.right, over.n), b: decodeRight(row.right, row.n) };
}

function imagesOf(answers: Answers | null): SeedComparison['images'] {
  if (!answers) return null;
  const { onlyA, onlyB, interval, pValue, midP, verdict } = pairedDifference(countPairs(answers.a, answers.b));
  return { onlyMethod: onlyB, onlyOver: onlyA, interval, pValue, midP, verdict };
}

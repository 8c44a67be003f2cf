/**
 * Why a network gets so little right on images that it should know: what it is fed may be scaled otherwise, the channels
 * or the classes may come in another order. Each is tried, and what helps is said.
 */
import type { Dataset } from '../data/dataset';
import type { OpenOptions } from '../network/networkFile';
import { inspectNetwork } from '../network/inspect';
import { reversedChannels } from '../network/reversedChannels';
import type { Network } from '../network/types';
import { say, type Said } from '../sentences';
import { Teacher } from './teacher';
import { TestSet } from './testSet';

/** Test images that are looked at. */
export const ACCURACY_IMAGES = 200;
/** Of a large network fewer: multiply-accumulates of the first look, and of all that is tried after it. */
const MACS_OF_LOOK = 5e10;
const MACS_OF_TRIALS = 1e11;
/** So many tell chance from what is needed: two of 1000 classes, eight of ten. */
const fewestOf = (classes: number) => (classes > 100 ? 10 : 20);
const MOST_TRIALS = 11;

export interface Mend {
  /** What to read the network with. */
  options: OpenOptions;
  /** Place of the images' classes that each output of the network stands for; null: as they are. */
  classOrder: number[] | null;
}

export interface AccuracyReport {
  /** Null where nothing is amiss. */
  note: Said | null;
  /** What would help; null where nothing was found. */
  mend: Mend | null;
}

/** Ways to feed pixels, in the order in which they are tried. */
const FED: [
  name: 'fedUnit' | 'fedSymmetric' | 'fedBytes' | 'fedImagenet' | 'fedCaffe',
  mean: number[],
  std: number[],
][] = [
  ['fedUnit', [0, 0, 0], [1, 1, 1]],
  ['fedSymmetric', [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
  ['fedBytes', [0, 0, 0], [1 / 255, 1 / 255, 1 / 255]],
  ['fedImagenet', [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]],
  ['fedCaffe', [123.68 / 255, 116.779 / 255, 103.939 / 255], [1 / 255, 1 / 255, 1 / 255]],
];

/** What trained networks are far above, even on 1000 classes. */
const leastOf = (classes: number) => (classes > 100 ? 0.2 : 0.4);

interface Trial {
  answers: number[];
  share: number;
  options: OpenOptions;
  causes: Said[];
}

/**
 * Looks at the first test images. Needs a backend, and leaves nothing on it.
 *
 * @param fixed the pixels are known to be right: only the order of the classes is tried
 * @param breathe lets others in between two trials
 */
export async function lookAtAccuracy(
  network: Network,
  dataset: Dataset,
  fixed: boolean,
  breathe: () => Promise<void>,
): Promise<AccuracyReport> {
  const { numClasses, inputShape, normalization } = network.definition;
  const { macs } = inspectNetwork(network);
  const within = (work: number) => Math.max(fewestOf(numClasses), Math.floor(work / macs));
  let images = Math.min(ACCURACY_IMAGES, dataset.size('test'), within(MACS_OF_LOOK));
  let labels = Array.from({ length: images }, (_, i) => dataset.label('test', i));
  const shareOf = (answers: readonly number[]) => answers.filter((answer, i) => answer === labels[i]).length / images;
  const run = async (tried: Network, options: OpenOptions, causes: Said[]): Promise<Trial> => {
    const teacher = new Teacher(tried);
    try {
      const set = new TestSet(dataset, tried.definition, images);
      const answers: number[] = [];
      for (let i = 0; i < set.count; i++) answers.push(...(await set.answers(i, teacher)));
      await breathe();
      return { answers, share: shareOf(answers), options, causes };
    } finally {
      teacher.dispose();
    }
  };
  const least = leastOf(numClasses);
  const first = await run(network, {}, []);
  if (first.share >= least) return { note: null, mend: null };
  images = Math.min(images, within(MACS_OF_TRIALS / MOST_TRIALS));
  labels = labels.slice(0, images);
  first.answers.splice(images);
  first.share = shareOf(first.answers);
  const trials = [first];
  const reversed = inputShape[2] === 3 && !fixed ? reversedChannels(network) : null;
  for (const turned of fixed ? [] : reversed ? [network, reversed] : [network]) {
    for (const [name, mean, std] of [null, ...FED].map((each) => each ?? ([null, [], []] as const))) {
      if (name === null && turned === network) continue;
      const c = inputShape[2];
      const fed = name === null ? normalization : { mean: mean.slice(0, c), std: std.slice(0, c) };
      if (c === 1 && (name === 'fedImagenet' || name === 'fedCaffe')) continue;
      const options: OpenOptions = {
        ...(name === null ? {} : { normalization: { mean: [...fed.mean], std: [...fed.std] } }),
        ...(turned === network ? {} : { reversedChannels: true }),
      };
      const causes = [...(name === null ? [] : [say(name)]), ...(turned === network ? [] : [say('channelsReversed')])];
      trials.push(await run({ ...turned, definition: { ...turned.definition, normalization: fed } }, options, causes));
    }
  }
  const percent = (share: number) => (100 * share).toFixed(0);
  const best = trials.reduce((a, b) => (b.share > a.share ? b : a));
  const helped = (trial: Trial, share: number, classOrder: number[] | null): AccuracyReport => {
    const causes = [...trial.causes, ...(classOrder ? [say('classesReordered')] : [])];
    const cause = causes.reduce((a, b) => say('both', a, b));
    return {
      note: say('lowAccuracyBecause', percent(first.share), images, cause, percent(share)),
      mend: { options: trial.options, classOrder },
    };
  };
  let reordered: { trial: Trial; order: number[]; share: number } | null = null;
  for (const trial of trials) {
    const found = orderOf(trial.answers, labels, numClasses);
    // Of equally good ones the first, which changes less.
    if (found && found.share >= least && found.share > (reordered?.share ?? 0) + 0.02) reordered = { trial, ...found };
  }
  const plain = best !== first && best.share >= least;
  // More is changed with the classes: then it has to help clearly more.
  if (reordered && (!plain || reordered.share > best.share + 0.1))
    return helped(reordered.trial, reordered.share, reordered.order);
  if (plain) return helped(best, best.share, null);
  return { note: say('lowAccuracy', percent(first.share), images), mend: null };
}

/**
 * Which class each output seems to stand for, each once; found on every other image and measured on the rest, so that
 * chance finds none. Null where there are too few images to tell.
 */
function orderOf(
  answers: readonly number[],
  labels: readonly number[],
  classes: number,
): { order: number[]; share: number } | null {
  if (answers.length < 4 * classes) return null;
  // Images of all classes come in turn: halves by rounds have about as many of each.
  const half = Array.from(labels, (label, i) => labels.slice(0, i).filter((other) => other === label).length % 2);
  const assign = (part: (i: number) => boolean) => {
    const counts = new Map<string, [number, number, number]>();
    answers.forEach((answer, i) => {
      if (!part(i)) return;
      const key = `${answer} ${labels[i]}`;
      const [, , n] = counts.get(key) ?? [0, 0, 0];
      counts.set(key, [answer, labels[i], n + 1]);
    });
    const order = new Array<number>(classes).fill(-1);
    const taken = new Set<number>();
    for (const [output, label] of [...counts.values()].sort((a, b) => b[2] - a[2])) {
      if (order[output] >= 0 || taken.has(label)) continue;
      order[output] = label;
      taken.add(label);
    }
    const free = Array.from({ length: classes }, (_, c) => c).filter((c) => !taken.has(c));
    return order.map((label) => (label >= 0 ? label : free.shift()!));
  };
  const trained = assign((i) => half[i] === 0);
  const rest = answers.flatMap((answer, i) => (half[i] === 1 ? [trained[answer] === labels[i]] : []));
  const share = rest.filter(Boolean).length / rest.length;
  return { order: assign(() => true), share };
}

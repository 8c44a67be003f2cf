/** A network and images brought to the same classes, by what these are called. */
import { selectOutputs } from '../../network/selectOutputs';
import type { Network } from '../../network/types';
import { say } from '../../sentences';
import type { ImageCollection } from './types';
import { IMAGENET_CLASSES } from './wordnet';

export interface FittedClasses {
  /** The network, or that of some of its outputs. */
  network: Network;
  /** Which outputs; null: all of them. */
  outputs: number[] | null;
  /** The images, their classes in the network's order. */
  collection: ImageCollection;
}

/**
 * Images whose classes are called as the network's are go to the outputs of those names, in whatever order their
 * folders come, also where they are only some of them. Where names say nothing, images of as many classes as the network
 * has are taken to be in its order.
 *
 * @returns null where the images' classes are not the network's
 * @throws NetworkError where outputs have to be chosen and the last layer is none that has them
 */
export function fitClasses(network: Network, collection: ImageCollection): FittedClasses | null {
  const { numClasses, classNames } = network.definition;
  const { classes, outputs: known } = collection;
  if (classes.length > numClasses) return null;
  const inImagenet = numClasses === IMAGENET ? classes.map((name) => IMAGENET_CLASSES.get(name)) : [undefined];
  if (!inImagenet.includes(undefined)) {
    const outputs = inImagenet.map((each) => each!.output);
    const called = { ...collection, classes: inImagenet.map((each) => each!.name), outputs };
    return { network: selectOutputs(network, outputs), outputs, collection: called };
  }
  const named = outputsByName(classes, classNames ?? []) ?? outputsByNumber(classes, numClasses);
  if (named) {
    const order = classes.map((_, i) => i).sort((a, b) => named[a] - named[b]);
    const moved = order.every((from, to) => from === to)
      ? collection
      : {
          ...reorderClasses(collection, order),
          notes: [...collection.notes, say('classesByName')],
          ...(known ? { outputs: order.map((from) => known[from]) } : {}),
        };
    if (classes.length === numClasses) return { network, outputs: null, collection: moved };
    const outputs = order.map((from) => named[from]);
    return { network: selectOutputs(network, outputs), outputs, collection: moved };
  }
  if (classes.length === numClasses) return { network, outputs: null, collection };
  return known && numClasses >= IMAGENET
    ? { network: selectOutputs(network, known), outputs: known, collection }
    : null;
}

/** Classes of ImageNet, which `ImageCollection.outputs` are of. */
const IMAGENET = 1000;

/** The same images, the class at place `order[i]` at place i. */
export function reorderClasses(collection: ImageCollection, order: readonly number[]): ImageCollection {
  const places = new Map(order.map((from, to) => [from, to]));
  const moved = collection.images.map((image) => ({ ...image, label: places.get(image.label)! }));
  return {
    ...collection,
    classes: order.map((from) => collection.classes[from]),
    images: moved.sort((a, b) => a.label - b.label),
  };
}

const plain = (name: string) =>
  name
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();

/** The output of each class; null unless each has one, and no two the same. */
function outputsByName(classes: readonly string[], names: readonly string[]): number[] | null {
  const places = new Map<string, number | null>();
  names.forEach((name, output) => {
    // "tench, Tinca tinca": every name that it has, unless another output has it as well.
    for (const each of new Set([name, ...name.split(',')].map(plain)))
      places.set(each, places.has(each) ? null : output);
  });
  return distinct(classes.map((name) => places.get(plain(name)) ?? null));
}

/** Folders called after outputs ("0", "217", "482"), where the numbers cannot be a mere count of the classes. */
function outputsByNumber(classes: readonly string[], numClasses: number): number[] | null {
  if (classes.length === numClasses || !classes.every((name) => /^\d{1,6}$/.test(name))) return null;
  const numbers = classes.map(Number);
  const most = Math.max(...numbers);
  return most >= classes.length && most < numClasses ? distinct(numbers) : null;
}

const distinct = (outputs: (number | null)[]): number[] | null =>
  outputs.some((output) => output === null) || new Set(outputs).size < outputs.length ? null : (outputs as number[]);

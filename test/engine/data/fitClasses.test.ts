import { describe, expect, it } from 'vitest';
import { fitClasses } from '../../../src/engine/data/images/fitClasses';
import { IMAGENET_CLASSES } from '../../../src/engine/data/images/wordnet';
import { DATASET_ENTRIES } from '../../../src/state/hubEntries';
import type { ImageCollection } from '../../../src/engine/data/images/types';
import type { Network } from '../../../src/engine/network/types';

/** Of Imagenette's entry on the page. */
const DATASET_OUTPUTS = DATASET_ENTRIES.find(({ name }) => name === 'Imagenette')!.outputs!;

/** A single dense layer from two numbers; output `o` has the weights (o, -o). */
function networkOf(numClasses: number, classNames?: string[]): Network {
  const values = new Float32Array(2 * numClasses).map((_, i) => (i < numClasses ? i : numClasses - i));
  return {
    definition: {
      name: 'net',
      inputShape: [1, 1, 2],
      nodes: [
        { name: 'input', op: 'input' },
        { name: 'out', op: 'dense', inputs: ['input'], kernel: 'kernel' },
      ],
      numClasses,
      ...(classNames ? { classNames } : {}),
    },
    weights: { kernel: { shape: [2, numClasses], values } },
  } as unknown as Network;
}

/** Two images of each class, which are called after it. */
const collectionOf = (classes: string[], outputs?: number[]): ImageCollection => ({
  classes,
  images: classes.flatMap((name, label) =>
    [0, 1].map((i) => ({ name: `${name}/${i}.png`, label, read: async () => new Uint8Array() })),
  ),
  notes: [],
  ...(outputs ? { outputs } : {}),
});

/** Which class each label has, by the images' names. */
const labelled = ({ images }: ImageCollection) => images.map(({ name, label }) => `${label} ${name.split('/')[0]}`);

describe('classes of a network and of images', () => {
  it('of the same names come together in any order', () => {
    const network = networkOf(3, ['cat', 'dog', 'bird']);
    const fitted = fitClasses(network, collectionOf(['bird', 'cat', 'dog']))!;
    expect(fitted).toMatchObject({ network, outputs: null });
    expect(fitted.collection.classes).toEqual(['cat', 'dog', 'bird']);
    expect(labelled(fitted.collection)).toEqual(['0 cat', '0 cat', '1 dog', '1 dog', '2 bird', '2 bird']);
    expect(fitted.collection.notes.map(({ name }) => name)).toEqual(['classesByName']);
  });

  it('in the right order stay as they are', () => {
    const collection = collectionOf(['Cat', 'sea_lion']);
    expect(fitClasses(networkOf(2, ['cat', 'Sea lion']), collection)).toMatchObject({ outputs: null, collection });
  });

  it('that are some of the network’s take the outputs of their names', () => {
    const network = networkOf(4, ['tench, Tinca tinca', 'crane', 'crane', 'house finch, linnet']);
    const fitted = fitClasses(network, collectionOf(['Tinca tinca', 'linnet']))!;
    expect(fitted.outputs).toEqual([0, 3]);
    expect(fitted.network.definition.numClasses).toBe(2);
    expect([...fitted.network.weights.kernel.values]).toEqual([0, 3, 0, -3]);
    expect(fitClasses(network, collectionOf(['linnet', 'Tinca tinca']))!.collection.classes).toEqual([
      'Tinca tinca',
      'linnet',
    ]);
    // Two outputs have this name: which one is meant is not known.
    expect(fitClasses(network, collectionOf(['crane', 'linnet']))).toBeNull();
    expect(fitClasses(network, collectionOf(['linnet', 'sparrow']))).toBeNull();
  });

  it('that are numbers of outputs take those, unless the numbers only count the classes', () => {
    expect(fitClasses(networkOf(10), collectionOf(['7', '2', '9']))).toMatchObject({ outputs: [2, 7, 9] });
    expect(fitClasses(networkOf(10), collectionOf(['0', '1', '2']))).toBeNull();
    expect(fitClasses(networkOf(10), collectionOf(['7', '2', '10']))).toBeNull();
  });

  it('without names are in the network’s order where there are as many', () => {
    const collection = collectionOf(['a', 'b', 'c']);
    expect(fitClasses(networkOf(3), collection)).toMatchObject({ outputs: null, collection });
    expect(fitClasses(networkOf(3, ['x', 'y', 'z']), collection)).toMatchObject({ outputs: null, collection });
    expect(fitClasses(networkOf(4), collection)).toBeNull();
    expect(fitClasses(networkOf(2), collection)).toBeNull();
  });

  it('that are folders of Imagenette or Imagewoof take ImageNet’s outputs, and their names', () => {
    const folders = [...IMAGENET_CLASSES.keys()].sort();
    // ImageNet's classes are in the order of these numbers.
    const outputs = folders.map((folder) => IMAGENET_CLASSES.get(folder)!.output);
    expect(outputs).toEqual([...outputs].sort((a, b) => a - b));
    const imagenette = folders.filter((folder) => DATASET_OUTPUTS.includes(IMAGENET_CLASSES.get(folder)!.output));
    const fitted = fitClasses(networkOf(1000), collectionOf(imagenette))!;
    expect(fitted.outputs).toEqual(DATASET_OUTPUTS);
    expect(fitted.collection.classes[9]).toBe('parachute');
    expect(fitted.network.definition.numClasses).toBe(10);
    // Opened with a network of as many classes they are its own.
    expect(fitClasses(networkOf(10), collectionOf(imagenette))).toMatchObject({ outputs: null });
    // Back from the names, for a network with outputs of ImageNet.
    expect(fitClasses(networkOf(1000), fitted.collection)!.outputs).toEqual(DATASET_OUTPUTS);
  });

  it('that a dataset knows the outputs of take those of a network for the larger task', () => {
    const collection = collectionOf(['a', 'b'], [217, 482]);
    expect(fitClasses(networkOf(1000), collection)).toMatchObject({ outputs: [217, 482], collection });
    expect(fitClasses(networkOf(500), collection)).toBeNull();
    // Names count more, and the outputs that are known go with their classes.
    const names = Array.from({ length: 1000 }, (_, i) => (i === 3 ? 'b' : i === 5 ? 'a' : `n${i}`));
    const named = fitClasses(networkOf(1000, names), collection)!;
    expect([named.outputs, named.collection.classes, named.collection.outputs]).toEqual([
      [3, 5],
      ['b', 'a'],
      [482, 217],
    ]);
  });
});

/** A small network of many classes, and pictures for it: for what is shown of a thousand classes. */
import { writeLayersModel } from '../src/engine/export/keras/layersModel';
import { createResNet } from '../src/engine/network/resnet';
import { Random } from '../src/engine/random';
import { greyPng } from './pictures';

export const manyClassNames = (classes: number) =>
  Array.from({ length: classes }, (_, c) => `kind ${String(c).padStart(4, '0')}, of many`);

/** Files of a tf.LayersModel of grey `size` x `size` images with random weights: model.json and its weights. */
export function manyClassNetwork(classes: number, size = 16): { name: string; bytes: Uint8Array<ArrayBuffer> }[] {
  const network = createResNet(
    {
      name: `Net of ${classes} classes`,
      inputShape: [size, size, 1],
      classNames: manyClassNames(classes),
      normalization: { mean: [0.5], std: [0.25] },
      widths: [4, 8],
      strides: [2, 2],
      blocks: 1,
      stemStride: 1,
      epsilon: 1e-5,
    },
    new Random(5),
  );
  const { modelJson, weightsName, weights } = writeLayersModel(network);
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(modelJson) as Uint8Array<ArrayBuffer> },
    { name: weightsName, bytes: new Uint8Array(weights) },
  ];
}

/** `each` grey pictures of every class, in a folder of its own; each class has its own stripes. */
export const manyClassPictures = (classes: number, each: number, size = 16) =>
  Array.from({ length: classes * each }, (_, i) => {
    const label = i % classes;
    const nth = Math.floor(i / classes);
    const [a, b, c] = [label % 10, Math.floor(label / 10) % 10, Math.floor(label / 100)];
    const bytes = greyPng(size, (x, y) => (a + 1) * x * 3 + (b + 1) * y * 2 + 12 * c + 5 * nth);
    return { name: `many/${manyClassNames(classes)[label]}/${nth}.png`, bytes };
  });

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { TestSet } from '../../../src/engine/training/testSet';
import { EVALUATION_BATCH } from '../../../src/engine/training/workCount';
import { use } from '../backends';
import { CLASS_NAMES, tinyDataset, tinyNetwork } from './tiny';

beforeAll(() => use('cpu'));

const dataset = tinyDataset();
const { definition } = tinyNetwork();

describe('a test set', () => {
  it.each([1, 99, EVALUATION_BATCH, 101, 132, 200])('of %i images looks at each of them once', async (n) => {
    const set = new TestSet(dataset, definition, n);
    const seen: number[] = [];
    // Every image is answered with class 1.
    const forward = (images: tf.Tensor4D) => {
      seen.push(images.shape[0]);
      return tf.oneHot(tf.fill([images.shape[0]], 1, 'int32'), CLASS_NAMES.length) as tf.Tensor2D;
    };
    let correct = 0;
    for (let batch = 0; batch < set.count; batch++)
      correct += set.countCorrect(batch, await set.answers(batch, { forward, inUse: [] }));
    expect(seen.reduce((sum, count) => sum + count, 0)).toBe(n);
    expect(Math.max(...seen)).toBeLessThanOrEqual(EVALUATION_BATCH);
    expect(correct).toBe(Array.from({ length: n }, (_, i) => dataset.label('test', i)).filter((c) => c === 1).length);
  });

  it('of more images than there are is refused', () => {
    expect(() => new TestSet(dataset, definition, 201)).toThrow('Colours has 200 test images, not 201.');
  });
});

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnsCenters, predictedClasses, reliableClasses } from '../../../src/engine/bns/centers';
import {
  averagingMatrix,
  BnsTable,
  collectStatistics,
  poolStatistics,
  statisticsLayout,
} from '../../../src/engine/bns/statistics';
import { uploadWeights } from '../../../src/engine/network/executor';
import { Random } from '../../../src/engine/random';
import { tinyNetwork, type TinyFixture } from '../../cases/fixtures';
import tinyJson from '../../fixtures/tiny_network.json';
import { NODE_BACKENDS, use } from '../backends';

const network = tinyNetwork(tinyJson as unknown as TinyFixture);

/** Rows 0, 1, 2 of a network with layers of 1 and 2 channels: columns [m | v], [m m | v v]. */
const table = () =>
  BnsTable.unpack(statisticsLayout([1, 2]), 3, [1, 10, 2, 3, 20, 30, 4, 40, 5, 6, 50, 60, 7, 70, 8, 9, 80, 90]);

describe('BnsTable', () => {
  it('unpacks and packs rows, with or without something after them', () => {
    const values = table().layers.map((layer) => Array.from(layer.values));
    expect(values).toEqual([
      [1, 10, 4, 40, 7, 70],
      [2, 3, 20, 30, 5, 6, 50, 60, 8, 9, 80, 90],
    ]);
    expect(Array.from(table().pack()).slice(6, 12)).toEqual([4, 40, 5, 6, 50, 60]);
    expect(BnsTable.unpack(statisticsLayout([1]), 2, [1, 2, -1, 3, 4, -1], 3).layers[0].values).toEqual(
      Float32Array.of(1, 2, 3, 4),
    );
  });

  it('selects and concatenates rows', () => {
    expect(Array.from(table().select([2, 0]).layers[0].values)).toEqual([7, 70, 1, 10]);
    expect(Array.from(table().packRow(2))).toEqual(Array.from(table().select([2]).pack()));
    expect(BnsTable.concat([table().select([0]), table().select([1, 2])])).toEqual(table());
  });
});

describe('bnsCenters', () => {
  it('pools the images of a class, and has none for a class without images', () => {
    const { table: centers, counts } = bnsCenters(table(), [2, 0, 2], 3);
    expect(Array.from(counts)).toEqual([1, 0, 2]);
    // Class 2: means 1 and 7 -> 4; variances 10 and 70, and the means' own spread of 9.
    expect(Array.from(centers.layers[0].values)).toEqual([4, 40, NaN, NaN, 4, 49]);
    expect(Array.from(centers.layers[1].values)).toEqual([5, 6, 50, 60, NaN, NaN, NaN, NaN, 5, 6, 59, 69]);
  });

  it('is accurate where means are large against the spread', () => {
    const large = BnsTable.unpack(statisticsLayout([1]), 2, [1000, 0.01, 1000, 0.03]);
    expect(bnsCenters(large, [0, 0], 1).table.layers[0].values[1]).toBeCloseTo(0.02, 7);
  });

  it('refuses labels that do not fit', () => {
    expect(() => bnsCenters(table(), [0, 1], 2)).toThrow(/2 labels for 3 images/);
    expect(() => bnsCenters(table(), [0, 1, 2], 2)).toThrow(/Image 2 has the label 2, but there are 2 classes/);
  });
});

it('a class is reliable when all of its images are classified correctly', () => {
  const logits = [3, 1, 0, 0, 2, 1, 0, 1, 2, 5, 1, 2];
  expect(Array.from(predictedClasses(logits, 3))).toEqual([0, 1, 2, 0]);
  expect(Array.from(reliableClasses(logits, [0, 1, 2, 2], 3))).toEqual([1, 1, 0]);
  expect(Array.from(reliableClasses(logits.slice(0, 3), [0], 3))).toEqual([1, 0, 0]);
  expect(() => reliableClasses(logits, [0], 3)).toThrow(/1 labels for the logits of 4 images/);
});

describe.each(NODE_BACKENDS)('on %s', (backend) => {
  beforeAll(() => use(backend));

  it('collects with progress, stops when told, and keeps no tensor', async () => {
    const before = tf.memory().numTensors;
    const weights = uploadWeights(network);
    const images = tf.tensor4d(new Random(1).fillNormal(new Float32Array(7 * 8 * 8 * 3)), [7, 8, 8, 3]);
    const seen: string[] = [];
    const note = (done: number, total: number) => void seen.push(`${done}/${total}`);
    const all = await collectStatistics(network.definition, weights, images, { batch: 3, onProgress: note });
    expect(seen).toEqual(['3/7', '6/7', '7/7']);
    expect(all!.statistics.rows).toBe(7);
    expect(all!.logits.length).toBe(35);
    expect(
      await collectStatistics(network.definition, weights, images, { batch: 3, onProgress: async (done) => done < 6 }),
    ).toBeNull();
    tf.dispose([weights, images]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a layout that does not fit', () => {
    tf.tidy(() => {
      const averaging = tf.tensor2d(averagingMatrix([2]), [1, 2]);
      expect(() => poolStatistics(tf.zeros([2, 6]), averaging, statisticsLayout([2]))).toThrow(
        /6 columns, but a layout of 4/,
      );
    });
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Teacher } from '../../../src/engine/training/teacher';
import { NetworkError } from '../../../src/engine/network/networkError';
import { openNetwork } from '../../../src/engine/network/openNetwork';
import { selectOutputs } from '../../../src/engine/network/selectOutputs';
import type { Network } from '../../../src/engine/network/types';
import { use } from '../backends';

let network: Network;
beforeAll(async () => {
  await use('cpu');
  const file = join(import.meta.dirname, '../../fixtures/pytorch/cifar-resnet20.safetensors');
  const bytes = new Uint8Array(readFileSync(file)).buffer as ArrayBuffer;
  network = (await openNetwork([{ name: 'm.safetensors', bytes }])).network;
});

describe('some outputs of a network', () => {
  it('are those of the whole network, in the order asked for', async () => {
    const outputs = [7, 0, 3];
    const [height, width, channels] = network.definition.inputShape;
    const images = tf.tidy(() =>
      tf.sin(tf.range(0, 2 * height * width * channels)).reshape([2, height, width, channels]),
    );
    const logits = async (each: Network) => {
      const teacher = new Teacher(each);
      const tensor = tf.tidy(() => teacher.forward(images as tf.Tensor4D));
      const values = await tensor.array();
      tensor.dispose();
      teacher.dispose();
      return values as number[][];
    };
    const [whole, some] = [await logits(network), await logits(selectOutputs(network, outputs))];
    images.dispose();
    some.forEach((row, i) => row.forEach((value, o) => expect(value).toBeCloseTo(whole[i][outputs[o]], 5)));
    expect(network.definition.numClasses).toBe(10);
  });

  it('that there are not are refused', () => {
    expect(() => selectOutputs(network, [0, 10])).toThrow(NetworkError);
  });
});

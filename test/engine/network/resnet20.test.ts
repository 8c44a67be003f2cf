import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { inspectNetwork } from '../../../src/engine/network/inspect';
import { NetworkError } from '../../../src/engine/network/networkError';
import { CIFAR_RESNET_NORMALIZATION, cifarResNet } from '../../../src/engine/network/resnet20';
import { Random } from '../../../src/engine/random';
import { use } from '../backends';
import { tinyCifarResNet } from './tinyCifarResNet';

beforeAll(() => use('cpu'));

const ABOUT = {
  imageSize: [8, 6] as [number, number],
  normalization: CIFAR_RESNET_NORMALIZATION,
  classNames: undefined,
};

/** One image as channels of rows, the way PyTorch lays it out. */
type Planes = number[][][];
type Tensors = ReturnType<typeof tinyCifarResNet>;

function convolved(x: Planes, { shape: [out, input], values }: Tensors[string], stride: number): Planes {
  const [h, w] = [Math.ceil(x[0].length / stride), Math.ceil(x[0][0].length / stride)];
  return Array.from({ length: out }, (_, o) =>
    Array.from({ length: h }, (_, r) =>
      Array.from({ length: w }, (_, c) => {
        let sum = 0;
        for (let i = 0; i < input; i++)
          for (let a = 0; a < 3; a++)
            for (let b = 0; b < 3; b++) {
              sum += (x[i][r * stride + a - 1]?.[c * stride + b - 1] ?? 0) * values[((o * input + i) * 3 + a) * 3 + b];
            }
        return sum;
      }),
    ),
  );
}

const mapped = (x: Planes, f: (v: number, channel: number, r: number, c: number) => number): Planes =>
  x.map((plane, k) => plane.map((row, r) => row.map((v, c) => f(v, k, r, c))));
const relu = (x: Planes) => mapped(x, (v) => Math.max(0, v));

/** The network as its definition in PyTorch reads, with plain loops. */
function logits(tensors: Tensors, image: Planes): number[] {
  const value = (name: string) => tensors[name].values;
  const normed = (x: Planes, name: string) =>
    mapped(
      x,
      (v, k) =>
        ((v - value(`${name}.running_mean`)[k]) / Math.sqrt(value(`${name}.running_var`)[k] + 1e-5)) *
          value(`${name}.weight`)[k] +
        value(`${name}.bias`)[k],
    );
  let x = relu(normed(convolved(image, tensors['conv1.weight'], 1), 'bn1'));
  for (let stage = 1; stage <= 3; stage++) {
    for (let block = 0; tensors[`layer${stage}.${block}.conv1.weight`]; block++) {
      const name = `layer${stage}.${block}`;
      const stride = stage > 1 && block === 0 ? 2 : 1;
      const inner = relu(normed(convolved(x, tensors[`${name}.conv1.weight`], stride), `${name}.bn1`));
      const main = normed(convolved(inner, tensors[`${name}.conv2.weight`], 1), `${name}.bn2`);
      const before = Math.floor((main.length - x.length) / 2);
      const from = x;
      x = relu(mapped(main, (v, k, r, c) => v + (from[k - before]?.[r * stride][c * stride] ?? 0)));
    }
  }
  const pooled = x.map((plane) => plane.flat().reduce((a, b) => a + b, 0) / plane.flat().length);
  return Array.from(
    value('linear.bias'),
    (bias, o) => bias + pooled.reduce((sum, v, i) => sum + v * value('linear.weight')[o * pooled.length + i], 0),
  );
}

describe('a CIFAR ResNet with option-A shortcuts', () => {
  it.each([
    [[2, 4, 7], 1],
    [[3, 3, 6], 2],
  ])('of widths %s and %i blocks a stage gives what plain loops give', async (widths, blocks) => {
    const tensors = tinyCifarResNet(widths, blocks);
    const network = cifarResNet(tensors, ABOUT);
    const images = Array.from({ length: 2 }, (_, n): Planes => {
      const random = new Random(n);
      return Array.from({ length: 3 }, () =>
        Array.from({ length: 8 }, () => Array.from({ length: 6 }, () => random.normal())),
      );
    });
    const nhwc = images.map((image) => image[0].map((row, r) => row.map((_, c) => image.map((plane) => plane[r][c]))));
    const weights = uploadWeights(network);
    const result = forward(network.definition, weights, tf.tensor4d(nhwc));
    const values = await result.data();
    result.dispose();
    tf.dispose(weights);
    const expected = images.flatMap((image) => logits(tensors, image));
    expect(values).toHaveLength(20);
    expected.forEach((v, i) => expect(values[i]).toBeCloseTo(v, 4));
  });

  it('is ResNet-20 with three blocks a stage: 19 BatchNorm layers, 40.55 million multiply-accumulates', () => {
    const { definition, weights } = cifarResNet(tinyCifarResNet([16, 32, 64], 3), { ...ABOUT, imageSize: [32, 32] });
    const facts = inspectNetwork({ definition, weights });
    expect(definition.name).toBe('ResNet-20');
    expect(facts.batchNorms).toHaveLength(19);
    expect(facts.macs).toBe(40551040);
    expect(definition.numClasses).toBe(10);
  });

  it('takes names behind "module."', () => {
    const tensors = Object.fromEntries(
      Object.entries(tinyCifarResNet()).map(([name, tensor]) => [`module.${name}`, tensor]),
    );
    expect(cifarResNet(tensors, ABOUT).definition.name).toBe('ResNet-8');
  });

  it('names the tensor that is missing or wrong', () => {
    const { 'layer2.0.bn2.running_var': _, ...rest } = tinyCifarResNet();
    expect(() => cifarResNet(rest, ABOUT)).toThrow(NetworkError);
    expect(() => cifarResNet(rest, ABOUT)).toThrow(/no tensor "layer2.0.bn2.running_var"/);
    expect(() =>
      cifarResNet({ ...tinyCifarResNet(), 'linear.weight': { shape: [70], values: new Float32Array(70) } }, ABOUT),
    ).toThrow(/"linear.weight" has shape \[70\]/);
  });
});

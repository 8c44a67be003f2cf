import { describe, expect, it } from 'vitest';
import {
  CheckpointError,
  decodeCheckpoint,
  encodeCheckpoint,
  type CheckpointMeta,
} from '../../../src/engine/generator/checkpoint';
import { initialGeneratorWeights, type GeneratorConfig } from '../../../src/engine/generator/generator';
import { Random } from '../../../src/engine/random';

const config: GeneratorConfig = { latentDim: 6, channels: 4, imageSize: 8, imageChannels: 3, numClasses: 5 };
const meta: CheckpointMeta = {
  config,
  steps: 1200,
  seed: 7,
  network: 'tiny',
  settings: { generatorBatch: 16, labelRule: true },
  note: 'größer',
};
const weights = initialGeneratorWeights(config, new Random(1));

describe('a checkpoint', () => {
  it('in float32 comes back bit for bit, with what it says of itself', () => {
    expect(decodeCheckpoint(encodeCheckpoint(weights, meta, 'float32'))).toEqual({ meta, weights });
  });

  it('in float16 comes back within half a unit in the last place, at half the size', () => {
    const buffer = encodeCheckpoint(weights, meta);
    const { weights: back } = decodeCheckpoint(buffer);
    for (const [name, { values }] of Object.entries(weights)) {
      back[name].values.forEach((v, i) =>
        expect(Math.abs(v - values[i])).toBeLessThanOrEqual(Math.abs(values[i]) * 2 ** -11 + 2 ** -25),
      );
    }
    expect(buffer.byteLength).toBeLessThan(encodeCheckpoint(weights, meta, 'float32').byteLength);
  });

  it('is not written with values that it cannot hold', () => {
    const name = 'conv1.bias';
    const broken = (value: number) => ({ ...weights, [name]: { shape: [4], values: Float32Array.of(0, value, 0, 0) } });
    expect(() => encodeCheckpoint(broken(NaN), meta, 'float32')).toThrow(/'conv1.bias' holds NaN/);
    expect(() => encodeCheckpoint(broken(1e5), meta, 'float16')).toThrow(/'conv1.bias' holds 100000/);
  });

  it('that is malformed is refused with the reason', () => {
    const good = encodeCheckpoint(weights, meta);
    const changed = (change: (bytes: Uint8Array) => void) => {
      const copy = good.slice(0);
      change(new Uint8Array(copy));
      return copy;
    };
    const withMeta = (other: unknown) => encodeCheckpoint(weights, other as CheckpointMeta);
    const cases: [ArrayBuffer, RegExp][] = [
      [new ArrayBuffer(0), /no generator checkpoint/],
      [new TextEncoder().encode('<!doctype html><html></html>').buffer, /no generator checkpoint/],
      [good.slice(0, 40), /cut off in its header/],
      [good.slice(0, good.byteLength - 1), /cut off or damaged/],
      [changed((b) => (b[12] = 0)), /not JSON/],
      [withMeta({ ...meta, steps: 'many' }), /lacks what it must say/],
      [withMeta({ ...meta, config: { ...config, imageSize: 9 } }), /multiple of 4/],
      [withMeta({ ...meta, config: { ...config, channels: 8 } }), /does not hold the weights/],
      [changed((b) => b.fill(0xff, b.length - 2)), /'conv3.bias' is not finite/],
    ];
    for (const [buffer, reason] of cases) {
      expect(() => decodeCheckpoint(buffer)).toThrow(CheckpointError);
      expect(() => decodeCheckpoint(buffer)).toThrow(reason);
    }
  });
});

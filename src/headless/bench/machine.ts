/** What the numbers were measured on, and the backend's practical peak. */
import os from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { finish, race, type Effort, type Timing } from './measure';

export interface Machine {
  processor: string;
  cores: number;
  memoryBytes: number;
  system: string;
  node: string;
  tfjs: string;
  /** ISO 8601. */
  date: string;
  /** Of the last minute, when the benchmark began: above 0 the machine did other things too. */
  load: number;
}

export function describeMachine(): Machine {
  const cpus = os.cpus();
  return {
    processor: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryBytes: os.totalmem(),
    system: `${os.platform()} ${os.arch()}`,
    node: process.version,
    tfjs: tf.version_core,
    date: new Date().toISOString(),
    load: os.loadavg()[0],
  };
}

export interface MatrixProduct {
  /** [m, k] x [k, n] */
  shape: [number, number, number];
  time: Timing;
  /** At the shortest time. */
  macsPerSecond: number;
}

/** The backend's fastest plain matrix product among large ones: its practical peak. */
export async function bestMatrixProduct(effort: Effort, tiny: boolean): Promise<MatrixProduct> {
  const shapes: [number, number, number][] = tiny
    ? [[32, 32, 32]]
    : [
        [1024, 1024, 1024],
        [16384, 1152, 128],
        [4096, 512, 512],
      ];
  let best: MatrixProduct | null = null;
  for (const [m, k, n] of shapes) {
    const [a, b] = [tf.randomUniform([m, k], -1, 1), tf.randomUniform([k, n], -1, 1)] as tf.Tensor2D[];
    const { product } = await race(
      {
        product: {
          run: async () => {
            tf.matMul(a, b).dispose();
            await finish();
          },
        },
      },
      effort,
    );
    tf.dispose([a, b]);
    const found: MatrixProduct = { shape: [m, k, n], time: product, macsPerSecond: (m * k * n) / product.min };
    if (!best || found.macsPerSecond > best.macsPerSecond) best = found;
  }
  return best!;
}

import * as tf from '@tensorflow/tfjs-core';
import { allCases } from '../../cases/all';
import type { Case } from '../../cases/case';

/** The smallest case there is: shows that a backend computes at all. */
const addition: Case = {
  name: 'addition',
  async run() {
    const sum = tf.tidy(() => tf.add(tf.tensor1d([1, 2.5, -3]), tf.tensor1d([0.5, 4, 3])));
    const actual = await sum.data();
    sum.dispose();
    return [{ name: 'sum', actual, expected: [1.5, 6.5, 0], absolute: 1e-6, relative: 0 }];
  },
};

/** What runs in the browser: everything Node runs. To add a case, add it to test/cases (see test/cases/case.ts). */
export const cases: Case[] = [addition, ...allCases];

/** Those for a backend in the browser; `isLong`: the ones that are left to `npm run test:long`, or the others. */
export const casesOf = (backend: 'wasm' | 'webgpu' | 'webgl', isLong: boolean): Case[] =>
  cases.filter(({ except, long = false }) => !except?.[backend] && (backend !== 'wasm' && long) === isLong);

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { refuseAddressZero, type Allocator } from '../../../src/engine/backend/wasmMemory';
import { describeFailure } from '../../../src/worker/serverFailures';
import { use } from '../backends';

beforeAll(() => use('wasm'));

describe('wasm without memory', () => {
  it('refuses a tensor instead of writing over what others have, and goes on afterwards', async () => {
    const kept = tf.tensor1d([1, 2, 3]);
    const { wasm } = tf.backend() as unknown as { wasm: Allocator };
    refuseAddressZero(wasm);
    // More than its 32 bits can count.
    const asked = () => wasm._malloc(2 ** 32 - 100);
    expect(asked).toThrow(/out of memory/);
    expect(Array.from(await kept.data())).toEqual([1, 2, 3]);
    expect(Array.from(await kept.add(1).data())).toEqual([2, 3, 4]);
    kept.dispose();
  });

  it.each([
    'out of memory: no 8 bytes are left for WebAssembly',
    'Aborted(Cannot enlarge memory arrays to size 2147483648 bytes (OOM).)',
    'Array buffer allocation failed',
    'Invalid typed array length: 4294967296',
    'Invalid array buffer length',
    'memory access out of bounds',
    'WebAssembly.Memory.grow(): Unable to grow instance memory',
    'allocation size overflow',
  ])('%s: is said to be want of memory, with what to do', (message) => {
    for (const error of [new Error(message), new RangeError(message)]) {
      const failure = describeFailure(error, 7);
      expect(failure).toMatchObject({ code: 'outOfMemory', snapshotStep: 7 });
      expect(failure.hint).toMatch(/smaller batches.*restart/);
    }
  });
});

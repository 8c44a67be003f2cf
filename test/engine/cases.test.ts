import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { disagreement } from '../cases/case';
import { allCases } from '../cases/all';
import { NODE_BACKENDS, use } from './backends';

describe.each(NODE_BACKENDS)('on %s', (backend) => {
  beforeAll(() => use(backend));
  it.each(allCases.filter((c) => !c.except?.[backend]))('$name', async ({ run }) => {
    const before = tf.memory().numTensors;
    const comparisons = await run();
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.map(disagreement).filter(Boolean)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

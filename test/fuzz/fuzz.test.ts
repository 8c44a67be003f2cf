/** A short run of `npm run fuzz` (main.ts), the same mutants each time as far as the time goes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../engine/backends';
import { fuzz, mutantOf, type FuzzTarget } from './fuzz';
import { prepareTargets, TARGETS } from './targets';

beforeAll(async () => {
  await use('cpu');
  await prepareTargets();
});

describe('damaged files', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s', async (_, target) => {
    const options = { seed: 17, mutants: 400, milliseconds: 700, atLeast: 6 };
    const { mutants, read, refused, failures } = await fuzz(target, options);
    expect(failures).toEqual([]);
    // Damage of values does not show, and some of what is written says nothing; but not all of it.
    expect(mutants).toBeGreaterThan(3);
    expect(read + refused).toBe(mutants);
    if (!['links', 'storage', 'pictures'].includes(target.name)) expect(refused).toBeGreaterThan(1);
  });
});

describe('the check itself', () => {
  const target = (read: (text: string) => unknown): FuzzTarget<string> => ({
    name: 'made up',
    samples: ['x'],
    mutate: (text, random) => text.repeat(1 + random.integer(3)),
    size: (text) => text.length,
    read,
    isRefusal: (error) => (error as Error).message === 'refused',
  });
  const kinds = async (read: (text: string) => unknown) =>
    (await fuzz(target(read), { seed: 1, mutants: 2 })).failures.map(({ kind, count }) => [kind, count]);

  // What the readers above left to be cleared away would be counted as given back.
  beforeAll(() => {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
  });

  it('counts raw errors, hangs, memory and changed prototypes', async () => {
    expect(await kinds(() => null)).toEqual([]);
    expect(
      await kinds(() => {
        throw new Error('refused');
      }),
    ).toEqual([]);
    expect(await kinds((text) => (text as unknown as { a: { b: string } }).a.b)).toEqual([['raw error', 2]]);
    const kept: Uint8Array[] = [];
    expect(await kinds(() => kept.push(new Uint8Array(40 * 2 ** 20)))).toEqual([['memory', 2]]);
    expect(await kinds(() => Object.assign(Object.prototype, { polluted: 1 }))).toEqual([['prototype', 2]]);
  });

  it('makes the same mutant of a number again', () => {
    const once = mutantOf(TARGETS[0], 3, 5);
    expect(mutantOf(TARGETS[0], 3, 5)).toEqual(once);
    expect(mutantOf(TARGETS[0], 4, 5)).not.toEqual(once);
  });
});

/** Threads of the wasm module: what a worker runs, in a thread of Node's. */
import { Worker as Thread } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPool } from '../../../src/engine/kernels/wasm/pool';

/** Makes a Node thread of a browser worker's script, and stands in for the module: `count` adds 1 where it is told. */
const PRELUDE = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (data) => onmessage({ data }));
let cells;
WebAssembly.Instance = function (module, { env }) {
  cells = new Int32Array(env.memory.buffer);
  this.exports = { count: (cell) => Atomics.add(cells, cell, 1), fail: () => { throw new Error(); } };
};
`;
/** The place of the turn in the control array, on which workers sleep. */
const TURN = 0;

describe('a pool of threads', () => {
  const scripts: string[] = [];
  const threads: Thread[] = [];
  let control: Int32Array;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const cells = new Int32Array(memory.buffer);
  const start = (count: number) =>
    startPool(count, {} as WebAssembly.Module, memory, ['count', 'fail'], (_, [cell]) => Atomics.add(cells, cell, 1));
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

  beforeAll(() => {
    vi.stubGlobal(
      'Blob',
      class {
        constructor([text]: string[]) {
          scripts.push(text);
        }
      },
    );
    vi.stubGlobal(
      'Worker',
      class {
        private readonly thread = new Thread(PRELUDE + scripts.at(-1)!, { eval: true });
        constructor() {
          threads.push(this.thread);
        }
        postMessage(message: { control: Int32Array }): void {
          control = message.control;
          // The stand-in needs no module.
          this.thread.postMessage({ ...message, module: null });
        }
      },
    );
    vi.spyOn(URL, 'createObjectURL').mockReturnValue('');
  });
  afterEach(async () => {
    cells.fill(0);
    await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
  });
  afterAll(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  const ready = async (count: number) => {
    const pool = start(count);
    expect(pool.threads).toBe(1);
    while (pool.threads !== count) await pause();
    return pool;
  };

  it('does each part once, and leaves threads alone that have none', async () => {
    const pool = await ready(4);
    for (let i = 0; i < 100; i++) pool.run('count', [[0], [1], [2]]);
    expect([...cells.subarray(0, 4)]).toEqual([100, 100, 100, 0]);
  });

  it('does nothing twice when a thread is woken that has done its part and sleeps again', async () => {
    const pool = await ready(3);
    pool.run('count', [[0], [1], [2]]);
    // The caller may be kept from waking the others until they have seen the turn by themselves.
    for (let i = 0; i < 20; i++) {
      await pause();
      Atomics.notify(control, TURN);
    }
    await pause();
    expect([...cells.subarray(0, 3)]).toEqual([1, 1, 1]);
    pool.run('count', [[0], [1], [2]]);
    expect([...cells.subarray(0, 3)]).toEqual([2, 2, 2]);
  });

  it('says when a part failed in a thread, once', async () => {
    const pool = await ready(2);
    expect(() => pool.run('fail', [[0], []])).toThrow('fail failed in a thread');
    pool.run('count', [[0], [1]]);
    expect([...cells.subarray(0, 2)]).toEqual([2, 1]);
  });
});

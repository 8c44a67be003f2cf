import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AskedTask, LayerTable, TriedRange } from '../../src/engine/workbench/report';
import { use } from '../engine/backends';
import { Harness, Refused, smallSettings } from './sessionHarness';

let harness: Harness;
let before = 0;
beforeAll(() => use('wasm'));
beforeEach(() => {
  before = tf.memory().numTensors;
  harness = new Harness();
});
afterEach(async () => {
  await harness.session.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

const slice = (from: number): AskedTask => ({
  name: 'triedRange',
  options: {
    quantizer: { kind: 'weight', node: 'stem_conv' },
    channel: null,
    range: { lo: -0.5, hi: 0.5 },
    from,
    milliseconds: 20,
    look: 1,
  },
});
const LAYERS: AskedTask = { name: 'layers', options: { images: 100 } };
const ask = (task: AskedTask, settings = smallSettings(), runId = 1) =>
  harness.ask({ type: 'workbench', runId, settings, task }) as unknown as Promise<LayerTable | null>;

describe('the workbench', () => {
  it('answers beside a run that goes on, and tells how far it is', async () => {
    await harness.initialize();
    await harness.ask({ type: 'play', runId: 1 });
    const table = await ask(LAYERS);
    expect(table!.rows.length).toBeGreaterThan(10);
    expect(table!.n).toBe(100);
    const fractions = harness.of('taskProgress').map(({ fraction }) => fraction);
    expect(fractions.length).toBeGreaterThan(0);
    expect(fractions.every((each, i) => each <= 1 && (i === 0 || each >= fractions[i - 1]))).toBe(true);
    await harness.status(1, 'finished', 0);
    // What the run measured is what it measures by itself.
    const alone = new Harness();
    await alone.initialize();
    await alone.ask({ type: 'play', runId: 1 });
    await alone.status(1, 'finished', 0);
    const accuracies = ({ accuracy }: ReturnType<Harness['frames']>[number]) => accuracy.map(({ correct }) => correct);
    expect(accuracies(harness.frames(1).at(-1)!)).toEqual(accuracies(alone.frames(1).at(-1)!));
    await alone.session.dispose();
  });

  it('is stopped by hand, by a new run, and with the session', async () => {
    await harness.initialize();
    const first = harness.ask({ type: 'workbench', runId: 1, settings: smallSettings(), task: LAYERS });
    const second = ask(LAYERS);
    // Ids are counted from 1: the first task is the second request.
    harness.session.receive({ type: 'stopTask', id: 2, runId: 1 });
    expect(await first).toBeNull();
    expect((await second)!.n).toBe(100);
    const third = ask(LAYERS);
    await harness.ask({ type: 'configure', runId: 2, settings: smallSettings({ seed: 6 }) });
    expect(await third).toBeNull();
    // And one that asks for a run that is no more.
    expect(await ask(LAYERS, smallSettings(), 1)).toBeNull();
    const last = ask(LAYERS, smallSettings(), 2);
    await harness.session.dispose();
    expect(await last).toBeNull();
  });

  it('tries ranges beside a longer task, and keeps nothing of them for a new run', async () => {
    await harness.initialize();
    const long = ask({ name: 'layers', options: { images: 1000 } });
    const over = vi.fn();
    void long.then(over);
    const [first, second] = [await ask(slice(0)), await ask(slice(10))] as unknown as TriedRange[];
    expect(over).not.toHaveBeenCalled();
    expect([first.from, first.n, first.total, second.from]).toEqual([0, 10, 2000, 10]);
    const keeping = tf.memory().numTensors;
    await harness.ask({ type: 'configure', runId: 2, settings: smallSettings() });
    expect(await long).toBeNull();
    expect(tf.memory().numTensors).toBeLessThan(keeping);
    // The same on the new run: taken anew.
    expect(await ask(slice(0), smallSettings(), 2)).toEqual(first);
  });

  describe('while a run goes on', () => {
    const begin = async (asideMs: number) => {
      await harness.session.dispose();
      harness = new Harness({ asideMs });
      await harness.initialize(smallSettings({ generatorSteps: 5000 }));
      await harness.ask({ type: 'play', runId: 1 });
      await harness.until(() => harness.frames(1).some(({ phase }) => phase === 'generator'));
    };
    const settings = smallSettings({ generatorSteps: 5000 });
    const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

    it.each([
      ['a hand on a range', null],
      ['a range that is dragged', slice(0)],
      ['a histogram', { name: 'histogram', options: { quantizer: null, channel: null, images: 'calibration' } }],
    ] as [string, AskedTask | null][])(
      'lets no step in between %s and the next, but pauses at once',
      async (_, task) => {
        await begin(2 ** 30);
        const look = () => (task ? ask(task, settings) : harness.ask({ type: 'standAside', runId: 1 }));
        await look();
        // The step that was going on when the look was asked for ends.
        await rest(400);
        const frames = harness.frames(1).length;
        await look();
        await rest(400);
        await look();
        expect(harness.frames(1).length).toBe(frames);
        expect(harness.statuses(1).at(-1)).toBe('running');
        await harness.ask({ type: 'pause', runId: 1 });
        expect(harness.statuses(1).at(-1)).toBe('paused');
      },
    );

    it('lets it go on when nobody has looked for a while, and between the slices of a range that rests', async () => {
      await begin(200);
      await ask(slice(0), settings);
      const frames = harness.frames(1).length;
      await harness.until(() => harness.frames(1).length > frames + 2);
      await harness.ask({ type: 'pause', runId: 1 });

      await begin(2 ** 30);
      await ask(slice(10), settings);
      const then = harness.frames(1).length;
      await harness.until(() => harness.frames(1).length > then + 2);
    });
  });

  it('tries other bits on the same student, and says what is wrong with them', async () => {
    await harness.initialize();
    const [low, high] = [await ask(LAYERS), await ask(LAYERS, smallSettings({ weightBits: 8, activationBits: 8 }))];
    expect(high!.all.kl).toBeLessThan(low!.all.kl);
    const nowhere = ask(LAYERS, smallSettings({ layerBits: ['weight:nowhere=4'] }));
    await expect(nowhere).rejects.toBeInstanceOf(Refused);
    await expect(nowhere).rejects.toMatchObject({
      failure: {
        code: 'settings',
        message: expect.stringContaining('nowhere'),
        said: { message: { name: 'noSuchLayer' } },
      },
    });
    // The run is as it was.
    expect(harness.statuses(1).at(-1)).toBe('ready');
  });
});

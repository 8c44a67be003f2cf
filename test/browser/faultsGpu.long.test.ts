/** What becomes of a run whose graphics device is lost, by where the run is; and where there is no device at all. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './chromium';
import { firstInEngines, keptOf, noticeOf, tellEngine } from './faulty';
import { Playground } from './playground';

/** The device is a processor's: the smallest run in which a snapshot is due before it ends. */
const TINY =
  'observation-per-class=2&test-images=20&generator-channels=16&generator-batch=2&generator-steps=14&student-steps=6&calibration-batch=1&synthetic-batch=1&beside=none';

/**
 * Takes the device away by `destroy`, at a place of the run that was told before; but says, as a browser does that lost
 * it, that nobody asked for it. The page hears when that was.
 */
const THIEF = `
  const lost = [];
  const own = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...parameters) {
    const device = await own.apply(this, parameters);
    const promise = new Promise((resolve) => lost.push(() => {
      device.destroy();
      resolve({ reason: 'unknown', message: 'a test took it' });
    }));
    Object.defineProperty(device, 'lost', { value: promise });
    return device;
  };
  let place = null;
  self.addEventListener('message', (event) => {
    if (event.data?.test === undefined) return;
    event.stopImmediatePropagation();
    place = event.data.test.loseAt;
  });
  const isThere = (message) => ({
    preparation: () => message.type === 'progress' && message.phase === 'statistics',
    evaluation: () => message.type === 'status' && message.status === 'running',
    generator: () => message.frame?.phase === 'generator' && message.frame.step >= 6,
  })[place]();
  const post = self.postMessage.bind(self);
  self.postMessage = (message, transfer) => {
    post(message, transfer);
    if (place === null || !isThere(message)) return;
    place = null;
    // In the middle of what comes next.
    setTimeout(() => {
      for (const lose of lost) lose();
      post({ type: 'taken' }, []);
    }, 30);
  };
`;
const LOSS_NOTED = `
  const Before = self.Worker;
  self.Worker = class extends Before {
    constructor(...parameters) {
      super(...parameters);
      this.addEventListener('message', ({ data }) => {
        if (data.type === 'taken') self.takenAt = performance.now();
      });
    }
  };
`;

let browser: Browser;
let playground: Playground;
afterEach(() => playground?.close());
afterAll(() => browser?.close());

const notice = () => noticeOf(playground);
const open = (query: string) =>
  Playground.open(browser, {
    query,
    prepare: async (context) => {
      await firstInEngines(THIEF)(context);
      await context.addInitScript(LOSS_NOTED);
    },
  });
const taken = (seconds: number) =>
  playground.until<number | undefined>(
    () => playground.page.evaluate('self.takenAt'),
    (at) => at !== undefined,
    seconds,
    'the loss',
  );

/** The page of a user who has a result and a pinned run, and whose next run is on the card. */
async function openWithResults(query: string) {
  // On the processor, where it is quick.
  playground = await open(`backend=wasm&${query}`);
  await playground.ready(120);
  await playground.button('Play').click();
  await playground.untilStatus(/^Finished/, 120);
  await playground.button('Pin this run').first().click();
}

async function chooseWebgpu(): Promise<void> {
  await playground.page.getByRole('button', { name: /^Backend: / }).click();
  await playground.page.getByRole('menuitem', { name: /^WebGPU/ }).click();
}

describe('a graphics device that is lost', () => {
  beforeAll(async () => {
    browser = await launch({ webgpu: 'software' });
  });
  afterAll(() => browser?.close());

  it.each(['preparation', 'evaluation', 'generator'] as const)(
    'in %s: it is said at once, and the run goes on from where it was',
    async (place) => {
      await openWithResults(`without=webgl,cpu&${TINY}`);
      const count = (await playground.recording()).frames.length;
      // A choice that could not be had is undone.
      const chosenFrom = await keptOf(playground);
      if (place === 'preparation') await tellEngine(playground, { loseAt: place });
      await chooseWebgpu();
      if (place !== 'preparation') {
        await playground.ready(120);
        await playground.page.getByRole('button', { name: /^Backend: WebGPU/ }).waitFor({ timeout: 60_000 });
        await tellEngine(playground, { loseAt: place });
      }
      const before = place === 'preparation' ? chosenFrom : await keptOf(playground);
      expect(before).toMatchObject({ results: { length: 1 }, pinned: true });
      if (place !== 'preparation') await playground.button('Play').click();
      const at = (await taken(180))!;
      await playground.within(notice, (text) => text.includes('graphics device was lost'), 5, 'the message');
      expect(await notice()).toContain('a test took it');
      // By hand it was asked for beside a run that is on another backend, and stays there.
      expect(await notice()).toMatch(
        place === 'preparation' ? /the run you had is still there/ : /Going on with WebAssembly from the last snapshot/,
      );

      if (place === 'preparation') {
        await playground.untilStatus(/^Finished/, 60);
        await playground.button('Reset').click();
        await playground.ready(60);
        await playground.button('Play').click();
      }
      await playground.untilStatus(/^Finished/, 180);
      expect(await playground.backendInUse()).toMatch(/WebAssembly \(in use\)/);
      const frames = (await playground.recording()).frames.slice(count);
      const steps = frames.flatMap(({ generator }) => generator.map(({ step }) => step));
      expect([...new Set(steps)].sort((a, b) => a - b)).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
      const again = frames.find(({ at: then, generator, student }) => then > at && (generator[0] ?? student[0]))!;
      if (place === 'generator') {
        // What was told before the loss, up to the step that the run goes on after.
        const first = (again.generator[0] ?? again.student[0]).step;
        const snapshot = frames.findLast(
          ({ at: then, phase, step }) => then <= at && phase === place && step < first,
        ) ?? { at: frames.find(({ phase }) => phase === place)!.at };
        // A snapshot is taken between two steps: where those take long, it may be a step's time older.
        const times = frames.filter(({ phase, at: then }) => phase === place && then <= at).map(({ at: then }) => then);
        const longest = Math.max(0, ...times.map((then, i) => (i === 0 ? 0 : then - times[i - 1])), at - times.at(-1)!);
        const age = at - snapshot.at;
        console.log(
          `lost in ${place}: goes on with step ${first}, from ${(age / 1000).toFixed(1)} s before; longest step ${(longest / 1000).toFixed(1)} s`,
        );
        expect(age).toBeLessThan(10_000 + longest);
      }
      const after = await keptOf(playground);
      // An address gets its version when the page writes it.
      const settings = (kept: { settings: string[] }) => kept.settings.filter((each) => each !== 'v=1');
      expect(settings(after)).toEqual(settings(before));
      expect(after.pinned).toBe(true);
      expect(after.results).toHaveLength(2);
      expect(playground.errors.filter((error) => !/device|WebGPU|GPU|destroyed|lost/i.test(error))).toEqual([]);
    },
  );
});

describe('no graphics device', () => {
  beforeAll(async () => {
    browser = await launch({ webgpu: 'off' });
  });

  it('where one was asked for: says so, and goes on with WebAssembly', async () => {
    playground = await open(`backend=webgpu&without=webgl,cpu&${TINY}`);
    const began = Date.now();
    await playground.until(notice, (text) => text.includes('does not work'), 20, 'the message');
    expect(await notice()).toMatch(/WebGPU does not work/i);
    expect(await notice()).toMatch(/no WebGPU adapter[^]*Going on with WebAssembly/);
    await playground.ready();
    console.log(`no adapter: said after ${Date.now() - began} ms`);
    const { settings } = await keptOf(playground);
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 120);
    expect((await keptOf(playground)).settings).toEqual(settings);
  });

  it('and nothing else either: says which were tried and what to do', async () => {
    playground = await open(`backend=webgpu&without=webgl,wasm,cpu&${TINY}`);
    await playground.until(notice, (text) => text.includes('WebGPU'), 20, 'the message');
    expect(await notice()).toMatch(/Restart the engine/);
  });
});

/**
 * `npm run soak -- [--minutes 60] [--long] [--query 'generator-steps=10&...']`: the built page in headless Chromium, on
 * wasm, with default runs one after the other (or one long run). Every ten seconds it looks at heaps, wasm's memory,
 * tensors and the timeline's moments; it counts frames and long tasks all the time. Prints a table; exits 1 where a
 * series grows after the first two minutes, or frames or tasks are not as they should be. docs/soak.md has figures.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { CDPSession, Page, Worker } from 'playwright-core';
import { launch } from '../browser/chromium';
import { buildAndServe } from '../browser/serve';
import { verdictOf, type Sample, type Tolerance } from './flat';

/** What does not count: kernels are compiled, caches fill. */
const WARM_UP_SECONDS = 120;
const EVERY_SECONDS = 10;
const MB = 2 ** 20;
/** Fewest frames a second of any sample's time, and the longest task, in milliseconds. */
const FEWEST_FRAMES = 10;
const LONGEST_TASK = 50;

const SERIES: Record<string, Tolerance> = {
  'page heap': { share: 0.1, amount: 2 * MB },
  'worker heap': { share: 0.1, amount: 2 * MB },
  'wasm memory': { share: 0, amount: 0 },
  tensors: { share: 0, amount: 8 },
  'tensor bytes': { share: 0.02, amount: MB },
  moments: { share: 0, amount: 0 },
  nodes: { share: 0.1, amount: 200 },
};

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    long: { type: 'boolean', default: false },
    query: { type: 'string', default: '' },
  },
});
const minutes = Number(given.minutes);
if (!(minutes > 0)) {
  console.error(`--minutes must be a number above 0, not ${given.minutes}.`);
  process.exit(1);
}
/** As long as there are steps, on any machine. */
const LONG = 'generator-steps=80000';

/** In the page, before its own scripts. */
const COUNTERS = `
  const counters = (self.soak = { frames: 0, tasks: [], looks: [] });
  const count = () => { counters.frames++; requestAnimationFrame(count); };
  requestAnimationFrame(count);
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) counters.tasks.push([startTime, duration]);
  }).observe({ type: 'longtask', buffered: true });
`;

/** Of tfjs in the worker, which keeps its engine there. */
const WORKER = `(() => {
  const engine = self._tfengine;
  const { numTensors, numBytes } = engine.memory();
  const wasm = engine.backend?.wasm?.HEAPU8?.buffer?.byteLength ?? 0;
  return { tensors: numTensors, bytes: numBytes, wasm };
})()`;

/** Of the page's clock: two moments, or one and a length. */
type Span = [number, number];

interface Counted {
  now: number;
  frames: number;
  tasks: Span[];
  looks: Span[];
}

interface WorkerFacts {
  tensors: number;
  bytes: number;
  wasm: number;
}

/** Speaks to the worker's debugger by way of the page's. */
class WorkerHeap {
  private readonly answers = new Map<number, (result: { usedSize?: number }) => void>();
  private session: string | null = null;
  private last = 0;

  constructor(private readonly cdp: CDPSession) {
    cdp.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (/\/server-[^/]*\.js/.test(targetInfo.url)) this.session = sessionId;
    });
    cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as { id?: number; result?: { usedSize?: number } };
      if (id !== undefined) this.answers.get(id)?.(result ?? {});
    });
  }

  private async ask(method: string): Promise<{ usedSize?: number }> {
    const id = ++this.last;
    const answer = new Promise<{ usedSize?: number }>((resolve) => this.answers.set(id, resolve));
    await this.cdp.send('Target.sendMessageToTarget', {
      sessionId: this.session!,
      message: JSON.stringify({ id, method }),
    });
    return answer;
  }

  async bytes(): Promise<number> {
    if (this.session === null) throw new Error('The page’s worker was not found.');
    await this.ask('HeapProfiler.collectGarbage');
    return (await this.ask('Runtime.getHeapUsage')).usedSize!;
  }
}

const status = (page: Page): Promise<string> => page.getByRole('status').innerText();

async function sampleOf(page: Page, cdp: CDPSession, heap: WorkerHeap): Promise<Sample['values']> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((each) => each.name === name)!.value;
  const worker = page.workers().find((each: Worker) => /\/server-[^/]*\.js/.test(each.url()))!;
  const { tensors, bytes, wasm } = await worker.evaluate<WorkerFacts>(WORKER);
  const moments = await page.locator('.timeline-range').evaluateAll((ranges) => {
    const [range] = ranges as unknown as { max: string }[];
    return range ? Number(range.max) + 1 : 0;
  });
  return {
    'page heap': metric('JSHeapUsedSize'),
    nodes: metric('Nodes'),
    'worker heap': await heap.bytes(),
    'wasm memory': wasm,
    tensors,
    'tensor bytes': bytes,
    moments,
  };
}

const shown = (series: string, value: number): string =>
  /heap|memory|bytes/.test(series) ? `${(value / MB).toFixed(1)} MB` : String(Math.round(value));

async function soak(): Promise<boolean> {
  const { url, close } = await buildAndServe();
  const browser = await launch({ webgpu: 'off' });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
    await context.addInitScript(COUNTERS);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const cdp = await context.newCDPSession(page);
    const heap = new WorkerHeap(cdp);
    await cdp.send('Performance.enable');
    await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    const query = ['without=webgpu,webgl,cpu', given.long ? LONG : '', given.query].filter(Boolean).join('&');
    await page.goto(`${url}?${query}`);
    await page
      .getByText(/^Ready/)
      .first()
      .waitFor({ timeout: 300_000 });
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    await press('Play');
    const samples: Sample[] = [];
    let [run, next, lastFrames, lastAt] = [0, EVERY_SECONDS, 0, 0];
    const frameRates: number[] = [];
    const tasks: number[] = [];
    while (seconds() < 60 * minutes) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (/^Finished/.test(await status(page))) {
        run++;
        await press('Reset');
        await page
          .getByText(/^Ready/)
          .first()
          .waitFor({ timeout: 300_000 });
        await press('Play');
      }
      if (seconds() < next) continue;
      // What happens while this looks, garbage collected at once among it, is not the page's doing.
      const counted = await page.evaluate<Counted>('({ ...soak, now: performance.now() })');
      const at = seconds();
      if (at > WARM_UP_SECONDS) {
        frameRates.push((counted.frames - lastFrames) / (at - lastAt));
        const apart = ([start, length]: Span) =>
          counted.looks.every(([from, to]) => start > to || start + length < from);
        tasks.push(...counted.tasks.filter(apart).map(([, duration]) => duration));
      }
      samples.push({ at, run, values: await sampleOf(page, cdp, heap) });
      await page.evaluate(`soak.tasks.length = 0; soak.looks = [[${counted.now}, performance.now()]]`);
      [lastFrames, lastAt] = [await page.evaluate<number>('soak.frames'), seconds()];
      next = seconds() + EVERY_SECONDS;
    }
    return report(samples, run, frameRates, tasks, errors);
  } finally {
    await browser.close();
    await close();
  }
}

function report(samples: Sample[], runs: number, frameRates: number[], tasks: number[], errors: string[]): boolean {
  let good = errors.length === 0;
  for (const error of errors) console.log(`error on the page: ${error}`);
  const counted = samples.filter(({ at }) => at > WARM_UP_SECONDS);
  console.log(
    `${given.long ? 'one long run' : `${runs} runs finished`}, ${samples.length} samples in ${minutes} minutes`,
  );
  console.log(`load of the machine at the end: ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores`);
  console.log('series          early        late');
  for (const [series, tolerance] of Object.entries(SERIES)) {
    const verdict = verdictOf(counted, series, given.long, tolerance);
    if (!verdict) {
      console.log(`${series.padEnd(12)} too short to tell`);
      good = false;
      continue;
    }
    const cells = [verdict.early, verdict.late].map((value) => shown(series, value).padStart(12));
    console.log(`${series.padEnd(12)}${cells.join('')}  ${verdict.flat ? 'flat' : 'GROWS'}`);
    good &&= verdict.flat;
  }
  const slowest = frameRates.reduce((least, rate) => Math.min(least, rate), Infinity);
  const longest = tasks.reduce((most, task) => Math.max(most, task), 0);
  console.log(
    `frames a second, fewest in ${EVERY_SECONDS} s: ${slowest.toFixed(1)}${slowest < FEWEST_FRAMES ? '  TOO FEW' : ''}`,
  );
  console.log(
    `tasks over ${LONGEST_TASK} ms: ${tasks.length}${tasks.length > 0 ? `, longest ${Math.round(longest)} ms` : ''}`,
  );
  return good && slowest >= FEWEST_FRAMES && tasks.length === 0;
}

process.exitCode = (await soak()) ? 0 : 1;

/** The served page as a user has it, with a record of what its worker said. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import type { ArmId } from '../../src/engine/methods/arms';
import type { GeneratorSample, RunPhase, StudentSample } from '../../src/engine/runReport';

export interface RecordedFrame {
  /** Which of the page's workers it is of, from 1. */
  worker: number;
  /** Milliseconds since the page was opened. */
  at: number;
  phase: RunPhase;
  arm: ArmId | null;
  step: number;
  steps: number;
  fraction: number;
  generator: GeneratorSample[];
  student: StudentSample[];
}

interface Recording {
  frames: RecordedFrame[];
  /** Start and length in milliseconds of what kept the main thread for more than 50 ms. */
  longTasks: [number, number][];
  statuses: string[];
  /** Statuses, and what was said of other backends, in order: `backends`, `trying webgl`. */
  spoken: string[];
}

/** Runs in the page before its own scripts: listens to what workers say, without a word to them. */
const RECORDER = `
  const recording = (self.recording = { frames: [], longTasks: [], statuses: [], spoken: [], workerAt: null, workers: 0 });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) recording.longTasks.push([startTime, duration]);
  }).observe({ type: 'longtask', buffered: true });
  self.Worker = class extends Worker {
    constructor(...parameters) {
      super(...parameters);
      recording.workerAt ??= performance.now();
      const worker = ++recording.workers;
      this.addEventListener('message', ({ data }) => {
        if (data.type === 'status') recording.statuses.push(data.status);
        if (data.type === 'status') recording.spoken.push(data.status);
        if (data.type === 'backends') {
          const tried = data.backends.find(({ reason }) => reason?.name === 'beingTried');
          recording.spoken.push(tried ? 'trying ' + tried.name : 'backends');
        }
        if (data.type !== 'frame') return;
        const { phase, arm, step, steps, fraction, generator, student } = data.frame;
        recording.frames.push({ worker, at: performance.now(), phase, arm, step, steps, fraction, generator, student });
      });
    }
  };
`;

export interface OpenOptions {
  /** Key=value pairs of the address. */
  query?: string;
  width?: number;
  height?: number;
  /** Lets the page keep itself for use without a network: then what it fetches can be neither watched nor stopped. */
  serviceWorkers?: 'allow' | 'block';
  /** Opens the page in this context, which stays the caller's: what it keeps is there for the next page. */
  context?: BrowserContext;
  /** Prepares the context before the page is opened. */
  prepare?: (context: BrowserContext) => Promise<void>;
}

/**
 * How many times the seconds that something takes on two idle cores are waited for. What a user waits is measured (by
 * `npm run bench`, the soak, and what the tests print), not asserted: other work on the machine must not fail a test.
 */
const PATIENCE = 4;

export class Playground {
  /** Everything that went wrong as the browser sees it: exceptions, console errors, answers of 400 and more. */
  readonly errors: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly owned: { close(): Promise<void> },
  ) {}

  static async open(
    browser: Browser,
    { query = '', width = 1280, height = 800, serviceWorkers = 'block', prepare, context: given }: OpenOptions = {},
  ): Promise<Playground> {
    const context = given ?? (await browser.newContext({ viewport: { width, height }, serviceWorkers }));
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE * 30_000);
    await (given ? page : context).addInitScript(RECORDER);
    await prepare?.(context);
    const playground = new Playground(page, given ? page : context);
    page.on('pageerror', (error) => playground.errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && playground.errors.push(message.text()));
    page.on(
      'response',
      (response) => response.status() >= 400 && playground.errors.push(`${response.status()} ${response.url()}`),
    );
    await page.goto(`${inject('pageUrl')}${query && `?${query}`}`);
    return playground;
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  region(name: string) {
    return this.page.getByRole('region', { name, exact: true });
  }

  status(): Promise<string> {
    return this.page.getByRole('status').innerText();
  }

  /** Waits for a status line that matches, asked twenty times a second. */
  async untilStatus(words: RegExp, seconds: number): Promise<string> {
    return this.until(
      () => this.status(),
      (text) => words.test(text),
      seconds,
      `a status of ${words}`,
    );
  }

  until<T>(look: () => Promise<T>, is: (value: T) => boolean, seconds: number, what: string): Promise<T> {
    return this.within(look, is, PATIENCE * seconds, what);
  }

  /** As `until`, where the time itself is what is promised: a fault is said within five seconds. */
  async within<T>(look: () => Promise<T>, is: (value: T) => boolean, seconds: number, what: string): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const value = await look();
      if (is(value)) return value;
      if (Date.now() > end)
        throw new Error(
          `${what} did not come in ${seconds} s. Status: "${await this.status()}". Errors: ${this.errors.join('; ') || 'none'}. Last: ${JSON.stringify(value)?.slice(0, 300)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The engine is there and waits for Play. */
  ready(seconds = 60): Promise<string> {
    return this.untilStatus(/^Ready/, seconds);
  }

  recording(): Promise<Recording> {
    return this.page.evaluate('recording');
  }

  /** Accuracies by the names in the region "Accuracy", 0 to 1; null where there is none. */
  async accuracies(): Promise<Record<string, number | null>> {
    const bars = this.region('Accuracy').locator('.bar');
    const entries = await bars.evaluateAll((rows) =>
      rows.map(
        (row) =>
          [
            row.querySelector('.bar-name')!.textContent,
            row.querySelector('data')?.getAttribute('value') ?? null,
          ] as const,
      ),
    );
    return Object.fromEntries(entries.map(([name, value]) => [name, value === null ? null : Number(value)]));
  }

  /** What the backend menu says of the backend in use. */
  async backendInUse(): Promise<string> {
    // Not to be pressed before the engine has answered.
    await this.page.getByRole('button', { name: /^Backend: / }).click({ timeout: 120_000 });
    const words = await this.page.getByRole('menuitem', { name: /in use/ }).innerText();
    await this.page.keyboard.press('Escape');
    return words;
  }

  /** Distinct colors on the canvases of a region: 1 or 0 where nothing is drawn. */
  colorsIn(region: string): Promise<number> {
    return this.region(region).evaluate((element) => {
      const colors = new Set<number>();
      for (const canvas of element.querySelectorAll('canvas')) {
        if (canvas.width === 0 || canvas.height === 0) continue;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        for (const pixel of new Uint32Array(data.buffer)) colors.add(pixel);
      }
      return colors.size;
    });
  }

  async close(): Promise<void> {
    await this.owned.close();
  }

  /** Nothing went wrong that the user was not told of. */
  expectNoErrors(): void {
    expect(this.errors).toEqual([]);
  }
}

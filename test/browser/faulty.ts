/** What tests of faults share: a page whose workers they can get at. */
import type { Browser, BrowserContext } from 'playwright-core';
import { Playground } from './playground';

const WASM = 'without=webgpu,webgl,cpu&observation-per-class=4';
/** A link's settings; `seen` is what of the test images is enough. */
export const runOf = (seen: number, generatorSteps: number, studentSteps: number): string =>
  `${WASM}&test-images=${seen}&generator-steps=${generatorSteps}&student-steps=${studentSteps}`;
/** A run that goes on long enough to be broken. */
export const LONG = runOf(100, 400, 8);

/** Lets a test get at the page's workers, and make them deaf. */
export const HANDS = `
  self.workers = [];
  self.Worker = class extends Worker {
    constructor(...parameters) {
      super(...parameters);
      self.workers.push(this);
    }
  };
`;
/** Has a script run before the page's own. */
export const first =
  (script: string) =>
  async (context: BrowserContext): Promise<void> =>
    void (await context.addInitScript(script));

/** What the page says of what went wrong. */
export const noticeOf = ({ page }: Playground): Promise<string> => page.locator('.notices').innerText();
/** How many workers the page has started. */
export const workersOf = ({ page }: Playground): Promise<number> => page.evaluate('workers.length');
/** Steps of the generator that the page was told of, in that order. */
export const generatorStepsOf = async (playground: Playground): Promise<number[]> =>
  (await playground.recording()).frames.flatMap(({ generator }) => generator.map(({ step }) => step));

/** A page whose run has come to that step of the generator. */
export async function openAndPlay(
  browser: Browser,
  query: string,
  untilStep: number,
  prepare = first(HANDS),
): Promise<Playground> {
  const playground = await Playground.open(browser, { query, prepare });
  await playground.ready();
  await playground.button('Play').click();
  const reached = (all: number[]) => (all.at(-1) ?? 0) >= untilStep;
  await playground.until(() => generatorStepsOf(playground), reached, 120, `step ${untilStep}`);
  return playground;
}

/** Has a script run in every engine of the page before its own: engines run no init scripts. */
export const firstInEngines =
  (script: string) =>
  async (context: BrowserContext): Promise<void> => {
    await context.addInitScript(HANDS);
    await context.route(/assets\/server-.*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${script};\n${await response.text()}` });
    });
  };

/** A word to the newest engine of `firstInEngines`, which its own code does not hear. */
export const tellEngine = ({ page }: Playground, word: object): Promise<void> =>
  page.evaluate(`workers.at(-1).postMessage({ test: ${JSON.stringify(word)} })`);

/** What must be there after whatever happened: settings, table of results, the pinned run. */
export async function keptOf({ page }: Playground) {
  const { searchParams } = new URL(page.url());
  const pinned = (await page.locator('.compare-bar').allInnerTexts()).join(' ');
  return {
    settings: [...searchParams].sort().map((pair) => pair.join('=')),
    results: await page.locator('.results-table tbody tr, .compare table tbody tr').allInnerTexts(),
    pinned: pinned.includes('Pinned'),
  };
}

/** Two tabs of the page at once; and a new build that takes the place of the one that a run was begun with. */
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildServer, wholeBuild, type Stored } from './buildServer';
import { launch } from './chromium';
import { generatorStepsOf, keptOf, noticeOf, runOf } from './faulty';
import { Playground } from './playground';

const SHORT = runOf(20, 12, 2);

let browser: Browser;
let context: BrowserContext;
let open: Playground[] = [];
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
});
afterEach(async () => {
  open = [];
  await context.close();
});
afterAll(() => browser?.close());

async function tab(query: string): Promise<Playground> {
  const playground = await Playground.open(browser, { query, context });
  open.push(playground);
  await playground.ready(120);
  return playground;
}
async function playToTheEnd(playground: Playground): Promise<void> {
  await playground.page.bringToFront();
  await playground.button('Play').click();
  await playground.untilStatus(/^Finished/, 150);
}
const written = (playground: Playground) =>
  playground.until(
    () => playground.page.locator('.kept-line').innerText(),
    (text) => /\d MB\)/.test(text),
    10,
    'what is kept',
  );

describe('two tabs', () => {
  it('run side by side, each with what is its own, and lose nothing when they are closed', async () => {
    const one = await tab(`${SHORT}&seed=5`);
    await playToTheEnd(one);
    await one.button('Pin this run').first().click();
    await written(one);
    const two = await tab(`${SHORT}&seed=6`);
    // What belongs to a tab that is open is offered to nobody.
    await two.page.waitForTimeout(1000);
    expect(await noticeOf(two)).toBe('');
    expect(await keptOf(two)).toMatchObject({ results: [], pinned: false });
    // Both at once.
    await one.button('Reset').click();
    await one.ready();
    await Promise.all([one.button('Play').click(), two.button('Play').click()]);
    await Promise.all([one, two].map((each) => each.untilStatus(/^Finished/, 200)));
    for (const each of [one, two]) expect(new Set(await generatorStepsOf(each)).size).toBe(12);
    expect(await keptOf(one)).toMatchObject({ results: { length: 2 }, pinned: true });
    expect(await keptOf(two)).toMatchObject({ results: { length: 1 }, pinned: false });
    await written(two);
    // One deletes what is its own; the other's stays.
    await two.button('Delete what is kept').click();
    await two.page.waitForTimeout(1000);
    expect(await keptOf(one)).toMatchObject({ results: { length: 2 }, pinned: true });
    one.expectNoErrors();
    two.expectNoErrors();
    await one.page.waitForTimeout(1000);
    await one.page.close();
    await two.page.close();

    const three = await tab(`${SHORT}&seed=5`);
    await three.until(
      () => noticeOf(three),
      (text) => text.includes('Your last visit'),
      30,
      'the offer',
    );
    expect(await noticeOf(three)).toMatch(/a finished run, a pinned run,? and 2 results/);
    await three.button('Bring it back').click();
    await three.until(
      () => keptOf(three),
      ({ results, pinned }) => results.length === 2 && pinned,
      30,
      'what was kept',
    );
  });

  it('one that dies takes nothing of the other with it', async () => {
    const [one, two] = [
      await tab(`${SHORT.replace('generator-steps=12', 'generator-steps=300')}&seed=5`),
      await tab(SHORT),
    ];
    await one.page.bringToFront();
    await one.button('Play').click();
    await one.until(
      () => generatorStepsOf(one),
      (all) => all.length > 10,
      60,
      'steps',
    );
    const session = await context.newCDPSession(two.page);
    void session.send('Page.crash').catch(() => undefined);
    await two.page.waitForEvent('crash');
    const { length } = await generatorStepsOf(one);
    await one.until(
      () => generatorStepsOf(one),
      (all) => all.length > length + 10,
      60,
      'further steps',
    );
    expect(await noticeOf(one)).toBe('');
    one.expectNoErrors();
  });
});

/** The same build as another one: every script and style has another name, as where a word of each was changed. */
function renamed(files: Map<string, Stored>): Map<string, Stored> {
  const names = [...files.keys()].flatMap((path) => /^assets\/(.+-)[\w-]{8}(\.(?:js|css))$/.exec(path)?.[0] ?? []);
  const other = new Map(names.map((path) => [path.slice(7), path.slice(7).replace(/.{8}(\.\w+)$/, 'AnOther1$1')]));
  const texts = (body: Buffer): Buffer => {
    let text = body.toString('utf8');
    for (const [before, after] of other) text = text.replaceAll(before, after);
    return Buffer.from(text);
  };
  return new Map(
    [...files].map(([path, { headers, body }]) => [
      path.startsWith('assets/') ? `assets/${other.get(path.slice(7)) ?? path.slice(7)}` : path,
      { headers, body: /\.(js|css|html)$/.test(path) ? texts(body) : body },
    ]),
  );
}

describe('a new build', () => {
  it('that another tab takes lets a run go on; what is gone with the old one is said, with what to do', async () => {
    const server = new BuildServer(await wholeBuild());
    await server.start();
    const visitor = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    try {
      const page = await visitor.newPage();
      const status = page.getByRole('status');
      const word = (text: string | RegExp, seconds: number) =>
        status.filter({ hasText: text }).waitFor({ timeout: 4000 * seconds });
      // Until the page is kept.
      await page.goto(`${server.url}?${SHORT}`);
      await page.evaluate(
        "navigator.serviceWorker.ready.then(({ active }) => new Promise((resolve) => active.state === 'activated' ? resolve() : active.addEventListener('statechange', () => active.state === 'activated' && resolve())))",
      );
      await page.goto(`${server.url}?${SHORT.replace('generator-steps=12', 'generator-steps=150')}`);
      await word('Ready', 120);
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await word('Training the generator', 60);
      server.files = renamed(server.files);
      await page.evaluate('navigator.serviceWorker.getRegistration().then((registration) => registration.update())');
      await page.getByText('A new version of this page is ready.').waitFor({ timeout: 30_000 });
      // As the other tab's "Reload" does it.
      await page.evaluate(
        `navigator.serviceWorker.getRegistration().then((registration) => new Promise((resolve) => {
          const waiting = () => registration.waiting ? resolve(registration.waiting) : setTimeout(waiting, 50);
          waiting();
        })).then((waiting) => new Promise((resolve) => {
          navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
          waiting.postMessage({ type: 'SKIP_WAITING' });
        }))`,
      );
      expect(await status.innerText()).not.toMatch(/stopped|problem/);
      await word('Finished', 180);
      // The notice stays: the page is still the old one.
      expect(await page.getByText('A new version of this page is ready.').count()).toBe(1);
      // What was not fetched before is not there any more.
      const old = await page.evaluate(
        "fetch(performance.getEntriesByType('resource').map(({ name }) => name).find((name) => /assets\\/server-/.test(name))).then(({ status }) => status)",
      );
      expect(old).toBe(404);
      await page.getByRole('button', { name: 'Share' }).click();
      await page.getByText('This part of the page could not be loaded. Reload the page and try again.').waitFor();
      expect(new URL(page.url()).searchParams.get('generator-steps')).toBe('150');
      expect(await page.locator('.results-table tbody tr, .compare table tbody tr').count()).toBe(1);
    } finally {
      await visitor.close();
      await server.stop();
    }
  });
});

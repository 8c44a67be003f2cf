import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BuildServer, wholeBuild } from './buildServer';
import { launch } from './chromium';

const QUICK =
  'backend=wasm&without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=1&student-steps=1';

let browser: Browser;
let context: BrowserContext;
let page: Page;
let embedded: Page;
let embeddedAt = 0;
let server: BuildServer;

const buildShown = () => page.evaluate("document.querySelector('meta[name=build]')?.content ?? 'first'");

beforeAll(async () => {
  server = new BuildServer(await wholeBuild());
  await server.start();
  browser = await launch({ webgpu: 'off' });
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  // A visitor of its own, who is looked at last: by then it has had longer than the whole page waits to register.
  embedded = await (await browser.newContext()).newPage();
  await embedded.goto(`${server.url}?${QUICK}&embed`);
  await embedded.getByRole('status').filter({ hasText: 'Ready' }).waitFor({ timeout: 120_000 });
  embeddedAt = Date.now();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it('holds everything that a run needs', () => {
  const paths = [...server.files.keys()];
  for (const wanted of [
    /^index\.html$/,
    /^manifest\.webmanifest$/,
    /^wasm\/.*threaded-simd\.wasm$/,
    /^wasm\/.*wasm\.wasm$/,
    /^models\/.*model\.json$/,
    /^models\/.*\.bin$|^models\/.*\.safetensors$/,
    /^assets\/server-/,
  ]) {
    expect(
      paths.some((path) => wanted.test(path)),
      String(wanted),
    ).toBe(true);
  }
  const manifest = JSON.parse(server.files.get('manifest.webmanifest')!.body.toString('utf8')) as {
    icons: { src: string; purpose?: string }[];
  };
  for (const { src } of manifest.icons) expect(paths).toContain(src);
  expect(manifest.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
});

const registrations = (of: Page) =>
  of.evaluate('navigator.serviceWorker.getRegistrations().then((list) => list.length)');

it('after one visit runs to the end without a network, isolated as before', async () => {
  await page.goto(`${server.url}?${QUICK}`);
  await page.evaluate(
    "navigator.serviceWorker.ready.then(({ active }) => new Promise((resolve) => active.state === 'activated' ? resolve() : active.addEventListener('statechange', () => active.state === 'activated' && resolve())))",
  );
  expect(await registrations(page)).toBe(1);
  await server.stop();
  await context.setOffline(true);

  // Other settings than at the first visit: another query, the same page.
  await page.goto(`${server.url}?${QUICK}&seed=3`);
  expect(await page.evaluate('crossOriginIsolated')).toBe(true);
  await page.getByRole('status').filter({ hasText: 'Ready' }).waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'Finished' }).waitFor({ timeout: 180_000 });
  // What is loaded only when it is wanted is there as well.
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('dialog').waitFor();
});

it('offers a new build, keeps the old one until it is wanted, and then has the new one alone', async () => {
  const index = server.files.get('index.html')!;
  const worker = server.files.get('service-worker.js')!;
  server.files.set('index.html', {
    ...index,
    body: Buffer.from(index.body.toString('utf8').replace('<head>', '<head><meta name="build" content="second">')),
  });
  const changed = worker.body
    .toString('utf8')
    .replace(
      /("revision":")[^"]+(","url":"index\.html")/,
      (_all, before: string, after: string) => `${before}second${after}`,
    );
  expect(changed).not.toBe(worker.body.toString('utf8'));
  server.files.set('service-worker.js', { ...worker, body: Buffer.from(changed) });
  await server.start();
  await context.setOffline(false);

  await page.goto(`${server.url}?${QUICK}`);
  const notice = page.getByText('A new version of this page is ready.');
  await notice.waitFor({ timeout: 60_000 });
  expect(await buildShown()).toBe('first');
  await page.getByRole('button', { name: 'Later' }).click();
  await notice.waitFor({ state: 'hidden' });
  // Reloading does not mix builds: the old one as long as the new one was not asked for.
  await page.reload();
  await notice.waitFor({ timeout: 60_000 });
  expect(await buildShown()).toBe('first');
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Reload' }).click()]);
  expect(await buildShown()).toBe('second');
  const kept = (await page.evaluate(
    "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys())))).then((lists) => lists.flat().map(({ url }) => url).filter((url) => url.includes('index.html')))",
  )) as string[];
  expect(kept).toHaveLength(1);
  expect(kept[0]).toContain('second');
});

it('is not kept by a page that is embedded', async () => {
  await page.waitForTimeout(Math.max(0, embeddedAt + 5000 - Date.now()));
  expect(await registrations(embedded)).toBe(0);
});

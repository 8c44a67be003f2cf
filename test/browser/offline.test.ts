import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch } from './chromium';

const QUICK =
  'backend=wasm&without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=1&student-steps=1';

interface Stored {
  headers: Record<string, string>;
  body: Buffer;
}

/** The whole build by its paths, as the server of the other tests sends it. */
async function wholeBuild(): Promise<Map<string, Stored>> {
  const url = inject('pageUrl');
  const files = new Map<string, Stored>();
  const fetchFile = async (path: string) => {
    const response = await fetch(url + path);
    expect(response.status, path).toBe(200);
    const headers = Object.fromEntries(
      [...response.headers].filter(([name]) => /^(content-type|cross-origin-.*)$/.test(name)),
    );
    files.set(path, { headers, body: Buffer.from(await response.arrayBuffer()) });
  };
  await fetchFile('service-worker.js');
  const script = files.get('service-worker.js')!.body.toString('utf8');
  for (const [, path] of script.matchAll(/"url":"([^"]+)"/g)) await fetchFile(path);
  return files;
}

let browser: Browser;
let context: BrowserContext;
let page: Page;
let files: Map<string, Stored>;
let server: Server;
let port = 0;

async function serve(): Promise<void> {
  server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname.slice(1) || 'index.html';
    const file = files.get(path);
    if (file) response.writeHead(200, { ...file.headers, 'Cache-Control': 'no-cache' }).end(file.body);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  port = (server.address() as AddressInfo).port;
}

async function stop(): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

const buildShown = () => page.evaluate("document.querySelector('meta[name=build]')?.content ?? 'first'");

beforeAll(async () => {
  files = await wholeBuild();
  await serve();
  browser = await launch({ webgpu: 'off' });
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  await stop();
});

it('holds everything that a run needs', () => {
  const paths = [...files.keys()];
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
  const manifest = JSON.parse(files.get('manifest.webmanifest')!.body.toString('utf8')) as {
    icons: { src: string; purpose?: string }[];
  };
  for (const { src } of manifest.icons) expect(paths).toContain(src);
  expect(manifest.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
});

const registrations = () => page.evaluate('navigator.serviceWorker.getRegistrations().then((list) => list.length)');

it('is not kept by a page that is embedded', async () => {
  await page.goto(`http://localhost:${port}/?${QUICK}&embed`);
  await page.getByRole('status').filter({ hasText: 'Ready' }).waitFor({ timeout: 120_000 });
  // Longer than the whole page waits before it registers.
  await page.waitForTimeout(5000);
  expect(await registrations()).toBe(0);
});

it('after one visit runs to the end without a network, isolated as before', async () => {
  await page.goto(`http://localhost:${port}/?${QUICK}`);
  await page.evaluate(
    "navigator.serviceWorker.ready.then(({ active }) => new Promise((resolve) => active.state === 'activated' ? resolve() : active.addEventListener('statechange', () => active.state === 'activated' && resolve())))",
  );
  expect(await registrations()).toBe(1);
  await stop();
  await context.setOffline(true);

  // Other settings than at the first visit: another query, the same page.
  await page.goto(`http://localhost:${port}/?${QUICK}&seed=3`);
  expect(await page.evaluate('crossOriginIsolated')).toBe(true);
  await page.getByRole('status').filter({ hasText: 'Ready' }).waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'Finished' }).waitFor({ timeout: 180_000 });
  // What is loaded only when it is wanted is there as well.
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('dialog').waitFor();
});

it('offers a new build, keeps the old one until it is wanted, and then has the new one alone', async () => {
  const index = files.get('index.html')!;
  const worker = files.get('service-worker.js')!;
  files.set('index.html', {
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
  files.set('service-worker.js', { ...worker, body: Buffer.from(changed) });
  await serve();
  await context.setOffline(false);

  await page.goto(`http://localhost:${port}/?${QUICK}`);
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

it('lets a run go on while another tab takes a newer build', async () => {
  await page.goto(`http://localhost:${port}/?${QUICK.replace('generator-steps=1', 'generator-steps=60')}`);
  const status = page.getByRole('status');
  await status.filter({ hasText: 'Ready' }).waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await status.filter({ hasText: 'Training the generator' }).waitFor({ timeout: 60_000 });
  const worker = files.get('service-worker.js')!;
  const third = worker.body.toString('utf8').replace('"revision":"second"', '"revision":"third"');
  expect(third).not.toBe(worker.body.toString('utf8'));
  files.set('service-worker.js', { ...worker, body: Buffer.from(third) });
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
  await status.filter({ hasText: 'Finished' }).waitFor({ timeout: 180_000 });
});

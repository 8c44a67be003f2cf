/** The build on a plain static host, which says nothing of isolation, in a folder of its own. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch } from './chromium';

const FOLDER = '/some/course/fdda/';
const QUICK =
  'backend=wasm&without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=1&student-steps=1';

let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: Server;
let address = '';
/** What the policy forbade, as the browser reports it. */
const forbidden: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    if (!pathname.startsWith(FOLDER)) return response.writeHead(404).end();
    fetch(inject('pageUrl') + pathname.slice(FOLDER.length))
      .then(async (file) => {
        const type = file.headers.get('content-type');
        response
          .writeHead(file.status, type ? { 'Content-Type': type } : {})
          .end(Buffer.from(await file.arrayBuffer()));
      })
      .catch(() => response.writeHead(502).end());
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  address = `http://localhost:${(server.address() as AddressInfo).port}${FOLDER}`;
  browser = await launch({ webgpu: 'off' });
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.exposeFunction('forbiddenByPolicy', (what: string) => forbidden.push(what));
  await context.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
      (self as unknown as { forbiddenByPolicy(what: string): void }).forbiddenByPolicy(
        `${violatedDirective}: ${blockedURI} (${sourceFile})`,
      ),
    ),
  );
  page = await context.newPage();
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) forbidden.push(message.text());
  });
});
afterAll(async () => {
  await browser?.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const ready = () => page.getByRole('status').filter({ hasText: 'Ready' }).waitFor({ timeout: 120_000 });

async function run(): Promise<string> {
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'Finished' }).waitFor({ timeout: 180_000 });
  return page.locator('.weights-hashes').innerText();
}

const threads = async () => {
  await page.getByRole('button', { name: /WebAssembly/ }).click();
  const text = await page
    .getByText(/\d+ threads?/)
    .first()
    .innerText();
  await page.keyboard.press('Escape');
  return Number(/(\d+) threads?/.exec(text)![1]);
};

let alone = '';

it('runs with one thread at the first visit, and offers more', async () => {
  await page.goto(`${address}?${QUICK}`);
  await ready();
  expect(await page.evaluate('crossOriginIsolated')).toBe(false);
  expect(await threads()).toBe(1);
  await page.getByText('This page can use all processor cores after a reload.').waitFor({ timeout: 60_000 });
  alone = await run();
  expect(alone).toMatch(/[0-9a-f]{16}/);
});

it('is isolated from the next load on, by its service worker, and comes to the same', async () => {
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Reload' }).click()]);
  await ready();
  expect(await page.evaluate('crossOriginIsolated')).toBe(true);
  const cores = (await page.evaluate('navigator.hardwareConcurrency')) as number;
  expect(await threads()).toBe(Math.min(8, cores));
  expect(await run()).toBe(alone);
  expect(await page.getByText('This page can use all processor cores after a reload.').count()).toBe(0);
});

it('does all of that within its policy, which forbids scripts of others and from text', async () => {
  for (const name of ['Share', 'Lessons', 'Take away']) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.waitForTimeout(500);
    await page.keyboard.press('Escape');
  }
  await page.getByRole('link', { name: 'How it works' }).click();
  await page.locator('.katex').first().waitFor({ timeout: 60_000 });
  expect(forbidden).toEqual([]);

  // Later, because the debugger's own scripts may do what the page's may not.
  const attempt = (script: string) =>
    page.evaluate(
      `new Promise((resolve) => setTimeout(() => { try { ${script} } catch (error) { resolve(error.name); } }))`,
    );
  expect(await attempt('resolve(eval("1"))')).toBe('EvalError');
  expect(await attempt('resolve(new Function("return 1")())')).toBe('EvalError');
  expect(await attempt('fetch("https://example.com/").then(() => resolve("fetched"), () => resolve("refused"))')).toBe(
    'refused',
  );
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { textContent: 'self.inlineRan = true' }))`,
  );
  expect(await page.evaluate('self.inlineRan')).toBeUndefined();
  await expect.poll(() => forbidden.map((what) => what.split(':')[0])).toContain('connect-src');
  expect(forbidden.join()).toMatch(/script-src/);
});

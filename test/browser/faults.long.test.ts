/** What becomes of a run when something breaks, as far as it takes minutes to find out. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch } from './chromium';
import { firstInEngines, generatorStepsOf, LONG, noticeOf, openAndPlay, runOf, workersOf } from './faulty';
import { Playground } from './playground';
import './faults.test';

const SHORT = runOf(100, 30, 6);
const QUICK = 'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=2&student-steps=1';

/** Also lets it keep a worker busy for good: its loop hangs, and it is still there. */
const busyHands = firstInEngines("self.addEventListener('message', ({ data }) => { while (data === 'hang'); });");

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

const notice = () => noticeOf(playground);
const workers = () => workersOf(playground);
const generatorSteps = () => generatorStepsOf(playground);

describe('an engine that is gone without a word', () => {
  it('comes to the same numbers as one that was not', async () => {
    playground = await Playground.open(browser, { query: SHORT });
    await playground.ready();
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 150);
    const through = await playground.accuracies();
    await playground.close();
    playground = await openAndPlay(browser, SHORT, 20);
    // At the very moment when it says that it stands still.
    await playground.page.evaluate(
      "workers[0].addEventListener('message', ({ data }) => data.status === 'paused' && workers[0].terminate())",
    );
    await playground.button('Pause').click();
    await playground.untilStatus(/^Paused/, 30);
    await playground.within(notice, (text) => text.includes('without a word'), 5, 'the message');
    // It was paused, and so it is now.
    await playground.untilStatus(/^Paused/, 60);
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 150);
    expect(await playground.accuracies()).toEqual(through);
  });

  it('again and again is left to the user', async () => {
    playground = await openAndPlay(browser, LONG, 2);
    for (let i = 0; i < 3; i++) {
      await playground.page.evaluate('workers.at(-1).terminate()');
      if (i < 2) await playground.until(workers, (count) => count === i + 2, 10, 'another engine');
      // Its lock is known once it has said that it is there.
      await playground.page.waitForTimeout(1500);
    }
    await playground.within(
      () => playground.button('Restart the engine').count(),
      (count) => count > 0,
      5,
      'a way out',
    );
    expect(await workers()).toBe(3);
    expect(await playground.status()).toBe('The engine has stopped');
    await playground.button('Restart the engine').click();
    await playground.ready();
  });
});

describe('an engine that hangs', () => {
  it('is ended a few seconds after its step should have been over, and another one goes on', async () => {
    playground = await openAndPlay(browser, LONG, 30, busyHands);
    await playground.page.waitForTimeout(5000);
    const beganAt = Date.now();
    await playground.page.evaluate("workers.at(-1).postMessage('hang')");
    await playground.until(notice, (text) => text.includes('far longer than a step takes'), 30, 'the message');
    console.log(`hung: said after ${Date.now() - beganAt} ms`);
    await playground.within(workers, (count) => count === 2, 5, 'another engine');
    const { length } = await generatorSteps();
    await playground.until(generatorSteps, (all) => all.length > length + 3, 60, 'further steps');
    expect((await generatorSteps())[length]).toBeGreaterThan(1);
  });
});

describe('a page that is hidden', () => {
  it('for a minute has its run gone on, and no engine is taken for dead', async () => {
    // More than can be done in that minute.
    playground = await openAndPlay(browser, LONG.replace('generator-steps=400', 'generator-steps=4000'), 5);
    const other = await playground.page.context().newPage();
    await other.goto('about:blank');
    await other.bringToFront();
    const session = await playground.page.context().newCDPSession(playground.page);
    // Headless pages are never hidden by themselves.
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await other.waitForTimeout(60_000);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await playground.page.bringToFront();
    const { length } = await generatorSteps();
    await playground.until(generatorSteps, (all) => all.length > length + 2, 60, 'further steps');
    expect(await workers()).toBe(1);
    expect(await notice()).not.toContain('engine');
    playground.expectNoErrors();
  });
});

describe('a network that is cut', () => {
  let server: Server;
  let port = 0;
  /** Files that are cut, and after which share of their bytes. */
  let cut: { file: RegExp; share: number; times: number };
  let hits = 0;
  beforeAll(async () => {
    const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const answer = await fetch(new URL(request.url!.slice(1), inject('pageUrl')), {
        headers: { 'sec-fetch-dest': String(request.headers['sec-fetch-dest'] ?? '') },
      });
      const body = Buffer.from(await answer.arrayBuffer());
      const headers = Object.fromEntries(
        [...answer.headers].filter(([name]) => /^(content-type|cross-origin-.*|content-security-policy)$/.test(name)),
      );
      response.writeHead(answer.status, { ...headers, 'Content-Length': body.length, 'Cache-Control': 'no-store' });
      if (!cut.file.test(request.url!) || hits >= cut.times) return void response.end(body);
      hits++;
      response.write(body.subarray(0, Math.floor(body.length * cut.share)), () =>
        setTimeout(() => response.socket?.destroy(), 50),
      );
    };
    server = createServer((request, response) => void answerTo(request, response));
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  async function openCut() {
    hits = 0;
    const context = await browser.newContext({ serviceWorkers: 'block' });
    const page = await context.newPage();
    await page.goto(`http://localhost:${port}/?${QUICK}`);
    return { context, page };
  }

  const FILES = {
    network: /model\.json/,
    weights: /shapes-resnet\/(?!model|generator)/,
    generator: /generator\.bin/,
    wasm: /\.wasm$/,
  };
  const cases = Object.entries(FILES).flatMap(([name, file]) =>
    Array.from({ length: 10 }, (_, tenth) => [name, tenth, file] as const),
  );
  it.each(cases)('once, in the %s after %i tenths, starts all the same', async (_name, tenth, file) => {
    cut = { file, share: tenth / 10, times: 1 };
    const { context, page } = await openCut();
    await page.getByRole('status').filter({ hasText: 'Ready' }).waitFor({ timeout: 60_000 });
    expect(hits).toBe(1);
    await page.getByRole('button', { name: /^Backend: WebAssembly/ }).waitFor({ timeout: 30_000 });
    expect(await page.getByRole('alert').count()).toBe(0);
    await context.close();
  });

  it.each(Object.entries(FILES))('for good, in the %s, is said with what to do', async (name, file) => {
    cut = { file, share: 0.5, times: 1000 };
    const { context, page } = await openCut();
    const alert = page.getByRole('alert');
    await alert.waitFor({ timeout: 60_000 });
    expect(await alert.innerText()).toMatch(
      name === 'wasm' ? /WebAssembly|backend/i : name === 'generator' ? /generator/i : /cannot be loaded/,
    );
    await context.close();
  });
});

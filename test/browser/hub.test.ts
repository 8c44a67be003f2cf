/** Networks and images from the hub, on the page, with a stand-in for the hub. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { StandInHub } from '../hub/standInHub';
import { pictureTable } from '../hub/tables';
import { launch } from './chromium';
import { Playground } from './playground';
import { it, itLong } from '../when';

const QUICK = 'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=1&student-steps=0';
const file = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, '../fixtures/pytorch', name)));
const WEIGHTS = file('cifar-resnet20.safetensors');
const CONFIG = { pretrained_cfg: { input_size: [3, 32, 32], mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } };
const NAMES = Array.from({ length: 10 }, (_, i) => `kind ${i}`);
const TABLE = pictureTable({ rows: 400, label: (row) => (row * 7) % 10, group: 40, size: 24, names: NAMES });

let browser: Browser;
let hub: StandInHub;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
  hub = await StandInHub.start();
});
beforeEach(() => {
  hub.reset();
  hub.models.set('timm/resnet18.a1_in1k', {
    files: { 'config.json': new TextEncoder().encode(JSON.stringify(CONFIG)), 'model.safetensors': WEIGHTS },
  });
  hub.datasets.set('uoft-cs/cifar10', { files: {}, tables: { plain_text: { train: [TABLE], test: [TABLE] } } });
});
afterEach(() => playground?.close());
afterAll(async () => {
  await browser?.close();
  await hub?.stop();
});

async function opened(more = '') {
  const hosts = new Set<string>();
  playground = await Playground.open(browser, {
    query: QUICK + more,
    prepare: async (context) => {
      await context.addInitScript(`localStorage.setItem('fdda-hub', ${JSON.stringify(hub.url)})`);
      context.on('request', (request) => hosts.add(new URL(request.url()).host));
    },
  });
  await playground.ready();
  const { page } = playground;
  await page.locator('summary', { hasText: 'Data' }).first().click();
  const panel = page.locator('details.hub');
  await panel.locator('summary').click();
  const own = new URL(page.url()).host;
  const elsewhere = () => [...hosts].filter((host) => host !== '' && host !== own);
  return { page, panel, elsewhere, alert: page.getByRole('alert'), check: page.locator('.network-check') };
}

describe('the hub on the page', () => {
  itLong('one click each for network and images, and the whole method runs on them', async () => {
    const { page, panel, elsewhere, check } = await opened();
    expect(elsewhere()).toEqual([]);
    await panel.getByRole('button', { name: 'ResNet-18', exact: true }).click();
    await check.waitFor({ state: 'visible', timeout: 30_000 });
    await panel.getByRole('button', { name: 'CIFAR-10', exact: true }).click();
    await page.locator('.own-images').waitFor({ timeout: 30_000 });
    expect(await page.locator('.own-images').innerText()).toMatch(/10 classes, 400 .* 400 for tests/);
    expect(await page.locator('.own-notes').innerText()).toContain('from “train”');
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 60);
    expect(await page.getByText('kind 3').count()).toBeGreaterThan(0);
    // What was downloaded is kept, and can be deleted.
    const kept = panel.getByText(/MB of downloads are kept/);
    await kept.waitFor();
    const asked = hub.asked.length;
    await panel.getByRole('button', { name: 'ResNet-18', exact: true }).click();
    await page.waitForFunction(() => document.querySelector('.hub-progress') === null);
    await playground.ready();
    expect(hub.asked.length).toBe(asked);
    await panel.getByRole('button', { name: 'Delete them' }).click();
    await kept.waitFor({ state: 'detached' });
    // Nobody but the worker that downloads may connect elsewhere.
    const refused = await page.evaluate((url) => fetch(url).then(String, () => 'refused'), `${hub.url}/api`);
    expect(refused).toBe('refused');
    playground.errors.splice(
      0,
      playground.errors.length,
      ...playground.errors.filter((e) => !/Content Security/.test(e)),
    );
    playground.expectNoErrors();
  });

  itLong('what fails says why, and what was there stays; a download can be stopped', async () => {
    const { page, panel, alert, check } = await opened();
    const name = panel.getByRole('textbox', { name: 'Name or address of a network' });
    const load = async (source: string) => {
      await name.fill(source);
      await name.press('Enter');
    };
    await load('timm/nothing-there');
    await alert.filter({ hasText: 'has no “timm/nothing-there”' }).waitFor();
    hub.fail('model.safetensors', { kind: 'noCors', always: true });
    await load('timm/resnet18.a1_in1k');
    await alert.filter({ hasText: 'CORS' }).waitFor({ timeout: 30_000 });
    hub.faults.clear();
    hub.fail('model.safetensors', { kind: 'stuck', after: 20_000 });
    await load('timm/resnet18.a1_in1k');
    await panel.getByRole('button', { name: 'Stop the download' }).click();
    await page.waitForFunction(() => document.querySelector('.hub-progress') === null);
    expect(await check.count()).toBe(0);
    // An interruption is gone on from.
    hub.faults.clear();
    hub.asked = [];
    hub.fail('model.safetensors', { kind: 'cut', after: 20_000 });
    await load('timm/resnet18.a1_in1k');
    await check.waitFor({ state: 'visible', timeout: 30_000 });
    const ranges = hub.asked.filter(({ path }) => path === 'model.safetensors').map(({ range }) => range);
    // The browser itself may go on with what it has of the stopped one, and ask for a byte first to see that it may.
    expect(ranges.length).toBeGreaterThan(1);
    expect(ranges.at(-1)).toMatch(/^bytes=20000-/);
  });

  it('a link names both; nothing is fetched until somebody agrees, then the run is of them and so is its link', async () => {
    const link = '&seed=7&start-layer=19&network=hub:timm/resnet18.a1_in1k&images=hub:uoft-cs/cifar10&class=4';
    const { page, elsewhere, check } = await opened(link);
    const notice = page.getByRole('note').filter({ hasText: 'timm/resnet18.a1_in1k' });
    expect(await notice.innerText()).toMatch(/60 pictures of each class of uoft-cs\/cifar10, from 127\.0\.0\.1/);
    expect(elsewhere()).toEqual([]);
    expect(hub.asked).toEqual([]);
    await notice.getByRole('button', { name: 'Fetch and open them' }).click();
    await page.locator('.own-images').waitFor({ timeout: 60_000 });
    await check.waitFor({ state: 'visible', timeout: 30_000 });
    await playground.ready();
    expect(await notice.count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);
    // What the link looks at is looked at, and its settings are those of the run.
    expect(await page.locator('.image-row[aria-pressed="true"]').innerText()).toContain('kind 3');
    await playground.button('Share').click();
    const text = await page.getByRole('textbox', { name: 'Link to this page' }).inputValue();
    const query = new URL(text).searchParams;
    expect([query.get('network'), query.get('images')]).toEqual(['hub:timm/resnet18.a1_in1k', 'hub:uoft-cs/cifar10']);
    expect([query.get('seed'), query.get('start-layer'), query.get('class')]).toEqual(['7', '19', '4']);
    playground.expectNoErrors();
  });

  it('a link to what is not there says so, and can be tried again; nonsense is told', async () => {
    const { page, alert } = await opened('&network=hub:timm/nothing-there&images=hub:../x');
    await page.getByText('“images” cannot be “hub:../x”').waitFor();
    const load = page.getByRole('button', { name: 'Fetch and open them' });
    await load.click();
    await alert.filter({ hasText: 'has no “timm/nothing-there”' }).waitFor();
    await load.waitFor();
    await playground.button('Stay with what is here').click();
    await load.waitFor({ state: 'detached' });
    await page.waitForFunction(() => !location.search.includes('network'));
  });
});

/** Own networks and images on the page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'jpeg-js';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { zip } from '../../src/engine/export/zip';
import { classPictures, zipOf } from '../pictures';
import { launch } from './chromium';
import { Playground } from './playground';
import { it, itLong } from '../when';

const QUICK = 'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=1&student-steps=0';
const FIXTURES = join(import.meta.dirname, '../fixtures');
const files = (folder: string, ...names: string[]) => names.map((name) => join(FIXTURES, folder, name));

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

/** The page with a run, and how files are handed to it. */
async function opened() {
  playground = await Playground.open(browser, { query: QUICK });
  await playground.ready();
  const { page } = playground;
  const choose = (label: string) => page.locator(`input[type=file][aria-label="${label}"]`);
  const check = page.locator('.network-check');
  return {
    page,
    check,
    network: choose('Open a network…'),
    images: choose('Open images…'),
    alert: page.getByRole('alert'),
  };
}

const archive = (classes: number) => ({
  name: 'pictures.zip',
  mimeType: 'application/zip',
  buffer: Buffer.from(zipOf(classPictures(classes, 8, 30))),
});

/** As photographs are stored, with colours in half the size. */
const photographs = (classes: number) => {
  const data = (label: number) => Uint8Array.from({ length: 30 * 30 * 4 }, (_, i) => (20 * label + 7 * i) % 256);
  const pictures = Array.from({ length: 8 * classes }, (_, i) => ({
    name: `photographs/kind 0${i % classes}/${i}.jpg`,
    bytes: new Uint8Array(encode({ width: 30, height: 30, data: data(i % classes) }, 80).data),
  }));
  return { name: 'photographs.zip', mimeType: 'application/zip', buffer: Buffer.from(zipOf(pictures)) };
};

describe('own network and images', () => {
  it('grey digits: what does not fit yet waits, then the run is of both, and the check is seen', async () => {
    const { page, check, network, images, alert } = await opened();
    await network.setInputFiles(files('networks/mnist-28x28x1', 'model.json', 'group1-shard1of1.bin'));
    await alert.filter({ hasText: '28x28x1 in 10 classes' }).waitFor();
    await images.setInputFiles(archive(10));
    await check.waitFor({ state: 'visible', timeout: 30_000 });
    await check.locator('summary').click();
    const facts = await check.innerText();
    for (const part of ['28 × 28 × 1', '7,970', 'tf.loadLayersModel: differs by']) expect(facts).toContain(part);
    expect(await page.locator('.own-images').innerText()).toContain('10 classes');
    // Pixels that the file does not say can be set.
    await page.locator('#pixel-choice').selectOption({ label: '−1 to 1' });
    await playground.button('Use these').click();
    await page.waitForFunction(() => document.querySelector<HTMLSelectElement>('#pixel-choice')?.value === 'symmetric');
    await page.getByRole('button', { name: 'Use these' }).waitFor({ state: 'detached' });
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 60);
    expect(await page.getByText('kind 03').count()).toBeGreaterThan(0);
    await playground.button('Back to the bundled images').click();
    await check.waitFor({ state: 'detached' });
    playground.expectNoErrors();
  });

  it('ONNX is compared with onnxruntime-web, which this site serves itself', async () => {
    const { page, check, network, images, alert } = await opened();
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await network.setInputFiles(files('onnx', 'residual-one-image.onnx'));
    await alert.filter({ hasText: '32x32x3 in 5 classes' }).waitFor({ timeout: 30_000 });
    await images.setInputFiles(photographs(5));
    await check.waitFor({ state: 'visible', timeout: 30_000 });
    await check.locator('summary').click();
    expect(await check.innerText()).toContain('onnxruntime-web: differs by');
    // All of them could be read.
    expect(await page.locator('.own-images').innerText()).toMatch(/5 classes, 20 to calibrate with[^]*, 20 for tests/);
    expect([...hosts].filter((host) => host !== '' && host !== new URL(page.url()).host)).toEqual([]);
    playground.expectNoErrors();
  });

  itLong('of several outputs one is chosen; a network without its BatchNorm is told how to keep it', async () => {
    const { check, network, alert } = await opened();
    await network.setInputFiles(files('networks/two-outputs', 'model.json', 'group1-shard1of1.bin'));
    await playground.button('Use the output dense').click();
    await check.waitFor({ state: 'visible', timeout: 30_000 });
    await network.setInputFiles(files('onnx', 'folded.onnx'));
    await alert.filter({ hasText: 'TrainingMode.PRESERVE' }).waitFor();
    // What was there stays.
    expect(await check.count()).toBe(1);
    playground.expectNoErrors();
  });

  itLong('WebP is decoded by the browser; MNIST’s files are told from a network’s by their names', async () => {
    const { page, network, images } = await opened();
    await network.setInputFiles(files('networks/mnist-28x28x1', 'model.json', 'group1-shard1of1.bin'));
    const names = ['lossless.webp', 'plain.gif', 'colour.bmp', 'see-through.webp'];
    const pictures = names.map((name) => ({ name, bytes: readFileSync(join(FIXTURES, 'images/other-formats', name)) }));
    const tree = Array.from({ length: 40 }, (_, i) => ({
      name: `class ${i % 10}/${Math.floor(i / 10)}-${pictures[0].name}`,
      bytes: new Uint8Array(pictures[0].bytes),
    }));
    const others = pictures
      .slice(1)
      .map(({ name, bytes }) => ({ name: `class 3/${name}`, bytes: new Uint8Array(bytes) }));
    const buffer = Buffer.from(zip([...tree, ...others]));
    await images.setInputFiles({ name: 'pictures', mimeType: 'application/octet-stream', buffer });
    await page.locator('.own-images').waitFor({ timeout: 30_000 });
    const notes = await page.locator('.own-notes').innerText();
    expect(notes).toMatch(/see-through.webp cannot be read and is left out: parts of it are transparent/);
    expect(notes).toMatch(/42 pictures in colour were made grey/);
    playground.expectNoErrors();
  });

  itLong('a session is saved, and opens on another page with its run, without a connection', async () => {
    const { page, network, images, alert } = await opened();
    await network.setInputFiles(files('networks/mnist-28x28x1', 'model.json', 'group1-shard1of1.bin'));
    await alert.filter({ hasText: '28x28x1 in 10 classes' }).waitFor();
    await images.setInputFiles(archive(10));
    await page.locator('.own-images').waitFor({ timeout: 30_000 });
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 60);
    const facts = async () => [
      await page.locator('.own-images').innerText(),
      await page.locator('.network-name').innerText(),
      await page.locator('.results-table, .compare-card table').first().innerText(),
    ];
    const before = await facts();
    const saved = async () => {
      await playground.button('Take away').click();
      const download = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: /^Save the session/ }).click();
      return readFileSync(await (await download).path());
    };
    const first = await saved();
    const [picker] = [page.waitForEvent('filechooser')];
    await playground.button('Back to the bundled images').click();
    await page.locator('.own-images').waitFor({ state: 'detached' });
    await page.context().setOffline(true);
    await playground.button('Take away').click();
    await page.getByRole('menuitem', { name: /^Open a session/ }).click();
    await (await picker).setFiles({ name: 'mine.fdda', mimeType: 'application/zip', buffer: first });
    await page.locator('.own-images').waitFor({ timeout: 30_000 });
    await page.getByText('mine.fdda').first().waitFor();
    const after = await facts();
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    // A result of the visit that saved it, and the same again from the file.
    expect(after[2].split('\n').length).toBeGreaterThan(before[2].split('\n').length);
    // A damaged one changes nothing.
    const again = page.waitForEvent('filechooser');
    await playground.button('Take away').click();
    await page.getByRole('menuitem', { name: /^Open a session/ }).click();
    await (await again).setFiles({ name: 'cut.fdda', mimeType: 'application/zip', buffer: first.subarray(0, 3000) });
    await alert.filter({ hasText: 'What was open before is still there' }).waitFor();
    expect((await facts()).slice(0, 2)).toEqual(before.slice(0, 2));
    // What the browser says itself of a connection that is gone is no fault of the page.
    expect(playground.errors.filter((error) => !/ERR_INTERNET_DISCONNECTED/.test(error))).toEqual([]);
  });
});

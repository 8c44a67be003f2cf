/** Own networks and images on the page. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { classPictures, zipOf } from '../pictures';
import { launch } from './chromium';
import { Playground } from './playground';

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
    await images.setInputFiles(archive(5));
    await check.waitFor({ state: 'visible', timeout: 30_000 });
    await check.locator('summary').click();
    expect(await check.innerText()).toContain('onnxruntime-web: differs by');
    expect([...hosts].filter((host) => host !== '' && host !== new URL(page.url()).host)).toEqual([]);
    playground.expectNoErrors();
  });

  it('of several outputs one is chosen; a network without its BatchNorm is told how to keep it', async () => {
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
});

/** Names in files are text wherever they are shown: files, networks, layers, classes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { classPictures, zipOf } from '../pictures';
import { launch } from './chromium';
import { Playground } from './playground';

const QUICK = 'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=1&student-steps=1';
const FOLDER = join(import.meta.dirname, '../fixtures/networks/mnist-28x28x1');
/** No slashes: those are folders in files, and models in models. */
const markup = (name: string) => `<img src=x onerror=self.stolen=1><svg onload=self.stolen=1>${name}`;

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

/** The network with markup for its name and those of its layers. */
function network(): Buffer {
  const json = JSON.parse(readFileSync(join(FOLDER, 'model.json'), 'utf8')) as {
    modelTopology: { config: { name: string; layers: { config: { name: string } }[] } };
    weightsManifest: { weights: { name: string }[] }[];
    userDefinedMetadata?: object;
  };
  const { config } = json.modelTopology;
  config.name = markup('network');
  for (const { config: layer } of config.layers) layer.name = markup(layer.name);
  for (const weight of json.weightsManifest[0].weights) weight.name = markup(weight.name);
  json.userDefinedMetadata = { name: markup('network') };
  return Buffer.from(JSON.stringify(json));
}

it('markup in the names of files, networks, layers and classes is shown and never made', async () => {
  playground = await Playground.open(browser, { query: QUICK });
  await playground.ready();
  const { page } = playground;
  const choose = (label: string) => page.locator(`input[type=file][aria-label="${label}"]`);
  const made = () =>
    page.evaluate(`[self.stolen, document.querySelectorAll('img[src="x"], svg[onload], [onerror]').length]`);
  const mimeType = 'application/octet-stream';
  await choose('Open a network…').setInputFiles({ name: `${markup('file')}.json`, mimeType, buffer: Buffer.from('{') });
  await page
    .getByRole('alert')
    .filter({ hasText: markup('file') })
    .waitFor();
  expect(await made()).toEqual([undefined, 0]);

  await choose('Open a network…').setInputFiles([
    { name: 'model.json', mimeType, buffer: network() },
    { name: 'group1-shard1of1.bin', mimeType, buffer: readFileSync(join(FOLDER, 'group1-shard1of1.bin')) },
  ]);
  await page.getByRole('alert').filter({ hasText: '28x28x1 in 10 classes' }).waitFor({ timeout: 60_000 });
  expect(await made()).toEqual([undefined, 0]);
  const pictures = classPictures(10, 8, 28).map(({ name, bytes }) => ({
    name: name.replace(/kind/, markup('kind')),
    bytes,
  }));
  await choose('Open images…').setInputFiles({
    name: `${markup('pictures')}.zip`,
    mimeType: 'application/zip',
    buffer: Buffer.from(zipOf(pictures)),
  });
  await page.locator('.network-check').waitFor({ state: 'visible', timeout: 60_000 });
  await playground.button('Play').click();
  await playground.untilStatus(/^Finished/, 120);
  expect(await page.getByText(markup('kind')).count()).toBeGreaterThan(0);
  expect(await page.getByText(markup('network')).count()).toBeGreaterThan(0);
  expect(await made()).toEqual([undefined, 0]);
  expect(playground.errors).toEqual([]);
}, 300_000);

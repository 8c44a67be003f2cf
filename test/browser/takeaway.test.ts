import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './chromium';
import { Playground } from './playground';

const QUICK =
  'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=3&student-steps=2&seed=6';

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
  // Dark, because what leaves the page is for white paper all the same.
  playground = await Playground.open(browser, { query: QUICK });
  await playground.page.emulateMedia({ colorScheme: 'dark' });
  await playground.ready();
  await playground.button('Play').click();
  await playground.untilStatus(/^Finished/, 180);
  // Charts follow at their own pace.
  await playground.page.waitForTimeout(600);
});
afterAll(async () => {
  await playground?.close();
  await browser?.close();
});

async function saved(view: string, item: string): Promise<{ name: string; bytes: Buffer }> {
  const { page } = playground;
  await playground.button(`Save: ${view}`).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item, exact: true }).click(),
  ]);
  await page.getByRole('menu').waitFor({ state: 'hidden' });
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

const lines = (bytes: Buffer): string[][] =>
  bytes
    .toString('utf8')
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));

/** Width and height from a PNG's first chunk. */
function pngSize(bytes: Buffer): [number, number] {
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

describe('what is taken away', () => {
  it.each([
    ['BNS centers', 'Map', /^fdda-centers-layer\d+-pca-seed6-\d{4}-\d\d-\d\d\.svg$/, 'BNS centers, layer'],
    ['Separation and incohesion', 'Chart', /^fdda-separation-nearest-seed6-.*\.svg$/, 'Nearest center'],
    ['Losses', 'Chart', /^fdda-losses-generator-seed6-.*\.svg$/, 'CE mixed'],
    ['Accuracy', 'Chart', /^fdda-accuracy-curve-seed6-.*\.svg$/, 'FDDA'],
    ['Quality of the synthetic images', 'Map', /^fdda-quality-centers-seed6-.*\.svg$/, 'nearest its own class'],
  ])('%s: an SVG that any reader opens, and the same as a PNG of twice the size', async (view, what, name, words) => {
    const svg = await saved(view, `${what} as SVG`);
    expect(svg.name).toMatch(name);
    const text = svg.bytes.toString('utf8');
    const [width, height, error, title, content] = (await playground.page.evaluate(`(() => {
      const { documentElement: root } = new DOMParser().parseFromString(${JSON.stringify(text)}, 'image/svg+xml');
      return [Number(root.getAttribute('width')), Number(root.getAttribute('height')), root.querySelector('parsererror')?.textContent ?? null, root.querySelector('title')?.textContent, root.textContent];
    })()`)) as [number, number, string | null, string, string];
    expect(error).toBeNull();
    expect(title).not.toBe('');
    expect(content).toContain(words);
    expect(content).toContain('seed 6');
    expect(text).toContain('fill="#ffffff"');
    expect(text).not.toMatch(/NaN|undefined|var\(/);
    const png = await saved(view, `${what} as PNG`);
    expect(png.name).toBe(svg.name.replace('.svg', '.png'));
    expect(pngSize(png.bytes)).toEqual([2 * width, 2 * height]);
    // More than white paper.
    expect(png.bytes.length).toBeGreaterThan(10_000);
  });

  it('every generator loss with all its digits', async () => {
    const { bytes, name } = await saved('Losses', 'Generator losses as CSV');
    expect(name).toMatch(/^fdda-losses-generator-seed6-.*\.csv$/);
    const [header, ...rows] = lines(bytes);
    expect(header.slice(0, 3)).toEqual(['step', 'ce_mixed [nat]', 'bns [1]']);
    const samples = (await playground.recording()).frames.flatMap(({ generator }) => generator);
    expect(samples).toHaveLength(3);
    expect(rows.map((row) => row.slice(0, 3).map(Number))).toEqual(
      samples.map(({ step, terms }) => [step, terms.ceMixed, terms.bns]),
    );
  });

  it('the results as the page shows them', async () => {
    const [header, ...rows] = lines((await saved('Accuracy', 'Results as CSV')).bytes);
    const [name, accuracy] = [header.indexOf('name'), header.indexOf('accuracy [fraction]')];
    const shown = await playground.accuracies();
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(Number(row[accuracy])).toBeCloseTo(shown[row[name]]!, 8);
  });

  it('layers, points, verdicts and the student’s losses as tables', async () => {
    const byLayer = lines((await saved('Separation and incohesion', 'Values by layer as CSV')).bytes);
    expect(byLayer.length).toBe(
      1 + (await playground.page.getByRole('combobox', { name: 'Layer' }).locator('option').count()),
    );
    expect(
      lines((await saved('BNS centers', 'Points as CSV')).bytes).filter(([kind]) => kind === 'center'),
    ).toHaveLength(10);
    expect(
      lines((await saved('Synthetic images', 'Verdicts as CSV')).bytes).filter(([kind]) => kind === 'calibration'),
    ).toHaveLength(10);
    expect(lines((await saved('Losses', 'Student losses as CSV')).bytes).map(([method]) => method)).toEqual([
      'method',
      'calibration',
      'calibration',
      'fdda',
      'fdda',
    ]);
  });

  it('the quality of the images at every layer and for every class, and what is reached of every activation', async () => {
    const layers = await playground.page.getByRole('combobox', { name: 'Layer' }).locator('option').count();
    const [header, ...cells] = lines(
      (await saved('Quality of the synthetic images', 'Values by layer and class as CSV')).bytes,
    );
    expect(new Set(cells.map(([layer, , name]) => `${layer} ${name}`)).size).toBe(10 * layers);
    expect(cells).toHaveLength(10 * layers);
    for (const column of ['own_center_distance [1]', 'real_spread [1]', 'silhouette [1]']) {
      expect(
        cells.every(
          (row) => row[header.indexOf(column)] !== '' && Number.isFinite(Number(row[header.indexOf(column)])),
        ),
      ).toBe(true);
    }
    const [, ...activations] = lines(
      (await saved('Quality of the synthetic images', 'Activation ranges as CSV')).bytes,
    );
    expect(activations.length).toBeGreaterThan(5);
    expect(
      activations.every(([, synthetic, calibration]) =>
        [synthetic, calibration].every((share) => Number(share) >= 0 && Number(share) <= 1),
      ),
    ).toBe(true);
  });

  it('the images as one picture', async () => {
    const { name, bytes } = await saved('Synthetic images', 'Images as PNG');
    expect(name).toMatch(/^fdda-images-seed6-.*\.png$/);
    const [width, height] = pngSize(bytes);
    expect(width).toBeGreaterThan(400);
    expect(height).toBeGreaterThan(10 * 96);
  });

  it('and nothing went wrong on the way', () => playground.expectNoErrors());
});

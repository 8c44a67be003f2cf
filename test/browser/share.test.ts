import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject } from 'vitest';
import { launch } from './chromium';
import { Playground } from './playground';
import { describeShort, it, itLong } from '../when';

const QUICK = 'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=2&student-steps=0';

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

/** What the dialog has in the field of this name. */
async function offered(field: string, tab = 'Link'): Promise<string> {
  const dialog = playground.page.getByRole('dialog', { name: 'Share this page' });
  if (!(await dialog.isVisible())) await playground.button('Share').click();
  await dialog.getByRole('button', { name: tab, exact: true }).click();
  return dialog.getByRole('textbox', { name: field }).inputValue();
}

/** Of the chart; the quality view has one of that name, too. */
const silhouette = () =>
  playground.region('Separation and incohesion').getByRole('button', { name: 'Silhouette', exact: true });

describeShort('a link', () => {
  it('brings back settings and what is looked at; the address bar says the same', async () => {
    playground = await Playground.open(browser, { query: `${QUICK}&seed=4` });
    await playground.ready();
    const { page } = playground;
    await page.getByRole('combobox', { name: 'Layer' }).selectOption('2');
    await silhouette().click();
    await playground.button('UMAP').click();
    await page.locator('.image-row').nth(3).click();
    await page.getByRole('switch', { name: 'Overall statistics' }).uncheck();
    const link = await offered('Link to this page');
    for (const part of ['v=1', 'seed=4', 'layer=3', 'class=4', 'projection=umap', 'separation=silhouette', 'bns=0'])
      expect(link.split(/[?&]/)).toContain(part);
    await playground.until(
      () => Promise.resolve(page.url()),
      (url) => url === link,
      10,
      'the address of the link',
    );
    await playground.close();

    playground = await Playground.open(browser, { query: new URL(link).search.slice(1) });
    await playground.ready();
    const again = playground.page;
    expect(await again.getByRole('combobox', { name: 'Layer' }).inputValue()).toBe('2');
    expect(await silhouette().getAttribute('aria-pressed')).toBe('true');
    expect(await playground.button('UMAP').getAttribute('aria-pressed')).toBe('true');
    expect(await again.locator('.image-row').nth(3).getAttribute('aria-pressed')).toBe('true');
    expect(await again.getByRole('switch', { name: 'Overall statistics' }).isChecked()).toBe(false);
    expect(await again.getByRole('alert').count()).toBe(0);
    expect(await offered('Link to this page')).toBe(link);
    playground.expectNoErrors();
  });

  it('that is malformed or of a newer version shows what it can, with notes', async () => {
    playground = await Playground.open(browser, { query: `${QUICK}&v=9&layer=400&class=x&lock=all&lesson=No!` });
    await playground.ready();
    const words = await playground.page.getByRole('alert').innerText();
    for (const part of [
      'newer version',
      '“layer” cannot be 400',
      '“class” cannot be “x”',
      '“lock” works only',
      '“lesson” cannot be “No!”',
    ])
      expect(words).toContain(part);
    playground.expectNoErrors();
  });

  it('is selected where it cannot be copied', async () => {
    playground = await Playground.open(browser, {
      query: QUICK,
      prepare: async (context) => {
        await context.addInitScript("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))");
      },
    });
    const link = await offered('Link to this page');
    await playground.button('Copy: Link to this page').click();
    await playground.page.getByText('Selected: press Ctrl+C').waitFor();
    expect(
      await playground.page.evaluate(
        'document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)',
      ),
    ).toBe(link);
    await playground.page.keyboard.press('Escape');
    await playground.page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await offered('The paper (BibTeX)', 'Cite')).toContain('eprint        = {2109.04186}');
  });
});

it('a reset starts from the same images and gives the same losses for the same seed', async () => {
  playground = await Playground.open(browser, { query: QUICK });
  await playground.ready();
  const run = async () => {
    const before = (await playground.recording()).frames.length;
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 120);
    return (await playground.recording()).frames.slice(before).flatMap(({ generator }) => generator);
  };
  const first = await run();
  await playground.button('Reset').click();
  await playground.ready();
  const second = await run();
  expect(first.map(({ step }) => step)).toEqual([1, 2]);
  expect(second).toEqual(first);
});

describe('embedded', () => {
  it('leaves out what it should and holds locked settings', async () => {
    playground = await Playground.open(browser, {
      query: `${QUICK}&embed&hide=losses,timeline&lock=seed,bns-weight,bns&seed=4`,
      width: 900,
      height: 620,
    });
    await playground.ready();
    const { page } = playground;
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(0);
    expect(await page.locator('#explanation').count()).toBe(0);
    expect(await playground.region('Losses').count()).toBe(0);
    expect(await page.getByRole('slider', { name: 'Timeline' }).count()).toBe(0);
    expect(await playground.region('Accuracy').count()).toBe(1);
    await playground.button('Show settings').click();
    expect(await page.getByRole('textbox', { name: 'Seed', includeHidden: true }).isDisabled()).toBe(true);
    expect(await page.getByRole('switch', { name: /^Overall statistics/ }).isDisabled()).toBe(true);
    expect(await page.getByRole('switch', { name: /^Class center/ }).isDisabled()).toBe(false);
    expect(await page.getByRole('img', { name: 'Locked by whoever embedded this page' }).count()).toBeGreaterThan(0);
    // It would switch the locked term off.
    expect(await playground.button('PTQ only').isDisabled()).toBe(true);
    const full = await page.getByRole('link', { name: 'Open the full page' }).getAttribute('href');
    expect(full).toContain('seed=4');
    expect(full).not.toContain('embed');
    playground.expectNoErrors();
  });

  itLong('runs in another site’s page, from the code of the dialog, without threads', async () => {
    playground = await Playground.open(browser, { query: QUICK });
    await playground.ready();
    await offered('Code for your page', 'Embed');
    await playground.page.getByRole('checkbox', { name: 'Start by itself' }).check();
    await playground.page.getByRole('checkbox', { name: 'Timeline' }).check();
    const code = await offered('Code for your page', 'Embed');
    await playground.close();

    const server = createServer((_request, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>A course</title>${code}`),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const page = await browser.newPage();
    try {
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      // Another origin than the page's own, which is at localhost.
      expect(new URL(inject('pageUrl')).hostname).toBe('localhost');
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const frame = page.frameLocator('iframe');
      await frame.getByRole('status').filter({ hasText: 'Finished' }).waitFor({ timeout: 180_000 });
      const inner = page.frames()[1];
      expect(await inner.evaluate('crossOriginIsolated')).toBe(false);
      expect(await frame.getByRole('slider', { name: 'Timeline' }).count()).toBe(0);
      expect(errors).toEqual([]);
    } finally {
      await page.close();
      server.close();
    }
  });
});

import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { en } from '../../src/ui/words/en';
import { ja } from '../../src/ui/words/ja';
import { launch } from './chromium';

const QUICK = 'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=1&student-steps=0';

let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => context?.close());
afterAll(() => browser?.close());

async function open(locale: string, query = QUICK) {
  context = await browser.newContext({ locale, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`${inject('pageUrl')}?${query}`);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  return {
    page,
    errors,
    button,
    spoken: () => page.evaluate('document.documentElement.lang') as Promise<string>,
    async choose(label: string, name: string) {
      await button(label).click();
      await page.getByRole('menuitem', { name, exact: true }).click();
    },
  };
}

describe('the page speaks', () => {
  it('the browser’s language; switching changes every word, keeps the run, and is remembered', async () => {
    const { page, errors, button, spoken, choose } = await open('ja-JP');
    await button(ja.transport.play).waitFor();
    expect(await spoken()).toBe('ja');
    expect(await page.title()).toBe(ja.title);
    const status = (words: string) => page.getByRole('status').filter({ hasText: words }).waitFor({ timeout: 60_000 });
    await status(ja.status.ready);
    await page.getByText(ja.article.readingTitle, { exact: true }).waitFor();
    await button(ja.transport.step).click();
    await status(ja.status.paused('ptq', null));

    await choose(ja.header.language.label, 'English');
    await status(en.status.paused('ptq', null));
    expect(await spoken()).toBe('en');
    await button(en.transport.play).click();
    await status('Finished');
    expect(await page.locator('body').innerText()).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);

    await page.reload();
    await button(en.transport.play).waitFor();
    expect(await spoken()).toBe('en');
    expect(errors).toEqual([]);
  });

  it('the language of the address, whatever the browser’s; a choice is written there', async () => {
    const { page, errors, button, spoken, choose } = await open('en-US', `${QUICK}&lang=ja`);
    await button(ja.transport.play).waitFor();
    expect(await spoken()).toBe('ja');
    await choose(ja.header.language.label, 'English');
    await button(en.transport.play).waitFor();
    expect(new URL(page.url()).searchParams.get('lang')).toBe('en');
    expect(new URL(page.url()).searchParams.get('generator-steps')).toBe('1');
    expect(errors).toEqual([]);
  });

  it('English where the address asks for what it does not speak, and says so', async () => {
    const { page, button, spoken } = await open('fr-FR', `${QUICK}&lang=tlh`);
    await button(en.transport.play).waitFor();
    expect(await spoken()).toBe('en');
    await page.getByText(en.link.note({ kind: 'language', key: 'lang', given: 'tlh' })).waitFor();
  });

  it('of a file that cannot be used in the page’s language', async () => {
    const { page, button } = await open('ja');
    await page.getByRole('status').filter({ hasText: ja.status.ready }).waitFor({ timeout: 60_000 });
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('none') });
    const alert = page.getByRole('alert');
    await alert.filter({ hasText: ja.sentences.unknownFormat('notes.txt') }).waitFor();
    expect(await alert.innerText()).toContain(ja.sentences.formatsHint());
    expect(await button(ja.transport.play).isEnabled()).toBe(true);
  });

  it('English when the words of another language cannot be loaded, and says which', async () => {
    const { page, button, spoken, choose } = await open('en-US');
    await page.route(/\/ja-[\w-]+\.js/, (route) => route.abort());
    await choose(en.header.language.label, '日本語');
    await page.getByText(en.header.language.missing('日本語')).waitFor();
    expect(await spoken()).toBe('en');
    await button(en.trouble.dismiss).click();
    expect(await page.getByText(en.header.language.missing('日本語')).count()).toBe(0);
  });
});

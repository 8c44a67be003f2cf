import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch } from './chromium';

let browser: Browser;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterAll(() => browser?.close());

it('opens without an error, cross-origin isolated', async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('response', (response) => response.status() >= 400 && errors.push(`${response.status()} ${response.url()}`));
  await page.goto(inject('pageUrl'));
  await page.getByRole('button', { name: 'Play' }).waitFor();
  expect(await page.title()).toBe('FDDA playground');
  expect(await page.evaluate('crossOriginIsolated')).toBe(true);
  expect(errors).toEqual([]);
  await page.close();
});

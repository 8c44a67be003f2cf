import type { TestProject } from 'vitest/node';
import { requireChromium } from '../chromium';
import { buildAndServe } from '../serve';
import { findFirefox } from './findFirefox';

/** As for the other browser tests, where there is a Firefox; else a word, and the tests are skipped. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!findFirefox()) {
    console.log('No Firefox found: these tests are skipped. Install it (Debian: firefox-esr) or set FIREFOX_PATH.');
    project.provide('pageUrl', '');
    return async () => {};
  }
  requireChromium();
  const { url, close } = await buildAndServe();
  project.provide('pageUrl', url);
  return close;
}

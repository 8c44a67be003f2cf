import type { TestProject } from 'vitest/node';
import { requireChromium } from './chromium';
import { buildAndServe } from './serve';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the production build, ending in '/'. */
    pageUrl: string;
  }
}

/**
 * Once before the page's browser tests: a browser and the production build, served. `inject('pageUrl')` is its address.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  requireChromium();
  const { url, close } = await buildAndServe();
  project.provide('pageUrl', url);
  return close;
}

import type { TestProject } from 'vitest/node';
import { requireChromium } from '../chromium';
import { buildAndServe } from '../serve';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the page in this folder, ending in '/'. */
    engineUrl: string;
  }
}

/** Once before the engine's browser tests: a browser, and this folder's page, built as the real one is. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  requireChromium();
  const { url, close } = await buildAndServe(import.meta.dirname);
  project.provide('engineUrl', url);
  return close;
}

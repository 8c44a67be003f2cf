import { defineConfig } from 'vitest/config';

/**
 * Two projects, one after the other:
 * - "engine": everything that runs in Node (engine, state, worker logic, ...).
 * - "browser": headless Chromium against the production build; one file at a time, because a run in the page already
 *   keeps every core busy.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'engine',
          environment: 'node',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/browser/**'],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
    ],
  },
});

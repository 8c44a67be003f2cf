import { defineConfig } from 'vitest/config';

/** Of the projects that drive a browser: one file at a time, because a run in the page keeps every core busy by itself. */
const browser = { environment: 'node', fileParallelism: false, testTimeout: 300_000, hookTimeout: 300_000 } as const;

/** What takes long, and is therefore left out of `npm test`: `npm run test:long` (vitest's mode "long") has it alone. */
const LONG = 'test/**/*.long.test.{ts,tsx}';

/**
 * Three projects, one after the other (`--project engine` runs one of them):
 * - "engine": everything that runs in Node (engine, state, worker, boundaries, ...);
 * - "browser-engine": the same numeric cases on headless Chromium's backends;
 * - "browser": headless Chromium against the production build.
 */
export default defineConfig(({ mode }) => {
  const isLong = mode === 'long';
  const only = (folder: string) => folder.replace('.test.', isLong ? '.long.test.' : '.test.');
  const without = isLong ? [] : [LONG];
  /** For test/when.ts. */
  const env = { TESTS: isLong ? 'long' : 'short' };
  return {
    test: {
      slowTestThreshold: 5000,
      projects: [
        {
          test: {
            name: 'engine',
            env,
            environment: 'node',
            include: [only('test/**/*.test.{ts,tsx}')],
            exclude: ['test/browser/**', ...without],
            maxWorkers: 2,
            testTimeout: 60_000,
            hookTimeout: 60_000,
            sequence: { groupOrder: 0 },
          },
        },
        {
          test: {
            ...browser,
            // Numbers, which do not depend on how busy the machine is.
            fileParallelism: true,
            maxWorkers: 2,
            name: 'browser-engine',
            env,
            include: [only('test/browser/engine/**/*.test.ts')],
            exclude: without,
            globalSetup: 'test/browser/engine/globalSetup.ts',
            sequence: { groupOrder: 1 },
          },
        },
        {
          test: {
            ...browser,
            name: 'browser',
            env,
            include: [only('test/browser/*.test.ts')],
            exclude: without,
            globalSetup: 'test/browser/globalSetup.ts',
            sequence: { groupOrder: 2 },
          },
        },
      ],
    },
  };
});

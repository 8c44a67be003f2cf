import { defineConfig } from 'vitest/config';

/** `npm run test:firefox`: not among the projects of `npm test`, which asks for no more than a Chromium. */
export default defineConfig({
  test: {
    name: 'firefox',
    environment: 'node',
    include: ['test/browser/firefox/**/*.test.ts'],
    globalSetup: 'test/browser/firefox/globalSetup.ts',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});

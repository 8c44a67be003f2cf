import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { VERSIONS } from '../../vite.config';

/**
 * The page on the fake server: `npx vite --config test/ui/fake.vite.config.ts`. Only the module that starts the worker
 * is replaced; nothing of this reaches the production build.
 */
const root = path.resolve(import.meta.dirname, '../..');

export default defineConfig({
  root,
  define: VERSIONS,
  plugins: [react()],
  resolve: { alias: [{ find: /^.*\/worker\/spawn$/, replacement: path.join(root, 'test/worker/fakeSpawn.ts') }] },
  worker: { format: 'es' },
  build: { outDir: path.join(root, '.cache/fake-page'), emptyOutDir: true },
});

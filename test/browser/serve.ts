import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build, preview } from 'vite';

/** The repository's root. */
const ROOT = path.resolve(import.meta.dirname, '../..');

/**
 * Builds the page at `root` as `npm start` does (same configuration, same server, same headers) into a folder of its
 * own, so that two test runs, or a test run and a served build, never write over each other, and serves it on a free
 * port.
 *
 * @returns the page's address, ending in '/', and a function that stops the server and removes the folder.
 */
export async function buildAndServe(root = ROOT): Promise<{ url: string; close: () => Promise<void> }> {
  const cache = path.join(ROOT, '.cache');
  await mkdir(cache, { recursive: true });
  const outDir = await mkdtemp(path.join(cache, 'test-build-'));
  const remove = () => rm(outDir, { recursive: true, force: true });
  const config = {
    root,
    configFile: path.join(ROOT, 'vite.config.ts'),
    publicDir: path.join(ROOT, 'public'),
    logLevel: 'warn' as const,
  };
  try {
    await build({ ...config, mode: 'production', build: { outDir, emptyOutDir: true } });
    const server = await preview({ ...config, build: { outDir }, preview: { port: 0, open: false } });
    const url = server.resolvedUrls!.local[0];
    const close = async () => {
      await server.close();
      await remove();
    };
    return { url, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

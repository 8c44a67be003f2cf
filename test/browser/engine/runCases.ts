/** What the numeric cases of a backend are in the browser; a file each, so that two run side by side. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesOf } from './cases';
import { openEngine, type EngineInBrowser } from './harness';

/** @param isLong those that are left to `npm run test:long`, or the others */
export const runCases = (backend: 'webgpu' | 'webgl' | 'wasm', isLong = false) =>
  describe(`${backend} in Chromium${isLong ? ', what takes long' : ''}`, () => {
    const webgpu = backend === 'webgpu' ? 'software' : 'off';
    let engine: EngineInBrowser;
    beforeAll(async () => {
      engine = await openEngine(backend, { webgpu });
    });
    afterAll(() => engine?.close());

    it('starts, cross-origin isolated', () => {
      const { cores, ...report } = engine.report;
      expect(report).toEqual({
        backend,
        isolated: true,
        adapter: webgpu === 'software' ? 'swiftshader' : null,
        // Fewer threads than cores mean that the wasm backend's loader was bundled wrongly: vite.config.ts,
        // tfjsWasmThreads.
        threads: backend === 'wasm' ? Math.min(cores, 8) : null,
      });
    });

    it.each(casesOf(backend, isLong))('$name', async ({ name }) => {
      const { comparisons, disagreements, leaked } = await engine.run(name);
      expect(comparisons).toBeGreaterThan(0);
      expect(disagreements).toEqual([]);
      expect(leaked).toBe(0);
    });
  });

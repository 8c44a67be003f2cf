import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesOf } from './cases';
import { openEngine, type EngineInBrowser } from './harness';

const hosts = [
  { backend: 'webgpu', webgpu: 'software' },
  { backend: 'wasm', webgpu: 'off' },
  { backend: 'webgl', webgpu: 'off' },
] as const;

describe.each(hosts)('$backend in Chromium', ({ backend, webgpu }) => {
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

  it.each(casesOf(backend, false))('$name', async ({ name }) => {
    const { comparisons, disagreements, leaked } = await engine.run(name);
    expect(comparisons).toBeGreaterThan(0);
    expect(disagreements).toEqual([]);
    expect(leaked).toBe(0);
  });
});

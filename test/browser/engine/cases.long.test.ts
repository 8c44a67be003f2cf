import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesOf } from './cases';
import { openEngine, type EngineInBrowser } from './harness';

describe('webgpu in Chromium, what takes long', () => {
  let engine: EngineInBrowser;
  beforeAll(async () => {
    engine = await openEngine('webgpu', { webgpu: 'software' });
  });
  afterAll(() => engine?.close());

  it.each(casesOf('webgpu', true))('$name', async ({ name }) => {
    const { comparisons, disagreements, leaked } = await engine.run(name);
    expect(comparisons).toBeGreaterThan(0);
    expect(disagreements).toEqual([]);
    expect(leaked).toBe(0);
  });
});

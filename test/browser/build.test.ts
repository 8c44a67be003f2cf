import { describe, expect, inject, it } from 'vitest';

const url = inject('pageUrl');

describe('the served build', () => {
  it.each([
    ['the page', '', 'text/html'],
    ['the icon', 'favicon.svg', 'image/svg+xml'],
    ['threaded wasm', 'wasm/tfjs-backend-wasm-threaded-simd.wasm', 'application/wasm'],
    ['wasm', 'wasm/tfjs-backend-wasm-simd.wasm', 'application/wasm'],
    ['plain wasm', 'wasm/tfjs-backend-wasm.wasm', 'application/wasm'],
  ])('sends %s, isolated', async (_what, path, type) => {
    const response = await fetch(url + path);
    await response.arrayBuffer();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(type);
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  it('answers 404, not the page, where there is nothing', async () => {
    expect((await fetch(`${url}models/none/model.json`)).status).toBe(404);
  });

  it('has TensorFlow.js in the worker alone', async () => {
    const text = async (path: string) => (await fetch(url + path)).text();
    // A kernel's name: a string, so that it survives minifying.
    const tfjs = 'Conv2DBackpropInput';
    const scripts = new Map<string, string>();
    const visit = async (path: string) => {
      if (scripts.has(path)) return;
      const script = await text(path);
      scripts.set(path, script);
      for (const [name] of script.matchAll(/[\w-]+-[\w-]{8}\.js/g)) await visit(`assets/${name}`);
    };
    for (const [, path] of (await text('')).matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)) await visit(path);
    const withTfjs = [...scripts].filter(([, script]) => script.includes(tfjs)).map(([path]) => path);
    expect(scripts.size).toBeGreaterThan(1);
    expect(withTfjs).toEqual([expect.stringMatching(/^assets\/server-/)]);
  });
});

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

  it("has the page's own script and styles fetched beside the first script", async () => {
    const html = await (await fetch(url)).text();
    expect(html).toMatch(/<link rel="preload" as="script"[^>]*href="\.\/assets\/main-[\w-]{8}\.js">/);
    expect(html).toMatch(/<link rel="preload" as="style"[^>]*href="\.\/assets\/main-[\w-]{8}\.css">/);
    const [first] = [...html.matchAll(/<script type="module"[^>]*src="\.\/(assets\/[^"]+\.js)"/g)].map(
      ([, path]) => path,
    );
    expect((await (await fetch(url + first)).arrayBuffer()).byteLength).toBeLessThan(10_000);
  });

  it('answers 404, not the page, where there is nothing', async () => {
    expect((await fetch(`${url}models/none/model.json`)).status).toBe(404);
  });

  it('has TensorFlow.js in the worker alone', async () => {
    const text = async (path: string) => (await fetch(url + path)).text();
    // A kernel's name: a string, so that it survives minifying.
    const tfjs = 'Conv2DBackpropInput';
    const scripts = new Map<string, string>();
    /** All scripts that one of these leads to. The worker's entry is named by the page but not a part of it. */
    const visit = async (path: string) => {
      if (scripts.has(path) || (path.includes('/server-') && scripts.size > 0)) return;
      const script = await text(path);
      scripts.set(path, script);
      for (const [name] of script.matchAll(/[\w-]+-[\w-]{8}\.js/g)) await visit(`assets/${name}`);
    };
    const entries = [...(await text('')).matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path);
    expect(entries.length).toBeGreaterThan(0);
    for (const path of entries) await visit(path);
    const page = [...scripts];
    expect(page.filter(([, script]) => script.includes(tfjs)).map(([path]) => path)).toEqual([]);
    const [worker] = page.flatMap(([, script]) => script.match(/server-[\w-]{8}\.js/) ?? []);
    scripts.clear();
    await visit(`assets/${worker}`);
    expect([...scripts.values()].some((script) => script.includes(tfjs))).toBe(true);
  });
});

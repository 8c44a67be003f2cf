/** Gives Node, which has no WebGPU by itself, a navigator.gpu. */

/** Where a backend cannot run for a reason that is no error of the program: no package, no adapter. */
export class NoBackend extends Error {}

interface Dawn {
  create(flags: string[]): {
    requestAdapter(
      options?: object,
    ): Promise<{ info?: { vendor?: string; architecture?: string; description?: string } } | null>;
  };
  globals: object;
}

/**
 * By the package "webgpu" (Dawn), which is no dependency: few need it, and it is large.
 *
 * @param flags Dawn's; `backend=null` computes nothing, and needs no GPU
 * @returns the adapter's name
 * @throws NoBackend where the package is missing, or there is no adapter
 */
export async function provideWebgpu(flags: string[] = []): Promise<string> {
  const name = 'webgpu';
  let dawn: Dawn;
  try {
    dawn = (await import(name)) as Dawn;
  } catch {
    throw new NoBackend('webgpu: Node has none by itself; "npm install --no-save webgpu" gives it one.');
  }
  const gpu = dawn.create(flags);
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', { value: { ...globalThis.navigator, gpu }, configurable: true });
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new NoBackend('webgpu: there is no adapter on this machine.');
  return (
    [adapter.info?.vendor, adapter.info?.architecture, adapter.info?.description].filter(Boolean).join(' ') ||
    'adapter without a name'
  );
}

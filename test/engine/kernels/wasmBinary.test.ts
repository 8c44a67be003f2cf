import { describe, expect, it } from 'vitest';
import { binary } from '../../../src/engine/kernels/wasm/module';
import { compileKernels } from '../../../src/headless/buildKernels';

describe('the wasm module', () => {
  it('is what its sources compile to (else: npm run build:kernels)', async () => {
    const compiled = await compileKernels();
    expect(Buffer.from(binary(false)).equals(Buffer.from(compiled))).toBe(true);
  });

  it('accepts a memory of its own and one shared between threads, and not one for the other', () => {
    const limits = { initial: 1, maximum: 10 };
    const start = (isShared: boolean, memory: WebAssembly.Memory) =>
      new WebAssembly.Instance(new WebAssembly.Module(binary(isShared)), { env: { memory } });
    const [own, shared] = [new WebAssembly.Memory(limits), new WebAssembly.Memory({ ...limits, shared: true })];
    expect(Object.keys(start(false, own).exports)).toContain('convolve');
    expect(Object.keys(start(true, shared).exports)).toContain('convolve');
    expect(() => start(false, shared)).toThrow(WebAssembly.LinkError);
    expect(() => start(true, own)).toThrow(WebAssembly.LinkError);
  });
});

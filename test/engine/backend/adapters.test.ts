import { afterEach, describe, expect, it, vi } from 'vitest';
import { isSoftware, webglAdapter, webgpuAdapter } from '../../../src/engine/backend/adapters';

afterEach(() => vi.unstubAllGlobals());

describe('an adapter’s name', () => {
  it.each([
    'google swiftshader',
    'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)',
    'Google SwiftShader',
    'Mesa llvmpipe (LLVM 15.0.7, 256 bits)',
    'ANGLE (Mesa, llvmpipe (LLVM 19.1.7 256 bits), OpenGL 4.5)',
    'Gallium 0.4 on softpipe',
    'lavapipe',
    'ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)',
    'microsoft warp',
    'GDI Generic',
    'Apple Software Renderer',
    'Software Rasterizer',
  ])('%s is software', (name) => expect(isSoftware(name)).toBe(true));

  it.each([
    '',
    'nvidia ampere',
    'ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)',
    'ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)',
    'apple metal-3',
    'Apple M2',
    'AMD Radeon RX 6600 (radeonsi, navi23, LLVM 17.0.6, DRM 3.54)',
    'Adreno (TM) 740',
    'Mali-G715',
    'WebKit WebGL',
  ])('%s is none', (name) => expect(isSoftware(name)).toBe(false));
});

describe('WebGPU', () => {
  const gpu = (adapter: object | null) => vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => adapter } });

  it('says who its adapter is, and that it is a fallback', async () => {
    gpu({ info: { vendor: 'nvidia', architecture: 'ampere', device: '', description: '' } });
    expect(await webgpuAdapter()).toEqual({ name: 'nvidia ampere', software: false });
    gpu({ info: { vendor: 'google', architecture: 'swiftshader', isFallbackAdapter: false } });
    expect(await webgpuAdapter()).toEqual({ name: 'google swiftshader', software: true });
    gpu({ info: { vendor: 'somebody', isFallbackAdapter: true } });
    expect(await webgpuAdapter()).toEqual({ name: 'somebody', software: true });
    gpu({ isFallbackAdapter: true });
    expect(await webgpuAdapter()).toEqual({ name: '', software: true });
    gpu({});
    expect(await webgpuAdapter()).toEqual({ name: '', software: false });
  });

  it('without an adapter is told apart from a browser without it', async () => {
    gpu(null);
    expect(await webgpuAdapter()).toBeNull();
    vi.stubGlobal('navigator', {});
    expect(await webgpuAdapter()).toBeUndefined();
  });
});

describe('WebGL', () => {
  const lost = vi.fn();
  /** A canvas whose contexts tell their name with the extension, or without. */
  const canvas = (contexts: Record<string, { masked?: string; plain?: string }>) =>
    vi.stubGlobal(
      'OffscreenCanvas',
      class {
        getContext(kind: string) {
          const context = contexts[kind];
          if (!context) return null;
          return {
            RENDERER: 1,
            getParameter: (name: number) => (name === 2 ? context.masked : context.plain),
            getExtension: (name: string) =>
              name === 'WEBGL_lose_context'
                ? { loseContext: lost }
                : context.masked === undefined
                  ? null
                  : { UNMASKED_RENDERER_WEBGL: 2 },
          };
        }
      },
    );

  it('says who its adapter is, and lets go of the context it was asked through', () => {
    lost.mockClear();
    canvas({ webgl2: { masked: 'ANGLE (Google, SwiftShader)', plain: 'WebKit WebGL' } });
    expect(webglAdapter()).toEqual({ name: 'ANGLE (Google, SwiftShader)', software: true });
    expect(lost).toHaveBeenCalledOnce();
    canvas({ webgl: { plain: 'Mali-G715' } });
    expect(webglAdapter()).toEqual({ name: 'Mali-G715', software: false });
  });

  it('without a context is told apart from a worker that cannot draw', () => {
    canvas({});
    expect(webglAdapter()).toBeNull();
    vi.unstubAllGlobals();
    expect(webglAdapter()).toBeUndefined();
  });
});

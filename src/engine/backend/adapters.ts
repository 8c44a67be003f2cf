/** What WebGPU and WebGL say of the adapter behind them, before anything is computed on it. */

export interface Adapter {
  /** As it names itself; empty where it does not. */
  name: string;
  /** A processor that plays a graphics card: always slower than WebAssembly on the same processor. */
  software: boolean;
}

/**
 * Names of software adapters: Chromium's SwiftShader, Mesa's llvmpipe, softpipe and lavapipe, Windows' WARP ("Microsoft
 * Basic Render Driver") and GDI, Apple's and everybody else's "software renderer" and "software rasterizer".
 */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|lavapipe|swrast|basic render|\bwarp\b|gdi generic|\bsoftware\b/i;

/** Whether an adapter of this name computes on the processor. */
export const isSoftware = (name: string): boolean => SOFTWARE.test(name);

interface GpuAdapterInfo {
  vendor?: string;
  architecture?: string;
  device?: string;
  description?: string;
  isFallbackAdapter?: boolean;
}

interface GpuAdapter {
  info?: GpuAdapterInfo;
  /** Where it was before it moved into `info`. */
  isFallbackAdapter?: boolean;
}

/** Vendor, architecture, device and description, as far as they are given. */
export function webgpuName(info: GpuAdapterInfo | undefined): string {
  return [info?.vendor, info?.architecture, info?.device, info?.description].filter(Boolean).join(' ');
}

/** The adapter that WebGPU would use; null where there is none. Undefined where the browser has no WebGPU. */
export async function webgpuAdapter(): Promise<Adapter | null | undefined> {
  const gpu = (globalThis as { navigator?: { gpu?: { requestAdapter(options?: object): Promise<GpuAdapter | null> } } })
    .navigator?.gpu;
  if (!gpu) return undefined;
  // The same question as tfjs asks.
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return null;
  const name = webgpuName(adapter.info);
  return {
    name,
    software: Boolean(adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter) || isSoftware(name),
  };
}

interface WebglContext {
  readonly RENDERER: number;
  getParameter(name: number): unknown;
  getExtension(name: 'WEBGL_debug_renderer_info'): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  getExtension(name: 'WEBGL_lose_context'): { loseContext(): void } | null;
}

interface Canvas {
  getContext(kind: string, attributes?: object): WebglContext | null;
}

/**
 * The adapter that WebGL uses; null where it has none. Undefined where a worker cannot draw. Makes a context of its
 * own, and lets it go.
 */
export function webglAdapter(): Adapter | null | undefined {
  const { OffscreenCanvas } = globalThis as { OffscreenCanvas?: new (width: number, height: number) => Canvas };
  if (!OffscreenCanvas) return undefined;
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('webgl2') ?? canvas.getContext('webgl');
  if (!context) return null;
  // Some browsers tell the name only with the extension, some only without.
  const masked = context.getExtension('WEBGL_debug_renderer_info');
  const name = String(context.getParameter(masked?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER) ?? '');
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return { name, software: isSoftware(name) };
}

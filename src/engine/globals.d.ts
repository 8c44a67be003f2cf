/**
 * All that the engine may use of its host beyond ECMAScript: what workers and Node 20 both have. Read by
 * tsconfig.engine.json only, which knows neither the DOM nor Node. Add here what both hosts offer, and nothing else.
 */

declare const performance: { now(): number };

declare const console: Record<'debug' | 'info' | 'log' | 'warn' | 'error', (...data: unknown[]) => void>;

declare function setTimeout(handler: () => void, milliseconds?: number): unknown;
declare function clearTimeout(handle: unknown): void;
declare function queueMicrotask(task: () => void): void;
declare function structuredClone<T>(value: T): T;

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean });
  decode(bytes?: ArrayBuffer | ArrayBufferView): string;
}

declare class URL {
  static createObjectURL(blob: Blob): string;
  constructor(url: string | URL, base?: string | URL);
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly pathname: string;
  toString(): string;
}

interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

interface Headers {
  get(name: string): string | null;
}
interface Response {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: ReadableStream | null;
  arrayBuffer(): Promise<ArrayBuffer>;
  json(): Promise<unknown>;
  text(): Promise<string>;
}
declare function fetch(url: string | URL): Promise<Response>;

/** Node 20 has none: check with `typeof navigator`. */
declare const navigator:
  { readonly hardwareConcurrency?: number; readonly userAgent?: string; readonly gpu?: unknown } | undefined;
/** Workers only: whether wasm may share memory between threads. */
declare const crossOriginIsolated: boolean | undefined;

declare function atob(text: string): string;
declare function btoa(bytes: string): string;

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
    readonly exports: Record<string, unknown>;
  }
  class Memory {
    constructor(limits: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBufferLike;
  }
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

declare class Blob {
  constructor(parts: (string | Uint8Array<ArrayBuffer>)[], options?: { type?: string });
  stream(): ReadableStream;
}
/** Decompression and bodies of answers; of streams no more than these take. */
interface ReadableStream {
  pipeThrough(transform: DecompressionStream): ReadableStream;
  cancel(): Promise<void>;
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array<ArrayBuffer> }>;
    cancel(): Promise<void>;
  };
}
declare class DecompressionStream {
  constructor(format: 'deflate' | 'deflate-raw' | 'gzip');
}
/** Workers of browsers only: check with `typeof`. */
declare function createImageBitmap(
  blob: Blob,
  options?: { colorSpaceConversion?: 'none'; imageOrientation?: 'none'; premultiplyAlpha?: 'none' },
): Promise<ImageBitmap>;
interface ImageBitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}
declare class OffscreenCanvas {
  constructor(width: number, height: number);
  getContext(
    kind: '2d',
    options?: { willReadFrequently?: boolean },
  ): {
    drawImage(bitmap: ImageBitmap, x: number, y: number): void;
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  } | null;
}
/** Only asked for where wasm's memory is shared, which takes a browser (or what stands in for one). */
declare class Worker {
  constructor(url: string);
  postMessage(message: unknown): void;
}

/**
 * This project's own WebAssembly module (assembly/, compiled into binary.ts by `npm run build:kernels`). It works in
 * the memory of tfjs's wasm backend, on tensors where they lie: nothing is copied, and the backend stays tfjs's.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { BINARY } from './binary';
import type { Exports } from './exports';
import { alone, startPool, type Pool } from './pool';

/** The parts of tfjs's BackendWasm that are used here. */
export interface WasmBackend {
  wasm: {
    /** Exports of a module that has its memory to itself. */
    asm?: { memory?: WebAssembly.Memory };
    /** Of a module whose memory is shared between threads. */
    wasmMemory?: WebAssembly.Memory;
    tfjs: { getThreadsCount(): number };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  /** One more tensor has this data. */
  incRef(dataId: object): void;
}

/** The module in one backend's memory. */
interface Instance {
  exports: Exports;
  pool: Pool;
}

const instances = new WeakMap<WasmBackend['wasm'], Instance>();

function memoryOf(wasm: WasmBackend['wasm']): WebAssembly.Memory {
  return (wasm.asm?.memory ?? wasm.wasmMemory)!;
}

function instanceOf({ wasm }: WasmBackend): Instance {
  let found = instances.get(wasm);
  if (!found) {
    const memory = memoryOf(wasm);
    const shared = !(memory.buffer instanceof ArrayBuffer);
    const module = new WebAssembly.Module(binary(shared));
    const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
    const call = (name: string, args: number[]) =>
      (exports[name as keyof Exports] as (...args: number[]) => void)(...args);
    const threads = shared ? wasm.tfjs.getThreadsCount() : 1;
    found = {
      exports,
      pool: threads > 1 ? startPool(threads, module, memory, Object.keys(exports), call) : alone(call),
    };
    instances.set(wasm, found);
  }
  return found;
}

/** The module's functions on a backend's memory. Throws where WebAssembly has no SIMD. */
export function exportsOf(backend: WasmBackend): Exports {
  return instanceOf(backend).exports;
}

/**
 * Calls a function for 0 .. count, cut into as many parts as there are threads, all at the same time.
 *
 * @param grain a part is at least this much: for less, waking a thread does not pay
 * @param args the arguments for first .. last, the `part`-th part
 * @returns how many parts there were
 */
export function inParallel(
  backend: WasmBackend,
  name: keyof Exports,
  count: number,
  grain: number,
  args: (first: number, last: number, part: number) => number[],
): number {
  const parts = partsOf(backend, count, grain);
  const { pool } = instanceOf(backend);
  pool.run(
    name,
    Array.from({ length: parts }, (_, part) =>
      args(Math.floor((count * part) / parts), Math.floor((count * (part + 1)) / parts), part),
    ),
  );
  return parts;
}

/** Parts that `inParallel` will make of it: what scratch is needed for. */
export function partsOf(backend: WasmBackend, count: number, grain: number): number {
  return Math.max(1, Math.min(instanceOf(backend).pool.threads, Math.floor(count / Math.max(1, grain)), count));
}

/** Before the byte that says of the imported memory whether it is shared: "env", "memory", kind 2. */
const MEMORY_IMPORT = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2];
const HAS_MAXIMUM = 1;
const HAS_MAXIMUM_AND_IS_SHARED = 3;

/** The module for a memory that is or is not shared: the instructions are the same, only the declaration differs. */
export function binary(shared: boolean): Uint8Array<ArrayBuffer> {
  const text = atob(BINARY);
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const at = bytes.findIndex((_, i) => MEMORY_IMPORT.every((byte, k) => bytes[i + k] === byte));
  const flags = at + MEMORY_IMPORT.length;
  if (at < 0 || bytes[flags] !== HAS_MAXIMUM)
    throw new Error('binary.ts: the module does not import its memory as expected');
  if (shared) bytes[flags] = HAS_MAXIMUM_AND_IS_SHARED;
  return bytes;
}

/** Where a tensor's values are. */
export function address(backend: WasmBackend, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** A new tensor; its values are whatever was in that memory. */
export function output(backend: WasmBackend, shape: readonly number[]): tf.TensorInfo {
  return backend.makeOutput([...shape], 'float32');
}

/** Runs `work` with the address of `bytes` bytes (aligned to 16), which are free again afterwards. */
export function withScratch<T>({ wasm }: WasmBackend, bytes: number, work: (address: number) => T): T {
  const address = wasm._malloc(bytes + 16) >>> 0;
  try {
    // Whole numbers with a sign end at 2 GB, memory at 4.
    return work(((address + 15) & ~15) >>> 0);
  } finally {
    wasm._free(address);
  }
}

/** Puts numbers into the memory, as float32. */
export function writeFloats({ wasm }: WasmBackend, at: number, values: number[]): void {
  new Float32Array(memoryOf(wasm).buffer, at, values.length).set(values);
}

/** Puts whole numbers into the memory, as int32. */
export function writeIntegers({ wasm }: WasmBackend, at: number, values: number[]): void {
  new Int32Array(memoryOf(wasm).buffer, at, values.length).set(values);
}

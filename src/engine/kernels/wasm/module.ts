/**
 * This project's own WebAssembly module (assembly/, compiled into binary.ts by `npm run build:kernels`). It works in
 * the memory of tfjs's wasm backend, on tensors where they lie: nothing is copied, and the backend stays tfjs's.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { BINARY } from './binary';
import { alone, startPool, type Pool } from './pool';

/**
 * What assembly/index.ts exports. Arguments are addresses and strides in bytes, sizes and flags; whole numbers, but for
 * epsilons. Those with `first` and `last` do that part of what is computed, so that several threads can share the work;
 * no sum is ever cut by it, so that the result is the same, bit for bit, for any number of threads.
 */
export interface Exports {
  zero(address: number, bytes: number): void;
  copy(from: number, to: number, bytes: number): void;

  packFilter(filter: number, k: number, co: number, out: number): void;
  packTurnedFilter(
    filter: number,
    kw: number,
    ci: number,
    co: number,
    u0: number,
    du: number,
    nu: number,
    v0: number,
    dv: number,
    nv: number,
    out: number,
  ): void;
  convolve(
    x: number,
    packed: number,
    y: number,
    scratch: number,
    first: number,
    last: number,
    h: number,
    w: number,
    ci: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    oh: number,
    ow: number,
    co: number,
    yImage: number,
    yRow: number,
    yPixel: number,
    inPlace: number,
  ): void;
  filterGradient(
    x: number,
    dy: number,
    sums: number,
    first: number,
    last: number,
    images: number,
    h: number,
    w: number,
    ci: number,
    oh: number,
    ow: number,
    co: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    rowBlock: number,
    exchanged: number,
  ): void;
  finishFilterGradient(sums: number, out: number, taps: number, ci: number, co: number, exchanged: number): void;

  depthwiseInputGradient(
    dy: number,
    filter: number,
    dx: number,
    first: number,
    last: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    m: number,
  ): void;
  depthwiseFilterGradient(
    x: number,
    dy: number,
    sums: number,
    first: number,
    last: number,
    images: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    m: number,
  ): void;
  maxPoolGradient(
    x: number,
    y: number,
    dy: number,
    dx: number,
    first: number,
    last: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
  ): void;
  averagePoolGradient(
    dy: number,
    dx: number,
    first: number,
    last: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
  ): void;

  copyColumns(from: number, fromRow: number, to: number, toRow: number, rows: number, bytes: number): void;
  poolStatistics(x: number, averaging: number, columns: number, out: number, g: number, n: number, d: number): void;
  poolStatisticsGradient(
    dy: number,
    x: number,
    averaging: number,
    pooled: number,
    columns: number,
    dx: number,
    g: number,
    n: number,
    d: number,
  ): void;

  upsampleFilters(filter: number, out: number, count: number): void;
  upsampleFiltersGradient(sums: number, out: number, ci: number, n: number, n4: number): void;
  upsampleConvolve(
    x: number,
    panels: number,
    y: number,
    scratch: number,
    first: number,
    last: number,
    h: number,
    w: number,
    ci: number,
    co: number,
    block: number,
  ): void;
  upsampleInputGradient(
    dy: number,
    panels: number,
    dx: number,
    scratch: number,
    first: number,
    last: number,
    h: number,
    w: number,
    ci: number,
    co: number,
    block: number,
  ): void;
  upsampleFilterGradient(
    x: number,
    dy: number,
    sums: number,
    scratch: number,
    first: number,
    last: number,
    images: number,
    h: number,
    w: number,
    ci: number,
    co: number,
    block: number,
  ): void;

  imageMeans(x: number, out: number, first: number, last: number, pixels: number, c: number): void;
  imageMoments(x: number, out: number, first: number, last: number, pixels: number, c: number): void;
  imagePairSums(
    dy: number,
    x: number,
    mean: number,
    meanImage: number,
    out: number,
    first: number,
    last: number,
    pixels: number,
    c: number,
  ): void;
  columnSums(x: number, out: number, scratch: number, rows: number, c: number): void;
  stretchSums(x: number, out: number, first: number, last: number, rows: number, c: number): void;
  sumOfStretches(x: number, out: number, stretches: number, c: number): void;
  affineImages(
    x: number,
    a: number,
    b: number,
    y: number,
    scratch: number,
    first: number,
    last: number,
    pixels: number,
    c: number,
    perImage: number,
  ): void;
  affine2Images(
    y: number,
    x: number,
    a: number,
    b: number,
    e: number,
    z: number,
    scratch: number,
    first: number,
    last: number,
    pixels: number,
    c: number,
    aPerImage: number,
  ): void;
  spreadMeans(v: number, y: number, scratch: number, first: number, last: number, pixels: number, c: number): void;

  frozenCoefficients(
    mean: number,
    variance: number,
    gamma: number,
    beta: number,
    epsilon: number,
    scale: number,
    shift: number,
    c: number,
  ): void;
  frozenGradients(
    sums: number,
    variance: number,
    epsilon: number,
    dGamma: number,
    dBeta: number,
    n: number,
    c: number,
  ): void;
  momentsGradient(
    moments: number,
    dMoments: number,
    slope: number,
    offset: number,
    n: number,
    c: number,
    pixels: number,
  ): void;
  groupMoments(
    moments: number,
    mean: number,
    inverse: number,
    n: number,
    c: number,
    groupSize: number,
    epsilon: number,
  ): void;
  groupCoefficients(
    mean: number,
    inverse: number,
    scale: number,
    shift: number,
    factor: number,
    offset: number,
    count: number,
  ): void;
  groupGradients(
    sums: number,
    mean: number,
    inverse: number,
    scale: number,
    dScale: number,
    dShift: number,
    a: number,
    b: number,
    e: number,
    n: number,
    c: number,
    groupSize: number,
    pixels: number,
  ): void;

  leakyRelu(x: number, y: number, slope: number, first: number, last: number): void;
  leakyReluGradient(dy: number, x: number, dx: number, slope: number, first: number, last: number): void;
  reluGradient(dy: number, y: number, dx: number, first: number, last: number): void;
  relu6Gradient(dy: number, y: number, dx: number, first: number, last: number): void;
  tanhGradient(dy: number, y: number, dx: number, first: number, last: number): void;
  fakeQuantize(x: number, y: number, scale: number, zero: number, half: number, first: number, last: number): void;
  fakeQuantizeColumns(x: number, y: number, scale: number, zero: number, half: number, rows: number, c: number): void;
  limitUpdate(p: number, next: number, sizes: number, count: number, settings: number): void;
  relu(x: number, y: number, first: number, last: number): void;
  relu6(x: number, y: number, first: number, last: number): void;
  fakeQuantizeGradient(
    dy: number,
    x: number,
    dx: number,
    scale: number,
    zero: number,
    half: number,
    steps: number,
    zeros: number,
    chunk: number,
    count: number,
    first: number,
    last: number,
  ): void;
  fakeQuantizeColumnsGradient(
    dy: number,
    x: number,
    dx: number,
    scale: number,
    zero: number,
    half: number,
    steps: number,
    zeros: number,
    rows: number,
    c: number,
  ): void;
  columnRanges(x: number, lo: number, hi: number, rows: number, c: number): void;
  quantizationGrids(
    lo: number,
    hi: number,
    bits: number,
    smallest: number,
    scale: number,
    zero: number,
    c: number,
  ): void;
  adam(
    p: number,
    g: number,
    m: number,
    v: number,
    pOut: number,
    mOut: number,
    vOut: number,
    settings: number,
    first: number,
    last: number,
  ): void;
  sgd(
    p: number,
    g: number,
    b: number,
    pOut: number,
    bOut: number,
    settings: number,
    nesterov: number,
    first: number,
    last: number,
  ): void;
}

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

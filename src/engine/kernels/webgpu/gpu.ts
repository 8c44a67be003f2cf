/** What recording uses of WebGPU and of tfjs's WebGPU backend (4.22). The engine is compiled without the DOM's types. */
import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import type { OpenResult } from './recording/openResult';
import type { WebgpuBackend } from './program';

export interface GpuBuffer {
  readonly size: number;
  destroy(): void;
  mapAsync(mode: number): Promise<unknown>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

export interface Pipeline {
  getBindGroupLayout(index: number): object;
}

export interface Pass {
  setPipeline(pipeline: Pipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
  end(): void;
}

export interface Encoder {
  beginComputePass(descriptor?: object): Pass;
  copyBufferToBuffer(source: GpuBuffer, sourceAt: number, target: GpuBuffer, targetAt: number, bytes: number): void;
  resolveQuerySet(set: object, first: number, count: number, target: GpuBuffer, at: number): void;
  finish(): object;
}

export interface Device {
  readonly features: { has(name: string): boolean };
  createBuffer(descriptor: { size: number; usage: number; label?: string }): GpuBuffer;
  createBindGroup(descriptor: { layout: object; entries: { binding: number; resource: object }[] }): object;
  createQuerySet(descriptor: { type: 'timestamp'; count: number }): { destroy(): void };
  createCommandEncoder(): Encoder;
}

/** GPUBufferUsage */
export const USAGE = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
  queryResolve: 0x200,
} as const;

/** What every adapter allows a binding to begin at. */
export const ALIGNMENT = 256;

/** Of every tensor's buffer, as tfjs makes it. */
export const TENSOR_USAGE = USAGE.storage | USAGE.copySource | USAGE.copyTarget;

export interface TensorData {
  values?: ArrayLike<number> | null;
  resource?: GpuBuffer | null;
  /** Its buffer is somebody else's: tfjs leaves it alone. */
  external?: boolean;
  dtype: string;
  refCount: number;
}

export interface Binding {
  buffer: GpuBuffer;
  offset?: number;
  size?: number;
}

interface Program {
  pipeline: Pipeline;
  dispatch: [number, number, number];
  constructor: { name: string };
  /** What it writes, where that is more than its output (program.ts). */
  writes?: readonly DataId[];
  /** Of that, what was there before and is written as a whole. */
  fills?: readonly DataId[];
}

/** The parts of the backend that recording looks into, or puts its own in the place of. */
export interface Gpu extends Omit<WebgpuBackend, 'device' | 'tensorMap'> {
  device: Device & WebgpuBackend['device'];
  queue: {
    writeBuffer(buffer: GpuBuffer, at: number, data: ArrayBufferLike, dataAt: number, size: number): void;
    submit(commands: object[]): void;
    onSubmittedWorkDone(): Promise<unknown>;
  };
  tensorMap: { get(dataId: DataId): TensorData; has(dataId: DataId): boolean };
  commandEncoder: Encoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  uniformPendingDisposal: GpuBuffer[];
  bufferManager: {
    acquireBuffer(size: number, usage: number): GpuBuffer;
    releaseBuffer(buffer: GpuBuffer): void;
  };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(dataId: DataId): void;
  releaseResource(dataId: DataId): void;
  write(values: unknown, shape: number[], dtype: string): DataId;
  move(dataId: DataId, values: unknown, shape: number[], dtype: string, refCount: number): void;
  tensorToBinding(tensor: TensorInfo): Binding | null;
  makeUniforms(uniforms: object[]): Binding;
  recordAndSubmit(program: Program, output: TensorInfo, inputs: TensorInfo[], uniforms?: object[]): void;
  /** There while a step is recorded. */
  recorder?: {
    /** Is told of every copy (copies.ts), and of the tensors whose buffers it takes. */
    uses(dataId: DataId): void;
    copied(copy: Copy): void;
    /** See openResults.ts. */
    leftOpen(dataId: DataId, open: OpenResult): void;
    openOf(dataId: DataId): OpenResult | undefined;
  };
}

/** A part of a buffer that is copied into another. */
export interface Copy {
  source: GpuBuffer;
  sourceAt: number;
  target: GpuBuffer;
  targetAt: number;
  bytes: number;
}

/**
 * Listens to tfjs's WebGPU backend while a step runs, and keeps what is needed to run it again: pipelines, bind groups,
 * numbers of workgroups, copies, and every buffer.
 *
 * Buffers of tensors that are made on the way are kept apart from the backend's pool. Within the step they may follow
 * each other in one buffer, as the commands do that use them; values that came from the CPU (constants) and the inputs
 * have theirs for themselves, because at a replay they are there before the first command.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { NotReplayable } from '../../replay/recorder';
import { sourcesOf, type OpenResult } from './openResult';
import { size } from '../program';
import { ALIGNMENT, USAGE, type Binding, type Copy, type Gpu, type GpuBuffer, type Pipeline } from '../gpu';

export interface LaunchCommand {
  name: string;
  pipeline: Pipeline;
  /** Made when all is noted. */
  group: object;
  workgroups: [number, number, number];
  /** What it reads and writes. */
  buffers: GpuBuffer[];
  /** Of those, what it writes. */
  writes: GpuBuffer[];
  /** Of those, what it fills: what was there before is gone. */
  fills: GpuBuffer[];
}

export type Command = LaunchCommand | Copy;

type Listened = 'write' | 'uploadToGPU' | 'releaseResource' | 'tensorToBinding' | 'makeUniforms' | 'recordAndSubmit';

/** Owns the buffers that it keeps: call `dispose`. */
export class Capture {
  commands: Command[] = [];
  /** Buffers of tensors from outside that the step reads or writes. */
  readonly outside = new Map<tf.DataId, GpuBuffer>();
  /** Of all buffers that are kept. */
  bytes = 0;
  private readonly made = new Set<tf.DataId>();
  private readonly kept: GpuBuffer[] = [];
  private readonly constants = new Set<GpuBuffer>();
  private readonly free = new Map<number, GpuBuffer[]>();
  /** Of every launch, in order. */
  private launched: { command: LaunchCommand; bindings: Binding[]; uniforms: ArrayBufferLike }[] = [];
  /** Of the launch that is being made. */
  private uniforms: ArrayBufferLike | null = null;
  /** Buffers that tensors got since the last command. */
  private readonly fresh = new Set<GpuBuffer>();
  /** Results that were left open, while they exist; what they are made of is kept as long. */
  private readonly open = new Map<tf.DataId, OpenResult>();

  /**
   * @param inputs where the step's inputs lie; their tensors are not made here
   * @param budget bytes beyond which nothing more is noted: `isComplete` is false then
   */
  constructor(
    private readonly gpu: Gpu,
    private readonly inputs: ReadonlyMap<tf.DataId, Binding>,
    private readonly budget: number,
  ) {}

  /** Whether everything was noted. */
  get isComplete(): boolean {
    return this.bytes <= this.budget;
  }

  /**
   * Runs something and listens; all of its commands are submitted when it returns.
   *
   * @param run returns the buffer of its result
   */
  listen(run: () => GpuBuffer): void {
    const { gpu } = this;
    const own = this.listeners();
    Object.assign(gpu, own);
    gpu.recorder = {
      uses: (dataId) => this.uses(dataId),
      copied: (copy) => {
        if (this.isComplete) this.commands.push(copy);
        this.fresh.clear();
        this.closeChanged([copy.target]);
      },
      leftOpen: (dataId, open) => {
        this.close(dataId);
        for (const dataId of this.madeOf(open)) gpu.tensorMap.get(dataId).refCount++;
        this.open.set(dataId, open);
      },
      openOf: (dataId) => this.open.get(dataId),
    };
    try {
      let result: GpuBuffer;
      try {
        result = run();
      } finally {
        for (const dataId of [...this.open.keys()]) this.close(dataId);
        gpu.endComputePassEncoder();
        if (gpu.commandEncoder) gpu.submitQueue();
      }
      const left = [...this.made].filter((dataId) => gpu.tensorMap.has(dataId));
      // Their buffers go with them.
      for (const dataId of left) this.letGo(gpu.tensorMap.get(dataId).resource);
      if (left.length > 0) throw new NotReplayable(`it leaves ${left.length} tensors behind.`);
      this.commands = needed(shortened(this.commands), [result, ...this.outside.values()]);
      if (this.isComplete) this.bind();
    } finally {
      // What stood there is the class's.
      for (const name of Object.keys(own)) delete (gpu as unknown as Record<string, unknown>)[name];
      delete gpu.recorder;
    }
  }

  private listeners(): Pick<Gpu, Listened> {
    const { gpu } = this;
    const [write, uploadToGPU, releaseResource, tensorToBinding, makeUniforms, recordAndSubmit] = (
      ['write', 'uploadToGPU', 'releaseResource', 'tensorToBinding', 'makeUniforms', 'recordAndSubmit'] as const
    ).map((name) => gpu[name].bind(gpu)) as [
      Gpu['write'],
      Gpu['uploadToGPU'],
      Gpu['releaseResource'],
      Gpu['tensorToBinding'],
      Gpu['makeUniforms'],
      Gpu['recordAndSubmit'],
    ];
    return {
      write: (values, shape, dtype) => {
        const dataId = write(values, shape, dtype);
        this.made.add(dataId);
        return dataId;
      },
      uploadToGPU: (dataId) => {
        const data = gpu.tensorMap.get(dataId);
        if (data.resource != null) return;
        if (!this.made.has(dataId)) return uploadToGPU(dataId);
        if (data.values) {
          uploadToGPU(dataId);
          this.keep(data.resource!);
          this.constants.add(data.resource!);
        } else {
          const bytes = 4 * size((data as unknown as { shape: number[] }).shape);
          const again = this.free.get(bytes)?.pop();
          if (again) data.resource = again;
          else {
            uploadToGPU(dataId);
            this.keep(data.resource!);
          }
          this.fresh.add(data.resource!);
        }
      },
      releaseResource: (dataId) => {
        const data = gpu.tensorMap.get(dataId);
        if (!this.made.has(dataId) || !data.resource) return releaseResource(dataId);
        this.close(dataId);
        const buffer = data.resource;
        data.resource = null;
        if (this.constants.has(buffer)) return;
        const others = this.free.get(buffer.size);
        if (others) others.push(buffer);
        else this.free.set(buffer.size, [buffer]);
      },
      tensorToBinding: (tensor) => (tensor && this.inputs.get(tensor.dataId)) ?? tensorToBinding(tensor),
      makeUniforms: (uniforms) => {
        const { queue } = gpu;
        gpu.queue = {
          submit: (commands) => queue.submit(commands),
          onSubmittedWorkDone: () => queue.onSubmittedWorkDone(),
          writeBuffer: (buffer, at, data, ...rest) => {
            this.uniforms = data;
            queue.writeBuffer(buffer, at, data, ...rest);
          },
        };
        try {
          return makeUniforms(uniforms);
        } finally {
          gpu.queue = queue;
        }
      },
      recordAndSubmit: (program, output, inputs, uniforms) => {
        recordAndSubmit(program, output, inputs, uniforms);
        if (!this.isComplete) return;
        const tensors = [output, ...inputs];
        for (const { dataId } of tensors) this.uses(dataId);
        const bindings = tensors.map((tensor) => gpu.tensorToBinding(tensor)!);
        const buffersOf = (ids: readonly tf.DataId[]) => ids.map((dataId) => gpu.tensorMap.get(dataId).resource!);
        const writes = buffersOf(program.writes ?? [output.dataId]);
        for (const buffer of buffersOf(program.fills ?? [])) this.fresh.add(buffer);
        const command = {
          name: program.constructor.name,
          pipeline: program.pipeline,
          group: {},
          workgroups: [...program.dispatch] as LaunchCommand['workgroups'],
          buffers: bindings.map(({ buffer }) => buffer),
          writes,
          fills: writes.filter((buffer) => this.fresh.has(buffer)),
        };
        this.closeChanged(writes.filter((buffer) => !this.fresh.has(buffer)));
        this.fresh.clear();
        this.commands.push(command);
        this.launched.push({ command, bindings, uniforms: this.uniforms! });
      },
    };
  }

  /** Makes the launches' bind groups; the uniforms of all of them lie in one buffer, which Dawn keeps track of faster. */
  private bind(): void {
    const { gpu } = this;
    const kept = new Set(this.commands);
    const launched = this.launched.filter(({ command }) => kept.has(command));
    this.launched = [];
    const places: number[] = [];
    let bytes = 0;
    for (const { uniforms } of launched) {
      places.push(bytes);
      bytes += Math.ceil(uniforms.byteLength / ALIGNMENT) * ALIGNMENT;
    }
    if (bytes === 0) return;
    const all = new Uint8Array(bytes);
    launched.forEach(({ uniforms }, i) => all.set(new Uint8Array(uniforms), places[i]));
    const buffer = gpu.bufferManager.acquireBuffer(bytes, USAGE.uniform | USAGE.copyTarget);
    this.keep(buffer);
    gpu.queue.writeBuffer(buffer, 0, all.buffer, 0, bytes);
    launched.forEach(({ command, bindings, uniforms }, i) => {
      const resources = [...bindings, { buffer, offset: places[i], size: uniforms.byteLength }];
      command.group = gpu.device.createBindGroup({
        layout: command.pipeline.getBindGroupLayout(0),
        entries: resources.map((resource, binding) => ({ binding, resource })),
      });
    });
  }

  /** Lets go of what a result is made of that was left open. */
  private close(dataId: tf.DataId): void {
    const open = this.open.get(dataId);
    if (!open) return;
    this.open.delete(dataId);
    for (const dataId of this.madeOf(open)) this.gpu.disposeData(dataId);
  }

  /** What has just been changed where it is cannot be used again for what was made of it before. */
  private closeChanged(written: readonly GpuBuffer[]): void {
    if (written.length === 0) return;
    const isChanged = ({ dataId }: tf.TensorInfo) => written.includes(this.gpu.tensorMap.get(dataId).resource!);
    for (const [dataId, open] of [...this.open]) if (sourcesOf(open).some(isChanged)) this.close(dataId);
  }

  /** What is kept for a result that was left open; what is from outside stays by itself. */
  private madeOf(open: OpenResult): tf.DataId[] {
    return sourcesOf(open)
      .map(({ dataId }) => dataId)
      .filter((dataId) => this.made.has(dataId));
  }

  private uses(dataId: tf.DataId): void {
    if (this.made.has(dataId) || this.inputs.has(dataId)) return;
    this.outside.set(dataId, this.gpu.tensorMap.get(dataId).resource!);
  }

  private keep(buffer: GpuBuffer): void {
    this.kept.push(buffer);
    this.bytes += buffer.size;
  }

  private letGo(buffer: GpuBuffer | null | undefined): void {
    const at = this.kept.indexOf(buffer!);
    if (at >= 0) this.kept.splice(at, 1);
  }

  /** Gives the buffers to the backend's pool. */
  dispose(): void {
    for (const buffer of this.kept) this.gpu.bufferManager.releaseBuffer(buffer);
    this.kept.length = 0;
  }
}

export const isLaunch = (command: Command): command is LaunchCommand => 'pipeline' in command;

/**
 * Without launches and copies whose results nobody reads: results that were left open and were computed by others
 * (openResults.ts), gradients of what is constant.
 *
 * @param results buffers that are looked at afterwards
 */
export function needed(commands: readonly Command[], results: Iterable<GpuBuffer>): Command[] {
  const read = new Set(results);
  const forever = new Set(read);
  return [...commands]
    .reverse()
    .filter((command) => {
      if (!isLaunch(command)) {
        if (!read.has(command.target)) return false;
        read.add(command.source);
        return true;
      }
      const { buffers, writes, fills } = command;
      if (!writes.some((buffer) => read.has(buffer))) return false;
      for (const buffer of fills) if (!forever.has(buffer)) read.delete(buffer);
      for (const buffer of buffers) if (!fills.includes(buffer)) read.add(buffer);
      return true;
    })
    .reverse();
}

/**
 * Without copies of copies: what is copied into a buffer that is then only copied on, as a whole and to where nobody
 * looks in between, goes there at once. (New values are cut out of a vector, and assigned to a variable.)
 */
export function shortened(commands: readonly Command[]): Command[] {
  const uses = new Map<GpuBuffer, number[]>();
  commands.forEach((command, i) => {
    for (const buffer of isLaunch(command) ? command.buffers : [command.source, command.target]) {
      const known = uses.get(buffer);
      if (known) known.push(i);
      else uses.set(buffer, [i]);
    }
  });
  const result: (Command | null)[] = [...commands];
  commands.forEach((second, i) => {
    if (isLaunch(second) || second.sourceAt !== 0 || second.targetAt !== 0) return;
    const last = uses.get(second.source)!;
    // Whoever uses it later may read it.
    if (last[last.length - 1] !== i || last.length < 2) return;
    const before = last[last.length - 2];
    const first = result[before];
    if (!first || isLaunch(first) || first.target !== second.source || first.targetAt !== 0) return;
    if (first.bytes !== second.bytes || uses.get(second.target)!.some((at) => at > before && at < i)) return;
    result[before] = { ...first, target: second.target };
    result[i] = null;
  });
  return result.filter((command) => command !== null);
}

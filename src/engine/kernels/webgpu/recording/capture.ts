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
import { size } from '../program';
import type { Binding, Copy, Gpu, GpuBuffer, Pipeline } from '../gpu';

export interface LaunchCommand {
  name: string;
  pipeline: Pipeline;
  group: object;
  workgroups: [number, number, number];
  /** What it reads and writes. */
  buffers: GpuBuffer[];
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
  private uniforms: Binding | null = null;

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

  /** Runs something and listens; all of its commands are submitted when it returns. */
  listen(run: () => void): void {
    const { gpu } = this;
    const own = this.listeners();
    Object.assign(gpu, own);
    gpu.copyObserver = {
      uses: (dataId) => this.uses(dataId),
      copied: (copy) => {
        if (this.isComplete) this.commands.push(copy);
      },
    };
    try {
      try {
        run();
      } finally {
        gpu.endComputePassEncoder();
        if (gpu.commandEncoder) gpu.submitQueue();
      }
      const left = [...this.made].filter((dataId) => gpu.tensorMap.has(dataId));
      // Their buffers go with them.
      for (const dataId of left) this.letGo(gpu.tensorMap.get(dataId).resource);
      if (left.length > 0) throw new NotReplayable(`it leaves ${left.length} tensors behind.`);
      this.commands = shortened(this.commands);
    } finally {
      // What stood there is the class's.
      for (const name of Object.keys(own)) delete (gpu as unknown as Record<string, unknown>)[name];
      delete gpu.copyObserver;
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
        }
      },
      releaseResource: (dataId) => {
        const data = gpu.tensorMap.get(dataId);
        if (!this.made.has(dataId) || !data.resource) return releaseResource(dataId);
        const buffer = data.resource;
        data.resource = null;
        if (this.constants.has(buffer)) return;
        const others = this.free.get(buffer.size);
        if (others) others.push(buffer);
        else this.free.set(buffer.size, [buffer]);
      },
      tensorToBinding: (tensor) => (tensor && this.inputs.get(tensor.dataId)) ?? tensorToBinding(tensor),
      makeUniforms: (uniforms) => {
        const binding = makeUniforms(uniforms);
        // Not to be given back after the submit.
        gpu.uniformPendingDisposal.pop();
        this.keep(binding.buffer);
        return (this.uniforms = binding);
      },
      recordAndSubmit: (program, output, inputs, uniforms) => {
        recordAndSubmit(program, output, inputs, uniforms);
        if (!this.isComplete) return;
        const tensors = [output, ...inputs];
        for (const { dataId } of tensors) this.uses(dataId);
        const bindings = [...tensors.map((tensor) => gpu.tensorToBinding(tensor)!), this.uniforms!];
        this.commands.push({
          name: program.constructor.name,
          pipeline: program.pipeline,
          group: gpu.device.createBindGroup({
            layout: program.pipeline.getBindGroupLayout(0),
            entries: bindings.map((resource, binding) => ({ binding, resource })),
          }),
          workgroups: [...program.dispatch],
          buffers: bindings.map(({ buffer }) => buffer),
        });
      },
    };
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

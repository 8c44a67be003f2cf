/** Records steps on WebGPU: a step's commands, and where its inputs go. */
import * as tf from '@tensorflow/tfjs-core';
import { pinVariables } from '../../replay/pinnedVariables';
import { registerRecorders, type Cost, type Recording } from '../../replay/recorder';
import { runOnce, type StepBody, type StepInput, type StepInputs } from '../../replay/repeatedStep';
import {
  ALIGNMENT,
  TENSOR_USAGE,
  USAGE,
  type Binding,
  type Encoder,
  type Gpu,
  type GpuBuffer,
  type Pass,
  type Pipeline,
} from '../gpu';
import { copyTensor } from '../copies';
import { size, type WebgpuBackend } from '../program';
import { Capture, isLaunch, type Command, type LaunchCommand } from './capture';

/**
 * Steps that are submitted together, at most, where they are short: to submit takes as long as some twenty launches.
 * Whoever reads a tensor submits what there is; then one step goes alone, because the GPU has nothing to do, and two, and
 * four.
 */
const TOGETHER = 8;
/**
 * Milliseconds a step, the GPU's work included, up to which steps are submitted together. Longer ones gain nothing by
 * it, and what else the GPU has to draw would wait.
 */
const SHORT_STEP = 2;
let shortStep = SHORT_STEP;

/** Up to how many milliseconds recordings that are made from now on submit steps together; left out: as at the start. */
export function submitTogether(milliseconds: number = SHORT_STEP): void {
  shortStep = milliseconds;
}

/** Where an input lies in the buffer of all inputs. */
interface Place {
  name: string;
  shape: number[];
  dtype: tf.DataType;
  at: number;
  bytes: number;
  /** What is written at a replay; null: the input is a tensor, and copied. */
  staged: Float32Array | Int32Array | null;
}

/** Owns its buffers: call `dispose`. */
class WebgpuRecording implements Recording {
  private readonly places: Place[];
  private readonly staging: ArrayBuffer;
  private readonly buffer: GpuBuffer;
  /** What is written for steps that were not submitted yet, step after step; made for the first replay. */
  private waiting: GpuBuffer | null = null;
  /** Where the last steps were encoded, and how many of them are not submitted. */
  private encoder: Encoder | null = null;
  private encoded = 0;
  /** How many are submitted together now, and at most. */
  private together = 1;
  private most = shortStep < Infinity ? 1 : TOGETHER;
  /** Steps encoded so far. */
  private count = 0;
  private isTiming = false;
  /** Of the inputs' tensors while the step is recorded. */
  private readonly bindings = new Map<tf.DataId, Binding>();
  private readonly capture: Capture;
  private output: { buffer: GpuBuffer; shape: number[]; dtype: tf.DataType } | null = null;

  private constructor(
    private readonly gpu: Gpu,
    inputs: StepInputs,
    budget: number,
  ) {
    let at = 0;
    const place = ([name, input]: [string, StepInput]) => {
      const bytes = 4 * size(input.shape);
      const dtype = input instanceof tf.Tensor ? input.dtype : input.values instanceof Int32Array ? 'int32' : 'float32';
      const placed = { name, shape: [...input.shape], dtype, at, bytes, staged: null };
      at = Math.ceil((at + bytes) / ALIGNMENT) * ALIGNMENT;
      return placed;
    };
    const isTensor = ([, input]: [string, StepInput]) => input instanceof tf.Tensor;
    const entries = Object.entries(inputs);
    // What is written comes first: one write takes all of it.
    const written = entries.filter((entry) => !isTensor(entry)).map(place);
    this.staging = new ArrayBuffer(at);
    this.places = [
      ...written.map((each) => {
        const Values = each.dtype === 'int32' ? Int32Array : Float32Array;
        return { ...each, staged: new Values(this.staging, each.at, each.bytes / 4) };
      }),
      ...entries.filter(isTensor).map(place),
    ];
    this.buffer = gpu.device.createBuffer({ size: Math.max(at, ALIGNMENT), usage: TENSOR_USAGE, label: 'step inputs' });
    this.capture = new Capture(gpu, this.bindings, budget);
  }

  /** See `Recorders.record`. */
  static make<I extends StepInputs>(
    gpu: Gpu,
    inputs: I,
    body: StepBody<I>,
    budget: number,
  ): { result: tf.Tensor; recording: Recording | null } {
    const recording = new WebgpuRecording(gpu, inputs, budget);
    try {
      recording.record(inputs, body);
      const result = recording.takeResult();
      gpu.submitQueue();
      if (recording.capture.isComplete) return { result, recording };
      recording.dispose();
      return { result, recording: null };
    } catch (error) {
      recording.dispose();
      throw error;
    }
  }

  private record<I extends StepInputs>(inputs: I, body: StepBody<I>): void {
    const { gpu, buffer, places, bindings, capture } = this;
    this.bringInputs(inputs, buffer, 0);
    const tensors = places.map(({ name, shape, dtype, at, bytes }) => {
      const info = gpu.makeTensorInfo(shape, dtype);
      Object.assign(gpu.tensorMap.get(info.dataId), { resource: buffer, external: true });
      bindings.set(info.dataId, { buffer, offset: at, size: bytes });
      return [name, tf.engine().makeTensorFromTensorInfo(info)] as const;
    });
    try {
      capture.listen(() => {
        const output = runOnce(Object.fromEntries(tensors) as unknown as I, body);
        gpu.uploadToGPU(output.dataId);
        const result = gpu.tensorMap.get(output.dataId).resource!;
        this.output = { buffer: result, shape: output.shape, dtype: output.dtype };
        output.dispose();
        return result;
      });
    } finally {
      for (const [, tensor] of tensors) tensor.dispose();
    }
  }

  get outside(): ReadonlySet<tf.DataId> {
    return new Set(this.capture.outside.keys());
  }

  isValid(): boolean {
    const { gpu, capture } = this;
    for (const [dataId, buffer] of capture.outside)
      if (!gpu.tensorMap.has(dataId) || gpu.tensorMap.get(dataId).resource !== buffer) return false;
    return true;
  }

  replay(inputs: StepInputs): tf.Tensor {
    const { gpu, capture, buffer, staging } = this;
    gpu.ensureCommandEncoderReady();
    const encoder = gpu.commandEncoder!;
    if (encoder !== this.encoder) {
      // Somebody else submitted what was encoded.
      if (this.encoded > 0) this.together = 1;
      [this.encoder, this.encoded] = [encoder, 0];
    }
    const bytes = staging.byteLength;
    const at = bytes * this.encoded;
    if (bytes > 0) this.waiting ??= gpu.device.createBuffer({ size: bytes * TOGETHER, usage: WAITING_USAGE });
    this.bringInputs(inputs, this.waiting, at);
    this.encoded++;
    if (this.waiting) encoder.copyBufferToBuffer(this.waiting, at, buffer, 0, bytes);
    let pass: Pass | null = null;
    let pipeline: Pipeline | null = null;
    for (const command of capture.commands) {
      if (isLaunch(command)) {
        pass ??= encoder.beginComputePass();
        if (command.pipeline !== pipeline) pass.setPipeline((pipeline = command.pipeline));
        dispatch(pass, command);
      } else {
        pass?.end();
        pass = pipeline = null;
        copy(encoder, command);
      }
    }
    pass?.end();
    const result = this.takeResult();
    this.count++;
    if (this.encoded >= this.together) {
      gpu.submitQueue();
      this.timeSteps(this.count - this.encoded);
      this.encoded = 0;
      this.together = Math.min(2 * this.together, this.most);
    }
    return result;
  }

  /**
   * Asks when the GPU has done what was just submitted, unless it is being asked: how long steps take is what they are
   * submitted by.
   *
   * @param before steps before those that were submitted
   */
  private timeSteps(before: number): void {
    if (this.isTiming) return;
    this.isTiming = true;
    const began = performance.now();
    const done = () => {
      this.isTiming = false;
      this.most = (performance.now() - began) / (this.count - before) < shortStep ? TOGETHER : 1;
      this.together = Math.min(this.together, this.most);
    };
    // A device that is lost answers like one that is done, or not at all.
    this.gpu.queue.onSubmittedWorkDone().then(done, done);
  }

  /**
   * Writes the inputs, or encodes their copies; an encoder without an open pass is there afterwards.
   *
   * @param target to where they are written, at `targetAt`: before anything that was encoded and not submitted
   */
  private bringInputs(inputs: StepInputs, target: GpuBuffer | null, targetAt: number): void {
    const { gpu, staging, buffer } = this;
    gpu.ensureCommandEncoderReady();
    gpu.endComputePassEncoder();
    for (const { name, at, bytes, staged } of this.places) {
      const input = inputs[name];
      if (!(input instanceof tf.Tensor)) {
        if (input.values.length !== staged!.length)
          throw new Error(`The step's input ${name} has ${staged!.length} values, not ${input.values.length}.`);
        staged!.set(input.values);
      } else {
        gpu.uploadToGPU(input.dataId);
        gpu.commandQueueOwnedIds.add(input.dataId);
        gpu.endComputePassEncoder();
        gpu.commandEncoder!.copyBufferToBuffer(gpu.tensorMap.get(input.dataId).resource!, 0, buffer, at, bytes);
      }
    }
    if (target) gpu.queue.writeBuffer(target, targetAt, staging, 0, staging.byteLength);
  }

  /** Encodes a copy of what the step returns. */
  private takeResult(): tf.Tensor {
    const { gpu } = this;
    const { buffer, shape, dtype } = this.output!;
    const info = gpu.makeTensorInfo(shape, dtype);
    gpu.uploadToGPU(info.dataId);
    gpu.ensureCommandEncoderReady();
    const target = gpu.tensorMap.get(info.dataId).resource!;
    gpu.commandEncoder!.copyBufferToBuffer(buffer, 0, target, 0, target.size);
    gpu.commandQueueOwnedIds.add(info.dataId);
    return tf.engine().makeTensorFromTensorInfo(info);
  }

  get cost(): Cost {
    const { commands, bytes } = this.capture;
    const launches = commands.filter(isLaunch).length;
    return {
      launches,
      copies: commands.length - launches,
      bytesWritten: this.staging.byteLength,
      bytesKept: bytes + this.buffer.size + (this.waiting?.size ?? 0),
    };
  }

  /**
   * What the GPU's own clock says of each launch: the step once more with the inputs it had, every launch a pass of its
   * own; that is slower than together, and what lies between two launches is not in it.
   *
   * @returns nanoseconds by name, in order; null where the device has no timestamps
   */
  async time(): Promise<{ name: string; nanoseconds: number }[] | null> {
    const { gpu, capture } = this;
    if (!gpu.device.features.has('timestamp-query')) return null;
    const launches = capture.commands.filter(isLaunch);
    const count = 2 * launches.length;
    const set = gpu.device.createQuerySet({ type: 'timestamp', count });
    const [resolved, read] = [USAGE.queryResolve | USAGE.copySource, USAGE.mapRead | USAGE.copyTarget].map((usage) =>
      gpu.device.createBuffer({ size: 8 * count, usage }),
    );
    gpu.ensureCommandEncoderReady();
    gpu.endComputePassEncoder();
    const encoder = gpu.commandEncoder!;
    let at = 0;
    for (const command of capture.commands) {
      if (isLaunch(command)) {
        const pass = encoder.beginComputePass({
          timestampWrites: { querySet: set, beginningOfPassWriteIndex: at++, endOfPassWriteIndex: at++ },
        });
        pass.setPipeline(command.pipeline);
        dispatch(pass, command);
        pass.end();
      } else copy(encoder, command);
    }
    encoder.resolveQuerySet(set, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, read, 0, 8 * count);
    gpu.submitQueue();
    await read.mapAsync(MAP_READ);
    const times = new BigUint64Array(read.getMappedRange().slice(0));
    read.unmap();
    for (const owned of [set, resolved, read]) owned.destroy();
    return launches.map(({ name }, i) => ({ name, nanoseconds: Number(times[2 * i + 1] - times[2 * i]) }));
  }

  dispose(): void {
    const { gpu, encoder } = this;
    if (encoder && encoder === gpu.commandEncoder) {
      gpu.endComputePassEncoder();
      gpu.submitQueue();
    }
    this.capture.dispose();
    this.buffer.destroy();
    this.waiting?.destroy();
  }
}

const WAITING_USAGE = USAGE.copySource | USAGE.copyTarget;
/** GPUMapMode.READ */
const MAP_READ = 1;

function dispatch(pass: Pass, { group, workgroups }: LaunchCommand): void {
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
}

function copy(encoder: Encoder, { source, sourceAt, target, targetAt, bytes }: Exclude<Command, LaunchCommand>): void {
  encoder.copyBufferToBuffer(source, sourceAt, target, targetAt, bytes);
}

const gpuInUse = () => tf.backend() as unknown as Gpu;

/** Makes steps on WebGPU recorded. */
export function registerRecording(): void {
  registerRecorders('webgpu', {
    place: ({ dataId }) => gpuInUse().uploadToGPU(dataId),
    record: (inputs, body, budget) => WebgpuRecording.make(gpuInUse(), inputs, body, budget),
    pin: (variables) => pinVariables(variables, { home, copy: (from, to) => copyTensor(programs(), from, to) }),
  });
}

const programs = () => tf.backend() as unknown as WebgpuBackend;

function home(variable: tf.Variable): tf.TensorInfo {
  const gpu = gpuInUse();
  const info = gpu.makeTensorInfo(variable.shape, variable.dtype);
  gpu.uploadToGPU(info.dataId);
  copyTensor(programs(), variable, info);
  // tfjs keeps what was read once beside the tensor, and would give it out again after the next step.
  Object.defineProperty(gpu.tensorMap.get(info.dataId), 'values', { get: () => null, set: () => {} });
  return info;
}

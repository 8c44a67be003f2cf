/**
 * Records steps on wasm: which kernels ran, on which tensors, and where their results lie. A replay calls the same
 * kernels with the same tensors, and hands them the same places for their results: no gradient tape, no tensors, no
 * allocation, and nothing but the kernels' own JavaScript.
 *
 * Memory of tensors that are made on the way is kept. Within the step they may follow each other in one place, as the
 * kernels do that use them; constants and inputs have theirs for themselves.
 */
import * as tf from '@tensorflow/tfjs-core';
import { pinVariables } from '../replay/pinnedVariables';
import { NotReplayable, registerRecorders, type Cost, type Recording } from '../replay/recorder';
import { asTensor, runOnce, type StepBody, type StepInputs } from '../replay/repeatedStep';

interface TensorData {
  id: number;
  memoryOffset: number;
  refCount: number;
}

/** What is used of tfjs's wasm backend (4.22), beyond what the kernels use. */
interface Wasm {
  wasm: {
    HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    tfjs: { disposeData(id: number): void; registerTensor(id: number, size: number, address: number): void };
  };
  dataIdMap: {
    get(dataId: tf.DataId): TensorData;
    has(dataId: tf.DataId): boolean;
    delete(dataId: tf.DataId): void;
  };
  write(values: ArrayBufferView | null, shape: number[], dtype: tf.DataType): tf.DataId;
  makeOutput(shape: number[], dtype: tf.DataType, address?: number | null, values?: ArrayBufferView): tf.TensorInfo;
  disposeData(dataId: tf.DataId, force?: boolean): boolean;
  incRef(dataId: tf.DataId): void;
}

type KernelArguments = Parameters<tf.KernelFunc>[0];

/** A kernel that ran, and the tensors it asked places for, in order. */
interface Call {
  name: string;
  kernel: tf.KernelFunc;
  args: KernelArguments;
  outputs: tf.TensorInfo[];
}

/** Values that go from one place to another. */
interface Move {
  from: tf.TensorInfo;
  to: tf.TensorInfo;
}

/** Kernels that keep what they made of a factor (packed in another order) for as long as its tensor is there. */
const KEEPS_FACTORS = /^(_FusedMatMul|BatchMatMul|(Fused)?(Conv2D|DepthwiseConv2d\w*)|FusedDepthwiseConv2D|Prelu)$/;

const isCall = (command: Call | Move): command is Call => 'kernel' in command;
const bytesOf = (shape: number[], dtype: tf.DataType) => tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
const inUse = () => tf.backend() as unknown as Wasm;
const infoOf = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({ dataId, shape: [...shape], dtype });

/** Whoever listens to kernels at this moment. */
let listening: Pick<WasmRecording, 'call' | 'moved'> | null = null;

/** Owns the memory that it keeps. */
class WasmRecording implements Recording {
  private readonly commands: (Call | Move)[] = [];
  /** Where tensors from outside lie. */
  private readonly places = new Map<tf.DataId, number>();
  private readonly inputs: Record<string, tf.Tensor> = {};
  private output: tf.TensorInfo | null = null;
  private readonly made = new Set<tf.DataId>();
  private readonly constants = new Set<tf.DataId>();
  private readonly kept: number[] = [];
  private readonly free = new Map<number, number[]>();
  private bytes = 0;
  private inputBytes = 0;
  /** The kernel that is running. */
  private running: Call | null = null;

  private constructor(private readonly backend: Wasm) {}

  /** See `Recorders.record`. */
  static make<I extends StepInputs>(
    inputs: I,
    body: StepBody<I>,
    budget: number,
  ): { result: tf.Tensor; recording: Recording | null } {
    const recording = new WasmRecording(inUse());
    try {
      const result = recording.record(inputs, body);
      if (recording.bytes <= budget) return { result, recording };
      recording.dispose();
      return { result, recording: null };
    } catch (error) {
      recording.dispose();
      throw error;
    }
  }

  private record<I extends StepInputs>(inputs: I, body: StepBody<I>): tf.Tensor {
    const { backend } = this;
    for (const [name, input] of Object.entries(inputs)) {
      const tensor =
        input instanceof tf.Tensor ? tf.tensor(input.dataSync(), input.shape, input.dtype) : asTensor(input);
      this.inputs[name] = tf.keep(tensor);
      this.inputBytes += bytesOf(tensor.shape, tensor.dtype);
    }
    const own = this.listeners();
    Object.assign(backend, own);
    listening = {
      call: (name, kernel, args) => this.call(name, kernel, args),
      moved: (from, to) => this.moved(from, to),
    };
    try {
      const output = runOnce(this.inputs as unknown as I, body);
      this.output = infoOf(output);
      output.dispose();
    } finally {
      listening = null;
      // What stood there is the class's.
      for (const name of Object.keys(own)) delete (backend as unknown as Record<string, unknown>)[name];
    }
    const left = [...this.made].filter((dataId) => backend.dataIdMap.get(dataId).refCount > 0);
    for (const dataId of left) {
      // Their memory goes with them.
      this.made.delete(dataId);
      this.kept.splice(this.kept.indexOf(backend.dataIdMap.get(dataId).memoryOffset), 1);
    }
    if (left.length > 0) throw new NotReplayable(`it leaves ${left.length} tensors behind.`);
    return this.takeResult();
  }

  private listeners(): Pick<Wasm, 'write' | 'makeOutput' | 'disposeData'> {
    const { backend } = this;
    const [write, makeOutput, disposeData] = [
      backend.write.bind(backend),
      backend.makeOutput.bind(backend),
      backend.disposeData.bind(backend),
    ];
    return {
      write: (values, shape, dtype) => {
        const dataId = write(values, shape, dtype);
        this.made.add(dataId);
        this.constants.add(dataId);
        this.keep(backend.dataIdMap.get(dataId).memoryOffset, bytesOf(shape, dtype));
        return dataId;
      },
      makeOutput: (shape, dtype, address, values) => {
        const bytes = bytesOf(shape, dtype);
        if (address != null || bytes === 0)
          throw new NotReplayable(`the kernel ${this.running?.name} has results of its own making.`);
        const again = values ? undefined : this.free.get(bytes)?.pop();
        const at = again ?? backend.wasm._malloc(bytes) >>> 0;
        if (again === undefined) this.keep(at, bytes);
        const info = makeOutput(shape, dtype, at);
        if (values) this.fill(at, values);
        this.made.add(info.dataId);
        if (values) this.constants.add(info.dataId);
        this.running?.outputs.push(info);
        return info;
      },
      disposeData: (dataId, force = false) => {
        if (!this.made.has(dataId)) return disposeData(dataId, force);
        const data = backend.dataIdMap.get(dataId);
        data.refCount--;
        if (!force && data.refCount > 0) return false;
        if (data.refCount < 0 || this.constants.has(dataId)) return true;
        const { shape, dtype } = data as unknown as { shape: number[]; dtype: tf.DataType };
        const bytes = bytesOf(shape, dtype);
        const others = this.free.get(bytes);
        if (others) others.push(data.memoryOffset);
        else this.free.set(bytes, [data.memoryOffset]);
        return true;
      },
    };
  }

  /** Runs a kernel and notes it. */
  call(name: string, kernel: tf.KernelFunc, args: KernelArguments): ReturnType<tf.KernelFunc> {
    // A kernel that calls another one does so again at every replay.
    if (this.running) return kernel(args);
    const { inputs } = args;
    const copied = Array.isArray(inputs)
      ? (inputs as tf.TensorInfo[]).map(infoOf)
      : Object.fromEntries(Object.entries(inputs).map(([key, info]) => [key, info && infoOf(info)]));
    const call: Call = { name, kernel, args: { ...args, inputs: copied as tf.NamedTensorInfoMap }, outputs: [] };
    this.running = call;
    try {
      const result = kernel(args);
      for (const info of Object.values(copied)) if (info) this.uses(info);
      // Without results of its own it made a new name for the same values.
      if (call.outputs.length > 0) this.commands.push(call);
      return result;
    } finally {
      this.running = null;
    }
  }

  moved(from: tf.TensorInfo, to: tf.TensorInfo): void {
    for (const info of [from, to]) this.uses(info);
    this.commands.push({ from: infoOf(from), to: infoOf(to) });
  }

  private uses({ dataId }: tf.TensorInfo): void {
    if (this.made.has(dataId) || Object.values(this.inputs).some((input) => input.dataId === dataId)) return;
    this.places.set(dataId, this.backend.dataIdMap.get(dataId).memoryOffset);
  }

  private keep(at: number, bytes: number): void {
    this.kept.push(at);
    this.bytes += bytes;
  }

  private fill(at: number, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.backend.wasm.HEAPU8.set(new Uint8Array(buffer, byteOffset, byteLength), at);
  }

  get outside(): ReadonlySet<tf.DataId> {
    return new Set(this.places.keys());
  }

  get cost(): Cost {
    const launches = this.commands.filter(isCall).length;
    return {
      launches,
      copies: this.commands.length - launches,
      bytesWritten: this.inputBytes,
      bytesKept: this.bytes + this.inputBytes,
    };
  }

  isValid(): boolean {
    const { dataIdMap } = this.backend;
    for (const [dataId, at] of this.places)
      if (!dataIdMap.has(dataId) || dataIdMap.get(dataId).memoryOffset !== at) return false;
    return true;
  }

  replay(inputs: StepInputs): tf.Tensor {
    const { backend } = this;
    for (const [name, held] of Object.entries(this.inputs)) {
      const input = inputs[name];
      const length = input instanceof tf.Tensor ? input.size : input.values.length;
      if (length !== held.size) throw new Error(`The step's input ${name} has ${held.size} values, not ${length}.`);
      if (input instanceof tf.Tensor) move(backend, input, held);
      else this.fill(backend.dataIdMap.get(held.dataId).memoryOffset, input.values);
    }
    let call: Call | null = null;
    let next = 0;
    const own: Pick<Wasm, 'makeOutput' | 'disposeData' | 'incRef'> = {
      makeOutput: (_shape, _dtype, _address, values) => {
        const info = call!.outputs[next++];
        if (values) this.fill(backend.dataIdMap.get(info.dataId).memoryOffset, values);
        return info;
      },
      disposeData: () => true,
      incRef: () => {},
    };
    Object.assign(backend, own);
    try {
      for (const command of this.commands) {
        if (isCall(command)) {
          call = command;
          next = 0;
          if (KEEPS_FACTORS.test(command.name)) this.forgetFactors(command);
          command.kernel(command.args);
        } else {
          move(backend, command.from, command.to);
          forget(backend, command.to);
        }
      }
    } finally {
      for (const name of Object.keys(own)) delete (backend as unknown as Record<string, unknown>)[name];
    }
    return this.takeResult();
  }

  /** The values of a tensor are others than at the last replay. */
  private forgetFactors({ args }: Call): void {
    for (const info of Object.values(args.inputs) as tf.TensorInfo[]) forget(this.backend, info);
  }

  /** A copy of what the step returns. */
  private takeResult(): tf.Tensor {
    const { backend } = this;
    const { shape, dtype } = this.output!;
    const info = backend.makeOutput(shape, dtype);
    move(backend, this.output!, info);
    return tf.engine().makeTensorFromTensorInfo(info);
  }

  async time(): Promise<null> {
    return null;
  }

  dispose(): void {
    const { wasm, dataIdMap } = this.backend;
    for (const dataId of this.made) {
      wasm.tfjs.disposeData(dataIdMap.get(dataId).id);
      dataIdMap.delete(dataId);
    }
    this.made.clear();
    for (const address of this.kept) wasm._free(address);
    this.kept.length = 0;
    tf.dispose(this.inputs);
  }
}

function move({ wasm, dataIdMap }: Wasm, from: tf.TensorInfo, to: tf.TensorInfo): void {
  const [source, target] = [from, to].map(({ dataId }) => dataIdMap.get(dataId).memoryOffset);
  wasm.HEAPU8.copyWithin(target, source, source + bytesOf(from.shape, from.dtype));
}

/** What kernels keep of a tensor. */
function forget({ wasm, dataIdMap }: Wasm, { dataId, shape }: tf.TensorInfo): void {
  const { id, memoryOffset } = dataIdMap.get(dataId);
  wasm.tfjs.disposeData(id);
  wasm.tfjs.registerTensor(id, tf.util.sizeFromShape(shape), memoryOffset);
}

function home(variable: tf.Variable): tf.TensorInfo {
  const backend = inUse();
  const info = backend.makeOutput(variable.shape, variable.dtype);
  move(backend, variable, info);
  return info;
}

/** Makes steps on wasm recorded. To be called when all kernels are registered. */
export function registerRecording(): void {
  for (const config of tf.getKernelsForBackend('wasm')) {
    const { kernelName, kernelFunc } = config;
    config.kernelFunc = (args) => (listening ? listening.call(kernelName, kernelFunc, args) : kernelFunc(args));
  }
  registerRecorders('wasm', {
    place: () => {},
    record: (inputs, body, budget) => WasmRecording.make(inputs, body, budget),
    pin: (variables) =>
      pinVariables(variables, {
        home,
        copy(from, to) {
          move(inUse(), from, to);
          forget(inUse(), to);
          listening?.moved(from, to);
        },
      }),
  });
}

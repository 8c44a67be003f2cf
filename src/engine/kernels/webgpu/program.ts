/**
 * Runs WGSL of our own on tfjs's WebGPU backend.
 *
 * Every launch goes through the backend's `runWebGPUProgram`, so that buffers, the order of commands, profiling and
 * whoever counts launches see it like any other. What that interface does not allow is more than one output, and an
 * input that is written: tfjs writes the bindings' declarations itself. So the pipeline is compiled here, from complete
 * source, and put into the backend's cache under the key it is going to look for; further outputs are handed over as
 * inputs, whose buffers the backend then creates and binds as it does every tensor's.
 */
import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

type Uniform = { type: 'uint32' | 'float32'; data: number[] };

/** What is used of tfjs's WebGPU backend (4.22). */
export interface WebgpuBackend {
  device: {
    createShaderModule(descriptor: { code: string; label: string }): unknown;
    createComputePipeline(descriptor: {
      layout: 'auto';
      label: string;
      compute: { module: unknown; entryPoint: string };
    }): unknown;
  };
  pipelineCache: Record<string, unknown>;
  /**
   * Its dtype is that of the values in the buffer; a tensor that was cast from integers to floats still has integers
   * there.
   */
  tensorMap: { get(dataId: DataId): { dtype: DataType; resource?: unknown } };
  makeTensorInfo(shape: number[], dtype: DataType, values?: unknown): TensorInfo;
  disposeData(dataId: DataId): boolean;
  runWebGPUProgram(
    program: object,
    inputs: TensorInfo[],
    dtype: DataType,
    uniforms: Uniform[],
    output: TensorInfo,
  ): TensorInfo;
}

export interface Launch {
  /** Names the kernel in profiles. */
  name: string;
  /** Whatever else the source depends on; together with name and workgroup size it identifies the source. */
  variant?: string;
  /** Read-only, by the name of their array in the source; at most 8 arrays in all. */
  inputs: Record<string, TensorInfo>;
  /** Names of arrays of vec4<f32> instead of f32. */
  vec4?: readonly string[];
  /**
   * By the name of their array: shapes of new float32 tensors, or a tensor that nobody has seen yet, to be written
   * further.
   */
  outputs: Record<string, number[] | TensorInfo>;
  /** Of the outputs that are tensors, those that are written anew as a whole. */
  fills?: readonly string[];
  /** Whole numbers (u32 fields of `u`). Every array's length is there too, as `<name>Size`. */
  integers?: Record<string, number>;
  /** f32 fields of `u`. */
  floats?: Record<string, number>;
  /** Invocations of a workgroup. */
  threads: number;
  /** Workgroups. */
  groups: [number, number, number];
  /**
   * WGSL with `fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>)`: invocation in its workgroup, workgroup, number
   * of workgroups. Every array and at least one field of `u` must be used, or the bindings do not fit the pipeline.
   */
  source(): string;
}

/**
 * WGSL's min, max and clamp may turn what is no number into one, and a compiler may take comparisons of it for settled:
 * its bits are looked at.
 */
export const NOT_A_NUMBER = `
  fn isNotANumber(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`;

/** WGSL: what is no number stays so, and is reported as such, not as a 0. */
export const RELU = `
  ${NOT_A_NUMBER}
  fn relu_(x: f32) -> f32 { if (isNotANumber(x)) { return x; } return max(x, 0.0); }`;

/** Runs it; the caller owns the outputs, which come in the order in which they are declared. */
export function launch(backend: WebgpuBackend, spec: Launch): TensorInfo[] {
  const converted: TensorInfo[] = [];
  const asDeclared = (info: TensorInfo): TensorInfo => {
    if (info.dtype !== 'float32' || backend.tensorMap.get(info.dataId).dtype === 'float32') return info;
    converted.push(floatsOf(backend, info));
    return converted[converted.length - 1];
  };
  const outputs = Object.entries(spec.outputs).map(([name, shape]) => ({
    name,
    info: Array.isArray(shape) ? backend.makeTensorInfo(shape, 'float32') : shape,
  }));
  const inputs = Object.entries(spec.inputs).map(([name, info]) => ({ name, info: asDeclared(info) }));
  // Binding 0 is the first output; then what tfjs takes for inputs; then the uniforms.
  const [first, ...bound] = [outputs[0], ...inputs, ...outputs.slice(1)];
  const written = new Set(outputs.map(({ name }) => name));
  const integers = Object.entries(spec.integers ?? {});
  const floats = Object.entries(spec.floats ?? {});
  const key = `fdda ${spec.name} ${spec.variant ?? ''} ${spec.threads}`;
  if (!(key in backend.pipelineCache)) {
    // tfjs puts NaN, infinity, and each array's shape and strides before our own fields; as vectors those are two
    // integers.
    const fields = [
      'tfNaN: f32',
      'tfInfinity: f32',
      ...[...bound, first].flatMap(({ name }) => [`${name}Size: u32`, `${name}Stride: u32`]),
      ...integers.map(([name]) => `${name}: u32`),
      ...floats.map(([name]) => `${name}: f32`),
    ];
    const arrays = [first, ...bound].map(({ name, info }, i) => {
      const element = info.dtype === 'float32' ? (spec.vec4?.includes(name) ? 'vec4<f32>' : 'f32') : 'i32';
      return `@group(0) @binding(${i}) var<storage, ${written.has(name) ? 'read_write' : 'read'}> ${name}: array<${element}>;`;
    });
    const code = [
      `struct Uniforms { ${fields.join(', ')} };`,
      ...arrays,
      `@group(0) @binding(${bound.length + 1}) var<uniform> u: Uniforms;`,
      spec.source(),
      `@compute @workgroup_size(${spec.threads})
      fn start(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>,
               @builtin(num_workgroups) groups: vec3<u32>) { run(lane, group, groups); }`,
    ].join('\n');
    const module = backend.device.createShaderModule({ code, label: spec.name });
    backend.pipelineCache[key] = backend.device.createComputePipeline({
      layout: 'auto',
      label: spec.name,
      compute: { module, entryPoint: 'start' },
    });
  }
  const vector = (info: TensorInfo): TensorInfo => ({
    dataId: info.dataId,
    dtype: info.dtype,
    shape: [size(info.shape)],
  });
  const program = {
    // Profilers take the name from here.
    constructor: { name: spec.name },
    // And whoever records what is written.
    writes: outputs.map(({ info }) => info.dataId),
    fills: outputs.filter(({ name }) => spec.fills?.includes(name)).map(({ info }) => info.dataId),
    variableNames: bound.map(({ name }) => name),
    outputShape: [size(first.info.shape)],
    workgroupSize: [spec.threads, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: spec.groups,
    get shaderKey() {
      return key;
    },
    set shaderKey(_) {
      // The backend would replace the key by one of its own making.
    },
    getUserCode: () => {
      throw new Error(`${spec.name}: the pipeline is not in the cache`);
    },
  };
  backend.runWebGPUProgram(
    program,
    bound.map(({ info }) => vector(info)),
    'float32',
    [
      ...integers.map(([, value]): Uniform => ({ type: 'uint32', data: [value] })),
      ...floats.map(([, value]): Uniform => ({ type: 'float32', data: [value] })),
    ],
    vector(first.info),
  );
  for (const { dataId } of converted) backend.disposeData(dataId);
  return outputs.map(({ info }) => info);
}

/** A copy with floats in its buffer, of a tensor that has integers there. */
function floatsOf(backend: WebgpuBackend, { dataId, shape }: TensorInfo): TensorInfo {
  return launchElementwise(backend, {
    name: 'Floats',
    inputs: { x: { dataId, shape, dtype: 'int32' } },
    outputs: { y: shape },
    source: () => 'fn each(i: u32) { y[i] = f32(x[i]); }',
  })[0];
}

/** As `launch`, for one output. */
export function launchOne(backend: WebgpuBackend, spec: Launch): TensorInfo {
  return launch(backend, spec)[0];
}

export function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** A row of `count` workgroups, folded where it is longer than a dimension may be; `flatGroup` in WGSL undoes it. */
export function flatGroups(count: number): [number, number, number] {
  const most = 65535;
  return count <= most ? [count, 1, 1] : [most, Math.ceil(count / most), 1];
}

/** WGSL: the number of a workgroup of `flatGroups`. */
export const FLAT_GROUP =
  'fn flatGroup(group: vec3<u32>, groups: vec3<u32>) -> u32 { return group.y * groups.x + group.x; }';

/** Invocations of a workgroup of kernels that do the same for every element. Not tuned on a real adapter. */
const ELEMENTWISE_THREADS = 256;

/**
 * One invocation for every element of the first output.
 *
 * @param spec its source defines `fn each(i: u32)`; the field `u.count` is added
 */
export function launchElementwise(
  backend: WebgpuBackend,
  spec: Omit<Launch, 'threads' | 'groups' | 'outputs'> & { outputs: Record<string, number[]> },
): TensorInfo[] {
  const count = size(Object.values(spec.outputs)[0]);
  return launch(backend, {
    ...spec,
    integers: { count, ...spec.integers },
    threads: ELEMENTWISE_THREADS,
    groups: flatGroups(Math.ceil(count / ELEMENTWISE_THREADS)),
    source: () => `${FLAT_GROUP}
      ${spec.source()}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        let i = flatGroup(group, groups) * ${ELEMENTWISE_THREADS}u + lane;
        if (i < u.count) { each(i); }
      }`,
  });
}

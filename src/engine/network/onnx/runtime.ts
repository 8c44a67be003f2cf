/** An ONNX file on onnxruntime-web, its own runtime, to compare with. It is loaded when it is first run. */
import type * as onnxruntime from 'onnxruntime-web';
import type { OwnRuntime } from '../networkFile';
import { baseName, type NetworkFile } from '../networkFile';
import type { GraphBuilder } from './graph';
import { withOutputs, type ImageInput, type OnnxModel, type OnnxNode } from './model';

type Runtime = typeof onnxruntime;
type Shape = [number, number, number, number];

export interface OnnxSource {
  file: ArrayBuffer;
  model: OnnxModel;
  files: readonly NetworkFile[];
  input: ImageInput;
  output: string;
  endsInSoftmax?: boolean;
  graph: GraphBuilder;
  /** What was computed, in order. */
  order: { node: OnnxNode; name: string }[];
}

export function onnxRuntime(source: OnnxSource): OwnRuntime {
  return {
    name: 'onnxruntime-web',
    async run(images, shape) {
      const output = source.endsInSoftmax ? beforeSoftmax(source) : source.output;
      const outputs = await runOn(source, images, shape, [output]);
      return outputs.get(output)!;
    },
    async walk(images, shape, take) {
      const shown = source.order.filter(({ node }) => source.graph.values.has(node.outputs[0]));
      const outputs = await runOn(source, images, shape, [...new Set(shown.map(({ node }) => node.outputs[0]))]);
      for (const { node, name } of shown) {
        const value = source.graph.values.get(node.outputs[0])!;
        const values = outputs.get(node.outputs[0])!;
        const ours = value.image ? channelsLast(values, shape[0], value.shape) : values;
        if (!take(name, value.node, ours)) return;
      }
    },
  };
}

/** What goes into the final softmax, past changes of shape. */
function beforeSoftmax({ model, output }: OnnxSource): string {
  let name = output;
  for (;;) {
    const maker = model.nodes.find(({ outputs }) => outputs.includes(name));
    if (!maker) return output;
    name = maker.inputs[0];
    if (maker.kind === 'Softmax' || maker.kind === 'LogSoftmax') return name;
  }
}

/** [N, C, H, W] -> [N, H, W, C]. */
function channelsLast(values: Float32Array, n: number, [c, h, w]: number[]): Float32Array {
  const moved = new Float32Array(values.length);
  const area = h * w;
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++)
      for (let p = 0; p < area; p++) moved[(i * area + p) * c + k] = values[(i * c + k) * area + p];
  return moved;
}

async function runOn(
  source: OnnxSource,
  images: Float32Array,
  shape: Shape,
  names: string[],
): Promise<Map<string, Float32Array>> {
  const runtime = (await import('onnxruntime-web/wasm')) as unknown as Runtime;
  // One run: threads would take longer to start.
  runtime.env.wasm.numThreads = 1;
  const known = new Set(source.model.outputs.map(({ name }) => name));
  const added = names.filter((name) => !known.has(name));
  const session = await runtime.InferenceSession.create(withOutputs(source.file, added), {
    executionProviders: ['wasm'],
    // As it is: what the runtime fuses is not always the same (zeros in front of a MaxPool become its own padding).
    graphOptimizationLevel: 'disabled',
    externalData: source.files
      .filter(({ name }) => !/\.(onnx|json|txt|md)$/i.test(name))
      .map(({ name, bytes }) => ({ path: baseName(name), data: new Uint8Array(bytes) })),
  });
  try {
    const [n, h, w, c] = shape;
    const { channelsFirst, batch, bytes, name: input } = source.input;
    const parts = new Map<string, Float32Array[]>(names.map((name) => [name, []]));
    const size = h * w * c;
    // A file for batches of one size gets the same image so many times.
    const together = batch ?? n;
    for (let start = 0; start < n; start += batch === null ? n : 1) {
      const data = new Float32Array(together * size);
      for (let i = 0; i < together; i++) {
        const image = images.subarray((batch === null ? i : start) * size);
        for (let p = 0; p < h * w; p++)
          for (let k = 0; k < c; k++) data[i * size + (channelsFirst ? k * h * w + p : p * c + k)] = image[p * c + k];
      }
      const dims = channelsFirst ? [together, c, h, w] : [together, h, w, c];
      // What is to be whole numbers and is not, the runtime refuses.
      const whole = bytes && data.every((v) => Math.abs(v - Math.round(v)) < 1e-3);
      const tensor = whole
        ? new runtime.Tensor('uint8', Uint8Array.from(data, Math.round), dims)
        : new runtime.Tensor('float32', data, dims);
      const results = await session.run({ [input]: tensor }, names);
      for (const name of names) {
        const values = results[name].data as Float32Array;
        parts.get(name)!.push(batch === null ? values : values.slice(0, values.length / together));
      }
    }
    return new Map(
      names.map((name) => {
        const pieces = parts.get(name)!;
        const joined = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
        pieces.reduce((at, piece) => (joined.set(piece, at), at + piece.length), 0);
        return [name, joined];
      }),
    );
  } finally {
    await session.release();
  }
}

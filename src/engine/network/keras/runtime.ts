/**
 * A tf.LayersModel on tfjs-layers, its own runtime, to compare with. tfjs-layers is loaded when it is first run. It
 * knows neither Keras 3's way of writing a model down nor all layers: where it does not take the file as it is, it is
 * handed the same calls in its own words.
 */
import * as tf from '@tensorflow/tfjs-core';
import type * as tfjsLayers from '@tensorflow/tfjs-layers';
import type { OwnRuntime } from '../networkFile';
import type { Network, WeightArray } from '../types';
import { activationOf } from './activations';
import { isTrainingOnly, kindOf, weightsOf } from './layerKinds';
import type { KerasCall, KerasTopology } from './topology';
import type { AssignedWeights } from './weightNames';

type Layers = typeof tfjsLayers;
type LayersModel = Awaited<ReturnType<Layers['loadLayersModel']>>;
type SymbolicTensor = LayersModel['inputs'][number];
type Shape = [number, number, number, number];

export interface LayersModelSource {
  /** As the file has it. */
  topology: object;
  topologyCalls: KerasTopology;
  version: string;
  stored: Record<string, WeightArray>;
  assigned: AssignedWeights;
  output: { name: string; id: string };
  /** Call -> node. */
  nodeOf: ReadonlyMap<string, string>;
  /** Node -> its output's shape, without the batch. */
  shapes: ReadonlyMap<string, number[]>;
  network: Network;
}

export function layersRuntime(source: LayersModelSource): OwnRuntime {
  const place = source.topologyCalls.outputs.findIndex(({ id }) => id === source.output.id);
  return {
    name: 'tf.loadLayersModel',
    async run(images, shape) {
      const layers = await import('@tensorflow/tfjs-layers');
      let model = needsOwnWords(source) ? await rewritten(layers, source) : await load(layers, source);
      if ('layers' in outputLayer(model, place)) {
        // Its output is a model's in the model, and with it the softmax.
        release(model);
        model = await rewritten(layers, source);
      }
      try {
        return await logitsOf(layers, model, images, shape, place);
      } finally {
        release(model);
      }
    },
    async walk(images, shape, take) {
      const layers = await import('@tensorflow/tfjs-layers');
      const model = await rewritten(layers, source);
      try {
        for (const { id } of source.topologyCalls.calls) {
          const node = source.nodeOf.get(id);
          const layer = model.layers.find(({ name }) => name === named(id));
          if (node === undefined || !layer) continue;
          const part = layers.model({ inputs: model.inputs, outputs: layer.output as SymbolicTensor });
          if (!take(id, node, await predicted(part, images, shape, 0))) return;
        }
      } finally {
        release(model);
      }
    },
  };
}

/** A model in a model keeps its weights when the outer one is disposed of. */
function release(model: LayersModel): void {
  const { weights } = model;
  model.dispose();
  for (const weight of weights as unknown as { val: tf.Variable; dispose(): void }[]) {
    if (!weight.val.isDisposed) weight.dispose();
  }
}

async function load(layers: Layers, source: LayersModelSource): Promise<LayersModel> {
  if (!source.assigned.byOrder && isItsOwnForm(source.topology)) {
    try {
      return await layers.loadLayersModel(memory(source.topology, source.stored));
    } catch {
      // Then in its own words.
    }
  }
  return rewritten(layers, source);
}

/** Whether layers are called as Keras 2 writes it: tfjs-layers never comes to an end with other forms. */
function isItsOwnForm(topology: unknown): boolean {
  const isReference = (entry: unknown) => Array.isArray(entry) && typeof entry[0] === 'string';
  const isListOf = (fits: (entry: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(fits);
  const fits: Record<string, (value: unknown) => boolean> = {
    inbound_nodes: isListOf(isListOf(isReference)),
    input_layers: isListOf(isReference),
    output_layers: isListOf(isReference),
  };
  if (Array.isArray(topology)) return topology.every(isItsOwnForm);
  if (typeof topology !== 'object' || topology === null) return true;
  return Object.entries(topology).every(([key, value]) => (fits[key]?.(value) ?? true) && isItsOwnForm(value));
}

/** tfjs-layers reads `keepdims` over, and what Keras 3 calls otherwise or changed; then it is told in its own words. */
function needsOwnWords({ topologyCalls, version }: LayersModelSource): boolean {
  const keepsAxes = topologyCalls.calls.some(
    ({ layer }) => kindOf(layer).startsWith('Global') && Boolean(layer.config.keepdims),
  );
  return keepsAxes || version.startsWith('3');
}

function memory(modelTopology: object, weights: Record<string, WeightArray>): tf.io.IOHandler {
  const entries = Object.entries(weights);
  const data = new Float32Array(entries.reduce((sum, [, { values }]) => sum + values.length, 0));
  let at = 0;
  for (const [, { values }] of entries) {
    data.set(values, at);
    at += values.length;
  }
  return tf.io.fromMemory({
    // A copy: tfjs-layers changes what it is given.
    modelTopology: structuredClone(modelTopology),
    weightSpecs: entries.map(([name, { shape }]) => ({ name, shape, dtype: 'float32' })),
    weightData: data.buffer,
  });
}

/** Names in tfjs-layers have no slashes, so that weights are found by them. */
const named = (id: string) => id.replaceAll('/', '.');

/** The calls as a functional model of Keras 2, each layer used once. */
async function rewritten(layers: Layers, source: LayersModelSource): Promise<LayersModel> {
  const { topologyCalls, output, stored, assigned, version } = source;
  const needed = neededIds(topologyCalls.calls, output.id);
  const weights: Record<string, WeightArray> = {};
  const written = topologyCalls.calls
    .filter(({ id }) => needed.has(id))
    .flatMap((call) => {
      const { id, path, inputs } = call;
      for (const suffix of weightsOf(call)?.suffixes ?? []) {
        weights[`${named(id)}/${suffix}`] = stored[`${assigned.prefixes.get(path)}/${suffix}`];
      }
      const layer = (name: string, { class_name, config }: TheirLayer, from: string[]) => ({
        class_name,
        name,
        config: { ...config, name, dtype: 'float32' },
        inbound_nodes: from.length > 0 ? [from.map((one) => [one, 0, 0, {}])] : [],
      });
      const own = layer(named(id), inTheirWords(call, version), inputs.map(named));
      if (!kindOf(call.layer).startsWith('Global') || !call.layer.config.keepdims) return [own];
      const pooled = `${named(id)}.pooled`;
      const kept = { class_name: 'Reshape', config: { target_shape: source.shapes.get(source.nodeOf.get(id)!) } };
      return [layer(pooled, inTheirWords(call, version), inputs.map(named)), layer(named(id), kept, [pooled])];
    });
  const inputs = written.filter(({ inbound_nodes: read }) => read.length === 0).map(({ name }) => [name, 0, 0]);
  const topology = {
    class_name: 'Model',
    config: { name: 'model', layers: written, input_layers: inputs, output_layers: [[named(output.id), 0, 0]] },
  };
  return layers.loadLayersModel(memory(topology, weights));
}

function neededIds(calls: readonly KerasCall[], output: string): Set<string> {
  const needed = new Set([output]);
  for (const { id, inputs } of [...calls].reverse()) if (needed.has(id)) inputs.forEach((from) => needed.add(from));
  return needed;
}

interface TheirLayer {
  class_name: string;
  config: Record<string, unknown>;
}

/** One layer as tfjs-layers knows it. */
function inTheirWords({ layer, inputs }: KerasCall, version: string): TheirLayer {
  const kind = kindOf(layer);
  if (kind === 'InputLayer' && inputs.length > 0) return { class_name: 'Activation', config: { activation: 'linear' } };
  const config = Object.fromEntries(
    Object.entries(layer.config).filter(
      ([key]) => !/_(initializer|regularizer|constraint)$|^(build_config|groups)$/.test(key),
    ),
  );
  if (isTrainingOnly(layer)) return { class_name: 'Activation', config: { activation: 'linear' } };
  const rename: Record<string, string> = { silu: 'swish', hardSigmoid: 'hardSigmoid' };
  if (config.activation !== undefined) {
    const of = activationOf(config.activation, version);
    if (of && of !== 'linear') {
      // Its hard sigmoid is Keras 2's; it has no hard-swish and no leaky ReLU by name.
      if (of.op === 'hardSwish' || of.op === 'leakyRelu' || (of.op === 'hardSigmoid' && of.slope !== 0.2))
        throw new Error(`tfjs-layers has no activation ${of.op}`);
      config.activation = rename[of.op] ?? of.op;
    } else config.activation = 'linear';
  }
  switch (kind) {
    case 'InputLayer':
      return {
        class_name: kind,
        config: { batch_input_shape: config.batch_input_shape ?? config.batchInputShape ?? config.batch_shape },
      };
    case 'Conv2D':
    case 'DepthwiseConv2D':
      if ((layer.config.groups ?? 1) !== 1) throw new Error('tfjs-layers has no grouped convolutions');
      return { class_name: kind, config };
    case 'LeakyReLU':
      return { class_name: kind, config: { alpha: config.negative_slope ?? config.alpha ?? 0.3 } };
    case 'GlobalAveragePooling2D':
    case 'GlobalMaxPooling2D':
      return { class_name: kind, config: { data_format: config.data_format } };
    case 'Resizing':
    case 'CenterCrop':
    case 'RandomCrop':
      return { class_name: 'Activation', config: { activation: 'linear' } };
    default:
      return { class_name: kind, config };
  }
}

interface OutputLayer {
  getClassName(): string;
  input: SymbolicTensor;
  activation?: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor };
}

/** Of the output at `place`; a model made of the calls has one only. */
const outputLayer = (model: LayersModel, place: number): OutputLayer =>
  (model.outputs[Math.min(place, model.outputs.length - 1)] as unknown as { sourceLayer: OutputLayer }).sourceLayer;

/** The output in front of a final softmax: behind it, large differences of logits may not show. */
async function logitsOf(
  layers: Layers,
  model: LayersModel,
  images: Float32Array,
  shape: Shape,
  place: number,
): Promise<Float32Array> {
  const layer = outputLayer(model, place);
  const at = Math.min(place, model.outputs.length - 1);
  const kind = layer.getClassName();
  const { activation } = layer;
  const isSoftmax = kind === 'Softmax' || /^(log)?softmax$/i.test(activation?.getClassName() ?? '');
  if (!isSoftmax) return predicted(model, images, shape, at);
  if (kind === 'Softmax' || kind === 'Activation') {
    const part = layers.model({ inputs: model.inputs, outputs: layer.input });
    return predicted(part, images, shape, 0);
  }
  activation!.apply = (x) => tf.clone(x);
  return predicted(model, images, shape, at);
}

async function predicted(
  model: { predict(x: tf.Tensor): tf.Tensor | tf.Tensor[] },
  images: Float32Array,
  shape: Shape,
  place: number,
): Promise<Float32Array> {
  const outputs = tf.tidy(() => [model.predict(tf.tensor4d(images.slice(), shape))].flat());
  try {
    return (await outputs[place].data()) as Float32Array;
  } finally {
    tf.dispose(outputs);
  }
}

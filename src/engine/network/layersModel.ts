/**
 * Reads a tf.LayersModel (model.json and its weight files, as `tf.LayersModel.save` and the Keras converter write
 * them) into a `Network`. Only the topology is read here; no Keras layer is ever built.
 */
import * as tf from '@tensorflow/tfjs-core';
import { say } from '../sentences';
import { NetworkError } from './networkError';
import { inspectNetwork } from './inspect';
import { convertLayer, type KerasLayer, type LayerContext } from './kerasLayers';
import type { Network, NetworkNode, WeightArray } from './types';

export interface ModelFile {
  name: string;
  bytes: ArrayBuffer;
}

interface ManifestGroup {
  paths: string[];
  weights: tf.io.WeightsManifestEntry[];
}

interface ModelJson {
  modelTopology?: { class_name?: string; config?: unknown; model_config?: { class_name: string; config: unknown } };
  weightsManifest?: ManifestGroup[];
  userDefinedMetadata?: Record<string, unknown>;
}

/** What a network file may say of itself beside Keras's own fields (`userDefinedMetadata`). */
export interface NetworkMetadata {
  name?: string;
  classNames?: string[];
  normalization?: { mean: number[]; std: number[] };
}

const FILES_HINT = say('filesHint');

/**
 * @param files model.json and the weight files its manifest names (by their base names), in any order
 * @throws NetworkError that says what is wrong: not JSON, no topology, a weight file that is missing or too short, a
 *   layer the executor lacks (by name and class), no BatchNorm. Nothing is left behind on the backend.
 */
export async function readLayersModel(files: ModelFile[]): Promise<Network> {
  const jsonFile = files.find((f) => f.name.toLowerCase().endsWith('.json'));
  if (!jsonFile) throw new NetworkError(say('noJsonFile'), FILES_HINT);
  const json = parse(jsonFile);
  const topology = json.modelTopology?.model_config ?? json.modelTopology;
  if (!topology?.config || !topology.class_name) {
    throw new NetworkError(say('noTopology', jsonFile.name), FILES_HINT);
  }
  const stored = await readWeights(json.weightsManifest ?? [], files);
  const metadata = (json.userDefinedMetadata ?? {}) as NetworkMetadata;
  return buildNetwork(
    topology as { class_name: string; config: Record<string, unknown> },
    stored,
    metadata,
    jsonFile.name,
  );
}

function parse(file: ModelFile): ModelJson {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(file.bytes));
  } catch (error) {
    throw new NetworkError(say('notJson', file.name, (error as Error).message), FILES_HINT);
  }
  if (typeof json !== 'object' || json === null) throw new NetworkError(say('notAModel', file.name), FILES_HINT);
  return json as ModelJson;
}

async function readWeights(manifest: ManifestGroup[], files: ModelFile[]): Promise<Record<string, WeightArray>> {
  const result: Record<string, WeightArray> = {};
  const baseName = (path: string) => path.split(/[\\/]/).pop();
  for (const group of manifest) {
    const parts = group.paths.map((path) => {
      const file = files.find((f) => baseName(f.name) === baseName(path));
      if (!file) throw new NetworkError(say('weightFileMissing', path), FILES_HINT);
      return file.bytes;
    });
    let tensors: tf.NamedTensorMap = {};
    try {
      tensors = tf.io.decodeWeights(tf.io.concatenateArrayBuffers(parts), group.weights);
      for (const [name, tensor] of Object.entries(tensors)) {
        if (tensor.dtype === 'string') continue;
        result[name.replace(/:\d+$/, '')] = { shape: tensor.shape, values: Float32Array.from(await tensor.data()) };
      }
    } catch (error) {
      throw new NetworkError(say('weightsUnreadable', group.paths.join(', '), (error as Error).message), FILES_HINT);
    } finally {
      tf.dispose(tensors);
    }
  }
  for (const [name, { values }] of Object.entries(result)) {
    if (values.some((v) => !Number.isFinite(v))) {
      throw new NetworkError(say('weightsNotFinite', name), say('damagedHint'));
    }
  }
  return result;
}

function buildNetwork(
  topology: { class_name: string; config: Record<string, unknown> },
  stored: Record<string, WeightArray>,
  metadata: NetworkMetadata,
  fileName: string,
): Network {
  const layers = (topology.config.layers ?? topology.config) as KerasLayer[];
  if (!Array.isArray(layers)) throw new NetworkError(say('noLayers', fileName), FILES_HINT);
  const sequential = topology.class_name === 'Sequential';
  const context: LayerContext = {
    stored,
    weights: {},
    nodes: [],
    shapes: new Map(),
    outputs: new Map(),
    inputShape: null,
  };
  let previous: string | null = null;
  for (const layer of layers) {
    const name = layer.config?.name ?? layer.name ?? `layer_${context.nodes.length}`;
    const inputs = sequential ? (previous === null ? [] : [previous]) : inboundNames(layer, name);
    if (sequential && previous === null && layer.class_name !== 'InputLayer') {
      convertLayer({ class_name: 'InputLayer', config: { ...layer.config, name: 'input' } }, 'input', [], context);
      inputs.push('input');
    }
    convertLayer(layer, name, inputs, context);
    previous = name;
  }
  const outputs = topology.config.output_layers as [string, number, number][] | [string, number, number] | undefined;
  const outputLayer =
    sequential || !outputs ? previous! : Array.isArray(outputs[0]) ? outputs[0][0] : (outputs[0] as string);
  const nodes = upTo(context.nodes, context.outputs.get(outputLayer) ?? outputLayer);
  const inputShape = context.inputShape;
  if (!inputShape) throw new NetworkError(say('noImageSize'), say('noImageSizeHint'));
  const output = context.shapes.get(nodes[nodes.length - 1].name)!;
  const channels = inputShape[2];
  const network: Network = {
    definition: {
      name: metadata.name ?? (topology.config.name as string | undefined) ?? fileName,
      inputShape,
      numClasses: output[0],
      nodes,
      normalization: metadata.normalization ?? { mean: new Array(channels).fill(0), std: new Array(channels).fill(1) },
      ...(metadata.classNames ? { classNames: metadata.classNames } : {}),
    },
    weights: context.weights,
  };
  inspectNetwork(network);
  return network;
}

/** Layers a functional-model layer reads; one node only (a shared layer would need several). */
function inboundNames(layer: KerasLayer, name: string): string[] {
  const nodes = layer.inbound_nodes ?? [];
  if (nodes.length > 1) {
    throw new NetworkError(say('sharedLayer', name, nodes.length), say('sharedLayerHint'));
  }
  return (nodes[0] ?? []).map((inbound) => String(inbound[0]));
}

/** Only what the output needs, in order, ending with it. */
function upTo(nodes: NetworkNode[], output: string): NetworkNode[] {
  const byName = new Map(nodes.map((n) => [n.name, n]));
  const needed = new Set<string>();
  const visit = (name: string) => {
    if (needed.has(name)) return;
    needed.add(name);
    byName.get(name)?.inputs.forEach(visit);
  };
  visit(output);
  return nodes.filter((n) => needed.has(n.name));
}

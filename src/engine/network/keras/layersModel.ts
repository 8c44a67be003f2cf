/**
 * Reads a tf.LayersModel (model.json and its weight files, as `tf.LayersModel.save` and the Keras converter write
 * them) into a `Network`. Only the topology is read here; no Keras layer is ever built.
 */
import { parseJson } from '../../json';
import { say, type Said } from '../../sentences';
import { composed } from '../composites';
import { checkImageSize, inspectNetwork } from '../inspect';
import { NetworkError } from '../networkError';
import { type NetworkFile, type OpenedNetwork, type OpenOptions } from '../networkFile';
import { assumedNormalization, chosenOutput, neededWeights, upTo, withoutFinalSoftmax } from '../outputs';
import type { Network, WeightArray } from '../types';
import type { LayerContext } from './layerCall';
import { weightsOf } from './layerKinds';
import { convertLayer } from './layers';
import { layersRuntime } from './runtime';
import { readTopology, type KerasTopology } from './topology';
import { readWeights, type ManifestGroup } from './weightFiles';
import { assignWeights } from './weightNames';

interface ModelJson {
  format?: string;
  modelTopology?: {
    class_name?: string;
    config?: unknown;
    keras_version?: string;
    model_config?: { class_name: string; config: unknown };
    node?: unknown;
  };
  weightsManifest?: ManifestGroup[];
  userDefinedMetadata?: unknown;
}

/** What a network file may say of itself beside Keras's own fields (`userDefinedMetadata`). */
export interface NetworkMetadata {
  name?: string;
  classNames?: string[];
  normalization?: { mean: number[]; std: number[] };
}

const FILES_HINT = say('filesHint');

/** A description of a model among some JSON files: which it is, and what it says. */
export interface FoundModel {
  file: NetworkFile;
  json: ModelJson;
}

/**
 * The one file that describes a model; others beside it (labels, metadata, a manifest of packages) are left alone.
 *
 * @throws NetworkError where there is none, or more than one
 */
export function findModelJson(files: readonly NetworkFile[]): FoundModel {
  const candidates = files.filter(({ name }) => name.toLowerCase().endsWith('.json'));
  if (candidates.length === 0) throw new NetworkError(say('noJsonFile'), FILES_HINT);
  const read = candidates.map((file) => ({ file, ...parsed(file) }));
  const models = read.filter(({ json }) => json !== null && ('modelTopology' in json || 'weightsManifest' in json));
  if (models.length > 1) {
    throw new NetworkError(
      say('severalModels', models.map(({ file }) => file.name).join(', ')),
      say('severalModelsHint'),
    );
  }
  if (models.length === 1) return { file: models[0].file, json: models[0].json as ModelJson };
  const [{ file, json, problem }] = read;
  if (problem) throw new NetworkError(say('notJson', file.name, problem), FILES_HINT);
  if (json === null) throw new NetworkError(say('notAModel', file.name), FILES_HINT);
  throw new NetworkError(say('noTopology', file.name), FILES_HINT);
}

function parsed(file: NetworkFile): { json: Record<string, unknown> | null; problem?: string } {
  try {
    const json: unknown = parseJson(new TextDecoder().decode(file.bytes));
    return { json: typeof json === 'object' && !Array.isArray(json) ? (json as Record<string, unknown>) : null };
  } catch (error) {
    return { json: null, problem: (error as Error).message };
  }
}

/**
 * @param files model.json and the weight files its manifest names (by their base names), in any order, among others
 * @throws NetworkError that says what is wrong: not JSON, no topology, a weight file that is missing or of the wrong
 *   size, a layer the executor lacks (by name and class), no BatchNorm. Nothing is left behind on the backend.
 */
export async function openLayersModel(
  files: readonly NetworkFile[],
  options: OpenOptions = {},
): Promise<OpenedNetwork> {
  const { file, json } = findModelJson(files);
  const topology = json.modelTopology?.model_config ?? json.modelTopology;
  if (json.format === 'graph-model' || json.modelTopology?.node !== undefined)
    throw new NetworkError(say('graphModel', file.name), say('graphModelHint'));
  if (!topology?.config || typeof topology.class_name !== 'string') {
    throw new NetworkError(say('noTopology', file.name), FILES_HINT);
  }
  const model = topology as { class_name: string; config: Record<string, unknown> };
  const calls = readTopology(model, file.name);
  const stored = await readWeights(json.weightsManifest ?? [], files);
  const metadata = readMetadata(json.userDefinedMetadata);
  const version = String(json.modelTopology?.keras_version ?? '');
  const built = buildNetwork(calls, stored, metadata, version, options, { file: file.name, model });
  const runtime = layersRuntime({
    topology: json.modelTopology as object,
    topologyCalls: calls,
    version,
    stored,
    assigned: built.assigned,
    output: built.output,
    nodeOf: built.nodeOf,
    shapes: built.shapes,
    network: built.network,
  });
  return { network: built.network, notes: built.notes, runtime };
}

/** As `openLayersModel`, the network alone. */
export async function readLayersModel(files: readonly NetworkFile[], options: OpenOptions = {}): Promise<Network> {
  return (await openLayersModel(files, options)).network;
}

/** Only what has the right form: anybody may write there what they like. */
function readMetadata(value: unknown): NetworkMetadata {
  const { name, classNames, normalization } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const numbers = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((v) => typeof v === 'number' && Number.isFinite(v));
  const { mean, std } = (typeof normalization === 'object' && normalization !== null ? normalization : {}) as Record<
    string,
    unknown
  >;
  return {
    ...(typeof name === 'string' && name ? { name } : {}),
    ...(Array.isArray(classNames) && classNames.every((v) => typeof v === 'string') ? { classNames } : {}),
    ...(numbers(mean) && numbers(std) ? { normalization: { mean, std } } : {}),
  };
}

function buildNetwork(
  topology: KerasTopology,
  stored: Record<string, WeightArray>,
  metadata: NetworkMetadata,
  version: string,
  options: OpenOptions,
  source: { file: string; model: { config: Record<string, unknown> } },
) {
  const output = chosenOutput(topology.outputs, options.output);
  const calls = neededCalls(topology, output.id);
  // Also layers that this output does not need: a layer's name is told apart by the others'.
  const weighted = new Map(topology.calls.flatMap((call) => weightsOf(call) ?? []).map((layer) => [layer.path, layer]));
  const assigned = assignWeights([...weighted.values()], Object.keys(stored));
  const context: LayerContext = {
    stored: (path, suffix) => stored[`${assigned.prefixes.get(path)}/${suffix}`],
    weights: {},
    nodes: [],
    shapes: new Map(),
    outputs: new Map(),
    ...(options.imageSize ? { imageSize: options.imageSize } : {}),
    version,
  };
  const inputs = calls.filter(({ layer, inputs: read }) => layer.class_name === 'InputLayer' && read.length === 0);
  if (inputs.length === 0) throw new NetworkError(say('noImageSize'), say('noImageSizeHint'));
  if (inputs.length > 1) {
    const names = inputs.map(({ path }) => path).join(', ');
    throw new NetworkError(say('severalInputs', names), say('severalInputsHint'));
  }
  for (const call of calls) convertLayer(call, context);
  const inputShape = context.shapes.get(inputs[0].id) as [number, number, number];
  checkImageSize(inputShape);
  const needed = upTo(composed(context.nodes, context.weights), context.outputs.get(output.id)!);
  const { nodes, ...ending } = withoutFinalSoftmax(needed, context.shapes, say('supportedLayers'));
  const channels = inputShape[2];
  const assumed = assumedNormalization(nodes, channels);
  const said = options.normalization ?? metadata.normalization;
  const fits = said?.mean.length === channels && said.std.length === channels && said.std.every((s) => s !== 0);
  if (said && !fits) {
    throw new NetworkError(
      say('normalizationChannels', said.mean.length, said.std.length, channels),
      say('normalizationHint'),
    );
  }
  const classes = context.shapes.get(nodes[nodes.length - 1].name)!;
  const network: Network = {
    definition: {
      name: metadata.name ?? nameOf(source.model.config) ?? source.file,
      inputShape,
      numClasses: classes[classes.length - 1],
      nodes,
      normalization: said ?? assumed.normalization,
      ...ending,
      ...(metadata.classNames?.length === classes[0] ? { classNames: metadata.classNames } : {}),
    },
    weights: neededWeights(nodes, context.weights),
  };
  inspectNetwork(network);
  const notes: Said[] = [];
  if (assigned.byOrder) notes.push(say('weightsByOrder'));
  if (!said) notes.push(say(assumed.bytes ? 'assumedBytes' : 'assumedUnit'));
  return { network, notes, assigned, output, nodeOf: context.outputs, shapes: context.shapes };
}

const nameOf = (config: Record<string, unknown>): string | undefined =>
  typeof config.name === 'string' && config.name ? config.name : undefined;

/** The calls that one output needs, in order. */
function neededCalls({ calls }: KerasTopology, output: string) {
  const byId = new Map(calls.map((call) => [call.id, call]));
  const needed = new Set<string>();
  const open = [output];
  while (open.length > 0) {
    const id = open.pop()!;
    if (needed.has(id)) continue;
    needed.add(id);
    open.push(...(byId.get(id)?.inputs ?? []));
  }
  return calls.filter(({ id }) => needed.has(id));
}

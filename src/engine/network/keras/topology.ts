/**
 * A Keras model's topology as a list of calls in the order in which they can be computed: nested models are opened, a
 * layer that is used several times has several calls, and the ways in which Keras 1, 2, 3 and tfjs write down who
 * reads whom are one.
 */
import { brief } from '../../json';
import { say } from '../../sentences';
import { NetworkError } from '../networkError';

export interface KerasLayer {
  class_name: string;
  module?: string;
  name?: string;
  config: Record<string, unknown>;
  inbound_nodes?: unknown;
}

/** One use of a layer. */
export interface KerasCall {
  /** Unique: the layer's path, with a number from its second use on. */
  id: string;
  /** The models around it and its name, e.g. "encoder/conv1": what its weights are found by. */
  path: string;
  layer: KerasLayer;
  /** Calls whose outputs it reads. */
  inputs: string[];
}

export interface KerasTopology {
  calls: KerasCall[];
  /** What the model gives: the name of the layer and the call. */
  outputs: { name: string; id: string }[];
}

interface ModelConfig {
  class_name: string;
  config: Record<string, unknown>;
}

/** A call as it is written down: what it reads, as layer and number of that layer's call and output. */
interface WrittenCall {
  inputs: [layer: string, call: number, output: number][];
  options: Record<string, unknown>;
}

/** A call whose inputs are not all there yet. */
interface OpenCall {
  layer: KerasLayer;
  name: string;
  /** Of the layer's calls. */
  number: number;
  call: WrittenCall;
  /** Those that are. */
  inputs: string[];
}

const MODELS = new Set(['Sequential', 'Functional', 'Model']);
/** Layers that take several inputs in one call. */
const MERGES = new Set(['Add', 'Multiply', 'Concatenate', 'Average', 'Subtract', 'Maximum', 'Minimum', 'Dot']);
/** More layers than any network that is meant; a bound for files that are not. */
const MOST_CALLS = 20000;
const MOST_LAYERS_SEEN = 5 * MOST_CALLS;
const DEEPEST = 16;

const HINT = say('damagedModelHint');
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws NetworkError where the topology contradicts itself, is cyclic, or calls a layer in a way that is not known */
export function readTopology(model: ModelConfig, file: string): KerasTopology {
  const reader = new TopologyReader();
  const outputs = reader.open(model, '', '', null, 0);
  if (reader.calls.length === 0) throw new NetworkError(say('noLayers', file), HINT);
  return { calls: reader.calls, outputs };
}

export const isModel = ({ class_name: kind, config }: KerasLayer): boolean =>
  MODELS.has(kind) || (isRecord(config) && Array.isArray(config.layers));

class TopologyReader {
  readonly calls: KerasCall[] = [];
  /** Layers that were looked at: those of a model in the model, with each of its uses. */
  private seen = 0;

  /**
   * Appends a model's calls.
   *
   * @param path of the model, ending in "/" unless empty; @param prefix the same of this use of it
   * @param given what it reads; null: it is the outermost, or begins it
   */
  open(
    model: ModelConfig,
    path: string,
    prefix: string,
    given: string[] | null,
    depth: number,
  ): KerasTopology['outputs'] {
    const { config, class_name: kind } = model;
    const layers = Array.isArray(config) ? config : config?.layers;
    if (!Array.isArray(layers) || layers.length === 0 || depth > DEEPEST) {
      throw new NetworkError(say('noLayers', path.slice(0, -1) || kind), HINT);
    }
    this.seen += layers.length;
    if (this.seen > MOST_LAYERS_SEEN) throw new NetworkError(say('tooManyLayers', MOST_CALLS), HINT);
    layers.forEach((layer, i) => checkLayer(layer, i, path));
    return kind === 'Sequential' || Array.isArray(config)
      ? this.sequential(layers, config, path, prefix, given, depth)
      : this.functional(layers, config, path, prefix, given, depth);
  }

  private sequential(
    layers: KerasLayer[],
    config: Record<string, unknown>,
    path: string,
    prefix: string,
    given: string[] | null,
    depth: number,
  ): KerasTopology['outputs'] {
    let from = given;
    let outputs: KerasTopology['outputs'] = [];
    const names = new Set<string>();
    layers.forEach((layer, i) => {
      const name = nameOf(layer, i);
      if (names.has(name)) throw new NetworkError(say('sameName', path + name), HINT);
      names.add(name);
      if (from === null && layer.class_name !== 'InputLayer' && !isModel(layer)) {
        const shape =
          layer.config.batch_input_shape ??
          layer.config.batchInputShape ??
          layer.config.batch_shape ??
          (isRecord(config) ? (config.build_input_shape ?? config.batch_input_shape) : undefined);
        const input: KerasLayer = { class_name: 'InputLayer', config: { name: 'input', batch_input_shape: shape } };
        from = [this.add(input, `${path}input`, `${prefix}input`, [])];
      }
      outputs = this.use(layer, name, path, prefix, '', from ?? [], from === null, depth);
      from = outputs.map(({ id }) => id);
    });
    return outputs;
  }

  private functional(
    layers: KerasLayer[],
    config: Record<string, unknown>,
    path: string,
    prefix: string,
    given: string[] | null,
    depth: number,
  ): KerasTopology['outputs'] {
    const inputNames = references(config.input_layers ?? config.inputLayers).map(([name]) => name);
    if (given && inputNames.length !== given.length) {
      throw new NetworkError(say('nestedInputs', path.slice(0, -1), inputNames.length, given.length), HINT);
    }
    // Number of a layer's call -> what it gives.
    const made = new Map<string, string[][]>();
    const known = new Set<string>();
    const open = layers.flatMap((layer, i): OpenCall[] => {
      const name = nameOf(layer, i);
      if (known.has(name)) throw new NetworkError(say('sameName', path + name), HINT);
      known.add(name);
      made.set(name, []);
      return writtenCalls(layer, name).map((call, number) => ({
        ...{ layer, name, number, call },
        inputs: [],
      }));
    });
    const outputs = references(config.output_layers ?? config.outputLayers);
    const first = firstNumbers(open, outputs);
    const find = ([from, at, output]: WrittenCall['inputs'][number]) => made.get(from)?.[at - first(from)]?.[output];
    if (open.length > MOST_CALLS) throw new NetworkError(say('tooManyLayers', MOST_CALLS), HINT);
    const keyOf = (layer: string, number: number) => `${number} ${layer}`;
    // A call that comes too early waits for the one that it lacks: files may list layers in any order.
    const waiting = new Map<string, OpenCall[]>();
    const queue = [...open];
    for (const entry of queue) {
      const { layer, name, number, call, inputs } = entry;
      while (inputs.length < call.inputs.length) {
        const id = find(call.inputs[inputs.length]);
        if (id === undefined) break;
        inputs.push(id);
      }
      const lacking = call.inputs.at(inputs.length);
      const behind = lacking
        ? keyOf(lacking[0], lacking[1] - first(lacking[0]))
        : // A layer's calls are numbered in the order in which they are listed.
          made.get(name)!.length < number
          ? keyOf(name, number - 1)
          : null;
      if (behind !== null) {
        const others = waiting.get(behind);
        if (others) others.push(entry);
        else waiting.set(behind, [entry]);
        continue;
      }
      const place = layer.class_name === 'InputLayer' ? inputNames.indexOf(name) : -1;
      const sources = given && place >= 0 ? [given[place]] : inputs;
      const called = number === 0 ? '' : `:${number}`;
      checkOptions(call.options, layer, path + name);
      const results = this.use(layer, name, path, prefix, called, sources, false, depth);
      const key = keyOf(name, made.get(name)!.push(results.map(({ id }) => id)) - 1);
      for (const other of waiting.get(key) ?? []) queue.push(other);
      waiting.delete(key);
    }
    const stuck = new Set([...waiting.values()].flat());
    const earliest = open.find((entry) => stuck.has(entry));
    if (earliest) {
      const { name, call, inputs } = earliest;
      const from = call.inputs.at(inputs.length)?.[0] ?? name;
      throw new NetworkError(say(known.has(from) ? 'cyclic' : 'readsUnknown', path + name, from), HINT);
    }
    if (outputs.length === 0) throw new NetworkError(say('noOutput', path.slice(0, -1)), HINT);
    return outputs.map((output) => {
      const id = find(output);
      if (!id) throw new NetworkError(say('readsUnknown', say('outputOfModel'), output[0]), HINT);
      return { name: output[0], id };
    });
  }

  /** One call of a layer or of a model in the model. */
  private use(
    layer: KerasLayer,
    name: string,
    path: string,
    prefix: string,
    called: string,
    inputs: string[],
    begins: boolean,
    depth: number,
  ): KerasTopology['outputs'] {
    const id = `${prefix}${name}${called}`;
    if (!isModel(layer)) return [{ name, id: this.add(layer, `${path}${name}`, id, inputs) }];
    return this.open(layer as ModelConfig, `${path}${name}/`, `${id}/`, begins ? null : inputs, depth + 1);
  }

  private add(layer: KerasLayer, path: string, id: string, inputs: string[]): string {
    if (this.calls.length >= MOST_CALLS) throw new NetworkError(say('tooManyLayers', MOST_CALLS), HINT);
    this.calls.push({ id, path, layer, inputs });
    return id;
  }
}

/**
 * By what number a layer's first written call goes: 0, or 1 for a model in the model, whose own making counted as a
 * call when the file was written. That shows where a number is asked for that would be one too many.
 */
function firstNumbers(
  calls: { name: string; layer: KerasLayer; call: WrittenCall }[],
  outputs: WrittenCall['inputs'],
): (name: string) => number {
  const count = new Map<string, number>();
  for (const { name, layer } of calls) if (isModel(layer)) count.set(name, (count.get(name) ?? 0) + 1);
  const late = new Set<string>();
  for (const [name, at] of [...calls.flatMap(({ call }) => call.inputs), ...outputs]) {
    if (at === count.get(name)) late.add(name);
  }
  return (name) => (late.has(name) ? 1 : 0);
}

function nameOf(layer: KerasLayer, index: number): string {
  const name = layer.config.name ?? layer.name ?? `layer_${index}`;
  return String(name);
}

function checkLayer(layer: unknown, index: number, path: string): asserts layer is KerasLayer {
  // Keras 2 gives a Sequential inside a model its layers in the place of a configuration.
  const fine = isRecord(layer) && typeof layer.class_name === 'string' && typeof layer.config === 'object';
  if (!fine || layer.config === null) throw new NetworkError(say('noLayerConfig', `${path}${index}`), HINT);
}

/** Layer, call and output of `["name", 0, 0]`, of a list or of an object of such. */
function references(written: unknown): WrittenCall['inputs'] {
  if (written === undefined || written === null) return [];
  if (Array.isArray(written) && typeof written[0] === 'string') {
    return [[written[0], Number(written[1] ?? 0), Number(written[2] ?? 0)]];
  }
  if (typeof written === 'object') return Object.values(written).flatMap(references);
  throw new NetworkError(say('notAReference', brief(written)), HINT);
}

/** All calls of a layer; an input layer has one without inputs. */
function writtenCalls(layer: KerasLayer, name: string): WrittenCall[] {
  const written = layer.inbound_nodes ?? (layer as { inboundNodes?: unknown }).inboundNodes ?? [];
  if (!Array.isArray(written)) throw new NetworkError(say('notAReference', name), HINT);
  if (written.length === 0) return layer.class_name === 'InputLayer' ? [{ inputs: [], options: {} }] : [];
  if (isRecord(written[0])) return written.map((call) => kerasThreeCall(call as Record<string, unknown>, name));
  if (written.every((node) => Array.isArray(node) && typeof node[0] === 'string')) {
    // Wrapped once less: the inputs of one call of a layer that merges, else a call each.
    return MERGES.has(layer.class_name)
      ? [kerasTwoCall(written, name)]
      : written.map((one) => kerasTwoCall([one], name));
  }
  return written.map((call) => kerasTwoCall(call, name));
}

function kerasTwoCall(call: unknown, name: string): WrittenCall {
  if (!Array.isArray(call)) throw new NetworkError(say('notAReference', name), HINT);
  const entries = typeof call[0] === 'string' ? [call] : call;
  const options: Record<string, unknown> = {};
  const inputs = entries.map((entry: unknown): WrittenCall['inputs'][number] => {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string')
      throw new NetworkError(say('notAReference', `${name}: ${brief(entry)}`), HINT);
    if (isRecord(entry[3])) Object.assign(options, entry[3]);
    return [entry[0], Number(entry[1] ?? 0), Number(entry[2] ?? 0)];
  });
  return { inputs, options };
}

function kerasThreeCall({ args, kwargs }: Record<string, unknown>, name: string): WrittenCall {
  const inputs: WrittenCall['inputs'] = [];
  const gather = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(gather);
    const history = isRecord(value) && isRecord(value.config) ? value.config.keras_history : undefined;
    if (!isRecord(value) || value.class_name !== '__keras_tensor__' || !Array.isArray(history))
      throw new NetworkError(say('callArgument', name, brief(value)), say('callArgumentHint'));
    inputs.push([String(history[0]), Number(history[1] ?? 0), Number(history[2] ?? 0)]);
  };
  gather(args ?? []);
  return { inputs, options: isRecord(kwargs) ? kwargs : {} };
}

/** A call may say how the layer is to run. */
function checkOptions(options: Record<string, unknown>, layer: KerasLayer, name: string): void {
  for (const [key, value] of Object.entries(options)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'training')
      throw new NetworkError(say('calledInTraining', name, layer.class_name), say('calledInTrainingHint'));
    throw new NetworkError(
      say('callArgument', name, brief(`${key}=${brief(value)}`).slice(1, -1)),
      say('callArgumentHint'),
    );
  }
}

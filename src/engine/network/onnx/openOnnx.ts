/** Reads an ONNX file into a `Network`. BatchNormalization has to be in it: exporters may have folded it away. */
import { say, type Said } from '../../sentences';
import { composed } from '../composites';
import { checkImageSize, inspectNetwork } from '../inspect';
import { NetworkError } from '../networkError';
import { baseName, type NetworkFile, type OpenedNetwork, type OpenOptions } from '../networkFile';
import { assumedNormalization, chosenOutput, neededWeights, upTo, withoutFinalSoftmax } from '../outputs';
import type { Network } from '../types';
import { foldConstant } from './constants';
import { GraphBuilder, unusable } from './graph';
import { readOnnx, type ImageInput, type OnnxModel, type OnnxNode } from './model';
import { convertOperation } from './operations';
import { WireError } from './protobuf';
import { onnxRuntime } from './runtime';

/** TensorProto's number of the type. */
const UINT8 = 2;

/**
 * @param files one .onnx file, and the file with its large weights where it has one, among others
 * @throws NetworkError naming the node that cannot be used and what to do, or what is wrong with the file
 */
export async function openOnnx(files: readonly NetworkFile[], options: OpenOptions = {}): Promise<OpenedNetwork> {
  const models = files.filter(({ name }) => name.toLowerCase().endsWith('.onnx'));
  if (models.length > 1) {
    throw new NetworkError(
      say('severalModels', models.map(({ name }) => baseName(name)).join(', ')),
      say('severalModelsHint'),
    );
  }
  const [file] = models;
  const model = read(file, files);
  if (!model.nodes.some(({ kind }) => kind === 'BatchNormalization')) {
    throw new NetworkError(say('noBatchNormOnnx', baseName(file.name)), say('noBatchNormOnnxHint'));
  }
  const input = imageInput(model, options.imageSize);
  if (model.outputs.length === 0) throw new NetworkError(say('noOutput', baseName(file.name)), say('damagedModelHint'));
  const output = chosenOutput(model.outputs, options.output);
  const { graph, order } = convert(model, input, output.name);
  const result = graph.values.get(output.name);
  if (!result) throw new NetworkError(say('readsUnknown', say('outputOfModel'), output.name), say('damagedModelHint'));
  // What ONNX calls a vector may be an image of one pixel here.
  const shapes = new Map(
    [...graph.values.values()].map(({ node, shape, image }) => [node, image ? [...shape.slice(1), shape[0]] : shape]),
  );
  const ends =
    result.shape.length === 3 && result.shape.slice(1).every((v) => v === 1)
      ? graph.reshaped(result.node, [result.shape[0]], `${output.name}/classes`)
      : result.node;
  if (ends !== result.node) shapes.set(ends, [result.shape[0]]);
  const needed = upTo(composed(graph.nodes, graph.weights), ends);
  const { nodes, ...ending } = withoutFinalSoftmax(needed, shapes, say('onnxSupported'));
  const channels = input.shape[2];
  const assumed = assumedNormalization(nodes, channels, input.bytes);
  const said = options.normalization;
  if (said && (said.mean.length !== channels || said.std.length !== channels || said.std.includes(0))) {
    throw new NetworkError(
      say('normalizationChannels', said.mean.length, said.std.length, channels),
      say('normalizationHint'),
    );
  }
  const network: Network = {
    definition: {
      name: baseName(file.name).replace(/\.onnx$/i, ''),
      inputShape: input.shape,
      numClasses: result.shape[0],
      nodes,
      normalization: said ?? assumed.normalization,
      ...ending,
    },
    weights: neededWeights(nodes, graph.weights),
  };
  inspectNetwork(network);
  const notes: Said[] = said ? [] : [say(assumed.bytes ? 'assumedBytes' : 'assumedUnit')];
  const runtime = onnxRuntime({
    file: file.bytes,
    model,
    files,
    input,
    output: output.name,
    endsInSoftmax: ending.endsInSoftmax,
    graph,
    order,
  });
  return { network, notes, runtime };
}

function read(file: NetworkFile, files: readonly NetworkFile[]): OnnxModel {
  try {
    return readOnnx(file, files);
  } catch (error) {
    if (error instanceof WireError || error instanceof RangeError) {
      throw new NetworkError(say('onnxDamaged', baseName(file.name)), say('damagedModelHint'));
    }
    throw error;
  }
}

/** More values in one node than any network joins: a bound for files that are not. */
const MOST_INPUTS = 4096;

/** The one input that is no weight. */
function imageInput({ inputs, constants }: OnnxModel, size?: [number, number]): ImageInput {
  const open = inputs.filter(({ name }) => !constants.has(name));
  if (open.length !== 1) {
    throw new NetworkError(say('severalInputs', open.map(({ name }) => name).join(', ')), say('severalInputsHint'));
  }
  const [{ name, shape: stored, type }] = open;
  const shape = stored && size && stored.length === 4 ? sized(stored, size) : stored;
  if (!shape || shape.length !== 4 || shape.slice(1).some((v) => v === null)) {
    const written = shape ? shape.map((v) => v ?? '?').join(', ') : '';
    throw new NetworkError(say('inputSize', name, written), say('noImageSizeHint'));
  }
  const [batch, a, b, c] = shape as [number | null, number, number, number];
  // Pictures have fewer channels than rows.
  const channelsFirst = a <= 4 || c > 4;
  const found: ImageInput['shape'] = channelsFirst ? [b, c, a] : [a, b, c];
  checkImageSize(found);
  return { name, shape: found, channelsFirst, batch, bytes: type === UINT8 };
}

/** Open rows and columns of images filled in; which axes they are, the channels tell. */
function sized([batch, a, b, c]: (number | null)[], [height, width]: [number, number]): (number | null)[] {
  return a !== null && a <= 4 ? [batch, a, b ?? height, c ?? width] : [batch, a ?? height, b ?? width, c];
}

/** All nodes in the order in which their inputs come to be. */
function convert(
  model: OnnxModel,
  input: ImageInput,
  output: string,
): { graph: GraphBuilder; order: { node: OnnxNode; name: string }[] } {
  const graph = new GraphBuilder(model.constants);
  for (const value of model.nodes.flatMap(({ inputs }) => inputs)) {
    graph.readers.set(value, (graph.readers.get(value) ?? 0) + 1);
  }
  const [h, w, c] = input.shape;
  const first = graph.add({ op: 'input', name: input.name, inputs: [] });
  graph.values.set(input.name, {
    node: first,
    shape: input.channelsFirst ? [c, h, w] : [h, w, c],
    image: input.channelsFirst,
  });
  const order: { node: OnnxNode; name: string }[] = [];
  const needed = neededNodes(model, output);
  const nameOf = (node: OnnxNode) => node.name || node.outputs[0] || node.kind;
  const missingOf = ({ inputs }: OnnxNode, from: number) =>
    inputs.findIndex((name, i) => i >= from && name !== '' && !graph.values.has(name) && !graph.constants.has(name));
  // A node that comes too early waits for the value that it lacks; those before that one are there.
  const waiting = new Map<string, { node: OnnxNode; from: number }[]>();
  const queue = model.nodes.filter((node) => needed.has(node)).map((node) => ({ node, from: 0 }));
  for (const { node, from } of queue) {
    const missing = missingOf(node, from);
    if (missing >= 0) {
      const others = waiting.get(node.inputs[missing]);
      if (others) others.push({ node, from: missing });
      else waiting.set(node.inputs[missing], [{ node, from: missing }]);
      continue;
    }
    const name = nameOf(node);
    const refuse = (why: Said) => unusable(name, node.kind, why);
    if (node.domain !== '' && node.domain !== 'ai.onnx') refuse(say('fromModule', node.domain));
    if (node.inputs.length > MOST_INPUTS) refuse(say('readsSeveral', node.inputs.length));
    const [made] = node.outputs;
    if (made === undefined) refuse(say('noSuchOperation'));
    const constant = foldConstant(node, graph, refuse);
    if (constant) graph.constants.set(made, constant);
    else {
      graph.values.set(made, convertOperation(node, name, graph, model.opset));
      order.push({ node, name });
    }
    for (const other of waiting.get(made) ?? []) queue.push(other);
    waiting.delete(made);
  }
  const stuck = new Set([...waiting.values()].flat().map(({ node }) => node));
  const earliest = model.nodes.find((node) => stuck.has(node));
  if (earliest) {
    const missing = earliest.inputs[missingOf(earliest, 0)];
    const made = model.nodes.some(({ outputs }) => outputs.includes(missing));
    throw new NetworkError(say(made ? 'cyclic' : 'readsUnknown', nameOf(earliest), missing), say('damagedModelHint'));
  }
  return { graph, order };
}

/** Those that an output needs. */
function neededNodes({ nodes }: OnnxModel, output: string): Set<OnnxNode> {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const needed = new Set<OnnxNode>();
  const open = [output];
  while (open.length > 0) {
    const node = makers.get(open.pop()!);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    for (const name of node.inputs) open.push(name);
  }
  return needed;
}

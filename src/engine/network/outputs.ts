/** What every reader does with a graph that it has read: only what the output needs, and no softmax at the end. */
import { say, type Said } from '../sentences';
import { NetworkError } from './networkError';
import type { NetworkDefinition, NetworkNode, SoftmaxNode, WeightArray } from './types';

/** A network has several outputs and somebody has to say which one is meant. */
export class OutputChoice extends NetworkError {
  constructor(readonly outputs: string[]) {
    super(say('severalOutputs', outputs.join(', ')), say('severalOutputsHint', outputs[outputs.length - 1]));
    this.name = 'OutputChoice';
  }
}

/**
 * @param outputs by name, in the file's order; @param wanted name of one of them
 * @returns the one that is meant
 * @throws OutputChoice where there are several and none is named, NetworkError where the name is none of them
 */
export function chosenOutput<T extends { name: string }>(outputs: T[], wanted: string | undefined): T {
  const names = outputs.map(({ name }) => name);
  if (wanted === undefined) {
    if (outputs.length > 1) throw new OutputChoice(names);
    return outputs[0];
  }
  const found = outputs.find(({ name }) => name === wanted);
  if (!found) throw new NetworkError(say('noSuchOutput', wanted, names.join(', ')), say('noSuchOutputHint'));
  return found;
}

/** The nodes that an output needs, in order, ending with it. */
export function upTo(nodes: readonly NetworkNode[], output: string): NetworkNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const needed = new Set<string>();
  const open = [output];
  while (open.length > 0) {
    const name = open.pop()!;
    if (needed.has(name)) continue;
    needed.add(name);
    for (const from of byName.get(name)?.inputs ?? []) open.push(from);
  }
  const kept = nodes.filter(({ name }) => needed.has(name));
  // Nothing that is needed for the output comes after it.
  return [...kept.filter(({ name }) => name !== output), byName.get(output)!];
}

/** The nodes without the softmax, and what it was. */
type Ending = Pick<NetworkDefinition, 'nodes' | 'endsInSoftmax' | 'endsInLog'>;

const without = ({ log }: SoftmaxNode, nodes: NetworkNode[]): Ending => ({
  nodes,
  endsInSoftmax: true,
  ...(log ? { endsInLog: true } : {}),
});

/**
 * Leaves out a softmax, or its logarithm, where it is the output, or where only a change of shape comes after it.
 *
 * @param shapes of the nodes' outputs, without the batch
 * @param hint what to do about an operation that cannot be used
 *
 * @throws NetworkError naming a logarithm of a softmax that is elsewhere
 */
export function withoutFinalSoftmax(nodes: NetworkNode[], shapes: ReadonlyMap<string, number[]>, hint: Said): Ending {
  const ending = cutOff(nodes, shapes);
  const inside = ending.nodes.find((node) => node.op === 'softmax' && node.log);
  if (inside) throw new NetworkError(say('layerUnusable', inside.name, 'LogSoftmax', say('noSuchOperation')), hint);
  return ending;
}

function cutOff(nodes: NetworkNode[], shapes: ReadonlyMap<string, number[]>): Ending {
  const last = nodes[nodes.length - 1];
  if (last.op === 'softmax') {
    const rest = nodes.slice(0, -1);
    const output = rest.find(({ name }) => name === last.inputs[0])!;
    return without(last, upTo(rest, output.name));
  }
  if (last.op !== 'flatten' && last.op !== 'reshape') return { nodes };
  const before = nodes.find(({ name }) => name === last.inputs[0]);
  const shape = shapes.get(last.inputs[0]) ?? [];
  const classes = shape[shape.length - 1];
  if (before?.op !== 'softmax' || shape.some((v, axis) => axis < shape.length - 1 && v !== 1)) return { nodes };
  if (String(shapes.get(last.name)) !== String([classes])) return { nodes };
  const moved = { ...last, inputs: before.inputs } as NetworkNode;
  return without(before, upTo([...nodes.slice(0, -1), moved], moved.name));
}

/** The weights that some nodes refer to. */
export function neededWeights(
  nodes: readonly NetworkNode[],
  weights: Record<string, WeightArray>,
): Record<string, WeightArray> {
  const keys = new Set<string>();
  for (const node of nodes) {
    for (const field of ['kernel', 'bias', 'gamma', 'beta', 'mean', 'variance'] as const) {
      const key = (node as Partial<Record<typeof field, string>>)[field];
      if (key !== undefined) keys.add(key);
    }
  }
  return Object.fromEntries(Object.entries(weights).filter(([key]) => keys.has(key)));
}

/**
 * The range of pixels that a network expects, as far as its first node tells: one that scales by a hundredth or less, or
 * subtracts more than one is, takes 0 to 255, and else 0 to 1.
 *
 * @param takesBytes the file says that its input is bytes
 */
export function assumedNormalization(
  nodes: readonly NetworkNode[],
  channels: number,
  takesBytes = false,
): { normalization: NetworkDefinition['normalization']; bytes: boolean } {
  const first = nodes.find((node) => node.op !== 'input');
  const scaled =
    first?.op === 'rescale' && first.inputs[0] === nodes[0].name && first.scale.every((s) => Math.abs(s) <= 1 / 32);
  const bytes = takesBytes || scaled;
  return {
    normalization: { mean: new Array(channels).fill(0), std: new Array(channels).fill(bytes ? 1 / 255 : 1) },
    bytes,
  };
}

/**
 * The blocks that a network falls into, found from its graph: what is reconstructed at a time (BRECQ, Li et al., ICLR
 * 2021, section 3.2: residual blocks, else layers).
 */
import type { NetworkDefinition, NetworkNode } from './types';

/** A stretch between two places where a single tensor connects both sides. */
export interface NetworkBlock {
  /** Node whose output it reads: the input, or the last node of the block before. */
  input: string;
  /** Node whose output the next block reads. */
  output: string;
  /** In network order, neither empty nor with the node named by `input`. */
  nodes: NetworkNode[];
}

const hasKernel = ({ op }: NetworkNode) => op === 'conv2d' || op === 'depthwiseConv2d' || op === 'dense';
/** Belongs to the layer before it; what else has no kernel (pooling, reshaping) only prepares the input of the next. */
const followsLayer = ({ op }: NetworkNode) =>
  ['batchNorm', 'relu', 'relu6', 'leakyRelu', 'hardSwish', 'silu', 'sigmoid', 'hardSigmoid', 'add'].includes(op);

/**
 * Shortest stretches that have a kernel, in order: a residual block is one, because its shortcut runs past all that is
 * within; a convolution in a plain network is one with its BatchNorm and activation. Every node but the input is in
 * exactly one block, unless no kernel comes after it, which then is in the last.
 */
export function networkBlocks({ nodes }: NetworkDefinition): NetworkBlock[] {
  const blocks: NetworkBlock[] = [];
  let open: NetworkNode[] = [];
  let input = nodes[0].name;
  const close = (count: number) => {
    const taken = open.slice(0, count);
    open = open.slice(count);
    const output = taken[taken.length - 1].name;
    blocks.push({ input, output, nodes: taken });
    input = output;
  };
  /** Nodes of `open` up to the last place where it may end, a kernel being among them; 0: nowhere yet. */
  let end = 0;
  for (const stretch of singleStretches(nodes)) {
    if (stretch.some(hasKernel)) {
      if (end > 0) close(end);
      open.push(...stretch);
      end = open.length;
    } else {
      // What comes after a pooling is that of what was pooled.
      const isNext = end === open.length && stretch.every(followsLayer);
      open.push(...stretch);
      if (end > 0 && isNext) end = open.length;
    }
  }
  if (open.length > 0) {
    if (end > 0) close(open.length);
    else if (blocks.length > 0) {
      const last = blocks[blocks.length - 1];
      last.nodes.push(...open);
      last.output = open[open.length - 1].name;
    }
  }
  return blocks;
}

/** The nodes after the input, cut wherever a single tensor is read on the other side. */
function singleStretches(nodes: readonly NetworkNode[]): NetworkNode[][] {
  const lastReader = new Map<string, number>();
  nodes.forEach(({ inputs }, at) => inputs.forEach((name) => lastReader.set(name, at)));
  const stretches: NetworkNode[][] = [];
  let stretch: NetworkNode[] = [];
  /** Place up to which something before the present node is still read. */
  let reach = lastReader.get(nodes[0].name) ?? 0;
  nodes.slice(1).forEach((node, i) => {
    const at = i + 1;
    stretch.push(node);
    // Whatever came before is read for the last time here: only this node's output goes on.
    if (reach <= at) {
      stretches.push(stretch);
      stretch = [];
    }
    reach = Math.max(reach, lastReader.get(node.name) ?? at);
  });
  if (stretch.length > 0) stretches.push(stretch);
  return stretches;
}

/** A block as a network of its own: it reads what its input node gives. @param shape of one image's input */
export const blockDefinition = (
  definition: NetworkDefinition,
  { input, nodes }: NetworkBlock,
  shape: readonly number[],
): NetworkDefinition => ({
  ...definition,
  inputShape: [...shape] as NetworkDefinition['inputShape'],
  nodes: [{ name: input, op: 'input', inputs: [] }, ...nodes],
});

/** The network from its beginning up to a node, whose output is its own. */
export const networkUpTo = (definition: NetworkDefinition, name: string): NetworkDefinition => ({
  ...definition,
  nodes: definition.nodes.slice(0, definition.nodes.findIndex((node) => node.name === name) + 1),
});

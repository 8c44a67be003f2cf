/**
 * What the executor has as one operation and files write as several: hard-swish and hard sigmoid (exporters before
 * ONNX's opset 14, our own tf.LayersModel), SiLU as a product, the parameter-free shortcut as a convolution. As one
 * operation it is quantized as one: with one quantizer, and where it has no parameters, with none for its kernel.
 */
import type { Conv2dNode, MultiplyNode, NetworkNode, RescaleNode, WeightArray } from './types';

/** factor clip(slope x + 1/2, 0, 1), with x the node `input`. */
interface Gate {
  input: string;
  slope: number;
  factor: number;
}

type Find = (name: string) => NetworkNode;

/** Lines in a row that are looked at: files have one or two, and one of ten thousand must not be gone through for each. */
const MOST_LINES = 4;

/** Slopes that are in use (PyTorch and Keras 3, Keras 2), which a file has to float32's digits. */
const SLOPES = [1 / 6, 0.2];
const HARD_SWISH = SLOPES[0];
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));

/** Scale and offset of what is the same line for all channels; null for any other node. */
const lineOf = (node: NetworkNode): { scale: number; offset: number } | null =>
  node.op === 'rescale' && node.scale.length === 1 && node.offset.length === 1
    ? { scale: node.scale[0], offset: node.offset[0] }
    : null;

/** The line that a node and the few in front of it make together, longer and longer, and what each such line is of. */
function linesOf(node: NetworkNode, find: Find): { input: string; scale: number; offset: number }[] {
  const lines: { input: string; scale: number; offset: number }[] = [];
  let [scale, offset, at] = [1, 0, node];
  for (let line = lineOf(at); line && lines.length < MOST_LINES; line = lineOf(at)) {
    offset += scale * line.offset;
    scale *= line.scale;
    lines.push({ input: at.inputs[0], scale, offset });
    at = find(at.inputs[0]);
  }
  return lines;
}

/**
 * A node as a hard sigmoid, or as one that is scaled still: relu6 of a line through 3, and lines around it. Of what is
 * scaled before, too.
 */
function gatesOf(node: NetworkNode, find: Find): Gate[] {
  if (node.op === 'hardSigmoid') return [{ input: node.inputs[0], slope: node.slope ?? HARD_SWISH, factor: 1 }];
  const behind = linesOf(node, find).at(-1);
  const clip = behind ? find(behind.input) : node;
  if (clip.op !== 'relu6' || !near(behind?.offset ?? 0, 0)) return [];
  return linesOf(find(clip.inputs[0]), find)
    .filter(({ scale, offset }) => near(offset, 3) && scale > 0)
    .map(({ input, scale }) => ({
      input,
      slope: SLOPES.find((each) => near(scale / 6, each)) ?? scale / 6,
      factor: 6 * (behind?.scale ?? 1),
    }));
}

/** x times a hard sigmoid of x with hard-swish's slope: `factor` times hard-swish. */
function gatedProduct({ inputs }: MultiplyNode, find: Find): { input: string; factor: number } | null {
  if (inputs.length !== 2) return null;
  for (const [input, other] of [inputs, [...inputs].reverse()]) {
    const gate = gatesOf(find(other), find).find((each) => each.input === input && near(each.slope, HARD_SWISH));
    if (gate) return { input, factor: gate.factor };
  }
  return null;
}

function product(node: MultiplyNode, find: Find): NetworkNode {
  const { name, inputs } = node;
  if (inputs.length !== 2) return node;
  const bySigmoid = inputs.find((input) =>
    inputs.some((other) => find(other).op === 'sigmoid' && find(other).inputs[0] === input),
  );
  if (bySigmoid !== undefined) return { op: 'silu', name, inputs: [bySigmoid] };
  const gated = gatedProduct(node, find);
  return gated && near(gated.factor, 1) ? { op: 'hardSwish', name, inputs: [gated.input] } : node;
}

function scaled(node: RescaleNode, find: Find): NetworkNode {
  const { name } = node;
  const line = lineOf(node);
  const before = find(node.inputs[0]);
  // x relu6(x + 3) / 6
  if (line && line.offset === 0 && before.op === 'multiply') {
    const gated = gatedProduct(before, find);
    if (gated && near(line.scale * gated.factor, 1)) return { op: 'hardSwish', name, inputs: [gated.input] };
  }
  const gates = gatesOf(node, find).filter(({ factor }) => near(factor, 1));
  const gate = gates.find(({ slope }) => SLOPES.includes(slope)) ?? gates[0];
  return gate ? { op: 'hardSigmoid', name, inputs: [gate.input], slope: gate.slope } : node;
}

/** A kernel of one pixel that hands every channel on to one place further back, among more channels than before. */
function shortcut(node: Conv2dNode, weights: Readonly<Record<string, WeightArray>>): NetworkNode {
  const {
    shape: [height, width, channels, all],
    values,
  } = weights[node.kernel];
  const [stride, across] = node.strides;
  const { top, bottom, left, right } = node.padding;
  const plain = !node.bias && (node.groups ?? 1) === 1 && stride === across && top + bottom + left + right === 0;
  if (!plain || height !== 1 || width !== 1 || all <= channels) return node;
  const before = values.indexOf(1);
  if (before < 0 || before + channels > all) return node;
  const isShift = values.every((v, i) => v === Number(i % all === before + Math.floor(i / all)));
  if (!isShift) return node;
  const { name, inputs } = node;
  return { op: 'shortcutPad', name, inputs, stride, channelsBefore: before, channelsAfter: all - channels - before };
}

function asOne(node: NetworkNode, find: Find, weights: Readonly<Record<string, WeightArray>>): NetworkNode {
  switch (node.op) {
    case 'multiply':
      return product(node, find);
    case 'rescale':
      return scaled(node, find);
    case 'conv2d':
      return shortcut(node, weights);
    default:
      return node;
  }
}

/**
 * @param nodes in order
 * @returns as many nodes, of the same names and outputs; some of them nobody reads any more
 */
export function composed(nodes: readonly NetworkNode[], weights: Readonly<Record<string, WeightArray>>): NetworkNode[] {
  const byName = new Map<string, NetworkNode>();
  return nodes.map((node) => {
    const one = asOne(node, (name) => byName.get(name)!, weights);
    byName.set(node.name, one);
    return one;
  });
}

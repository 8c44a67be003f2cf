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

/** One scale and one offset for all channels; null for any other node. */
const lineOf = (node: NetworkNode): { scale: number; offset: number } | null =>
  node.op === 'rescale' && node.scale.length === 1 && node.offset.length === 1
    ? { scale: node.scale[0], offset: node.offset[0] }
    : null;

/**
 * A node as a hard sigmoid, or as one that is scaled still: relu6 of a line through 3, and lines around it. Of what is
 * scaled before, too.
 */
function gatesOf(node: NetworkNode, find: Find): Gate[] {
  const gates: Gate[] = [];
  if (node.op === 'hardSigmoid') return [{ input: node.inputs[0], slope: node.slope ?? HARD_SWISH, factor: 1 }];
  let [factor, rest, at] = [1, 0, node];
  for (let i = 0; i < MOST_LINES; i++) {
    const line = lineOf(at);
    if (!line) break;
    rest += factor * line.offset;
    factor *= line.scale;
    at = find(at.inputs[0]);
  }
  if (at.op !== 'relu6' || !near(rest, 0)) return gates;
  let [scale, offset] = [1, 0];
  at = find(at.inputs[0]);
  for (let i = 0; i < MOST_LINES; i++) {
    const line = lineOf(at);
    if (!line) break;
    offset += scale * line.offset;
    scale *= line.scale;
    const [input] = at.inputs;
    if (near(offset, 3) && scale > 0) {
      const slope = SLOPES.find((each) => near(scale / 6, each)) ?? scale / 6;
      gates.push({ input, slope, factor: 6 * factor });
    }
    at = find(input);
  }
  return gates;
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

/**
 * @param nodes in order
 * @returns as many nodes, of the same names and outputs; some of them nobody reads any more
 */
export function composed(nodes: readonly NetworkNode[], weights: Readonly<Record<string, WeightArray>>): NetworkNode[] {
  const byName = new Map<string, NetworkNode>();
  const find: Find = (name) => byName.get(name)!;
  return nodes.map((node) => {
    const one =
      node.op === 'multiply'
        ? product(node, find)
        : node.op === 'rescale'
          ? scaled(node, find)
          : node.op === 'conv2d'
            ? shortcut(node, weights)
            : node;
    byName.set(node.name, one);
    return one;
  });
}

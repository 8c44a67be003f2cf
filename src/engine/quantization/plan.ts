/** Which layers of a network are quantized, and with how many bits (fdda.md, "Quantizer"). */
import { checkBits } from '../kernels/scalarQuantizer';
import { isActivation } from '../network/activationRanges';
import type { ActivationNode, Conv2dNode, DenseNode, NetworkDefinition, NetworkNode } from '../network/types';
import type { RunSettings } from '../runSettings';
import { FULL_PRECISION, parseLayerBits, quantizerId, type PlannedRole } from './layerBits';

export type QuantizerSettings = Pick<RunSettings, 'weightBits' | 'activationBits' | 'weightGranularity' | 'firstLast'> &
  Partial<Pick<RunSettings, 'layerBits'>>;

/** Bits are asked for of a layer that the network does not have. */
export class LayerBitsError extends RangeError {
  constructor(
    readonly text: string,
    readonly network: string,
  ) {
    super(`Bits are set for ${text}, which ${network} does not have.`);
    this.name = 'LayerBitsError';
  }
}

/** How a student's grids come about; what is left out is as in the authors' program. */
export type GridSettings = Partial<
  Pick<RunSettings, 'weightRange' | 'weightRangeShare' | 'stepSizes' | 'clippedGradient' | 'studentRecipe'>
>;

/** Whether step sizes are trained; reconstruction always trains those of the activations. */
export const learnsSteps = ({ stepSizes, studentRecipe }: GridSettings): boolean =>
  stepSizes === 'learned' || (studentRecipe ?? 'distillation') !== 'distillation';

/** Bits of the first and last layers under 'firstLast: 8' (F8L8). */
export const FIRST_LAST_BITS = 8;

export type { PlannedRole };

/** One quantizer of the plan. */
export interface PlannedQuantizer {
  /** Name of the node. */
  node: string;
  /** 'weight': the node's kernel; 'activation': the node's output. */
  kind: 'weight' | 'activation';
  role: PlannedRole;
  /** FULL_PRECISION: it is not quantized. */
  bits: number;
  /** For people: "kernel of stem (convolution), 8 bits per channel: first convolution". */
  description: string;
}

export interface QuantizationPlan {
  weightGranularity: RunSettings['weightGranularity'];
  /** In network order. */
  quantizers: PlannedQuantizer[];
  /** Node name -> bits of its kernel. */
  weightBits: Record<string, number>;
  /** Node name -> bits of its output. */
  activationBits: Record<string, number>;
}

type WeightedNode = Conv2dNode | DenseNode;

export function isWeighted(node: NetworkNode): node is WeightedNode {
  return node.op === 'conv2d' || node.op === 'depthwiseConv2d' || node.op === 'dense';
}

const OPERATION = {
  conv2d: 'convolution',
  depthwiseConv2d: 'depthwise convolution',
  dense: 'dense',
  relu: 'ReLU',
  relu6: 'ReLU6',
  leakyRelu: 'leaky ReLU',
  hardSwish: 'hard-swish',
  silu: 'SiLU',
  sigmoid: 'sigmoid',
  hardSigmoid: 'hard sigmoid',
} as const;
const ROLE: Record<PlannedRole, string> = {
  firstConvolution: 'first convolution',
  firstActivation: 'first activation',
  lastActivation: 'activation before the classifier',
  classifier: 'classifier',
  inner: '',
};

/**
 * Every kernel of a convolution or dense layer and the output of every activation is quantized; the network's input,
 * sums before a residual ReLU, linear-bottleneck outputs and pooled features are not.
 *
 * 'low' gives all of them the low bits; '8' (F8L8) gives the first convolution, the first activation, the activation
 * before the classifier and the classifier 8 bits. Bits of single layers (`layerBits`) go before both.
 *
 * Error where the network has no convolution or no layer that makes the logits; RangeError for bits outside 2 to 8;
 * LayerBitsError for bits of a layer that it does not have.
 */
export function quantizationPlan(definition: NetworkDefinition, settings: QuantizerSettings): QuantizationPlan {
  checkBits(settings.weightBits);
  checkBits(settings.activationBits);
  const { nodes } = definition;
  const first = nodes.find((node) => node.op === 'conv2d' || node.op === 'depthwiseConv2d');
  if (!first) throw new Error(`${definition.name} has no convolution: there is nothing to quantize.`);
  const output = nodes[nodes.length - 1].name;
  const classifier = lastBefore(definition, [output], isWeighted, () => false)[0];
  if (!classifier)
    throw new Error(`${definition.name}: no convolution or dense layer leads to its output '${output}'.`);
  const firstActivation = nodes.find(isActivation)?.name;
  // A layer with weights in between computes something new: what lies behind it is not the classifier's input.
  const lastActivations = lastBefore(definition, classifier.inputs, isActivation, isWeighted).map((node) => node.name);

  const roleOf = (node: NetworkNode): PlannedRole => {
    if (node === classifier) return 'classifier';
    if (node === first) return 'firstConvolution';
    if (lastActivations.includes(node.name)) return 'lastActivation';
    return node.name === firstActivation ? 'firstActivation' : 'inner';
  };
  const own = ownBits(definition, settings.layerBits ?? []);
  const quantizers = nodes
    .filter((node) => isWeighted(node) || isActivation(node))
    .map((node): PlannedQuantizer => {
      const kind = isWeighted(node) ? 'weight' : 'activation';
      const role = roleOf(node);
      const low = kind === 'weight' ? settings.weightBits : settings.activationBits;
      const common = settings.firstLast === '8' && role !== 'inner' ? FIRST_LAST_BITS : low;
      const bits = own.get(quantizerId({ kind, node: node.name })) ?? common;
      return {
        node: node.name,
        kind,
        role,
        bits,
        description: describe(node as WeightedNode | ActivationNode, role, bits, settings),
      };
    });
  const bitsOf = (kind: PlannedQuantizer['kind']) =>
    Object.fromEntries(quantizers.filter((q) => q.kind === kind).map((q) => [q.node, q.bits]));
  return {
    weightGranularity: settings.weightGranularity,
    quantizers,
    weightBits: bitsOf('weight'),
    activationBits: bitsOf('activation'),
  };
}

/** Quantizer -> its own bits; of two the last counts. */
function ownBits({ name, nodes }: NetworkDefinition, list: readonly string[]): Map<string, number> {
  const known = new Set(
    nodes.flatMap((node) => [
      ...(isWeighted(node) ? [quantizerId({ kind: 'weight', node: node.name })] : []),
      ...(isActivation(node) ? [quantizerId({ kind: 'activation', node: node.name })] : []),
    ]),
  );
  return new Map(
    list.map((text): [string, number] => {
      const entry = parseLayerBits(text);
      if (!entry || !known.has(quantizerId(entry))) throw new LayerBitsError(text, name);
      return [quantizerId(entry), entry.bits];
    }),
  );
}

/**
 * Walks back from `from` along the inputs to the nearest nodes that are `wanted`, one on every path, not past
 * `barrier`.
 */
function lastBefore<T extends NetworkNode>(
  definition: NetworkDefinition,
  from: string[],
  wanted: (node: NetworkNode) => node is T,
  barrier: (node: NetworkNode) => boolean,
): T[] {
  const byName = new Map(definition.nodes.map((node) => [node.name, node]));
  const found = new Set<T>();
  const seen = new Set<string>();
  const open = [...from];
  while (open.length > 0) {
    const name = open.pop()!;
    if (seen.has(name)) continue;
    seen.add(name);
    const node = byName.get(name);
    if (!node) throw new Error(`${definition.name}: a node reads '${name}', which does not exist.`);
    if (wanted(node)) found.add(node);
    else if (!barrier(node)) open.push(...node.inputs);
  }
  return definition.nodes.filter((node): node is T => found.has(node as T));
}

function describe(
  node: WeightedNode | ActivationNode,
  role: PlannedRole,
  bits: number,
  settings: QuantizerSettings,
): string {
  const what = isWeighted(node) ? 'kernel' : 'output';
  const granularity = isWeighted(node) && settings.weightGranularity === 'perChannel' ? 'per channel' : 'per tensor';
  const why = ROLE[role] ? `: ${ROLE[role]}` : '';
  const amount = bits === FULL_PRECISION ? 'not quantized' : `${bits} bits ${granularity}`;
  return `${what} of ${node.name} (${OPERATION[node.op]}), ${amount}${why}`;
}

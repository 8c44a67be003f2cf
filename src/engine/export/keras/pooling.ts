/** Pooling beside an image's edge: here with any padding, in Keras with none or with what it calls "same". */
import { say } from '../../sentences';
import type { NetworkDefinition, NetworkNode, PoolNode } from '../../network/types';
import { ExportError } from '../exportError';

export type PoolingForm =
  /** As it is, with Keras's padding. */
  | 'valid'
  | 'same'
  /** Zeros around it first: right where no value is below them. */
  | 'zeros'
  /** "same" at every pixel, of which then every so many are taken. */
  | 'everyPixel';

/**
 * @param input [H, W, C]
 * @param output [H, W, C]
 * @throws ExportError where no form computes the same
 */
export function poolingForm(
  node: PoolNode,
  definition: NetworkDefinition,
  input: readonly number[],
  output: readonly number[],
): PoolingForm {
  const { top, bottom, left, right } = node.padding;
  const axes = [
    { size: input[0], result: output[0], kernel: node.size[0], stride: node.strides[0], before: top, after: bottom },
    { size: input[1], result: output[1], kernel: node.size[1], stride: node.strides[1], before: left, after: right },
  ];
  if (axes.every(({ before, after }) => before === 0 && after === 0)) return 'valid';
  const all = axes.map(({ size, result, kernel, stride, before }) => {
    const isWhole = result === Math.ceil(size / stride);
    const total = Math.max(0, (result - 1) * stride + kernel - size);
    return {
      same: isWhole && before === Math.floor(total / 2),
      everyPixel: isWhole && before === Math.floor((kernel - 1) / 2),
    };
  });
  if (all.every(({ same }) => same)) return 'same';
  if (node.op === 'maxPool' && isNeverNegative(definition, node.inputs[0])) return 'zeros';
  if (all.every(({ everyPixel }) => everyPixel)) return 'everyPixel';
  throw new ExportError(say('exportPooling', node.name));
}

const KEEPS_SIGN: ReadonlySet<NetworkNode['op']> = new Set([
  'maxPool',
  'averagePool',
  'globalAveragePool',
  'globalMaxPool',
  'add',
  'multiply',
  'concat',
  'pad',
  'shortcutPad',
  'flatten',
  'reshape',
  'transpose',
]);
const NEVER_NEGATIVE: ReadonlySet<NetworkNode['op']> = new Set(['relu', 'relu6', 'sigmoid', 'hardSigmoid', 'softmax']);

function isNeverNegative(definition: NetworkDefinition, name: string): boolean {
  const node = definition.nodes.find((each) => each.name === name)!;
  if (NEVER_NEGATIVE.has(node.op)) return true;
  return KEEPS_SIGN.has(node.op) && node.inputs.every((input) => isNeverNegative(definition, input));
}

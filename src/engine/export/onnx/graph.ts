/** Builds an ONNX graph: nodes, constants, and the file they make (onnx.proto3 of ONNX 1.20). */
import { Message } from './wire';

/** Element types by their numbers in TensorProto. */
export const TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int64: 7,
  int4: 22,
  int2: 26,
} as const;
export type ElementType = keyof typeof TYPES;

/** The first opset that has a type for QuantizeLinear and DequantizeLinear, and the file version that goes with it. */
const OPSETS: Partial<Record<ElementType, number>> = { int2: 25 };
const LOWEST_OPSET = 21;
const IR_VERSION: Record<number, number> = { 21: 10, 25: 13 };

type Attribute = number | string | readonly number[] | { float: number };

export class GraphBuilder {
  private readonly nodes: Message[] = [];
  private readonly constants: Message[] = [];
  /** What was written of a constant -> its name: equal ones are stored once. */
  private readonly stored = new Map<string, string>();
  private opset = LOWEST_OPSET;

  /**
   * An operation with one output.
   *
   * @param label the node's name, for people, which no other has; values have short names, or they would take more room than small kernels
   * @returns the output's name
   */
  node(
    type: string,
    inputs: readonly string[],
    label: string | null,
    attributes: Record<string, Attribute> = {},
  ): string {
    return this.named(`v${this.nodes.length}`, type, inputs, label, attributes);
  }

  /** An operation whose output has a name of its own. */
  named(
    output: string,
    type: string,
    inputs: readonly string[],
    label: string | null,
    attributes: Record<string, Attribute> = {},
  ): string {
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    node.text(2, output).text(4, type);
    // Names are optional, and those that are given must differ: what belongs to a layer comes before it without one.
    if (label !== null) node.text(3, label);
    for (const [key, value] of Object.entries(attributes)) node.message(5, attribute(key, value));
    this.nodes.push(node);
    return output;
  }

  /** @param values row-major; whole numbers for all types but float @returns the constant's name */
  constant(type: ElementType, shape: readonly number[], values: ArrayLike<number>): string {
    const tensor = new Message();
    for (const dim of shape) tensor.int(1, dim);
    const bytes = packed(type, values);
    const key = `${type} ${shape.join()} ${bytes.join()}`;
    const known = this.stored.get(key);
    if (known !== undefined) return known;
    const name = `c${this.constants.length}`;
    this.stored.set(key, name);
    this.constants.push(tensor.int(2, TYPES[type]).text(8, name).bytes(9, bytes));
    this.opset = Math.max(this.opset, OPSETS[type] ?? LOWEST_OPSET);
    return name;
  }

  /**
   * The file.
   *
   * @param input one image is [channels, height, width]; the batch is free
   * @param output name of what is given back, [N, classes]
   */
  file(
    input: { name: string; shape: readonly [number, number, number] },
    output: { name: string; classes: number },
    facts: { name: string; doc: string; metadata: Record<string, string> },
  ): Uint8Array<ArrayBuffer> {
    const graph = new Message();
    for (const node of this.nodes) graph.message(1, node);
    graph.text(2, facts.name);
    for (const constant of this.constants) graph.message(5, constant);
    graph
      .text(10, facts.doc)
      .message(11, valueInfo(input.name, input.shape))
      .message(12, valueInfo(output.name, [output.classes]));
    const model = new Message()
      .int(1, IR_VERSION[this.opset])
      .text(2, 'FDDA playground')
      .text(6, facts.doc)
      .message(7, graph)
      .message(8, new Message().text(1, '').int(2, this.opset));
    for (const [key, value] of Object.entries(facts.metadata))
      model.message(14, new Message().text(1, key).text(2, value));
    return model.take();
  }
}

function attribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, 2);
  if (typeof value === 'string') return message.text(4, value).int(20, 3);
  if ('float' in value) return message.float(2, value.float).int(20, 1);
  for (const each of value) message.int(8, each);
  return message.int(20, 7);
}

function valueInfo(name: string, shape: readonly number[]): Message {
  const dims = new Message().message(1, new Message().text(2, 'N'));
  for (const dim of shape) dims.message(1, new Message().int(1, dim));
  const tensor = new Message().int(1, TYPES.float).message(2, dims);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}

/** Little-endian; types of less than a byte are packed from the lowest bits up. */
function packed(type: ElementType, values: ArrayLike<number>): Uint8Array {
  const bytesOf = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);
  switch (type) {
    case 'float':
      return bytesOf(Float32Array.from(values));
    case 'uint8':
      return Uint8Array.from(values);
    case 'int8':
      return bytesOf(Int8Array.from(values));
    case 'uint16':
      return bytesOf(Uint16Array.from(values));
    case 'int16':
      return bytesOf(Int16Array.from(values));
    case 'int64':
      return bytesOf(BigInt64Array.from(Array.from(values, BigInt)));
    case 'int4':
      return packBits(values, 4);
    case 'int2':
      return packBits(values, 2);
  }
}

/** Several whole numbers of `bits` bits in a byte, the first in the lowest bits. */
export function packBits(values: ArrayLike<number>, bits: 2 | 4): Uint8Array {
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  const result = new Uint8Array(Math.ceil(values.length / perByte));
  for (let i = 0; i < values.length; i++)
    result[Math.floor(i / perByte)] |= (values[i] & mask) << (bits * (i % perByte));
  return result;
}

/** An ONNX file as data: nodes, constants, inputs and outputs of its graph. Field numbers are onnx.proto's. */
import { fromHalf } from '../../float16';
import { say } from '../../sentences';
import { NetworkError } from '../networkError';
import { baseName, type NetworkFile } from '../networkFile';
import { doubles, encoded, floats, text, whole, wholes, wireFields, type WireField } from './protobuf';

/** A constant; whole numbers are numbers too. */
export interface Constant {
  shape: number[];
  values: Float32Array | Float64Array;
}

export interface OnnxAttribute {
  number?: number;
  numbers?: number[];
  text?: string;
  tensor?: Constant;
}

export interface OnnxNode {
  name: string;
  kind: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, OnnxAttribute>;
}

export interface OnnxValue {
  name: string;
  /** Null where an axis has no fixed size. */
  shape: (number | null)[] | null;
  /** TensorProto's number of the type of its elements; 0: not said. */
  type: number;
}

/** The one input that is no weight. */
export interface ImageInput {
  name: string;
  /** [height, width, channels] */
  shape: [number, number, number];
  /** ONNX has it as [channels, height, width]. */
  channelsFirst: boolean;
  /** Of a file for batches of this size only; null: any. */
  batch: number | null;
  /** It takes whole numbers from 0 to 255. */
  bytes: boolean;
}

export interface OnnxModel {
  name: string;
  producer: string;
  /** Version of the operators. */
  opset: number;
  nodes: OnnxNode[];
  constants: Map<string, Constant>;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}

const HINT = say('damagedModelHint');
/** More values in one constant than any image classifier has: a bound for files that are not. */
const MOST_VALUES = 2 ** 29;
const MOST_AXES = 16;

const FLOAT_TYPES: Record<number, { bytes: number; read(view: DataView, at: number): number }> = {
  1: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  2: { bytes: 1, read: (view, at) => view.getUint8(at) },
  3: { bytes: 1, read: (view, at) => view.getInt8(at) },
  4: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  5: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  6: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  7: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { bytes: 1, read: (view, at) => view.getUint8(at) },
  10: { bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
  11: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  12: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
};

/** Files that large weights may lie in. */
interface Beside {
  files: readonly NetworkFile[];
  /** Bytes that may still be read of them: tensors that share theirs would make a large network of small files. */
  left: number;
}

/**
 * @param files in which large weights may lie
 * @throws NetworkError or WireError where the file is damaged
 */
export function readOnnx(file: NetworkFile, files: readonly NetworkFile[]): OnnxModel {
  const beside: Beside = { files, left: 4 * files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) };
  const model: OnnxModel = {
    name: '',
    producer: '',
    opset: 0,
    nodes: [],
    constants: new Map(),
    inputs: [],
    outputs: [],
  };
  let graphs = 0;
  for (const field of wireFields(new Uint8Array(file.bytes))) {
    if (field.number === 2) model.producer = text(field);
    else if (field.number === 8) readOpset(field, model);
    else if (field.number === 7) {
      graphs++;
      readGraph(field, model, beside);
    } else if (field.number === 25) throw new NetworkError(say('onnxFunctions'), say('onnxFunctionsHint'));
  }
  if (graphs !== 1 || model.nodes.length === 0) throw new NetworkError(say('noOnnxGraph', baseName(file.name)), HINT);
  return model;
}

function readOpset({ bytes }: WireField, model: OnnxModel): void {
  let [domain, version] = ['', 0];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) domain = text(field);
    if (field.number === 2) version = whole(field);
  }
  if (domain === '' || domain === 'ai.onnx') model.opset = version;
}

function readGraph({ bytes }: WireField, model: OnnxModel, beside: Beside): void {
  for (const field of wireFields(bytes)) {
    switch (field.number) {
      case 1:
        model.nodes.push(readNode(field, beside));
        break;
      case 2:
        model.name = text(field);
        break;
      case 5: {
        const { name, constant } = readTensor(field, beside);
        model.constants.set(name, constant);
        break;
      }
      case 11:
        model.inputs.push(readValue(field));
        break;
      case 12:
        model.outputs.push(readValue(field));
        break;
      case 15:
        throw new NetworkError(say('onnxSparse'), HINT);
    }
  }
}

/** Where more follow than a call takes arguments. */
function append(list: number[], more: readonly number[]): void {
  for (const value of more) list.push(value);
}

function readNode({ bytes }: WireField, beside: Beside): OnnxNode {
  const node: OnnxNode = { name: '', kind: '', domain: '', inputs: [], outputs: [], attributes: new Map() };
  for (const field of wireFields(bytes)) {
    if (field.number === 1) node.inputs.push(text(field));
    else if (field.number === 2) node.outputs.push(text(field));
    else if (field.number === 3) node.name = text(field);
    else if (field.number === 4) node.kind = text(field);
    else if (field.number === 7) node.domain = text(field);
    else if (field.number === 5) {
      const { name, attribute } = readAttribute(field, beside);
      node.attributes.set(name, attribute);
    }
  }
  return node;
}

function readAttribute({ bytes }: WireField, beside: Beside) {
  let name = '';
  const attribute: OnnxAttribute = {};
  for (const field of wireFields(bytes)) {
    if (field.number === 1) name = text(field);
    else if (field.number === 2) attribute.number = floats(field)[0];
    else if (field.number === 3) attribute.number = whole(field);
    else if (field.number === 4) attribute.text = text(field);
    else if (field.number === 5) attribute.tensor = readTensor(field, beside).constant;
    else if (field.number === 7) append((attribute.numbers ??= []), floats(field));
    else if (field.number === 8) append((attribute.numbers ??= []), wholes(field));
  }
  return { name, attribute };
}

function readTensor({ bytes }: WireField, beside: Beside): { name: string; constant: Constant } {
  let [name, type, outside] = ['', 0, false];
  const shape: number[] = [];
  const listed: number[] = [];
  let raw: Uint8Array | null = null;
  const external = new Map<string, string>();
  for (const field of wireFields(bytes)) {
    if (field.number === 1) append(shape, wholes(field));
    else if (field.number === 2) type = whole(field);
    else if (field.number === 4) append(listed, floats(field));
    else if (field.number === 5 || field.number === 7 || field.number === 11) append(listed, wholes(field));
    else if (field.number === 8) name = text(field);
    else if (field.number === 9) raw = field.bytes;
    else if (field.number === 10) append(listed, doubles(field));
    else if (field.number === 14) outside = whole(field) === 1;
    else if (field.number === 13) {
      let [key, value] = ['', ''];
      for (const part of wireFields(field.bytes)) {
        if (part.number === 1) key = text(part);
        if (part.number === 2) value = text(part);
      }
      external.set(key, value);
    }
  }
  const count = shape.reduce((a, b) => a * b, 1);
  if (shape.length > MOST_AXES || shape.some((v) => v < 0) || !(count <= MOST_VALUES))
    throw new NetworkError(say('weightUndeclared', name), HINT);
  if (outside) raw = externalBytes(name, external, beside);
  const reader = Object.hasOwn(FLOAT_TYPES, type) ? FLOAT_TYPES[type] : null;
  if (!reader) throw new NetworkError(say('weightType', name, `TensorProto ${type}`), HINT);
  const values = type === 1 ? new Float32Array(0) : new Float64Array(0);
  const made = (length: number) => (type === 1 ? new Float32Array(length) : new Float64Array(length));
  const size = raw ? raw.byteLength : listed.length;
  if (size !== (raw ? count * reader.bytes : count)) {
    throw new NetworkError(say('tensorBytes', name, String(shape), size), HINT);
  }
  if (!raw) {
    // Half floats are listed as their bits.
    const numbers = made(count);
    listed.forEach((v, i) => (numbers[i] = type === 10 ? fromHalf(v) : v));
    return { name, constant: { shape, values: numbers } };
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const numbers = count === 0 ? values : made(count);
  for (let i = 0; i < count; i++) numbers[i] = reader.read(view, i * reader.bytes);
  return { name, constant: { shape, values: numbers } };
}

/** Where a large file keeps its weights in another one beside it. */
function externalBytes(name: string, entries: ReadonlyMap<string, string>, beside: Beside): Uint8Array {
  const location = entries.get('location') ?? '';
  const file = beside.files.find((candidate) => baseName(candidate.name) === baseName(location));
  if (!file) throw new NetworkError(say('weightFileMissing', location), say('onnxDataHint', location));
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? file.bytes.byteLength - offset);
  if (!(offset >= 0 && length >= 0 && offset + length <= file.bytes.byteLength)) {
    throw new NetworkError(say('tensorOutside', name, location), HINT);
  }
  if ((beside.left -= length) < 0) throw new NetworkError(say('tensorsOverlap', name), HINT);
  return new Uint8Array(file.bytes, offset, length);
}

function readValue({ bytes }: WireField): OnnxValue {
  const value: OnnxValue = { name: '', shape: null, type: 0 };
  for (const field of wireFields(bytes)) {
    if (field.number === 1) value.name = text(field);
    if (field.number !== 2) continue;
    for (const type of wireFields(field.bytes)) {
      if (type.number !== 1) continue;
      for (const part of wireFields(type.bytes)) {
        if (part.number === 1) value.type = whole(part);
        if (part.number === 2) value.shape = [...wireFields(part.bytes)].filter((d) => d.number === 1).map(dimension);
      }
    }
  }
  return value;
}

function dimension({ bytes }: WireField): number | null {
  for (const field of wireFields(bytes)) if (field.number === 1 && whole(field) > 0) return whole(field);
  return null;
}

/** The file with further values among its outputs: messages of one field are merged by those who read it. */
export function withOutputs(file: ArrayBuffer, names: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const graph = names.flatMap((name) => encoded(12, encoded(1, encoder.encode(name))));
  const added = encoded(7, graph);
  const result = new Uint8Array(file.byteLength + added.length);
  result.set(new Uint8Array(file));
  result.set(added, file.byteLength);
  return result;
}

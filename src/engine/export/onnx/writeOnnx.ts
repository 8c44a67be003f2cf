/** Writes a student as an ONNX file with QuantizeLinear and DequantizeLinear, its integers packed. */
import { inspectNetwork } from '../../network/inspect';
import type { Conv2dNode, DenseNode, Network, NetworkNode, Padding } from '../../network/types';
import { isWeighted } from '../../quantization/plan';
import type { QuantizedNetwork } from '../quantizedNetwork';
import { GraphBuilder } from './graph';
import { activationNode, kernelNode, storageType } from './quantizers';

/** Names of the file's input and output. */
export const INPUT = 'images';
export const OUTPUT = 'logits';

const pads = ({ top, left, bottom, right }: Padding) => [top, left, bottom, right];

/** Where the values of a kernel go that is [h, w, in, out] (depthwise: [h, w, channels, multiplier]) in a `Network`. */
function fileOrder(op: (Conv2dNode | DenseNode)['op'], shape: readonly number[]): { shape: number[]; from: number[] } {
  if (op === 'dense') return { shape: [...shape], from: Array.from({ length: shape[0] * shape[1] }, (_, i) => i) };
  const [h, w, inputs, last] = shape;
  const from: number[] = [];
  const depthwise = op === 'depthwiseConv2d';
  // [out, in, h, w]; depthwise [channels x multiplier, 1, h, w].
  for (let o = 0; o < (depthwise ? inputs * last : last); o++)
    for (let i = 0; i < (depthwise ? 1 : inputs); i++)
      for (let p = 0; p < h * w; p++) from.push(depthwise ? p * inputs * last + o : (p * inputs + i) * last + o);
  return { shape: depthwise ? [inputs * last, 1, h, w] : [last, inputs, h, w], from };
}

class Writer {
  private readonly graph = new GraphBuilder();
  /** Node -> name of its output in the file. */
  private readonly outputs = new Map<string, string>();
  private readonly network: Network;
  private readonly shapes: Map<string, number[]>;

  constructor(private readonly quantized: QuantizedNetwork) {
    this.network = quantized.network;
    this.shapes = inspectNetwork(this.network).shapes;
  }

  write(): Uint8Array<ArrayBuffer> {
    const { definition } = this.network;
    for (const node of definition.nodes) this.outputs.set(node.name, this.nodeOf(node));
    const last = this.outputs.get(definition.nodes[definition.nodes.length - 1].name)!;
    const output = this.graph.named(OUTPUT, 'Identity', [last], null);
    const [height, width, channels] = definition.inputShape;
    const { mean, std } = definition.normalization;
    return this.graph.file(
      { name: INPUT, shape: [channels, height, width] },
      { name: output, classes: definition.numClasses },
      {
        name: definition.name,
        doc: `${definition.name}, quantized. Input: images [N, ${channels}, ${height}, ${width}], each channel (pixel / 255 - mean) / std with mean ${mean.join(', ')} and std ${std.join(', ')}. Output: logits [N, ${definition.numClasses}].`,
        metadata: {
          mean: JSON.stringify(mean),
          std: JSON.stringify(std),
          ...(definition.classNames ? { classes: JSON.stringify(definition.classNames) } : {}),
        },
      },
    );
  }

  private weight(key: string, shape?: number[]): string {
    const { values, shape: own } = this.network.weights[key];
    return this.graph.constant('float', shape ?? own, values);
  }

  /** A kernel as floating point, in the file's layout. */
  private kernel(node: Conv2dNode | DenseNode): string {
    const { shape: own, values } = this.network.weights[node.kernel];
    const { shape, from } = fileOrder(node.op, own);
    const integers = this.quantized.kernels.get(node.name);
    if (!integers)
      return this.graph.constant(
        'float',
        shape,
        from.map((i) => values[i]),
      );
    const axis = integers.scale.length === 1 ? null : node.op === 'dense' ? 1 : 0;
    // Where it optimizes, onnxruntime 1.30 computes something else of 2-bit integers before a Gemm.
    const type = storageType(node.op === 'dense' ? Math.max(3, integers.bits) : integers.bits);
    return kernelNode(
      this.graph,
      integers,
      from.map((at) => integers.integers[at]),
      shape,
      axis,
      type,
    );
  }

  private activation(node: NetworkNode, output: string): string {
    const levels = this.quantized.activations.get(node.name);
    return levels ? activationNode(this.graph, output, levels) : output;
  }

  private nodeOf(node: NetworkNode): string {
    const { graph } = this;
    const inputs = node.inputs.map((name) => this.outputs.get(name)!);
    const { name } = node;
    switch (node.op) {
      case 'input':
        return INPUT;
      case 'conv2d':
      case 'depthwiseConv2d': {
        const group = node.op === 'depthwiseConv2d' ? this.network.weights[node.kernel].shape[2] : (node.groups ?? 1);
        const bias = node.bias ? [this.weight(node.bias)] : [];
        return graph.node('Conv', [inputs[0], this.kernel(node), ...bias], name, {
          strides: node.strides,
          pads: pads(node.padding),
          group,
          dilations: node.dilations ?? [1, 1],
        });
      }
      case 'dense':
        return graph.node('Gemm', [inputs[0], this.kernel(node), ...(node.bias ? [this.weight(node.bias)] : [])], name);
      case 'batchNorm': {
        const [count] = this.network.weights[node.mean].shape;
        const all = (value: number) => graph.constant('float', [count], new Float32Array(count).fill(value));
        return graph.node(
          'BatchNormalization',
          [
            inputs[0],
            node.gamma ? this.weight(node.gamma) : all(1),
            node.beta ? this.weight(node.beta) : all(0),
            this.weight(node.mean),
            this.weight(node.variance),
          ],
          name,
          { epsilon: { float: node.epsilon } },
        );
      }
      case 'relu':
        if (this.isBetween(node)) return this.activation(node, this.largest(inputs[0], 0, name));
        return this.activation(node, graph.node('Relu', inputs, name));
      case 'relu6': {
        if (this.isBetween(node)) {
          const six = graph.constant('float', [], [6]);
          return this.activation(node, graph.node('Min', [this.largest(inputs[0], 0, null), six], name));
        }
        const ends = [graph.constant('float', [], [0]), graph.constant('float', [], [6])];
        return this.activation(node, graph.node('Clip', [inputs[0], ...ends], name));
      }
      case 'add':
        return inputs
          .slice(1)
          .reduce((sum, other, i) => graph.node('Add', [sum, other], i === 0 ? name : null), inputs[0]);
      case 'pad': {
        const { top, left, bottom, right } = node.padding;
        const amounts = graph.constant('int64', [8], [0, 0, top, left, 0, 0, bottom, right]);
        return graph.node('Pad', [inputs[0], amounts], name);
      }
      case 'maxPool':
      case 'averagePool':
        // Zeros beside the image are not counted, as in ours.
        return graph.node(node.op === 'maxPool' ? 'MaxPool' : 'AveragePool', inputs, name, {
          kernel_shape: node.size,
          strides: node.strides,
          pads: pads(node.padding),
        });
      case 'globalAveragePool':
        return graph.node('Flatten', [graph.node('GlobalAveragePool', inputs, null)], name);
      case 'flatten':
        // Values of a pixel stand beside each other in ours.
        return graph.node('Flatten', [this.channelsLast(node.inputs[0])], name);
      case 'shortcutPad': {
        const whole = (values: number[]) => graph.constant('int64', [values.length], values);
        const taken =
          node.stride === 1
            ? inputs[0]
            : graph.node(
                'Slice',
                [
                  inputs[0],
                  whole([0, 0]),
                  whole([2 ** 31 - 1, 2 ** 31 - 1]),
                  whole([2, 3]),
                  whole([node.stride, node.stride]),
                ],
                null,
              );
        const amounts = whole([0, node.channelsBefore, 0, 0, 0, node.channelsAfter, 0, 0]);
        return graph.node('Pad', [taken, amounts], name);
      }
      case 'leakyRelu':
        return this.activation(node, graph.node('LeakyRelu', inputs, name, { alpha: { float: node.slope ?? 0 } }));
      case 'hardSwish':
        return this.activation(node, graph.node('HardSwish', inputs, name));
      case 'silu': {
        const gate = graph.node('Sigmoid', inputs, null);
        return this.activation(node, graph.node('Mul', [inputs[0], gate], name));
      }
      case 'sigmoid':
        return this.activation(node, graph.node('Sigmoid', inputs, name));
      case 'hardSigmoid': {
        const attributes = { alpha: { float: node.slope ?? 1 / 6 }, beta: { float: 0.5 } };
        return this.activation(node, graph.node('HardSigmoid', inputs, name, attributes));
      }
      // Channels and features come second in the file.
      case 'softmax':
        return graph.node('Softmax', inputs, name, { axis: 1 });
      case 'multiply':
        return inputs
          .slice(1)
          .reduce((product, other, i) => graph.node('Mul', [product, other], i === 0 ? name : null), inputs[0]);
      case 'concat':
        return graph.node('Concat', inputs, name, { axis: 1 });
      case 'rescale': {
        const image = this.isImage(node.inputs[0]);
        const constant = (values: number[]) =>
          graph.constant('float', values.length === 1 ? [] : image ? [values.length, 1, 1] : [values.length], values);
        return graph.node(
          'Add',
          [graph.node('Mul', [inputs[0], constant(node.scale)], null), constant(node.offset)],
          name,
        );
      }
      case 'globalMaxPool':
        return graph.node('Flatten', [graph.node('GlobalMaxPool', inputs, null)], name);
      case 'reshape': {
        const shape = graph.constant('int64', [node.shape.length + 1], [0, ...node.shape]);
        return this.channelsFirst(node, graph.node('Reshape', [this.channelsLast(node.inputs[0]), shape], name));
      }
      case 'transpose': {
        const perm = [0, ...node.order.map((axis) => axis + 1)];
        return this.channelsFirst(node, graph.node('Transpose', [this.channelsLast(node.inputs[0])], name, { perm }));
      }
    }
  }

  /**
   * A quantized activation behind a layer that onnxruntime 1.30 would change when it optimizes. Where Conv or Gemm, Relu
   * or Clip, and QuantizeLinear follow one another, it rounds a kernel that is not quantized to 8 bits, also once
   * BatchNormalization is folded, and a bias to the steps of input times kernel, which are coarse with few bits
   * (WeightBiasQuantization). Of a kernel of 2 bits it makes a QLinearConv, which has no such type, and of two Clips two
   * nodes of one name: such files do not open. Max and Min it does not look through.
   */
  private isBetween({ name, inputs }: NetworkNode): boolean {
    if (!this.quantized.activations.has(name)) return false;
    const { nodes } = this.network.definition;
    const find = (wanted: string) => nodes.find((node) => node.name === wanted);
    let before = find(inputs[0]);
    const isDirect = before?.op !== 'batchNorm';
    while (before?.op === 'batchNorm') before = find(before.inputs[0]);
    return before !== undefined && isWeighted(before) && (isDirect || !this.quantized.kernels.has(before.name));
  }

  private largest(input: string, other: number, label: string | null): string {
    return this.graph.node('Max', [input, this.graph.constant('float', [], [other])], label);
  }

  private isImage(node: string): boolean {
    return this.shapes.get(node)!.length === 3;
  }

  /** A node's output with its axes as ours are. */
  private channelsLast(node: string): string {
    const output = this.outputs.get(node)!;
    return this.isImage(node) ? this.graph.node('Transpose', [output], null, { perm: [0, 2, 3, 1] }) : output;
  }

  /** What has its axes as ours are as the file has them. */
  private channelsFirst({ name }: NetworkNode, output: string): string {
    return this.isImage(name) ? this.graph.node('Transpose', [output], null, { perm: [0, 3, 1, 2] }) : output;
  }
}

export const writeOnnx = (quantized: QuantizedNetwork): Uint8Array<ArrayBuffer> => new Writer(quantized).write();

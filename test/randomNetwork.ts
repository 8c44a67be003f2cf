/**
 * Networks put together at random from every operation that a `Network` can have, small enough that a hundred run in
 * seconds, and a student's settings for each: for comparing what two ways of computing the same make of them.
 */
import type { ActivationNode, Network, NetworkNode, Padding } from '../src/engine/network/types';
import { layerBitsText } from '../src/engine/quantization/layerBits';
import type { GridSettings, QuantizerSettings } from '../src/engine/quantization/plan';
import type { CalibrationMethod } from '../src/engine/quantization/ranges';
import { Random } from '../src/engine/random';

export interface RandomNetwork {
  network: Network;
  settings: QuantizerSettings & GridSettings;
  ranges: CalibrationMethod;
  /** What some of its kernels' channels are like. */
  odd: (typeof ODD)[number];
  /** For error messages. */
  described: string;
}

/** How a channel differs from the others, which are normal with He's variance: a kernel's grid has to hold both. */
const ODD = ['plain', 'plain', 'plain', 'positive', 'constant', 'zero', 'tiny', 'large'] as const;
const ACTIVATIONS = ['relu', 'relu6', 'leakyRelu', 'hardSwish', 'silu', 'sigmoid', 'hardSigmoid'] as const;
const LIKELY = ['relu', 'relu', ...ACTIVATIONS, 'relu6'] as const;

class Builder {
  readonly nodes: NetworkNode[] = [];
  readonly weights: Network['weights'] = {};
  readonly odd: RandomNetwork['odd'];
  /** Of the last node. */
  shape: number[];
  current = 'image';
  private readonly style: number;

  constructor(readonly random: Random) {
    this.style = this.whole(0, 3);
    this.odd = this.pick(ODD);
    this.shape = [this.pick([8, 9, 12]), this.pick([8, 10, 12]), this.pick([1, 3, 3])];
    this.nodes.push({ name: 'image', op: 'input', inputs: [] });
  }

  chance(share: number): boolean {
    return this.random.uniform(0, 1) < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.min(list.length - 1, Math.floor(this.random.uniform(0, 1) * list.length))];
  }

  whole(from: number, to: number): number {
    return from + Math.floor(this.random.uniform(0, 1) * (to - from + 1));
  }

  /** As PyTorch, Keras and ONNX name things, among them names that other formats do not take. */
  name(op: string): string {
    const id = this.nodes.length;
    return [`${op}_${id}`, `layer.${id}/${op}`, `/f/f.${id}/${op} é:${id}`, `n${id}`][this.style];
  }

  push(node: NetworkNode, shape: number[]): void {
    this.nodes.push(node);
    this.current = node.name;
    this.shape = shape;
  }

  weight(key: string, shape: number[], draw: () => number): string {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw);
    this.weights[key] = { shape, values };
    return key;
  }

  /** @param fan values that one output sums */
  kernel(key: string, shape: number[], fan: number): string {
    this.weight(key, shape, () => this.random.normal() * Math.sqrt(2 / fan));
    const { values } = this.weights[key];
    const outputs = shape[shape.length - 1];
    const channel = this.whole(0, outputs - 1);
    if (this.chance(0.7))
      for (let i = channel; i < values.length; i += outputs) values[i] = oddValue(this.odd, values[i]);
    return key;
  }

  convolution({
    size = this.pick([1, 2, 3, 3, 3, 5]),
    stride = this.pick([1, 1, 1, 2]),
    outputs = 2 * this.whole(1, 6),
    depthwise = false,
    grouped = this.chance(0.1),
    whole = false,
  } = {}): void {
    const [height, width, channels] = this.shape;
    const dilation = !whole && size > 1 && stride === 1 && this.chance(0.1) ? 2 : 1;
    const extent = (size - 1) * dilation + 1;
    const [less, more] = [Math.floor((extent - 1) / 2), Math.ceil((extent - 1) / 2)];
    const padding: Padding =
      whole || this.chance(0.7)
        ? { top: less, bottom: more, left: less, right: more }
        : { top: this.whole(0, 1), bottom: this.whole(0, 1), left: this.whole(0, 1), right: this.whole(0, 1) };
    const { top, bottom, left, right } = padding;
    const along = (length: number, added: number) => Math.floor((length + added - extent) / stride) + 1;
    const [h, w] = [along(height, top + bottom), along(width, left + right)];
    if (h < 1 || w < 1) return;
    const groups = !depthwise && grouped && channels % 2 === 0 ? 2 : 1;
    const multiplier = this.pick([1, 1, 2]);
    const last = depthwise ? channels * multiplier : outputs;
    const name = this.name('conv');
    const shape = depthwise ? [size, size, channels, multiplier] : [size, size, channels / groups, outputs];
    const fan = depthwise ? size * size : shape[0] * shape[1] * shape[2];
    const node: NetworkNode = {
      name,
      op: depthwise ? 'depthwiseConv2d' : 'conv2d',
      inputs: [this.current],
      kernel: this.kernel(`${name}/kernel`, shape, fan),
      strides: [stride, stride],
      padding,
      ...(dilation > 1 ? { dilations: [dilation, dilation] } : {}),
      ...(groups > 1 ? { groups } : {}),
    };
    if (this.chance(0.4)) node.bias = this.weight(`${name}/bias`, [last], () => 0.3 * this.random.normal());
    this.push(node, [h, w, last]);
  }

  dense(outputs: number): void {
    const name = this.name('fc');
    const [inputs] = this.shape;
    const node: NetworkNode = {
      name,
      op: 'dense',
      inputs: [this.current],
      kernel: this.kernel(`${name}/kernel`, [inputs, outputs], inputs),
    };
    if (this.chance(0.7)) node.bias = this.weight(`${name}/bias`, [outputs], () => this.random.normal());
    this.push(node, [outputs]);
  }

  norm(): void {
    const name = this.name('bn');
    const channels = [this.shape[this.shape.length - 1]];
    const normal = () => 0.3 * this.random.normal();
    const positive = () => this.random.uniform(0.5, 1.5);
    this.push(
      {
        name,
        op: 'batchNorm',
        inputs: [this.current],
        ...(this.chance(0.9) ? { gamma: this.weight(`${name}/gamma`, channels, positive) } : {}),
        ...(this.chance(0.9) ? { beta: this.weight(`${name}/beta`, channels, normal) } : {}),
        mean: this.weight(`${name}/mean`, channels, normal),
        variance: this.weight(`${name}/variance`, channels, positive),
        epsilon: 1e-3,
      },
      this.shape,
    );
  }

  activation(among: readonly ActivationNode['op'][] = LIKELY): void {
    const op = this.pick(among);
    const slope = op === 'leakyRelu' ? { slope: 0.1 } : op === 'hardSigmoid' ? { slope: this.pick([0.2, 1 / 6]) } : {};
    this.push({ name: this.name(op), op, inputs: [this.current], ...slope }, this.shape);
  }

  /** One of the forms that networks are made of, behind what there is. */
  block(): void {
    const { current: before, shape } = this;
    const [height, width, channels] = shape;
    switch (this.whole(0, 9)) {
      case 0:
        this.convolution();
        if (this.chance(0.8)) this.norm();
        return this.activation();
      case 1:
        this.convolution({ depthwise: true });
        if (this.chance(0.8)) this.norm();
        if (this.chance(0.7)) this.activation();
        return;
      case 2: {
        const whole = { size: 3, stride: 1, outputs: channels, grouped: false, whole: true };
        this.convolution(whole);
        this.norm();
        this.activation();
        this.convolution(whole);
        this.norm();
        const inputs = this.chance(0.5) ? [this.current, before] : [before, this.current];
        this.push({ name: this.name('add'), op: 'add', inputs }, shape);
        if (this.chance(0.7)) this.activation();
        return;
      }
      case 3: {
        const pixel = { size: 1, stride: 1, grouped: false };
        this.push({ name: this.name('gap'), op: 'globalAveragePool', inputs: [before] }, [channels]);
        const one = [1, 1, channels];
        this.push({ name: this.name('pixel'), op: 'reshape', inputs: [this.current], shape: one }, one);
        this.convolution({ ...pixel, outputs: 4, whole: true });
        this.activation();
        this.convolution({ ...pixel, outputs: channels, whole: true });
        this.activation(['sigmoid', 'hardSigmoid']);
        return this.push({ name: this.name('mul'), op: 'multiply', inputs: [before, this.current] }, shape);
      }
      case 4: {
        const [size, stride, edge] = [this.pick([2, 3]), this.pick([1, 2]), this.whole(0, 1)];
        const along = (length: number) => Math.floor((length + 2 * edge - size) / stride) + 1;
        if (along(height) < 1 || along(width) < 1) return;
        const node: NetworkNode = {
          name: this.name('pool'),
          op: this.pick(['maxPool', 'averagePool']),
          inputs: [before],
          size: [size, size],
          strides: [stride, stride],
          padding: { top: edge, bottom: edge, left: edge, right: edge },
        };
        return this.push(node, [along(height), along(width), channels]);
      }
      case 5: {
        this.convolution({ size: 3, stride: 1, grouped: false, whole: true });
        this.activation();
        const both = [height, width, channels + this.shape[2]];
        return this.push({ name: this.name('cat'), op: 'concat', inputs: [before, this.current] }, both);
      }
      case 6: {
        const stride = height > 2 && width > 2 ? 2 : 1;
        this.convolution({ size: 3, stride, outputs: channels + 4, grouped: false, whole: true });
        this.norm();
        const { current, shape: after } = this;
        const shortcut = { stride, channelsBefore: 2, channelsAfter: 2 };
        this.push({ name: this.name('short'), op: 'shortcutPad', inputs: [before], ...shortcut }, after);
        this.push({ name: this.name('add'), op: 'add', inputs: [current, this.current] }, after);
        return this.activation();
      }
      case 7: {
        const values = (value: () => number) =>
          this.chance(0.5) ? [value()] : Array.from({ length: channels }, () => value());
        const scale = values(() => this.random.uniform(0.5, 1.5));
        const offset = values(() => 0.1 * this.random.normal());
        this.push({ name: this.name('rescale'), op: 'rescale', inputs: [before], scale, offset }, shape);
        this.convolution();
        return this.activation();
      }
      case 8: {
        const padding = { top: 0, bottom: 1, left: 0, right: 1 };
        this.push({ name: this.name('pad'), op: 'pad', inputs: [before], padding }, [height + 1, width + 1, channels]);
        this.convolution();
        this.norm();
        return this.activation();
      }
      default:
        this.push({ name: this.name('turn'), op: 'transpose', inputs: [before], order: [1, 0, 2] }, [
          width,
          height,
          channels,
        ]);
    }
  }

  /** From an image to a vector of logits. */
  head(classes: number): void {
    const op = this.pick(['globalAveragePool', 'globalMaxPool', 'flatten', null] as const);
    if (op === null) {
      this.convolution({ size: 1, stride: 1, outputs: classes, grouped: false, whole: true });
      return this.push({ name: this.name('gap'), op: 'globalAveragePool', inputs: [this.current] }, [classes]);
    }
    const [height, width, channels] = this.shape;
    const features = op === 'flatten' ? height * width * channels : channels;
    this.push({ name: this.name(op), op, inputs: [this.current] }, [features]);
    if (this.chance(0.3)) {
      this.dense(8);
      if (this.chance(0.6)) this.norm();
      this.activation();
    }
    this.dense(classes);
  }
}

function oddValue(odd: RandomNetwork['odd'], value: number): number {
  switch (odd) {
    case 'positive':
      return 0.3 + Math.abs(value);
    case 'constant':
      return 0.25;
    case 'zero':
      return 0;
    case 'tiny':
      return value * 1e-5;
    case 'large':
      return value * 50;
    default:
      return value;
  }
}

/** The same for the same seed; it has a BatchNorm layer. */
export function randomNetwork(seed: number): RandomNetwork {
  const builder = new Builder(new Random(seed));
  const inputShape = [...builder.shape] as [number, number, number];
  builder.convolution();
  builder.norm();
  builder.activation();
  for (let blocks = builder.whole(1, 4); blocks > 0; blocks--) builder.block();
  const numClasses = builder.pick([2, 4, 10]);
  builder.head(numClasses);
  const { nodes, weights, odd } = builder;
  const ofChannels = (value: number) => Array.from({ length: inputShape[2] }, () => value);
  const network: Network = {
    definition: {
      name: 'random network',
      inputShape,
      numClasses,
      nodes,
      normalization: { mean: ofChannels(0.5), std: ofChannels(0.25) },
    },
    weights,
  };
  const layerBits = nodes.flatMap((node) => {
    const kind = 'kernel' in node ? 'weight' : ACTIVATIONS.some((op) => op === node.op) ? 'activation' : null;
    if (kind === null || !builder.chance(0.15)) return [];
    return [layerBitsText({ kind, node: node.name, bits: builder.pick([2, 3, 5, 8, 32]) })];
  });
  const settings: RandomNetwork['settings'] = {
    weightBits: builder.whole(2, 8),
    activationBits: builder.whole(2, 8),
    weightGranularity: builder.pick(['perChannel', 'perTensor']),
    firstLast: builder.pick(['low', '8']),
    clippedGradient: 'mask',
    stepSizes: builder.pick(['fixed', 'fixed', 'learned']),
    weightRange: builder.pick(['minMax', 'minMax', 'mse']),
    weightRangeShare: builder.pick([1, 1, 0.75]),
    layerBits,
  };
  const ranges = builder.pick(['minMax', 'percentile', 'mse', 'entropy'] as const);
  const described = `seed ${seed}: ${odd} ${ranges} ${JSON.stringify(settings)} ${nodes.map(({ op }) => op).join(' ')}`;
  return { network, settings, ranges, odd, described };
}

/** A network put together from PyTorch's tensors by their names, of which none may be left over. */
import { say } from '../../sentences';
import { toHwio, transposed } from '../layouts';
import { NetworkError } from '../networkError';
import type { ActivationNode, NetworkNode, WeightArray } from '../types';

const HINT = say('architecturesHint');
/** Of PyTorch's BatchNorm layers, unless they are told otherwise. */
const EPSILON = 1e-5;

export class StateDict {
  readonly nodes: NetworkNode[] = [{ op: 'input', name: 'image', inputs: [] }];
  readonly weights: Record<string, WeightArray> = {};
  private readonly stored: Map<string, WeightArray>;
  private readonly used = new Set<string>();
  /** What tensors' names begin with, up to each of their dots. */
  private readonly beginnings = new Set<string>();

  constructor(tensors: Record<string, WeightArray>) {
    // DataParallel and training loops put names of their own in front.
    const plain = (name: string) => name.replace(/^(module\.|model\.|_orig_mod\.)+/, '');
    this.stored = new Map(Object.entries(tensors).map(([name, tensor]) => [plain(name), tensor]));
    for (const name of this.stored.keys()) {
      for (let dot = name.indexOf('.'), depth = 0; dot >= 0 && depth < 16; depth++) {
        this.beginnings.add(name.slice(0, dot + 1));
        dot = name.indexOf('.', dot + 1);
      }
    }
  }

  has(name: string): boolean {
    return this.stored.has(name);
  }

  /** @throws NetworkError where it is missing or has another number of axes */
  shape(name: string, rank: number): number[] {
    return this.take(name, rank).shape;
  }

  private take(name: string, rank: number): WeightArray {
    const found = this.stored.get(name);
    if (!found) throw new NetworkError(say('tensorMissing', name), HINT);
    if (found.shape.length !== rank) throw new NetworkError(say('tensorAxes', name, String(found.shape), rank), HINT);
    if (found.values.some((v) => !Number.isFinite(v)))
      throw new NetworkError(say('weightsNotFinite', name), say('damagedHint'));
    this.used.add(name);
    return found;
  }

  add(node: NetworkNode): string {
    this.nodes.push(node);
    return node.name;
  }

  /**
   * A convolution, padded by half of its kernel, whose groups and whether it is depthwise its shape tells.
   *
   * @param channels of its input
   */
  conv(name: string, from: string, channels: number, stride = 1): string {
    const stored = this.take(`${name}.weight`, 4);
    const [out, input, height, width] = stored.shape;
    const groups = channels / input;
    if (!Number.isInteger(groups) || out % groups !== 0)
      throw new NetworkError(say('layerChannels', name, input, channels), HINT);
    const depthwise = groups > 1 && input === 1 && out % channels === 0;
    const kernel = `${name}.weight`;
    const { shape, values } = toHwio(stored);
    this.weights[kernel] = { shape: depthwise ? [height, width, channels, out / channels] : shape, values };
    let bias: string | undefined;
    if (this.has(`${name}.bias`)) {
      bias = `${name}.bias`;
      this.weights[bias] = this.take(bias, 1);
    }
    const [v, u] = [(height - 1) / 2, (width - 1) / 2];
    return this.add({
      op: depthwise ? 'depthwiseConv2d' : 'conv2d',
      name,
      inputs: [from],
      kernel,
      strides: [stride, stride],
      padding: { top: Math.floor(v), bottom: Math.floor(v), left: Math.floor(u), right: Math.floor(u) },
      ...(bias ? { bias } : {}),
      ...(!depthwise && groups > 1 ? { groups } : {}),
    });
  }

  batchNorm(name: string, from: string): string {
    const keys = {
      gamma: `${name}.weight`,
      beta: `${name}.bias`,
      mean: `${name}.running_mean`,
      variance: `${name}.running_var`,
    };
    for (const key of Object.values(keys)) this.weights[key] = this.take(key, 1);
    return this.add({ op: 'batchNorm', name, inputs: [from], epsilon: EPSILON, ...keys });
  }

  activation(op: ActivationNode['op'], name: string, from: string): string {
    return this.add({ op, name, inputs: [from] });
  }

  /** Mean over all pixels, then the classifier. @returns the number of classes */
  classifier(name: string, from: string): number {
    const pooled = this.add({ op: 'globalAveragePool', name: 'pool', inputs: [from] });
    const stored = this.take(`${name}.weight`, 2);
    this.weights[`${name}.weight`] = transposed(stored);
    const bias = this.has(`${name}.bias`) ? `${name}.bias` : undefined;
    if (bias) this.weights[bias] = this.take(bias, 1);
    this.add({ op: 'dense', name, inputs: [pooled], kernel: `${name}.weight`, ...(bias ? { bias } : {}) });
    return stored.shape[0];
  }

  /** How many blocks there are of the names `block(0)`, `block(1)`, ..., ending in a dot: each has a tensor that begins so. */
  count(block: (index: number) => string): number {
    let count = 0;
    while (this.beginnings.has(block(count))) count++;
    return count;
  }

  /** @throws NetworkError naming a tensor that no layer has taken: then this is another network */
  finish(architecture: string): void {
    for (const name of this.stored.keys()) {
      if (!this.used.has(name) && !name.endsWith('.num_batches_tracked'))
        throw new NetworkError(say('tensorLeftOver', architecture, name), HINT);
    }
  }
}

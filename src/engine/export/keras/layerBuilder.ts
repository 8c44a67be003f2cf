/** The layers of a Keras model in the making: their names, what reads what, and their weights. */
import type { WeightArray } from '../../network/types';
import type { StoredWeight } from './storedWeights';

export interface Layer {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: unknown[][];
}

/**
 * A name that Keras and tfjs-layers take: letters, digits, dots, hyphens and underscores, a letter or digit first. A
 * slash is refused by Keras 3, and tfjs-layers does not find weights behind it.
 */
export const kerasName = (wanted: string): string =>
  wanted.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[^A-Za-z0-9]+/, '') || 'layer';

export class LayerBuilder {
  readonly layers: Layer[] = [];
  readonly stored: StoredWeight[] = [];
  private readonly taken = new Set<string>();
  private readonly names = new Map<string, string>();

  /** @param nodes names of the network's nodes: their layers come first when names are given out */
  constructor(nodes: readonly string[]) {
    for (const node of nodes) this.names.set(node, this.free(node));
  }

  /** Name of the layer whose output is the node's. */
  nameOf(node: string): string {
    return this.names.get(node)!;
  }

  /** Adds a layer. @returns its name */
  layer(className: string, name: string, config: Record<string, unknown>, inputs: readonly string[]): string {
    this.layers.push({
      class_name: className,
      name,
      config: { name, trainable: true, ...config },
      inbound_nodes: inputs.length ? [inputs.map((input) => [input, 0, 0, {}])] : [],
    });
    return name;
  }

  /** Adds a layer beside those of the nodes. @param wanted its name, where no other has it @returns its name */
  helper(className: string, wanted: string, config: Record<string, unknown>, inputs: readonly string[]): string {
    return this.layer(className, this.free(wanted), config, inputs);
  }

  weight(layer: string, suffix: string, array: WeightArray, packed: StoredWeight['packed'] = null): void {
    this.stored.push({ name: `${layer}/${suffix}`, ...array, packed });
  }

  private free(wanted: string): string {
    const plain = kerasName(wanted);
    let name = plain;
    for (let i = 2; this.taken.has(name); i++) name = `${plain}_${i}`;
    this.taken.add(name);
    return name;
  }
}

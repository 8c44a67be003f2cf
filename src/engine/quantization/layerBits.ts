/**
 * Bits of single layers, as a setting has them: a list of short texts that fit into a link, such as
 * `weight:stem_conv=8`. Plain text work: page, engine and command line share it.
 */

/** Why a layer is not like the others. */
export type PlannedRole = 'firstConvolution' | 'firstActivation' | 'lastActivation' | 'classifier' | 'inner';

export type QuantizerKind = 'weight' | 'activation';

/** Bits of what is left unquantized: float32. */
export const FULL_PRECISION = 32;
const LOWEST = 2;
const HIGHEST = 8;

/** One quantizer's own bits. */
export interface LayerBits {
  /** 'weight': the node's kernel; 'activation': the node's output. */
  kind: QuantizerKind;
  /** Name of the node. */
  node: string;
  /** 2 to 8, or FULL_PRECISION. */
  bits: number;
}

/** A quantizer's name, different from all others of its network. */
export const quantizerId = ({ kind, node }: Pick<LayerBits, 'kind' | 'node'>): string =>
  `${kind}:${encodeURIComponent(node)}`;

export const layerBitsText = (entry: LayerBits): string =>
  `${quantizerId(entry)}=${entry.bits === FULL_PRECISION ? 'full' : entry.bits}`;

/** What `layerBitsText` wrote; null for any other text. */
export function parseLayerBits(text: string): LayerBits | null {
  const [, kind, name, amount] = /^(weight|activation):([^=]+)=(full|\d)$/.exec(text) ?? [];
  if (kind === undefined) return null;
  const bits = amount === 'full' ? FULL_PRECISION : Number(amount);
  if (bits < LOWEST || (bits > HIGHEST && bits !== FULL_PRECISION)) return null;
  try {
    return { kind: kind as QuantizerKind, node: decodeURIComponent(name), bits };
  } catch {
    return null;
  }
}

/**
 * The list with one quantizer's bits in place of those it had.
 *
 * @param entry bits null: as all others of its kind
 */
export function withLayerBits(
  list: readonly string[],
  entry: Omit<LayerBits, 'bits'> & { bits: number | null },
): string[] {
  const id = quantizerId(entry);
  const others = list.filter((text) => !text.startsWith(`${id}=`));
  return entry.bits === null ? others : [...others, layerBitsText({ ...entry, bits: entry.bits })];
}

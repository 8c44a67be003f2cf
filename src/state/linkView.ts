import { ARM_IDS, type ArmId } from '../engine/methods/arms';
import type { SettingNote } from './settings';
import { inKebab } from './settings';

/** What is looked at, as a link carries it: layer, class, map and measure. */

export const PROJECTIONS = ['pca', 'tsne', 'umap'] as const;
export type Projection = (typeof PROJECTIONS)[number];

export const MEASURES = ['nearest', 'silhouette', 'distances', 'batch'] as const;
/** What the chart of separation shows. */
export type Measure = (typeof MEASURES)[number];

export interface LinkView {
  /** 0-based; null: whatever is the default of the network. */
  layer: number | null;
  /** 0-based; null: all classes alike. */
  classIndex: number | null;
  /** Whose synthetic images are shown; null: the leading arm's. */
  arm: ArmId | null;
  projection: Projection;
  measure: Measure;
}

export type ViewNote =
  /** Nothing that this key can mean: ignored. */
  | { kind: 'unreadable'; key: string; given: string }
  /** More than the network has: the last one is used. */
  | { kind: 'beyond'; key: string; given: string; used: string };

export const VIEW_KEYS = ['layer', 'class', 'arm', 'projection', 'separation'] as const;
export const DEFAULT_VIEW: LinkView = {
  layer: null,
  classIndex: null,
  arm: null,
  projection: 'pca',
  measure: 'nearest',
};
/** No network has more layers or classes that could be chosen. */
const MOST = 1024;

/** The value of a key; of a key given twice the last counts. */
export const lastOf = (params: URLSearchParams, key: string): string | null =>
  params.getAll(key).at(-1)?.trim() ?? null;

export function readView(
  params: URLSearchParams,
  note: (note: ViewNote | Extract<SettingNote, { kind: 'clamped' }>) => void,
): LinkView {
  /** Counted from 1 in the address, as on the page. */
  const place = (key: string): number | null => {
    const given = lastOf(params, key);
    if (given === null) return null;
    if (!/^[+-]?\d+$/.test(given)) {
      note({ kind: 'unreadable', key, given });
      return null;
    }
    const used = Math.min(MOST, Math.max(1, Number(given)));
    if (used !== Number(given)) note({ kind: 'clamped', key, given, used });
    return used - 1;
  };
  const oneOf = <Value extends string>(key: string, values: readonly Value[]): Value => {
    const given = lastOf(params, key);
    const found = values.find((value) => value === given?.toLowerCase());
    if (given !== null && found === undefined) note({ kind: 'unreadable', key, given });
    return found ?? values[0];
  };
  const armOf = (): ArmId | null => {
    const given = lastOf(params, 'arm');
    const found = ARM_IDS.find((arm) => inKebab(arm) === given?.toLowerCase()) ?? null;
    if (given !== null && found === null) note({ kind: 'unreadable', key: 'arm', given });
    return found;
  };
  return {
    layer: place('layer'),
    classIndex: place('class'),
    arm: armOf(),
    projection: oneOf('projection', PROJECTIONS),
    measure: oneOf('separation', MEASURES),
  };
}

/** Puts what differs from the default into `params`. */
export function writeView(params: URLSearchParams, { layer, classIndex, arm, projection, measure }: LinkView): void {
  if (layer !== null) params.set('layer', String(layer + 1));
  if (classIndex !== null) params.set('class', String(classIndex + 1));
  if (arm !== null) params.set('arm', inKebab(arm));
  if (projection !== DEFAULT_VIEW.projection) params.set('projection', projection);
  if (measure !== DEFAULT_VIEW.measure) params.set('separation', measure);
}

/** What a network does not have of what a link asked for. */
export function beyondNetwork({ layer, classIndex }: LinkView, layers: number, classes: number): ViewNote[] {
  const notes: ViewNote[] = [];
  if (layer !== null && layer >= layers)
    notes.push({ kind: 'beyond', key: 'layer', given: String(layer + 1), used: String(layers) });
  if (classIndex !== null && classIndex >= classes)
    notes.push({ kind: 'unreadable', key: 'class', given: String(classIndex + 1) });
  return notes;
}

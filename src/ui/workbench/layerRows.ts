import { FULL_PRECISION, quantizerId, withLayerBits } from '../../engine/quantization/layerBits';
import type { RunSettings } from '../../engine/runSettings';
import { budgetedBits, meanBits, modelBytes } from '../../engine/workbench/bitBudget';
import type { LayerRow, LayerTable, Sensitivities } from '../../engine/workbench/report';
import { sameValue } from '../../state/settings';

/** Columns that the table can be sorted by. */
export const COLUMNS = [
  'place',
  'layer',
  'bits',
  'range',
  'clipped',
  'isolated',
  'isolatedCosine',
  'accumulated',
  'accumulatedCosine',
  'kl',
  'accuracy',
] as const;
export type Column = (typeof COLUMNS)[number];

/** What the chart shows by layer. */
export const CHARTED = ['sqnr', 'cosine', 'kl', 'clipped'] as const;
export type Charted = (typeof CHARTED)[number];

/** What a column sorts by; null: not known, which comes last. */
export function sortValue(row: LayerRow, place: number, column: Column): number | string | null {
  switch (column) {
    case 'place':
      return place;
    case 'layer':
      return row.node;
    case 'bits':
      return row.bits;
    case 'range':
      return row.range && row.range.hi - row.range.lo;
    case 'clipped':
      return row.clipped;
    case 'isolated':
      return row.isolated?.sqnr ?? null;
    case 'isolatedCosine':
      return row.isolated?.cosine ?? null;
    case 'accumulated':
      return row.accumulated?.sqnr ?? null;
    case 'accumulatedCosine':
      return row.accumulated?.cosine ?? null;
    case 'kl':
      return row.sensitivity?.kl ?? null;
    case 'accuracy':
      return row.sensitivity && row.sensitivity.onlyThis - row.sensitivity.onlyFull;
  }
}

/** Rows with their places from 1, sorted; what is not known comes last in both directions. */
export function sortedRows(
  rows: readonly LayerRow[],
  column: Column,
  descending: boolean,
): { row: LayerRow; place: number }[] {
  const numbered = rows.map((row, i) => ({ row, place: i + 1, value: sortValue(row, i + 1, column) }));
  const unknown = (value: number | string | null) => value === null || Number.isNaN(value);
  return numbered.sort((a, b) => {
    if (unknown(a.value) || unknown(b.value)) return Number(unknown(a.value)) - Number(unknown(b.value));
    const order = a.value! < b.value! ? -1 : a.value! > b.value! ? 1 : a.place - b.place;
    return descending && a.value !== b.value ? -order : order;
  });
}

/** Settings that decide what the table says. */
const QUANTIZER = [
  'weightBits',
  'activationBits',
  'weightGranularity',
  'firstLast',
  'layerBits',
  'activationRange',
  'weightRange',
  'weightRangeShare',
  'stepSizes',
  'studentRecipe',
] as const satisfies readonly (keyof RunSettings)[];

/** Whether both describe the same quantizer. */
export const sameQuantizer = (a: RunSettings, b: RunSettings): boolean =>
  QUANTIZER.every((key) => sameValue(a[key], b[key]));

/** The bits that a row would have with these settings; the role of a layer does not depend on them. */
export function bitsNow({ kind, node, role }: LayerRow, settings: RunSettings): number {
  const own = settings.layerBits.findLast((text) => text.startsWith(`${quantizerId({ kind, node })}=`));
  if (own !== undefined) {
    const amount = own.slice(own.lastIndexOf('=') + 1);
    return amount === 'full' ? FULL_PRECISION : Number(amount);
  }
  return commonBits({ kind, role }, settings);
}

/** The bits of a row that has none of its own. */
export function commonBits({ kind, role }: Pick<LayerRow, 'kind' | 'role'>, settings: RunSettings): number {
  if (settings.firstLast === '8' && role !== 'inner') return 8;
  return kind === 'weight' ? settings.weightBits : settings.activationBits;
}

/** What so many bits take, and the mean of them. */
export interface Footprint {
  bytes: number;
  /** Without any quantization. */
  fullBytes: number;
  weightBits: number;
  activationBits: number;
}

export function footprint(table: LayerTable, settings: RunSettings): Footprint {
  const rows = table.rows.map((row) => ({ ...row, bits: bitsNow(row, settings) }));
  const kernels = rows.filter(({ kind }) => kind === 'weight');
  const channels = (row: LayerRow) => (row.bits === FULL_PRECISION ? 0 : row.grids || 1);
  return {
    bytes: modelBytes(
      kernels.map((row) => ({ ...row, grids: channels(row) })),
      table.otherBytes,
    ),
    fullBytes: modelBytes(
      kernels.map((row) => ({ ...row, bits: FULL_PRECISION, grids: 0 })),
      table.otherBytes,
    ),
    weightBits: meanBits(kernels),
    activationBits: meanBits(rows.filter(({ kind }) => kind === 'activation')),
  };
}

/**
 * Settings whose layers have the bits that a mean allows, chosen by what each layer costs alone.
 *
 * @throws BudgetError where the mean is below the fewest bits that were measured
 */
export function withBudget(
  settings: RunSettings,
  { rows }: LayerTable,
  { kl, bits }: Sensitivities,
  kind: LayerRow['kind'],
  mean: number,
): RunSettings {
  const chosen = budgetedBits(
    rows.filter((row) => row.kind === kind && kl[row.id]).map(({ id, values }) => ({ id, values, costs: kl[id] })),
    bits,
    mean,
  );
  const layerBits = rows.reduce<readonly string[]>(
    (list, row) => (chosen[row.id] === undefined ? list : withLayerBits(list, { ...row, bits: chosen[row.id] })),
    settings.layerBits,
  );
  return { ...settings, layerBits };
}

/** The mean bits of the weights that a size allows: what is left for them of it. */
export function meanForBytes({ rows, otherBytes }: LayerTable, bytes: number): number {
  const kernels = rows.filter(({ kind }) => kind === 'weight');
  const grids = kernels.reduce((sum, row) => sum + (row.grids || 1), 0);
  const values = kernels.reduce((sum, row) => sum + row.values, 0);
  // Each kernel is rounded up to whole bytes.
  return ((bytes - otherBytes - 5 * grids - kernels.length) * 8) / values;
}

import type { AccuracyRow, GeneratorSample, RunOverview, SyntheticSnapshot } from '../../engine/runReport';
import type { RunSettings, TermName } from '../../engine/runSettings';
import { TERMS } from '../../engine/runSettings';
import type { RunRecord } from '../../state/runRecord';
import { armsIn } from '../../state/runRecord';
import type { Series } from '../../state/series';
import type { ShownQuality } from '../views/qualityValues';
import type { Cloud } from '../views/scene';
import type { Table, Value } from './csv';

/** What the views show, as tables. Layers are counted from 1, as on the page. */

const TERM_COLUMNS: Record<TermName, string> = {
  ceMixed: 'ce_mixed [nat]',
  bns: 'bns [1]',
  distorted: 'distorted [1]',
  ceSingle: 'ce_single [nat]',
  centralized: 'centralized [1]',
  contrast: 'contrast [nat]',
};

export function generatorTable(series: Series<GeneratorSample>): Table {
  return {
    header: [
      'step',
      ...TERMS.map((term) => TERM_COLUMNS[term]),
      'distorted_floor [1]',
      'weighted_total [1]',
      'learning_rate [1]',
    ],
    rows: series.items.map(({ step, terms, distortedFloor, total, learningRate }) => [
      step,
      ...TERMS.map((term) => terms[term]),
      distortedFloor,
      total,
      learningRate,
    ]),
  };
}

export function studentTable(series: RunRecord['studentLosses']): Table {
  return {
    header: ['method', 'step', 'ce [nat]', 'distillation [1]', 'total [1]', 'learning_rate [1]'],
    rows: armsIn(series).flatMap((arm) =>
      series[arm]!.items.map(({ step, ce, distillation, total, learningRate }) => [
        arm,
        step,
        ce,
        distillation,
        total,
        learningRate,
      ]),
    ),
  };
}

export function curveTable(rows: readonly AccuracyRow[]): Table {
  return {
    header: ['method', 'student_step', 'accuracy [fraction]'],
    rows: rows.flatMap(({ id, curve }) => curve.map(([step, accuracy]): Value[] => [id, step, accuracy])),
  };
}

export function resultsTable(
  rows: readonly AccuracyRow[],
  nameOf: (id: AccuracyRow['id']) => string,
  { seed, weightBits, activationBits }: RunSettings,
): Table {
  return {
    header: [
      'method',
      'name',
      'accuracy [fraction]',
      'correct [images]',
      'tested [images]',
      'state',
      'seed',
      'weight_bits [bit]',
      'activation_bits [bit]',
      'weights_hash',
    ],
    rows: rows.map(({ id, accuracy, correct, n, state, weightsHash }) => [
      id,
      nameOf(id),
      accuracy,
      correct,
      n,
      state,
      seed,
      weightBits,
      activationBits,
      weightsHash,
    ]),
  };
}

export function separationTable(
  { network: { layers }, separation: real }: RunOverview,
  snapshot: SyntheticSnapshot | null,
): Table {
  const synthetic = snapshot?.separation;
  const keys = ['nearestCenterAccuracy', 'silhouette', 'intraClass', 'interClass'] as const;
  const names = [
    'nearest_center [fraction]',
    'silhouette [1]',
    'within_class_distance [1]',
    'nearest_other_class_distance [1]',
  ];
  return {
    header: [
      'layer',
      'layer_name',
      ...['real', 'synthetic'].flatMap((kind) => names.map((name) => `${kind}_${name}`)),
      'generator_step',
    ],
    rows: layers.map(({ index, name }) => [
      index + 1,
      name,
      ...keys.map((key) => real[key][index]),
      ...keys.map((key) => synthetic?.[key][index] ?? null),
      snapshot?.step ?? null,
    ]),
  };
}

/** A row for each class of each layer: number and name of the layer, the class, and its values. */
const byLayerAndClass = (
  { layers, classNames, numClasses }: RunOverview['network'],
  valuesOf: (at: number, layer: number) => Value[],
): Value[][] =>
  layers.flatMap(({ index, name }) =>
    Array.from({ length: numClasses }, (_, c) => [
      index + 1,
      name,
      classNames[c] ?? String(c),
      ...valuesOf(index * numClasses + c, index),
    ]),
  );

/** How far each class's synthetic batch is from its own center and from the nearest other one, at every layer. */
export function distancesTable({ network }: RunOverview, snapshot: SyntheticSnapshot): Table {
  return {
    header: [
      'layer',
      'layer_name',
      'class',
      'own_center_distance [1]',
      'nearest_other_center_distance [1]',
      'generator_step',
    ],
    rows: byLayerAndClass(network, (at) => [
      snapshot.distanceToOwnCenter[at],
      snapshot.distanceToNearestOther[at],
      snapshot.step,
    ]),
  };
}

/** All that is known of the quality of synthetic images and of real ones, at every layer and for every class. */
export function qualityTable({ network }: RunOverview, { snapshot, synthetic, real }: ShownQuality): Table {
  return {
    header: [
      'layer',
      'layer_name',
      'class',
      'own_center_distance [1]',
      'real_own_center_distance [1]',
      'nearest_other_center_distance [1]',
      'real_nearest_other_center_distance [1]',
      'spread [1]',
      'real_spread [1]',
      'silhouette [1]',
      'real_silhouette [1]',
      'layer_bns_gap [1]',
      'real_layer_bns_gap [1]',
      'generator_step',
    ],
    rows: byLayerAndClass(network, (at, layer) => [
      snapshot.distanceToOwnCenter[at],
      real.distanceToOwnCenter[at],
      snapshot.distanceToNearestOther[at],
      real.distanceToNearestOther[at],
      synthetic.spreadByClass[at],
      real.spreadByClass[at],
      synthetic.silhouetteByClass[at],
      real.silhouetteByClass[at],
      synthetic.bnsGap[layer],
      real.bnsGap[layer],
      snapshot.step,
    ]),
  };
}

/** Of each activation the share of its range on real images that synthetic and that calibration images reach. */
export function coverageTable({ snapshot, synthetic, real }: ShownQuality): Table {
  return {
    header: ['activation', 'reached_by_synthetic [fraction]', 'reached_by_calibration [fraction]', 'generator_step'],
    rows: real.activations.map((name, a): Value[] => [
      name,
      synthetic.coverage[a],
      real.calibrationCoverage[a],
      snapshot.step,
    ]),
  };
}

/** The points of a map, each with its kind and class. */
export function pointsTable(
  clouds: readonly Cloud[],
  classNames: readonly string[],
  layer: number,
  projection: string,
): Table {
  return {
    header: ['kind', 'class', 'index', `${projection}_x [1]`, `${projection}_y [1]`, 'layer'],
    rows: clouds.flatMap(({ kind, xy, labels }) =>
      Array.from(labels, (label, i): Value[] => [
        kind,
        classNames[label] ?? String(label),
        i,
        xy[2 * i],
        xy[2 * i + 1],
        layer + 1,
      ]),
    ),
  };
}

/** What the full-precision network sees in every calibration and synthetic image. */
export function verdictsTable(
  { network: { classNames }, calibration }: RunOverview,
  snapshot: SyntheticSnapshot | null,
): Table {
  const name = (index: number) => classNames[index] ?? String(index);
  const of = (kind: string, { labels, predicted, probability }: SyntheticSnapshot['verdicts'], step: number | null) =>
    Array.from(labels, (label, i): Value[] => [kind, i, name(label), name(predicted[i]), probability[i], step]);
  return {
    header: ['kind', 'index', 'class', 'predicted', 'probability_of_class [fraction]', 'generator_step'],
    rows: [
      ...of('calibration', calibration.verdicts, null),
      ...(snapshot ? of('synthetic', snapshot.verdicts, snapshot.step) : []),
    ],
  };
}

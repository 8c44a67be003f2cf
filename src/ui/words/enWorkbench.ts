import type { Charted, Column } from '../workbench/layerRows';

/** English words for the workbench. */
export const enWorkbench = {
  title: 'Quantization workbench',
  lead: 'Where do few bits hurt, and what helps? Everything here looks at the student of the run above as it is now: before, during or after its training.',
  progress: 'Progress of this measurement',
  stop: 'Stop',
  notReady: 'The engine is not ready yet.',
  fullPrecision: 'full',

  layersLead:
    'Each line is one quantizer: the weights of a layer, or an activation. Alone: only this one is quantized. Accumulated: everything up to here is. Click a line to show its layer in all views.',
  measure: 'Measure all layers',
  measureAgain: 'Measure again',
  measuredOn: (n: string, step: string): string =>
    step === '0'
      ? `Measured on ${n} validation images, before the student’s training.`
      : `Measured on ${n} validation images, after ${step} steps of the student’s training.`,
  stale: 'Run or quantizer have changed since: measure again.',
  tableRegion: 'Table of all layers',
  chart: 'What the chart shows',
  charted: {
    sqnr: 'SQNR in dB',
    cosine: 'Cosine similarity',
    kl: 'Sensitivity (KL)',
    clipped: 'Clipped',
  } satisfies Record<Charted, string>,
  alone: 'alone',
  accumulated: 'accumulated',
  axis: 'quantizer',
  kinds: { weight: 'weights', activation: 'activation' },
  columns: {
    place: 'No.',
    layer: 'Layer',
    bits: 'Bits',
    range: 'Range',
    clipped: 'Clipped',
    isolated: 'SQNR alone (dB)',
    isolatedCosine: 'Cosine alone',
    accumulated: 'SQNR accum. (dB)',
    accumulatedCosine: 'Cosine accum.',
    kl: 'KL alone (nats)',
    accuracy: 'Accuracy alone (points)',
  } satisfies Record<Column, string>,
  columnHelp: {
    place: 'Place in the network',
    layer: 'Name of the layer, and whether its weights or its output are quantized',
    bits: 'Bits that it has with the settings as they are',
    range: 'From the smallest level to the largest one, over all channels',
    clipped: 'Share of values outside the levels, which are clipped and not only rounded',
    isolated:
      'Signal-to-quantization-noise ratio of the layer’s output with only this one quantized: 10 more are a tenth of the noise',
    isolatedCosine: 'Cosine similarity of the layer’s output to full precision with only this one quantized',
    accumulated: 'The same ratio with everything quantized up to here',
    accumulatedCosine: 'The same similarity with everything quantized up to here',
    kl: 'How far the network’s answers move when only this one is quantized: Kullback-Leibler divergence from full precision',
    accuracy: 'Accuracy with only this one quantized minus accuracy at full precision, in percentage points',
  } satisfies Record<Column, string>,
  interval: (lo: string, hi: string): string => `${lo} to ${hi}`,
  plusMinus: (value: string, error: string): string => `${value} ± ${error}`,
  intervalOf: (lo: string, hi: string, n: string): string => `95 % interval from ${lo} to ${hi} points, ${n} images`,

  bitsOf: (node: string): string => `Bits of ${node}`,
  asAll: (bits: string): string => `as all (${bits})`,
  size: (kilobytes: string, full: string): string => `Packed size ${kilobytes} kB (full precision ${full} kB).`,
  meanBits: (weights: string, activations: string): string =>
    `Mean bits: weights ${weights}, activations ${activations}.`,
  accuracyComes: 'Accuracy is being measured.',
  accuracyNow: (accuracy: string, lower: string, upper: string, n: string): string =>
    `Accuracy ${accuracy} (95 % interval ${lower} to ${upper}, ${n} validation images);`,
  beside: (full: string, points: string): string => `full precision ${full}, difference ${points} points.`,
  presets: { low: 'All layers alike', '8': 'First and last 8 bits' },
  budgetHelp:
    'Bits for a budget: each layer is measured alone at 2, 3, 4, 6 and 8 bits, then bits go where they save most for their storage.',
  sensitivities: 'Measure what bits cost',
  sensitivitiesAgain: 'Measure what bits cost again',
  budget: 'At most',
  budgetUnit: 'Unit of the budget',
  units: { bits: 'bits in the mean', kilobytes: 'kB for the network' },
  chooseBits: 'Choose bits',
  notANumber: (given: string): string => `“${given}” is no number above 0. Give mean bits or kilobytes.`,
  budgetBits: (asked: string, least: string): string =>
    `A mean of ${asked} bits cannot be met: ${least} is the least. Ask for more.`,
  budgetSize: (asked: string, least: string): string =>
    `${asked} kB cannot be met: with the fewest bits the network takes ${least} kB. Ask for more.`,
};

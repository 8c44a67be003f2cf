import type { ExportFormat, ImageSource, MeasuredSplit, RepairName } from '../../engine/workbench/report';
import type { BenchPart } from '../workbench/parts';
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
  splits: {
    validation: (n: string): string => `${n} validation images`,
    test: (n: string): string => `${n} test images (there are no validation images)`,
  } satisfies Record<MeasuredSplit, (n: string) => string>,
  firstOf: {
    validation: (n: string, all: string): string => `the first ${n} of ${all} validation images`,
    test: (n: string, all: string): string => `the first ${n} of ${all} test images (there are no validation images)`,
  } satisfies Record<MeasuredSplit, (n: string, all: string) => string>,
  asked: (n: string): string => `${n} test images`,
  allImages: (most: string, fitting: string): string =>
    `On up to ${most} images, which takes long with a network of this size (otherwise ${fitting})`,
  measuredOn: (images: string, step: string): string =>
    step === '0'
      ? `Measured on ${images}, before the student’s training.`
      : `Measured on ${images}, after ${step} steps of the student’s training.`,
  besideOwn: (accuracy: string): string =>
    `Alone and accumulated are compared with the student’s own weights, nothing rounded: they are right on ${accuracy} of these images.`,
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
    isolatedCosine:
      'Cosine similarity of the layer’s output with only this one quantized to the same with nothing rounded',
    accumulated: 'The same ratio with everything quantized up to here',
    accumulatedCosine: 'The same similarity with everything quantized up to here',
    kl: 'How far the network’s answers move when only this one is quantized: Kullback-Leibler divergence from those with nothing rounded',
    accuracy: 'Accuracy with only this one quantized minus accuracy with nothing rounded, in percentage points',
  } satisfies Record<Column, string>,
  interval: (lo: string, hi: string): string => `${lo} to ${hi}`,
  plusMinus: (value: string, error: string): string => `${value} ± ${error}`,
  intervalOf: (lo: string, hi: string, n: string): string => `95 % interval from ${lo} to ${hi} points, ${n} images`,

  bitsOf: (node: string): string => `Bits of ${node}`,
  asAll: (bits: string): string => `as all (${bits})`,
  size: (packed: string, full: string): string => `Packed size ${packed} (full precision ${full}).`,
  meanBits: (weights: string, activations: string): string =>
    `Mean bits: weights ${weights}, activations ${activations}.`,
  accuracyComes: 'Accuracy is being measured.',
  accuracyNow: (accuracy: string, lower: string, upper: string, n: string): string =>
    `Accuracy ${accuracy} (95 % interval ${lower} to ${upper}, ${n});`,
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

  parts: {
    layers: 'Layers and bits',
    histogram: 'Values and levels',
    calibration: 'Ranges compared',
    repairs: 'Rounding and repairs',
    changes: 'What changed for whom',
    export: 'Take it away',
  } satisfies Record<BenchPart, string>,
  sources: { calibration: 'Calibration images', synthetic: 'Synthetic images', both: 'Both' } satisfies Record<
    ImageSource,
    string
  >,
  tryAgain: 'Try again',
  histogram: {
    lead: 'The values of a layer, and the few levels that they are rounded to. Drag an end of the range, or move it with the arrow keys: the accuracy follows, first of a few images, then, when you rest, of all.',
    which: 'Weights or activation',
    option: (node: string, kind: string): string => `${node} (${kind})`,
    channel: 'Output channel',
    allChannels: 'all channels',
    channelOf: (channel: string): string => `channel ${channel}`,
    granularity: 'Grids of the weights',
    granularities: { perChannel: 'One grid a channel', perTensor: 'One grid a layer' },
    images: 'Images that the values are taken from',
    counted: (n: string, step: string): string =>
      step === '0' ? `${n} values, before the student’s training.` : `${n} values, after ${step} steps of training.`,
    again: 'Look again',
    otherStep: (step: string): string => `Its student is the one after ${step} steps.`,
    earlierRun:
      'You moved this range before this run was prepared. It still applies; “Range as it was” takes this run’s own.',
    notQuantized: 'This one is not quantized: it has no levels.',
    label: (node: string, bits: string): string => `Histogram of ${node} with the levels of ${bits} bits`,
    ends: { lo: 'Lower end of the range', hi: 'Upper end of the range' },
    reading: (lo: string, hi: string, sqnr: string, clipped: string, share: string): string =>
      `Range ${lo} to ${hi}: SQNR ${sqnr} dB, ${clipped} of the values clipped, which makes ${share} of the error.`,
    keep: 'Keep this range',
    back: 'Range as it was',
    manyGrids:
      'Each channel has a grid of its own; drawn and measured is one grid over all of them. Choose a channel to see its own.',
    legend:
      'Orange: clipped. Solid part of a bar: how far its values are rounded, compared with half a step. Dotted: the levels; they are whole multiples of their step, so that 0 stays 0, and need not end where the range does. Heights grow as the root of the count.',
  },
  kept: {
    title: 'Chosen for the student that is compared and taken away:',
    help: 'The run itself stays as it is.',
    calibration: (method: string, images: string): string => `ranges of the activations: ${method} (${images})`,
    channel: (node: string, channel: string): string => `${node}, channel ${channel}`,
    range: (name: string, lo: string, hi: string): string => `range of ${name}: ${lo} to ${hi}`,
    repairs: (names: string, images: string): string => `${names} (${images})`,
    takeBack: (what: string): string => `Take back: ${what}`,
    column: 'Take it',
    use: 'use',
    used: 'used',
    useOf: (what: string): string => `Use: ${what}`,
  },
  calibration: {
    lead: 'Where should the ranges of the activations come from? Each way of finding them, on calibration images, synthetic ones or both, with the bits and weights as they are.',
    measure: 'Compare all ways',
    table: 'Ways to the activations’ ranges',
    columns: {
      method: 'Range',
      source: 'Images',
      accuracy: 'Accuracy',
      difference: 'To full precision (points)',
      kl: 'KL (nats)',
      sqnr: 'SQNR (dB)',
      clipped: 'Clipped',
    },
    columnHelp: {
      method: 'How the range is found from the values',
      source: 'Images that the values are taken from',
      accuracy: 'Of the student with these ranges',
      difference: 'Accuracy minus that of the full-precision network; the interval is beside the value',
      kl: 'Kullback-Leibler divergence of the answers from those of the full-precision network',
      sqnr: 'Of the activations alone, in the mean over all of them',
      clipped: 'Share of the activations’ values outside the levels, in the mean over all activations',
    },
    movingAverage: 'Moving average, as the authors’ program',
    coverage: 'Do the images cover the ranges?',
    coverageHelp: (calibration: string, synthetic: string): string =>
      `Share of each activation’s range on validation images that ${calibration} calibration and ${synthetic} synthetic images reach.`,
    axis: 'activation',
  },
  repairs: {
    lead: 'What can be done to the quantized network after the fact, without training: each alone, and all that are ticked together. The student of the run stays as it is.',
    which: 'Repairs',
    images: 'Images that they look at',
    names: {
      equalization: 'Cross-layer equalization',
      adaRound: 'AdaRound',
      biasCorrection: 'Bias correction',
    } satisfies Record<RepairName, string>,
    help: {
      equalization:
        'scales channels between two layers so that both have like ranges in each; changes nothing at full precision.',
      adaRound:
        'learns for each weight whether to round it up or down, layer by layer, so that the layer’s output changes least. Takes a while.',
      biasCorrection: 'takes off each layer’s bias what quantization shifts its output by in the mean.',
    } satisfies Record<RepairName, string>,
    measure: 'Measure before and after',
    table: 'Accuracy before and after each repair',
    full: 'full precision',
    nothing: 'as it is (nearest rounding)',
    columns: {
      repair: 'Repair',
      accuracy: 'Accuracy',
      difference: 'To full precision (points)',
      kl: 'KL (nats)',
      changed: 'Layers changed',
    },
    looked: (images: string): string => `The repairs looked at ${images} images.`,
  },
  changes: {
    lead: 'The student beside the full-precision network on the same test images. Intervals are 95 %.',
    measure: (n: string): string => `Compare on ${n} test images`,
    accuracy: (full: string, student: string, difference: string, lo: string, hi: string, n: string): string =>
      `Accuracy: full precision ${full}, student ${student}; difference ${difference} points (${lo} to ${hi}, n = ${n}).`,
    agreement: (share: string, lo: string, hi: string, n: string): string =>
      `Same answer, right or wrong: ${share} (${lo} to ${hi}, n = ${n}).`,
    kl: (mean: string, lo: string, hi: string, n: string): string =>
      `KL divergence of the answers: ${mean} nats in the mean (${lo} to ${hi}, n = ${n}).`,
    worst: (name: string, difference: string, lo: string, hi: string, n: string): string =>
      `Class that loses most: ${name}, ${difference} points (${lo} to ${hi}, n = ${n}).`,
    matrix: 'Answers of both',
    matrixHelp: 'Rows: what full precision says. Columns: what the student says.',
    flips: (count: string, shown: string): string => `Changed answers: ${count} (${shown} shown)`,
    noFlips: 'No answer has changed.',
    image: (index: string, name: string): string => `Test image ${index}: ${name}`,
    fullSays: (name: string): string => `full: ${name}`,
    studentSays: (name: string): string => `student: ${name}`,
  },
  take: {
    lead: 'The student as it is now as a file. Before it is offered it is read back and run here, beside the student.',
    format: 'Format',
    formats: { onnx: 'ONNX', layersModel: 'tf.LayersModel', images: 'Images' } satisfies Record<ExportFormat, string>,
    formatHelp: {
      onnx: 'With QuantizeLinear and DequantizeLinear: weights as integers of 2, 4 or 8 bits, whichever is the next that holds them; activations rounded to the student’s own levels.',
      layersModel:
        'For TensorFlow.js and Keras: the weights are exactly the values that the student computes with. With one scale a layer they are stored in 8 bits; one scale a channel the format lacks, and they are float32. It has no quantizer for activations, which stay at full precision; their levels are in model.json.',
      images:
        'Calibration images and 20 synthetic images a class (fewer where they are large and many) as PNG files, in a zip archive with a table of their labels.',
    } satisfies Record<ExportFormat, string>,
    make: 'Make and check the file',
    collect: 'Collect the images',
    size: (packed: string, full: string): string => `${packed} on disk; the parameters as float32 take ${full}.`,
    agreement: (runtime: string, same: string, n: string, lo: string, hi: string): string =>
      `${runtime} gives the student’s answer on ${same} of ${n} test images (95 % interval ${lo} to ${hi}).`,
    logits: (tolerance: string, close: string, n: string, difference: string, largest: string): string =>
      `Logits within ${tolerance} of the largest: on ${close} of ${n}; largest difference ${difference}, largest logit ${largest}.`,
    optimizedAlike: 'It is the same with the runtime’s graph optimizations switched off.',
    optimizedOtherwise: (same: string, n: string): string =>
      `With the runtime’s graph optimizations switched off: ${same} of ${n}.`,
    others: (count: string, ties: string, tolerance: string): string =>
      `Other answers: ${count}. For ${ties} of them the student itself puts both classes within ${tolerance} of the largest logit: two runtimes add in another order, and a value between two levels goes to the other one.`,
    differs: (enough: string): string =>
      `Fewer than ${enough} of the answers agree, and the student was not undecided about the others. Either this runtime computes something else, or many values of the student lie just between two levels, where the order of a sum decides. The file is not offered. Try other bits or ranges, a few more steps, or another format.`,
    stale: 'This file is of an earlier run, quantizer or choice: make it again.',
    images: (calibration: string, synthetic: string, size: string): string =>
      `${calibration} calibration and ${synthetic} synthetic images, ${size}.`,
    save: (name: string, size: string): string => `Save ${name} (${size})`,
  },
};

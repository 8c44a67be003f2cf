import { METHOD_IDS, type MethodId } from '../engine/methods';
import { parseLayerBits } from '../engine/quantization/layerBits';
import type { LIVE_SETTINGS, RunSettings } from '../engine/runSettings';

/**
 * Every setting of a run, once: sliders, help, URL keys, validation and command-line flags are derived from this
 * table. The type makes the compiler refuse a missing, superfluous or wrongly marked setting.
 */

export type SettingKey = keyof RunSettings;
export type SettingGroup = 'data' | 'generator' | 'terms' | 'quantizer' | 'student' | 'comparison';

type LiveKey = (typeof LIVE_SETTINGS)[number];

interface Common<Value, Live> {
  group: SettingGroup;
  default: Value;
  /** Key in the URL and, after `--`, on the command line. */
  url: string;
  /** May change while a run is going; the others need a reset. */
  live: Live;
  label: string;
  /** One or two plain sentences: what it is and what changing it does. */
  help: string;
}

export interface NumberSetting<Live = boolean> extends Common<number, Live> {
  kind: 'integer' | 'number';
  min: number;
  max: number;
  /** Of sliders and arrow keys only: any value in the range may be typed or given. */
  step: number;
  /** Slider positions are logarithmic. */
  log?: boolean;
}

export interface ChoiceSetting<Value extends string = string, Live = boolean> extends Common<Value, Live> {
  kind: 'choice';
  options: readonly { value: Value; label: string }[];
}

export interface BooleanSetting<Live = boolean> extends Common<boolean, Live> {
  kind: 'boolean';
}

/** Any number of the options, none twice, in the order of the options. */
export interface SetSetting<Value extends string = string, Live = boolean> extends Common<readonly Value[], Live> {
  kind: 'set';
  options: readonly { value: Value; label: string }[];
}

/** Any number of texts of one form, none twice, in any order. */
export interface ListSetting<Live = boolean> extends Common<readonly string[], Live> {
  kind: 'list';
  /** Whether a text is of that form. */
  accepts: (text: string) => boolean;
  /** The form, for people. */
  form: string;
}

export type Setting = NumberSetting | ChoiceSetting | BooleanSetting | SetSetting | ListSetting;

type SettingOf<Value, Live> = [Value] extends [boolean]
  ? BooleanSetting<Live>
  : [Value] extends [number]
    ? NumberSetting<Live>
    : [Value] extends [string]
      ? ChoiceSetting<Value, Live>
      : [Value] extends [readonly (infer Each extends string)[]]
        ? string extends Each
          ? ListSetting<Live>
          : SetSetting<Each, Live>
        : never;

type SettingsTable = { [Key in SettingKey]: SettingOf<RunSettings[Key], Key extends LiveKey ? true : false> };

const termSwitch = (url: string, label: string, help: string) =>
  ({ kind: 'boolean', group: 'terms', default: true, url, live: true, label, help }) as const;

const termWeight = (url: string, value: number, label: string, help: string, max = 2) =>
  ({ kind: 'number', group: 'terms', default: value, min: 0, max, step: 0.01, url, live: true, label, help }) as const;

/** The methods' names in English. */
export const METHOD_LABELS: Record<MethodId, string> = {
  calibration: 'Calibration images only',
  zeroShot: 'Zero-shot style (CE + BNS)',
  centralized: '+ centralized',
  distorted: '+ distorted',
  fdda: 'FDDA',
  fddaPlus: 'FDDA+',
};

export const SETTINGS: SettingsTable = {
  // ---- data -----------------------------------------------------------------------------------------------
  imagesPerClass: {
    kind: 'integer',
    group: 'data',
    default: 1,
    min: 1,
    max: 32,
    step: 1,
    url: 'images-per-class',
    live: false,
    label: 'Real images a class',
    help: 'How many labeled real images of each class the method may use: the calibration set. The paper uses one. With many real images, synthetic ones help less.',
  },
  observationPerClass: {
    kind: 'integer',
    group: 'data',
    default: 20,
    min: 2,
    max: 100,
    step: 1,
    url: 'observation-per-class',
    live: false,
    label: 'Images for looking only',
    help: 'Further real images of each class that only the charts use. The method never sees them. More of them give smoother charts and a longer preparation.',
  },
  testImages: {
    kind: 'integer',
    group: 'data',
    default: 2000,
    min: 1,
    max: 2000,
    step: 1,
    url: 'test-images',
    live: false,
    label: 'Test images',
    help: 'How many unseen images the accuracies are measured on. Methods are compared image by image, so that small differences count; a single accuracy of 2,000 images is certain to about 2 points either way.',
  },
  seed: {
    kind: 'integer',
    group: 'data',
    default: 1,
    min: 0,
    max: 2147483647,
    step: 1,
    url: 'seed',
    live: false,
    label: 'Seed',
    help: 'Everything random starts from this number. The same seed, settings and backend give the same run.',
  },

  // ---- generator ------------------------------------------------------------------------------------------
  generatorStart: {
    kind: 'choice',
    group: 'generator',
    default: 'checkpoint',
    url: 'generator-start',
    live: false,
    options: [
      { value: 'checkpoint', label: 'Pre-trained' },
      { value: 'scratch', label: 'From nothing' },
    ],
    label: 'Generator starts',
    help: 'Pre-trained continues from a generator trained ahead with the same loss, so that a minute is enough. From nothing starts with random weights and needs many more steps.',
  },
  generatorChannels: {
    kind: 'integer',
    group: 'generator',
    default: 64,
    min: 16,
    max: 128,
    step: 16,
    url: 'generator-channels',
    live: false,
    label: 'Generator width',
    help: 'Channels of the generator’s first block (the paper: 128). Wider is slower. The pre-trained generator has one width only; another width starts from nothing.',
  },
  generatorSteps: {
    kind: 'integer',
    group: 'generator',
    default: 30,
    min: 0,
    max: 80000,
    step: 10,
    log: true,
    url: 'generator-steps',
    live: false,
    label: 'Generator steps',
    help: 'How many times the generator is corrected before the student is trained. The authors use 80,000.',
  },
  generatorBatch: {
    kind: 'integer',
    group: 'generator',
    default: 16,
    min: 2,
    max: 64,
    step: 2,
    url: 'generator-batch',
    live: false,
    label: 'Images a step',
    help: 'Each step makes two batches of this many images: one with random classes, one with a single class (the paper: 16).',
  },
  generatorLearningRate: {
    kind: 'number',
    group: 'generator',
    default: 1e-3,
    min: 1e-5,
    max: 1e-1,
    step: 1e-5,
    log: true,
    url: 'generator-learning-rate',
    live: true,
    label: 'Generator learning rate',
    help: 'How far each step moves the generator’s weights. Too large and the losses jump; too small and nothing seems to happen.',
  },
  classesPerStep: {
    kind: 'integer',
    group: 'generator',
    default: 1,
    min: 1,
    max: 16,
    step: 1,
    url: 'classes-per-step',
    live: false,
    label: 'Classes a step',
    help: '1, as in the paper: each step has one batch of a single class beside the mixed one. More: both become one batch with that many classes in equal parts, so that more classes learn in every step, and each may differ from the others in brightness and color.',
  },
  refineShare: {
    kind: 'number',
    group: 'generator',
    default: 0,
    min: 0,
    max: 0.95,
    step: 0.05,
    url: 'refine-share',
    live: false,
    label: 'Share of steps on images',
    help: '0, as in the paper: every step moves the generator. Above: the last steps of the given number move the pixels of a set of images themselves, with the same loss, starting from what the generator makes. With the same number of steps images then come nearer to the statistics they aim at.',
  },
  refinedPerClass: {
    kind: 'integer',
    group: 'generator',
    default: 32,
    min: 2,
    max: 128,
    step: 2,
    url: 'refined-per-class',
    live: false,
    label: 'Images kept a class',
    help: 'How many images of each class those steps move, and the student then learns from. More are more varied, and each is moved less often.',
  },
  refineLearningRate: {
    kind: 'number',
    group: 'generator',
    default: 0.03,
    min: 0.001,
    max: 1,
    step: 0.001,
    log: true,
    url: 'refine-learning-rate',
    live: false,
    label: 'Step size on images',
    help: 'How far one such step moves a pixel, at first; it falls to nothing. From black to white is about 4 to 5.',
  },
  stepsPerEpoch: {
    kind: 'integer',
    group: 'generator',
    default: 200,
    min: 10,
    max: 1000,
    step: 10,
    url: 'steps-per-epoch',
    live: false,
    label: 'Steps an epoch',
    help: 'The authors’ program counts in epochs of 200 steps. The rule for unreliable classes changes after 5 epochs, and the learning rate drops to a tenth after 100, 200 and 300.',
  },

  // ---- the generator's loss -------------------------------------------------------------------------------
  ceMixedEnabled: termSwitch(
    'ce-mixed',
    'Right class, mixed batch',
    'Use the cross entropy of the batch with random classes.',
  ),
  ceMixedWeight: termWeight(
    'ce-mixed-weight',
    0.5,
    'Weight of right class, mixed batch',
    'How strongly the teacher’s verdict on the mixed batch counts (0.5 in the authors’ program).',
  ),
  bnsEnabled: termSwitch(
    'bns',
    'Overall statistics',
    'Use the distance between the mixed batch’s statistics and those stored in the network.',
  ),
  bnsWeight: termWeight(
    'bns-weight',
    0.2,
    'Weight of overall statistics',
    'How strongly the stored overall statistics pull (0.2 in the authors’ program).',
  ),
  distortedEnabled: termSwitch(
    'distorted',
    'Distorted center',
    'Use the distance to the class’s center shifted by fresh noise.',
  ),
  distortedWeight: termWeight(
    'distorted-weight',
    0.9,
    'Weight of distorted center',
    'How strongly the noisy class center pulls (0.9 in the authors’ program).',
  ),
  ceSingleEnabled: termSwitch(
    'ce-single',
    'Right class, one-class batch',
    'Use the cross entropy of the batch with a single class.',
  ),
  ceSingleWeight: termWeight(
    'ce-single-weight',
    0.5,
    'Weight of right class, one-class batch',
    'How strongly the teacher’s verdict on the one-class batch counts (0.5 in the authors’ program).',
  ),
  centralizedEnabled: termSwitch(
    'centralized',
    'Class center',
    'Use the distance between the one-class batch’s statistics and the class’s center.',
  ),
  centralizedWeight: termWeight(
    'centralized-weight',
    0.01,
    'Weight of class center',
    'How strongly the exact class center pulls (0.01 in the authors’ program, 0.05 in the paper’s text).',
    10,
  ),
  contrastEnabled: {
    ...termSwitch(
      'contrast',
      'Contrast of centers',
      'Use how surely a class’s batch lies nearer to its own center than to the other classes’. Not in the paper.',
    ),
    default: false,
  },
  contrastWeight: termWeight(
    'contrast-weight',
    2,
    'Weight of contrast of centers',
    'How strongly the choice among the centers counts. Not in the paper; FDDA+ uses 2.',
    10,
  ),
  contrastTemperature: {
    kind: 'number',
    group: 'terms',
    default: 0.02,
    min: 0.001,
    max: 10,
    step: 0.001,
    log: true,
    url: 'contrast-temperature',
    live: true,
    label: 'Softness of the contrast',
    help: 'How much nearer the own center must be before the contrast is content. Small values are content with little; large ones go on pushing the classes apart.',
  },
  scaledDistances: {
    kind: 'boolean',
    group: 'terms',
    default: false,
    url: 'scaled-distances',
    live: false,
    label: 'Distances in each channel’s scale',
    help: 'Off, as in the paper: a few channels with large numbers decide how far statistics are from where they should be. On: every channel counts alike, as in the charts. It concerns BNS, D and C.',
  },
  distortionMean: {
    kind: 'number',
    group: 'terms',
    default: 0.5,
    min: 0,
    max: 2,
    step: 0.05,
    url: 'distortion-mean',
    live: true,
    label: 'Noise on means',
    help: 'Standard deviation of the noise added to a center’s means for the distorted term (0.5). With no noise, distorted and exact center are the same.',
  },
  distortionVariance: {
    kind: 'number',
    group: 'terms',
    default: 1,
    min: 0,
    max: 4,
    step: 0.05,
    url: 'distortion-variance',
    live: true,
    label: 'Noise on variances',
    help: 'Standard deviation of the noise added to a center’s variances for the distorted term (1.0).',
  },
  distortionScale: {
    kind: 'choice',
    group: 'terms',
    default: 'fixed',
    url: 'distortion-scale',
    live: false,
    options: [
      { value: 'fixed', label: 'As set' },
      { value: 'scatter', label: 'Measured' },
    ],
    label: 'Size of the noise',
    help: 'As set: the two numbers above, the same in every layer and channel, as in the paper. Measured: in each channel as much as single calibration images scatter around the mean of their class, or of all of them where each class has one; the two numbers do not count then.',
  },
  startLayer: {
    kind: 'integer',
    group: 'terms',
    default: -1,
    min: -1,
    max: 200,
    step: 1,
    url: 'start-layer',
    live: false,
    label: 'Class terms from layer',
    help: 'First layer, counted from 0, that the two center terms look at. Shallow layers hardly tell classes apart. −1 is the authors’ rule: roughly the deeper half of the network.',
  },
  labelRule: {
    kind: 'boolean',
    group: 'terms',
    default: true,
    url: 'label-rule',
    live: false,
    label: 'Rule for unreliable classes',
    help: 'A class is unreliable when the teacher misreads its calibration image. On: the authors’ rule, which gives such classes random targets for 5 epochs and then leaves them out. Off: every class is treated alike.',
  },

  // ---- quantizer ------------------------------------------------------------------------------------------
  weightBits: {
    kind: 'integer',
    group: 'quantizer',
    default: 2,
    min: 2,
    max: 8,
    step: 1,
    url: 'weight-bits',
    live: false,
    label: 'Bits a weight',
    help: 'With k bits a weight can take 2 to the power k values: 3 bits are 8 values. A usual network has 32 bits.',
  },
  activationBits: {
    kind: 'integer',
    group: 'quantizer',
    default: 3,
    min: 2,
    max: 8,
    step: 1,
    url: 'activation-bits',
    live: false,
    label: 'Bits an activation',
    help: 'The same for the numbers that flow between layers.',
  },
  weightGranularity: {
    kind: 'choice',
    group: 'quantizer',
    default: 'perChannel',
    url: 'weight-granularity',
    live: false,
    options: [
      { value: 'perChannel', label: 'One per channel' },
      { value: 'perTensor', label: 'One per layer' },
    ],
    label: 'Weight scale',
    help: 'Whether each output channel of a layer has its own scale, or the whole layer shares one. One per channel loses less.',
  },
  firstLast: {
    kind: 'choice',
    group: 'quantizer',
    default: 'low',
    url: 'first-last',
    live: false,
    options: [
      { value: 'low', label: 'Same bits' },
      { value: '8', label: '8 bits' },
    ],
    label: 'First and last layer',
    help: 'First and last layer suffer most from few bits. Many methods leave them at 8 bits; the harder setting gives them the same bits as the rest.',
  },
  layerBits: {
    kind: 'list',
    group: 'quantizer',
    default: [],
    url: 'layer-bits',
    live: false,
    accepts: (text) => parseLayerBits(text) !== null,
    form: 'weight:LAYER=BITS or activation:LAYER=BITS, with 2 to 8 or full',
    label: 'Bits of single layers',
    help: 'Layers whose weights or activations have bits of their own, in place of the two numbers above. They are chosen in the workbench below.',
  },
  activationRange: {
    kind: 'choice',
    group: 'quantizer',
    default: 'percentile',
    url: 'activation-range',
    live: false,
    options: [
      { value: 'minMax', label: 'Smallest to largest' },
      { value: 'percentile', label: 'Without outliers' },
      { value: 'mse', label: 'Least squared error' },
      { value: 'entropy', label: 'Least divergence' },
      { value: 'movingAverage', label: 'From generated images' },
    ],
    label: 'Activation range',
    help: 'Which interval the few values of an activation are spread over. The first four look at the calibration images. The last is the authors’ program: a moving average over generated images, which are poor early on.',
  },

  weightRange: {
    kind: 'choice',
    group: 'quantizer',
    default: 'minMax',
    url: 'weight-range',
    live: false,
    options: [
      { value: 'minMax', label: 'Smallest to largest' },
      { value: 'mse', label: 'Least squared error' },
    ],
    label: 'Weight range',
    help: 'Which interval the few values of a weight are spread over. Smallest to largest is the authors’ program, and wastes levels on a few large weights. Least squared error searches the grid that changes the weights least, once, at the start.',
  },
  weightRangeShare: {
    kind: 'number',
    group: 'quantizer',
    default: 0.75,
    min: 0.3,
    max: 1,
    step: 0.05,
    url: 'weight-range-share',
    live: false,
    label: 'Share of the weight range',
    help: '1, as in the paper: the grid reaches from the smallest to the largest weight. Less: at 2 bits it spans that share of it, and what lies outside is clipped; the more bits, the less is clipped.',
  },

  // ---- student --------------------------------------------------------------------------------------------
  studentRecipe: {
    kind: 'choice',
    group: 'student',
    default: 'distillation',
    url: 'student-recipe',
    live: false,
    options: [
      { value: 'distillation', label: 'Distillation' },
      { value: 'reconstruction', label: 'Block by block' },
      { value: 'both', label: 'One after the other' },
    ],
    label: 'How the student learns',
    help: 'Distillation, as in the paper: the whole network learns to answer as the full-precision one does. Block by block (BRECQ, QDrop): each block learns which way to round its weights, and the step sizes of its activations, so that its output stays what it was. One after the other: six steps in seven block by block, then the whole.',
  },
  studentSteps: {
    kind: 'integer',
    group: 'student',
    default: 400,
    min: 0,
    max: 80000,
    step: 10,
    log: true,
    url: 'student-steps',
    live: false,
    label: 'Student steps',
    help: 'How many times the quantized network is corrected. 0 leaves it as plain quantization made it.',
  },
  calibrationBatch: {
    kind: 'integer',
    group: 'student',
    default: 16,
    min: 1,
    max: 64,
    step: 1,
    url: 'calibration-batch',
    live: false,
    label: 'Real images a step',
    help: 'Calibration images in each student step, drawn again and again from the few there are (the paper: 16).',
  },
  syntheticBatch: {
    kind: 'integer',
    group: 'student',
    default: 16,
    min: 0,
    max: 64,
    step: 1,
    url: 'synthetic-batch',
    live: false,
    label: 'Synthetic images a step',
    help: 'Synthetic images in each student step (the paper: 16). 0 trains on calibration images only.',
  },
  syntheticShare: {
    kind: 'choice',
    group: 'student',
    default: 'fixed',
    url: 'synthetic-share',
    live: false,
    options: [
      { value: 'fixed', label: 'As set' },
      { value: 'byRealImages', label: 'By real images' },
    ],
    label: 'Share of synthetic images',
    help: 'As set: the two numbers above. By real images: with more than three real images a class, the more there are, the fewer of a step’s images are synthetic: under half with 4, about a tenth with 32. The step keeps as many in all.',
  },
  stepSizes: {
    kind: 'choice',
    group: 'student',
    default: 'fixed',
    url: 'step-sizes',
    live: false,
    options: [
      { value: 'fixed', label: 'Fixed' },
      { value: 'learned', label: 'Learned' },
    ],
    label: 'Step sizes',
    help: 'Fixed: the distance between two values of a quantizer stays as the ranges gave it. Learned: it is trained together with the weights (LSQ), so that the grid finds its own place.',
  },
  clippedGradient: {
    kind: 'choice',
    group: 'student',
    default: 'mask',
    url: 'clipped-gradient',
    live: false,
    options: [
      { value: 'mask', label: 'Stopped' },
      { value: 'pass', label: 'Passed on' },
    ],
    label: 'Gradient where values are clipped',
    help: 'Stopped: a value outside its range is not pushed any further. Passed on, as in the authors’ program: nothing ever pulls such values back, and a long training ends in weights that are no numbers.',
  },
  studentLearningRate: {
    kind: 'number',
    group: 'student',
    default: 3e-5,
    min: 1e-7,
    max: 1e-2,
    step: 1e-7,
    log: true,
    url: 'student-learning-rate',
    live: true,
    label: 'Student learning rate',
    help: 'How far each step moves the quantized network’s weights. It is small because the distillation loss is large; what is too much is cut off by the longest step of a weight.',
  },
  updateLimit: {
    kind: 'number',
    group: 'student',
    default: 0.01,
    min: 0,
    max: 1,
    step: 0.001,
    url: 'update-limit',
    live: false,
    label: 'Longest step of a weight',
    help: 'No weight changes by more than this share of its own size in the first step, and by less and less in later ones. So a learning rate that is far too large does not make the student collapse, and weights stay near where they started. 0: no limit.',
  },
  studentSchedule: {
    kind: 'choice',
    group: 'student',
    default: 'run',
    url: 'student-schedule',
    live: false,
    options: [
      { value: 'run', label: 'Falls to zero' },
      { value: 'program', label: 'As in the program' },
    ],
    label: 'Learning rate over time',
    help: 'Falls to zero: half a cosine over the student’s steps, so that the last steps settle. As in the program: a cosine of 100 epochs, which hardly moves in a short run.',
  },
  momentum: {
    kind: 'number',
    group: 'student',
    default: 0.9,
    min: 0,
    max: 0.99,
    step: 0.01,
    url: 'momentum',
    live: false,
    label: 'Momentum',
    help: 'How much of the previous step’s direction is kept.',
  },
  weightDecay: {
    kind: 'number',
    group: 'student',
    default: 1e-4,
    min: 0,
    max: 1e-2,
    step: 1e-5,
    log: true,
    url: 'weight-decay',
    live: false,
    label: 'Weight decay',
    help: 'How strongly weights are pulled toward zero at each step.',
  },
  temperature: {
    kind: 'number',
    group: 'student',
    default: 20,
    min: 1,
    max: 40,
    step: 1,
    url: 'temperature',
    live: false,
    label: 'Distillation temperature',
    help: 'Softens the teacher’s answer before the student imitates it, so that also the unlikely classes’ order counts.',
  },
  distillationWeight: {
    kind: 'number',
    group: 'student',
    default: 20,
    min: 0,
    max: 100,
    step: 1,
    url: 'distillation-weight',
    live: false,
    label: 'Distillation weight',
    help: 'How much imitating the teacher counts beside giving the right label.',
  },
  augment: {
    kind: 'boolean',
    group: 'student',
    default: true,
    url: 'augment',
    live: false,
    label: 'Vary the images',
    help: 'Cut out a random part of each image and sometimes mirror it, so that few images look like more.',
  },

  // ---- comparison -----------------------------------------------------------------------------------------
  beside: {
    kind: 'set',
    group: 'comparison',
    default: ['calibration'],
    url: 'beside',
    live: false,
    options: METHOD_IDS.map((value) => ({ value, label: METHOD_LABELS[value] })),
    label: 'Runs beside it',
    help: 'Methods that are run beside the chosen one, on the same images, with the same seed and the same quantizer. Each trains a student of its own, and those with synthetic images a generator, so that each takes its time.',
  },
};

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

import type { ShapeName } from '../../engine/data/shapeOutlines';
import { SENTENCES } from '../../engine/sentences';
import type { ArmId } from '../../engine/methods/arms';
import type { RunPhase } from '../../engine/runReport';
import type { TermName } from '../../engine/runSettings';
import type { PresetName } from '../../state/presets';
import type { SetupName } from '../../state/setups';
import type { Setting, SettingGroup } from '../../state/settings';
import { describeNote, SETTINGS, SETTING_KEYS } from '../../state/settings';
import type { LinkNote } from '../../state/shareLink';
import type { Units } from '../format';
import { enArgument } from './enArgument';
import { enArms, enStage } from './enArms';
import { enArticle } from './enArticle';
import { enCompare } from './enCompare';
import { enLessons, enTour } from './enLessons';
import { enPaired } from './enPaired';
import { enQuality } from './enQuality';
import { enFaults } from './enFaults';
import { enHub } from './enHub';
import { enClasses } from './enClasses';
import { enOwn } from './enOwn';
import { enRecorded } from './enRecorded';
import { enShare } from './enShare';
import { enWorkbench } from './enWorkbench';
import type { SettingWords } from './settingWords';

/**
 * Every word of the page in English, in one place. Another language is another file of the same shape (see `words.ts`);
 * the compiler refuses one that lacks an entry. The English words of single settings are declared with the settings
 * themselves, because the command line needs them too; the page reads them from here.
 */

const settingWords = Object.fromEntries(
  SETTING_KEYS.map((key) => {
    const setting: Setting = SETTINGS[key];
    const options =
      setting.kind === 'choice' || setting.kind === 'set'
        ? { options: Object.fromEntries(setting.options.map(({ value, label }) => [value, label])) }
        : {};
    return [key, { label: setting.label, help: setting.help, ...options }];
  }),
) as unknown as SettingWords;

const phaseWords = {
  prepare: 'Getting ready',
  ptq: 'Measuring the original network and its quantized copy, before any training',
  done: 'Done',
};

/** What is going on. */
function stageWords(phase: RunPhase, arm: ArmId | null): string {
  if (phase === 'generator' || phase === 'student') return enStage[phase](arm ?? 'custom');
  return phaseWords[phase];
}

const phaseNames: Record<RunPhase, string> = {
  prepare: 'Preparation',
  ptq: 'Quantizing',
  generator: 'Generator',
  student: 'Student',
  done: 'End',
};

/** Where in a run something is. */
const placeName = (phase: RunPhase, arm: ArmId | null): string =>
  arm === null ? phaseNames[phase] : `${phaseNames[phase]} of ${enArms.names[arm]}`;

export const en = {
  title: 'FDDA playground',
  tagline: 'Squeeze a neural network into a few bits and repair it with images made from its own statistics.',
  howItWorks: 'How it works',
  /** Below the fold; in a file of its own only for its length. */
  article: enArticle,
  argument: enArgument,
  arms: enArms,
  compare: enCompare,
  lessons: enLessons,
  paired: enPaired,
  quality: enQuality,
  share: enShare,
  tour: enTour,
  workbench: enWorkbench,
  /** A part of the page that is fetched when asked for. */
  missingPart: 'This part of the page could not be loaded. Check the connection and try again.',
  tryAgain: 'Try again',

  /** What engine and worker say; the command line says it too. */
  sentences: SENTENCES,

  units: {
    percent: (value) => `${value} %`,
    milliseconds: (value) => `${value} ms`,
    seconds: (value) => `${value} s`,
    minutes: (minutes, seconds) => (seconds === '0' ? `${minutes} min` : `${minutes} min ${seconds} s`),
    hours: (hours, minutes) => `${hours} h ${minutes} min`,
    large: [
      { from: 1e9, name: (value) => `${value} billion` },
      { from: 1e6, name: (value) => `${value} million` },
    ],
  } satisfies Units as Units,

  /** Between the parts of a list. */
  comma: ', ',

  header: {
    language: {
      label: 'Language',
      missing: (name: string) => `${name} could not be loaded. Check the connection and choose it again.`,
    },
    theme: { label: 'Colors', light: 'Light', dark: 'Dark', auto: 'As the system' },
  },

  backend: {
    label: (name: string, speed: string) => `Backend: ${name}${speed && `, ${speed}`}`,
    starting: 'Engine is starting',
    choose: 'What computes. Faster ones are tried while nothing runs; choosing another starts the run over.',
    perStep: (seconds: string) => `${seconds} a step`,
    probe: (seconds: string) => `${seconds} in a small test`,
    names: { webgpu: 'WebGPU', webgl: 'WebGL', wasm: 'WebAssembly', cpu: 'Plain JavaScript' },
    unavailable: 'does not work here',
    inUse: 'in use',
    faster: (name: string) => `${name} is faster here: the next run uses it.`,
  },

  transport: {
    region: 'Run',
    play: 'Play',
    pause: 'Pause',
    step: 'Step',
    reset: 'Reset',
    hints: {
      play: 'Run the method from here to the end',
      pause: 'Stop after the current step; Play goes on from there',
      step: 'One single step, then pause',
      reset: 'Start over with the settings as they are now; the same seed gives the same run',
    },
    progress: 'Progress of the whole run',
    remaining: (time: string) => `about ${time} left`,
    elapsed: (time: string) => `took ${time}`,
    stepOf: (step: string, steps: string) => `step ${step} of ${steps}`,
    applies: (count: number) =>
      count === 1 ? '1 changed setting waits for a reset' : `${count} changed settings wait for a reset`,
    resetToApply: 'Reset to apply',
  },

  status: {
    starting: 'Starting the engine',
    ready: 'Ready. Press Play.',
    checking: 'Looking at whether the network gets enough right',
    queued: 'Starts as soon as the engine is ready',
    running: stageWords,
    movingImages: enStage.movingImages,
    paused: (phase: RunPhase, arm: ArmId | null) => {
      const place = placeName(phase, arm);
      return `Paused: ${place[0].toLowerCase()}${place.slice(1)}`;
    },
    finished: (rows: string) => `Finished. Accuracy: ${rows}.`,
    failed: 'Stopped by a problem',
    dead: 'The engine has stopped',
    silent: 'The engine has said nothing for a while. It may be in a long step',
  },

  timeline: {
    label: 'Timeline',
    live: 'Live',
    backToLive: 'Back to live',
    nothing: 'The timeline fills as the run goes',
    at: (phase: RunPhase, arm: ArmId | null, step: number, elapsed: string) =>
      `${placeName(phase, arm)}, step ${step}, at ${elapsed}`,
  },

  trouble: {
    file: {
      message: 'The file could not be read.',
      hint: 'Check that it still exists and that you may open it. The network that was loaded stays.',
    },
    titles: {
      network: 'This network cannot be used',
      images: 'These images cannot be used',
      session: 'This session cannot be opened',
      download: 'The download failed',
      mismatch: 'Network and images do not fit each other yet',
      notFinite: 'A loss or a weight is no longer a number',
      collapsed: 'The training has collapsed',
      deviceLost: 'The graphics device was lost',
      outOfMemory: 'Out of memory',
      backend: 'This backend does not work',
      settings: 'These settings cannot be used',
      internal: 'Something went wrong',
    },
    where: (term: string, step: string) => `Term: ${term}. Step: ${step}.`,
    restore: (step: string) => `Go back to the snapshot at step ${step}`,
    restoreUnknown: 'Go back to the last snapshot',
    restart: 'Restart the engine',
    dismiss: 'Dismiss',
  },

  link: {
    title: 'The link was not taken exactly as written',
    note(note: LinkNote): string {
      switch (note.kind) {
        case 'backend':
          return `“${note.given}” in “${note.key}” is not a backend and was ignored.`;
        case 'language':
          return `The page does not speak “${note.given}”; “${note.key}” was ignored.`;
        default:
          return describeNote(note);
      }
    },
  },

  faults: enFaults,
  ...enRecorded,
  ...enHub,
  ...enOwn,
  ...enClasses,

  controls: {
    region: 'Settings',
    show: 'Show settings',
    hide: 'Hide settings',
    method: 'Method',
    methodHelp:
      'Each method is a choice of loss terms; everything else stays. FDDA uses all five of the paper; FDDA+ is not in the paper and changes a few switches more. Press one, tick others to run beside it, then Play or Reset, and compare the accuracies.',
    setup: 'All settings',
    setupHelp: [
      'Interactive: what this page starts with. Ranges, numbers of steps and the student’s learning rate were chosen by a search on the bundled network, so that a run takes about a minute.',
      'As in the paper: every value of the authors’ program. 80,000 generator steps and 70,000 student steps take hours here (about seven with two processor cores and no GPU); it is there to look at, to change, and for those who have the time.',
      'Even then this page differs: the generator is trained to its end before the student begins, while the program trains both together from epoch 50 on; every image has its own random crop, while there one crop serves a whole synthetic batch; the last accuracy counts, not the best one; activation ranges are averaged over 50 batches of the untrained generator, there over the first four epochs; and network and images are small ones, while the learning rate of 0.000001 was chosen for ImageNet.',
    ],
    custom: 'Own combination',
    weight: 'Weight',
    valueNow: 'now',
    valueHelp: 'Value in the latest step, before the weight',
    off: 'off',
    waits: 'Takes effect on Reset',
    idle: 'No effect as things are set',
    live: 'Takes effect at once',
    range: (min: string, max: string) => `Allowed: ${min} to ${max}.`,
    atDefault: (value: string) => `Default: ${value}.`,
    help: (label: string) => `Help: ${label}`,
    on: 'on',
    /** A set without elements. */
    nothing: 'none',
    /** Empties a setting that is a list. */
    clearList: (count: string) => `${count}, clear`,
    /** Ends a sentence. */
    stop: '.',
    network: 'Network',
    openNetwork: 'Open a network…',
    openNetworkHelp:
      'Choose all files of one network together: a TensorFlow.js layers model (model.json with its weight files), ONNX, or PyTorch weights of ResNet, MobileNetV1, MobileNetV2 or RegNetX (.safetensors, with config.json where there is one). It needs BatchNorm layers, because the method reads their statistics. What it computes is compared with the file’s own program. The bundled images are 32×32 pixels in color in 10 classes; for another network open images of your own.',
    bundledNetwork: 'Back to the bundled network',
    facts: (layers: number, parameters: string, macs: string) =>
      `${layers} BatchNorm layers, ${parameters} parameters, ${macs} multiplications an image`,
  },
  groups: {
    data: 'Data',
    generator: 'Generator',
    terms: 'Loss terms',
    quantizer: 'Quantizer',
    student: 'Student',
    comparison: 'Comparison',
  } satisfies Record<SettingGroup, string>,
  termDetails: 'Details of the loss terms',
  settings: settingWords,

  /** The classes of the bundled images. */
  classes: {
    circle: 'circle',
    ring: 'ring',
    square: 'square',
    triangle: 'triangle',
    star: 'star',
    cross: 'cross',
    crescent: 'crescent',
    heart: 'heart',
    hexagon: 'hexagon',
    arrow: 'arrow',
  } satisfies Record<ShapeName, string>,
  unnamedClass: (index: string) => `class ${index}`,

  setups: {
    interactive: { name: 'Interactive', help: 'What this page starts with: about a minute' },
    paper: { name: 'As in the paper', help: 'Every value of the authors’ program: hours' },
  } satisfies Record<SetupName, { name: string; help: string }>,

  presets: {
    ptq: { name: 'PTQ only', help: 'Quantize and leave it: no training at all.' },
    calibration: {
      name: 'Calibration images only',
      help: 'Train the quantized network on the few real images, without synthetic ones.',
    },
    zeroShot: {
      name: 'Zero-shot style (CE + BNS)',
      help: 'Synthetic images that are recognized and match the overall statistics, blind to single classes’ statistics.',
    },
    centralized: { name: '+ centralized', help: 'And each class is pulled to its own center.' },
    distorted: {
      name: '+ distorted',
      help: 'And each class is pulled to its center with noise, so that it keeps some spread.',
    },
    fdda: { name: 'FDDA', help: 'All five terms of the paper.' },
    fddaPlus: {
      name: 'FDDA+',
      help: 'Beyond the paper, so that classes really reach their centers: several classes in every step, distances in each channel’s scale, noise as large as real images scatter, a contrast between own and other centers, last steps that move the images themselves, no class left out for being unreliable, and fewer synthetic images a student’s step where there are more than three real ones a class.',
    },
  } satisfies Record<PresetName, { name: string; help: string }>,

  terms: {
    ceMixed: {
      name: 'Right class, mixed batch',
      short: 'CE mixed',
      help: 'Makes the teacher see in every image of a mixed batch the class it was made for (cross entropy, CE). 0 would be complete certainty. Without it images can match all statistics and show nothing.',
    },
    bns: {
      name: 'Overall statistics',
      short: 'BNS',
      help: 'Each BatchNorm layer remembers the mean and variance of what it saw in training. This is the squared distance from there to the mixed batch’s own, averaged over all layers. Together with CE it is what zero-shot methods use.',
    },
    distorted: {
      name: 'Distorted center',
      short: 'D',
      help: 'Pulls a one-class batch to its class’s center shifted by fresh noise at every step, so that a class does not have to shrink to a point: real images scatter as well. The noise itself always costs something (0.25 + 1.00 by default). That floor is no failure to learn, so the chart also shows D without it.',
    },
    ceSingle: {
      name: 'Right class, one-class batch',
      short: 'CE single',
      help: 'The same for the batch that holds one class only, the one the two center terms look at.',
    },
    centralized: {
      name: 'Class center',
      short: 'C',
      help: 'Pulls the statistics of a one-class batch to that class’s center: the statistics of its real calibration images, in the deeper layers. Its weight is small because D pulls to the same place.',
    },
    contrast: {
      name: 'Contrast of centers',
      short: 'K',
      help: 'Not in the paper. Asks of a one-class batch’s statistics which class’s center they are nearest to, and pulls until that is surely its own. Being near its own center is not enough where another one is nearer still. 0 would be complete certainty.',
    },
  } satisfies Record<TermName, { name: string; short: string; help: string }>,

  views: {
    waiting: 'Waiting for the engine',
    notYet: 'Fills when the run starts',
    layer: 'Layer',
    layerOption: (index: number, name: string) => `Layer ${index + 1}: ${name}`,
    previousLayer: 'Previous layer',
    nextLayer: 'Next layer',
    exact: 'Exact value',

    centers: {
      title: 'BNS centers',
      help: [
        'BNS are BatchNorm statistics: for each channel of a layer, the mean and the variance of the numbers that arrive there. They summarize an image, or a batch, as one long list of numbers, drawn here as one point on a flat map.',
        'Large markers are the centers of the classes, taken from the real calibration images. Watch the synthetic batches (ringed markers with a trail) travel toward the center of the same color and shape.',
        'The small dots are further real images. They are only for looking: the method never sees them. Drawn faintly, the noisy targets of the distorted term.',
        'A flat map cannot show everything: closeness here is a hint. The exact distances are in the tooltip.',
      ],
      projection: 'Map',
      projections: { pca: 'PCA', tsne: 't-SNE', umap: 'UMAP' },
      projectionHelp: {
        pca: 'The two directions along which real images differ most; follows the run live.',
        tsne: 'Keeps neighbors together; distances between groups mean little. A picture of one moment.',
        umap: 'Keeps neighbors together and some of the large shape. A picture of one moment.',
      },
      computing: 'Working out the map',
      stopped: 'The engine was stopped before the map was ready',
      asOf: (step: number | null) => (step === null ? 'without synthetic images yet' : `as of generator step ${step}`),
      recompute: 'Recompute',
      explained: (share: string) => `shows ${share} of the variance`,
      explainedHelp: 'Share of the real images’ differences that these two directions hold',
      outside: (count: number) => `${count} outside`,
      outsideHelp: 'Points beyond the edge are drawn on it',
      kinds: {
        center: 'Class center',
        calibration: 'Calibration image',
        distorted: 'Distorted target',
        observation: 'Real image, only for looking',
        synthetic: 'Synthetic image',
        batch: 'Synthetic batch',
      },
      legend: {
        center: 'center',
        calibration: 'calibration',
        distorted: 'distorted',
        observation: 'only looked at',
        synthetic: 'synthetic',
        batch: 'its batch',
      },
      ofClass: (kind: string, name: string) => `${kind}: ${name}`,
      place: (x: string, y: string) => `at ${x}, ${y}`,
      own: (distance: string) => `distance to its own center ${distance}`,
      other: (distance: string) => `to the nearest other center ${distance}`,
      describe: (layer: string) =>
        `Map of BatchNorm statistics at layer ${layer}. Classes can be chosen in the list of synthetic images; distances are listed under Separation and incohesion.`,
    },

    separation: {
      title: 'Separation and incohesion',
      help: [
        'Left to right: from the first to the last BatchNorm layer. How well does each layer’s statistics tell classes apart?',
        'Separation: different classes lie apart. Incohesion: images of one class do not coincide, they scatter. In real networks separation grows with depth.',
        'Solid: real images. Dashed: synthetic ones. Good synthetic images behave like real ones, neither scattered at random nor shrunk to a point.',
        'The shaded layers are those that the two center terms look at. Click a layer to show it everywhere.',
      ],
      metric: 'Measure',
      metrics: {
        nearest: 'Nearest center',
        silhouette: 'Silhouette',
        distances: 'Distances',
        batch: 'Batch to center',
      },
      metricHelp: {
        nearest: 'How often an image’s statistics lie nearest to the center of its own class. Pure chance is marked.',
        silhouette:
          'From −1 to 1: how much closer images are to their own class than to the nearest other one (the paper’s measure). 0 means no difference.',
        distances:
          'The two parts of the silhouette: the average distance within a class (incohesion) and to the nearest other class (separation).',
        batch:
          'Distance of each class’s synthetic batch to its own center and to the nearest other one. Below the other line means: nearer to its own class.',
      },
      real: 'real',
      synthetic: 'synthetic',
      intra: 'within class',
      inter: 'to other class',
      own: 'own center',
      other: 'nearest other',
      forClass: (name: string) => `${name} only`,
      allClasses: 'average of all classes',
      chance: 'chance',
      deep: 'center terms look here',
      axis: 'BatchNorm layer',
    },

    images: {
      title: 'Synthetic images',
      help: [
        'One row a class. First the real calibration image, then what the generator makes for the class. The random numbers it starts from stay the same, so that you see the same images change.',
        'A tick: the teacher sees the class the image was made for. A cross: it sees another one. Point at an image for details. Click a row to choose its class everywhere.',
        'They need not look like anything to you. They only have to move the network’s numbers the way real images do.',
      ],
      real: 'Real',
      realOf: (shown: number, all: number) => `Real (${shown} of ${all})`,
      synthetic: 'Synthetic',
      recognized: 'recognized',
      syntheticOf: (shown: number, all: number) => `Synthetic (${shown} of ${all})`,
      none: 'The first images appear when the engine is ready',
      unreliable: 'unreliable',
      unreliableHelp: 'The teacher misreads a calibration image of this class',
      row: (name: string, right: number, all: number) =>
        `${name}: teacher sees it in ${right} of ${all} synthetic images`,
      count: (right: number, all: number) => `${right}/${all}`,
      calibrationImage: (name: string) => `Real image: ${name}`,
      syntheticImage: (name: string) => `Made for: ${name}`,
      sees: (name: string) => `Teacher sees: ${name}`,
      probability: (name: string, value: string) => `Probability of ${name}: ${value}`,
    },

    losses: {
      title: 'Losses',
      help: [
        'What each term asked for was missed by, step by step; lower is better. Values are before their weights.',
        'D cannot fall below its noise floor (dotted), however good the images. The line D − floor is what can still be improved.',
        'The second tab shows the student: CE is missing the right class, distillation is answering differently from the teacher; a student that is made block by block shows how far the output of the block it is at is from the teacher’s, block after block.',
      ],
      which: 'Whose losses',
      generator: 'Generator',
      student: 'Student',
      scale: 'Logarithmic',
      floor: 'D − floor',
      floorHelp:
        'The distorted term without the part that its own noise makes. Random from step to step, so it may dip below zero.',
      total: 'Weighted sum',
      ce: 'CE',
      distillation: 'Distillation',
      blocks: 'Error of the block',
      axis: 'step',
    },

    accuracy: {
      title: 'Accuracy',
      help: [
        'Share of unseen test images that are classified correctly.',
        'Full precision: the original network. PTQ only: quantized, not trained. The others were also trained: on the few real images alone, or on those and a method’s synthetic images.',
        'One run with one seed is no proof: small differences can be chance. With the default settings FDDA was ahead of real images alone with 20 seeds of 20, by 2.8 points on average (± 0.4, the standard error), computed on WebAssembly; GPUs round otherwise, and may move one run by two points. That the two center terms beat zero-shot style in so short a run has not been shown (+0.1 ± 0.2).',
      ],
      of: (correct: string, n: string) => `${correct} of ${n}`,
      pending: 'not measured yet',
      skipped: 'not part of this run',
      hash: 'Weights',
      loweredRate: (each: string): string =>
        `A first step with more made the loss larger, so the learning rate is at most: ${each}.`,
      learnsWith: (arm: string, rate: string): string => `${arm} ${rate}`,
      hashHelp:
        'A hash: a short name for every bit of a trained student. The same settings give the same one on WebAssembly with any number of threads; on a GPU, on GPUs of the same kind.',
      curve: 'Student’s accuracy while it is trained',
      curveAxis: 'student step',
    },
  },
} as const;

import type { LessonId } from '../../state/lessons/lessons';

/** Numbers of a finding, written out: shares in percent, differences in percentage points. */
export type Values = Readonly<Record<string, string>>;

interface LessonWords {
  title: string;
  /** What is done and looked at. */
  task: string;
  /** To be answered before Play is pressed; the choices complete it. */
  question: string;
  choices: Record<string, string>;
  /** One name a run. */
  runs: readonly string[];
  /** The numbers, in a sentence. */
  found: (values: Values, outcome: string | null) => string;
  /** Why, or what it means, for each outcome. */
  because: Record<string, string>;
}

const interval = ({ difference, lower, upper }: Values): string =>
  `Difference: ${difference} points (95 % interval: ${lower} to ${upper}).`;

/** With what it rests on, where the images were counted one by one. */
const difference = (values: Values): string =>
  values.images === undefined
    ? `${interval(values)} Judged as if they had been measured on different images.`
    : `${interval(values)} Counted on the same ${values.images} images: ${values.onlySecond} are right only with the second, ${values.onlyFirst} only with the first.`;

/** Of a difference of differences: there is no count to each side. */
const change = (values: Values): string =>
  values.images === undefined
    ? `${interval(values)} Judged as if they had been measured on different images.`
    : `${interval(values)} Counted image by image on the same ${values.images} images.`;

const lessons: Record<LessonId, LessonWords> = {
  layers: {
    title: 'Which layer separates the classes first?',
    task: 'Each class’s center is the statistics (BNS) of its eight calibration images. Press Play, then look at “Nearest center”: how many unseen real images lie nearest to the center of their own class? Until you have chosen, that chart is covered.',
    question: 'The first layer where more than half of them do lies',
    choices: {
      early: 'in the first third',
      middle: 'in the middle third',
      late: 'in the last third',
      never: 'nowhere',
    },
    runs: ['one run'],
    found: ({ layer, layers, accuracy, error, chance, n, synthetic }, outcome) =>
      `${outcome === 'never' ? `No layer reaches half. The best is layer ${layer}` : `It is layer ${layer}`} of ${layers}: ${accuracy} of ${n} real images (standard error ${error} points; chance ${chance}). Of the synthetic images, ${synthetic} there.`,
    because: {
      early:
        'This network tells classes apart early on. The center terms could look at more layers than they do by default.',
      middle:
        'Half way through, the statistics already know the class. The center terms look at about the deeper half of the layers.',
      late: 'Early layers react to edges and colors, which all classes share. What a class is shows only near the end. That is why the center terms leave the early layers alone.',
      never:
        'With these few images a class the centers are too rough, or this network’s statistics hardly tell classes apart.',
    },
  },
  collapse: {
    title: 'Switch off the distorted term: do the images collapse?',
    task: 'The generator is trained with all five terms, then once more without the distorted one. Compared is the spread within a class: the mean distance between the statistics of its synthetic images, in the deeper layers.',
    question: 'Without the distorted term the images of one class',
    choices: {
      collapse: 'collapse to less than half the spread',
      shrink: 'draw closer together',
      same: 'keep their spread (within 10 %)',
      wider: 'scatter more',
    },
    runs: ['all five terms', 'without the distorted term'],
    found: ({ before, after, ratio, real, smaller, classes }) =>
      `Spread with the term ${before}, without it ${after} (${ratio} of that); real images ${real}. On the map the spread became smaller in ${smaller} of ${classes} classes.`,
    because: {
      collapse:
        'Without noise on its target, each class is pulled to one point. The noise is what keeps the images apart.',
      shrink: 'The images draw together, but a short run does not bring them to a point.',
      same: 'No collapse: what is left of the loss asks for the right class and fitting statistics, and neither needs all images of a class to be alike. The run is short and starts from a generator that was trained with the term; it cannot say what a long training without it would do. Compare both with the real images’ spread.',
      wider: 'Without the pull to a target near the center the images have more freedom: they scatter more, not less.',
    },
  },
  firstLast: {
    title: 'W4A4: 8-bit first and last layer or FDDA?',
    task: 'Weights and activations get 4 bits (W4A4). First: plain quantization that spares the first and last layer (8 bits there). Then: 4 bits in all layers, repaired by FDDA.',
    question: 'More test images are right with',
    choices: {
      first: '8-bit first and last layer',
      same: 'neither (within 3 points)',
      second: 'FDDA, 4 bits everywhere',
    },
    runs: ['8-bit first and last layer', 'FDDA, 4 bits everywhere'],
    found: (values) =>
      `8-bit first and last layer: ${values.first}; FDDA with 4 bits everywhere: ${values.second}. ${difference(values)} Full precision is ${values.full}, 4 bits everywhere without training ${values.plain}.`,
    because: {
      first: 'The two spared layers were worth more than the training. FDDA had only a few steps here.',
      same: 'FDDA with 4 bits everywhere is as good as sparing two layers, and needs no 8-bit layer in the hardware. In this small network 4 bits cost little to begin with, so there is little to win.',
      second:
        'Training the quantized network repairs more than two spared layers save, and needs no 8-bit layer in the hardware.',
    },
  },
  images: {
    title: 'One image per class or eight?',
    task: 'With 2-bit weights and 3-bit activations, the student is trained on labeled real images alone, and on real and synthetic ones (FDDA): first with one real image of each class, then with eight. What do the synthetic images add to each?',
    question: 'The synthetic images add more to',
    choices: { first: 'one image a class', same: 'neither (within 3 points)', second: 'eight images a class' },
    runs: ['one image a class', 'eight images a class'],
    found: (values) =>
      `One image a class: ${values.alone} without synthetic images, ${values.fdda} with them (${values.gain} points). Eight: ${values.aloneEight} without, ${values.fddaEight} with (${values.gainEight} points). ${change(values)}`,
    because: {
      first:
        'With few real images, synthetic ones fill a gap. With more real images there is less of a gap, and poor synthetic images can take more than they give. FDDA is made for the case of very few.',
      same: 'What the synthetic images add hardly depends on the number of real images here.',
      second:
        'More real images also make better centers, and with them better synthetic images. Try another seed before you believe it: with one image a class, much depends on which one it is.',
    },
  },
  unreliable: {
    title: 'What do unreliable labels do?',
    task: 'With this seed the teacher itself misreads some calibration images, so their classes’ centers are doubtful. First with the rule of the authors’ program, which leaves such classes out after a while. Then every class is trusted.',
    question: 'More test images are right',
    choices: { first: 'with the rule', same: 'with neither (within 3 points)', second: 'when all are trusted' },
    runs: ['with the rule', 'all classes trusted'],
    found: (values) =>
      `${values.unreliable} of ${values.classes} classes are unreliable. FDDA with the rule: ${values.first}; all trusted: ${values.second}. ${difference(values)} Synthetic images of those classes that the teacher recognizes: ${values.recognized} with the rule, ${values.recognizedTrusted} without.`,
    because: {
      first: 'Doubtful centers did harm: images made for them teach the student something wrong.',
      same: 'Leaving classes out or trusting them comes to the same here: the real calibration images of every class are in each step either way.',
      second:
        'The rule cost more than it saved: the student saw no synthetic image of the classes that were left out. In this run so many classes are unreliable that this matters; in the paper they are few.',
    },
  },
  perTensor: {
    title: 'Per tensor at 4 bits',
    task: 'Simple hardware has one scale for all weights of a layer (per tensor) instead of one for each channel. First: a scale for each channel, 4 bits, no training. Then: one scale a layer, 4 bits, repaired by FDDA.',
    question: 'More test images are right with',
    choices: {
      first: 'a scale per channel, untrained',
      same: 'neither (within 3 points)',
      second: 'one scale per layer and FDDA',
    },
    runs: ['a scale per channel, untrained', 'one scale per layer and FDDA'],
    found: (values) =>
      `A scale per channel, untrained: ${values.first}; one scale per layer with FDDA: ${values.second}. ${difference(values)} One scale per layer without training: ${values.plain}; full precision: ${values.full}.`,
    because: {
      first:
        'One scale for a whole layer is set by its largest channel; small channels get few values. This training was too short to mend that.',
      same: 'The training makes up for what one scale per layer costs, so the simpler hardware is no worse than the finer scales without training.',
      second:
        'The training more than makes up for what one scale per layer costs. Finer scales and training could of course be had together.',
    },
  },
  reach: {
    title: 'Do the classes reach their centers?',
    task: 'The center terms are to make each class’s synthetic images look, to the network, like that class. First 200 generator steps of FDDA. Then 200 steps of FDDA+, which is not in the paper: it measures distances in each channel’s scale, works on four classes in every step, and moves the images themselves in the last steps. Counted are the classes whose batch ends up nearest to its own center. Watch the ringed markers on the map.',
    question: 'More classes reach their own center with',
    choices: { first: 'FDDA', second: 'FDDA+' },
    runs: ['FDDA', 'FDDA+'],
    found: (values) =>
      `FDDA: ${values.reached} of ${values.classes} classes; FDDA+: ${values.reachedPlus}. ${interval(values)} Test images right: ${values.fdda} with FDDA, ${values.plus} with FDDA+.`,
    because: {
      first: 'Here the paper’s loss was enough. Try another seed before you believe it.',
      second:
        'In a few hundred steps the paper’s loss brings few classes to their centers: each step is about one class, and moves a generator that all classes share. The authors train for 80,000 steps. What reaching the center buys is another question: look at the two accuracies, and remember that each is known to about two points either way.',
    },
  },
};

export const enLessons = {
  open: 'Lessons',
  title: 'Lessons',
  intro:
    'Each lesson is a small experiment: choose what you expect, press Play, and see what the run itself says. Starting one gives up the run that is on the page. Your own settings come back when you leave.',
  start: 'Start',
  again: 'Start again',
  going: 'Going on',
  done: 'Done',
  runsOf: (runs: number): string => (runs === 1 ? 'one run' : `${runs} runs`),
  close: 'Close',

  region: 'Lesson',
  leave: 'Leave lesson',
  leaveHelp: 'Ends the lesson and brings your own settings back',
  predictFirst: 'Choose what you expect first',
  tooLate: 'The run has begun without a prediction.',
  play: (name: string): string => `Play: ${name}`,
  goOn: (name: string): string => `Go on: ${name}`,
  playing: (name: string, run: number, runs: number): string =>
    runs === 1 ? 'The run is going' : `Run ${run} of ${runs} is going: ${name}`,
  finishedRun: (name: string, next: string): string => `Done: ${name}. Now play the other run: ${next}.`,
  strayed: (names: string): string =>
    `This run does not count for the lesson: other settings were changed (${names}). Play again with the lesson’s own.`,
  repeat: 'Again with another seed',
  next: 'Next lesson',
  covered: 'Covered until you have chosen what you expect',
  verdict: {
    right: 'As you predicted.',
    wrong: (choice: string): string => `Other than you predicted (“${choice}”).`,
    none: 'You made no prediction.',
    answer: (question: string, choice: string): string => `${question} ${choice}.`,
    clear: 'The data are clear enough to say so.',
    unclear:
      'Too close to tell: chance alone could make such numbers. Other seeds or more test images would tell more.',
    missing: 'This cannot be answered: something that the answer needs was not measured in these runs.',
  },
  list: lessons,
};

export const enTour = {
  open: 'Tour',
  invite: 'New here?',
  take: 'Take the tour',
  resume: 'Go on with the tour',
  dismiss: 'No, thanks',
  label: 'Tour of the page',
  labels: { skip: 'Skip', back: 'Back', next: 'Next', close: 'Done', closeTour: 'Close the tour' },
  counter: (step: number, steps: number): string => `${step} of ${steps}`,
  steps: {
    play: {
      title: 'Run the method',
      text: 'Play runs everything from start to end in about a minute: quantize, train the generator, repair the student. You can pause, take single steps, and start over.',
    },
    controls: {
      title: 'Choose a method',
      text: 'The sliders button shows and hides the settings. Each method is a choice of loss terms. Terms can be switched and weighted while the run is going.',
    },
    centers: {
      title: 'BNS centers',
      text: 'Every point is the statistics of an image at one layer. Large markers are the classes’ centers. During a run the ringed markers, synthetic batches, travel toward them.',
    },
    separation: {
      title: 'Layer by layer',
      text: 'From the first layer to the last: how well do the statistics tell classes apart? Solid is real, dashed is synthetic. Click a layer to show it everywhere.',
    },
    images: {
      title: 'Synthetic images',
      text: 'One row a class, the real image first. A tick means that the teacher sees the intended class. Click a row to follow that class in all views.',
    },
    losses: { title: 'Losses', text: 'How far each wish for the images is from being fulfilled. Lower is better.' },
    accuracy: {
      title: 'What it buys',
      text: 'The original network, its plain quantized copy, and the copy after training without and with synthetic images: all on the same unseen test images.',
    },
    quality: {
      title: 'Are the images any good?',
      text: 'The same measures of synthetic and of real images side by side, and for every layer and class whether the synthetic images fall short.',
    },
    timeline: {
      title: 'Go back in time',
      text: 'Drag the timeline to see any earlier moment. The run itself is not disturbed.',
    },
    lessons: {
      title: 'Try it yourself',
      text: 'Lessons are small experiments: predict, play, and let the run’s own data answer.',
    },
  },
};

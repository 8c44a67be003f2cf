/** English words for comparing runs. */
export const enCompare = {
  title: 'Compare runs',
  link: 'Compare',
  lead: 'Pin a run, change something, and run again: every view then shows both. One run is no proof: repeat it with several seeds and look at the spread.',

  pin: 'Pin this run',
  pinHint: 'Keep this run to compare the next ones with',
  pinWait: 'A run can be pinned when it is paused or finished',
  unpin: 'Unpin',
  pinned: 'Pinned',
  bar: 'Pinned run and seeds',
  details: 'Details',
  /** A run in a few words. */
  run: (method: string, weightBits: string, activationBits: string, images: string, seed: string) =>
    `${method}, W${weightBits}A${activationBits}, ${images === '1' ? '1 real image' : `${images} real images`} a class, seed ${seed}`,
  unfinished: (name: string) => `${name}, not finished`,
  nothingPinned: 'No run is pinned. Play a run, pause it or let it finish, then pin it.',
  isPinned: 'The run on the page is the pinned one. Change a setting and run again to see both.',
  same: 'This run has the same settings as the pinned one.',
  differs: (list: string) => `This run differs from the pinned one in: ${list}.`,
  change: (label: string, from: string, to: string) => `${label} ${from} → ${to}`,
  network: 'Network',
  backend: 'Backend',
  pinnedTitle: 'The pinned run',
  legend: 'pinned run',

  /** What of the two runs cannot be laid over each other. */
  notComparable: 'What cannot be compared',
  reasons: {
    network:
      'The two runs have different networks: no map is shared, and heights of losses and distances mean something else in each. Accuracies can be compared.',
    layers:
      'The networks have different BatchNorm layers, so the pinned run has no lines under Separation and incohesion.',
    plane:
      'The maps of BNS centers are drawn through other images (another seed, or another number of images for looking only): points of one have no place on the other.',
    calibration:
      'The calibration images differ, so each run aimed at centers of its own. The map shows the centers of this run.',
    testImages: 'The accuracies are measured on different numbers of test images.',
  },
  map: {
    kind: 'Synthetic batch of the pinned run',
    none: 'pinned run: not on this map',
    otherPlane:
      'The pinned run has a map of its own: its network or its images for looking only differ from this run’s.',
    pcaOnly: 'The pinned run is shown on the PCA map only.',
  },
  separationNone: 'pinned run: other layers',
  imagesOf: 'Whose images',
  thisRun: 'This run',
  ofPinned: (name: string) => `${name}, pinned run`,
  pinnedValue: (value: string) => `pinned ${value}`,

  seeds: {
    title: 'Repeat with several seeds',
    help: 'Runs the current settings once for each seed, one after the other, from the current seed on. The seed decides which real images are drawn and everything random after that. You can go on reading meanwhile; changing a setting ends the repetition.',
    count: 'Seeds',
    start: (count: string) => `Repeat with ${count} seeds`,
    about: (time: string) => `takes about ${time}`,
    cannot: 'Wait until the engine is ready, or pause the run that is going.',
    cancel: 'Cancel the repetition',
    progress: 'Progress over all seeds',
    going: (done: string, all: string, seed: string) => `${done} of ${all} seeds done, now seed ${seed}`,
    waiting: (seed: string) => `Seed ${seed} is paused. Press Play to go on.`,
    ended: {
      finished: (done: string, _all: string) => `All ${done} seeds are done.`,
      cancelled: (done: string, all: string) => `Canceled: ${done} of ${all} seeds were finished.`,
      interrupted: (done: string, all: string) =>
        `Ended because settings were changed or the run was replaced: ${done} of ${all} seeds were finished.`,
      failed: (done: string, all: string) => `Ended by a problem, told above: ${done} of ${all} seeds were finished.`,
    },
    none: 'No seed is finished yet.',
    of: (name: string) => `Settings: ${name}`,
    method: 'Method',
    each: 'Each seed',
    mean: 'Mean',
    deviation: 'Standard deviation',
    n: 'Seeds',
    seedValue: (seed: string, value: string) => `seed ${seed}: ${value}`,
    points: (value: string) => `${value} points`,
    gains: (name: string) => `${name} minus calibration images only, seed by seed`,
    noGains: 'There is nothing to subtract: these runs did not train both students.',
    gainMean: (mean: string, error: string) => `Mean ${mean} points, standard error ${error}`,
    gainOne: (mean: string) => `${mean} points`,
    range: (least: string, greatest: string) => `from ${least} to ${greatest}`,
    verdicts: {
      tooFew: 'One seed says nothing about chance. Repeat with more.',
      notShown: 'Not shown: the mean difference is within two standard errors of zero.',
      hint: (n: string, bound: string) =>
        `A hint, no more: the difference is beyond two standard errors, but ${n} seeds would need ${bound} of them, and some scatter to measure.`,
      shown: (n: string, bound: string, more: boolean) =>
        `Shown for this network and these settings: synthetic images ${more ? 'help' : 'harm'}. The mean is beyond ${bound} standard errors, what ${n} seeds need (95 %, if differences scatter like a bell curve).`,
    },
    sameTest:
      'All seeds are measured on the same test images: chance in the choice of these is not part of the spread.',
    spread: (n: string, mean: string, deviation: string) => `${n} seeds: mean ${mean}, standard deviation ${deviation}`,
    legend: 'dots: seeds, line: their mean',
  },

  results: {
    title: 'Results of this visit',
    none: 'Every finished run gets a row here.',
    note: 'Kept until the page is closed, the latest 50.',
    region: 'Table of results',
    columns: {
      number: 'Run',
      method: 'Method',
      weightBits: 'Weight bits',
      activationBits: 'Activation bits',
      imagesPerClass: 'Images a class',
      seed: 'Seed',
      seconds: 'Time',
      actions: 'Actions',
    },
    more: {
      n: 'Test images',
      network: 'Network',
      backend: 'Backend',
      settings: 'Other than default',
      seconds: 'Seconds',
    },
    sort: (column: string) => `Sort by ${column}`,
    of: (n: string) => `of ${n} test images`,
    changed: 'Settings were changed while this run was going: these settings alone do not give it again.',
    pin: 'Pin',
    pinRun: (run: string) => `Pin run ${run}`,
    gone: 'Its data is no longer kept: only the latest runs can be pinned.',
    use: 'Use settings',
    useRun: (run: string) => `Use the settings of run ${run}`,
    copy: 'Copy',
    csv: 'CSV',
    markdown: 'Markdown',
    copyAs: (format: string) => `Copy as ${format}`,
    copied: 'Copied',
    copyFailed: 'The browser does not let the page copy. Select the text and copy it yourself.',
    text: 'Table as text',
  },
};

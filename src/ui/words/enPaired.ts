/** English words for two methods compared on the same test images. `b` is compared with `a`; numbers come written. */
export const enPaired = {
  /** The judgement of one run: these students, and chance in which images they are tested on. */
  verdicts: {
    ahead: (b: string, a: string, points: string, n: string) =>
      `On these ${n} images ${b} is ahead of ${a}: ${points} points, more than chance explains.`,
    behind: (b: string, a: string, points: string, n: string) =>
      `On these ${n} images ${b} is behind ${a}: ${points} points, more than chance explains.`,
    unclear: (b: string, a: string, points: string, n: string) =>
      `On these ${n} images there is no clear difference between ${b} and ${a}: ${points} points are within chance.`,
  },
  counts: (b: string, onlyB: string, a: string, onlyA: string) =>
    `Images that only ${b} gets right: ${onlyB}; that only ${a} gets right: ${onlyA}.`,
  interval: (lower: string, upper: string) => `95 % interval: ${lower} to ${upper} points.`,
  /** `p` with its sign: "= 0.031". */
  exact: (p: string) => `McNemar’s exact test: p ${p}.`,
  /** The judgement in a line; the full words are behind it. */
  line: {
    over: 'over',
    pair: (b: string, a: string) => `${b} over ${a}`,
    whichB: 'Which one is compared',
    whichA: 'What it is compared with',
    verdicts: {
      ahead: (points: string) => `Ahead: ${points} points`,
      behind: (points: string) => `Behind: ${points} points`,
      unclear: (points: string) => `Not clear: ${points} points`,
    },
    interval: (lower: string, upper: string) => `(${lower} to ${upper})`,
    /** Images that only one of the two gets right, and McNemar's exact test. */
    counts: (n: string, onlyB: string, onlyA: string, p: string) =>
      `on these ${n} images: ${onlyB} won, ${onlyA} lost, p ${p}`,
    notKept: (n: string) => `on these ${n} images, not counted by image`,
    otherImages: 'not on the same images',
    inGeneral: (seeds: string, points: string) => `In general (${seeds} seeds): ${points} points`,
    failed: 'This could not be loaded. Check the connection and try again.',
  },
  oneSeed: 'This says nothing of other seeds: in general only several seeds can tell.',
  unpaired: {
    /** Where they were not tested on the same images. */
    verdicts: {
      ahead: (b: string, a: string, points: string) =>
        `${b} is ahead of ${a}: ${points} points, more than chance explains.`,
      behind: (b: string, a: string, points: string) =>
        `${b} is behind ${a}: ${points} points, more than chance explains.`,
      unclear: (b: string, a: string, points: string) =>
        `There is no clear difference between ${b} and ${a}: ${points} points are within chance.`,
    },
    notKept:
      'Judged as if the two had seen different images, because the images’ answers were not kept: the interval is wider than it need be.',
    otherImages: 'The two were not tested on the same images, so chance in the choice of images counts twice.',
  },

  seeds: {
    counts: (b: string, onlyB: string, a: string, onlyA: string, seeds: string) =>
      `Over ${seeds} seeds: only ${b} right ${onlyB} times, only ${a} ${onlyA} times.`,
    onTheseImages: (n: string) => `On these ${n} images, over seeds`,
    inGeneral: 'In general, over seeds and images',
    interval: (lower: string, upper: string) => `${lower} to ${upper} points`,
    verdicts: {
      ahead: (b: string) => `${b} is ahead`,
      behind: (b: string) => `${b} is behind`,
      unclear: 'not clear: chance could do it',
      unknown: 'not known: one seed, or seeds that all differ by the same, do not tell how seeds scatter',
    },
    notKept: 'not known: the images’ answers were not kept for every seed',
    sharedImages:
      'All seeds answer the same test images. What holds on these may not hold on others; “in general” counts both, chance in the seeds and in the choice of images.',
  },

  /** The run on the page beside the pinned one. */
  pinned: {
    title: 'This run beside the pinned one, image by image',
    titleOther: 'This run beside the pinned one',
    none: 'Neither run has measured anything that the other one has.',
  },

  panel: {
    open: (difference: string) => `Show the images behind ${difference} points`,
    title: (b: string, a: string) => `${b} and ${a}, image by image`,
    close: 'Close the images',
    which: 'Which images',
    kinds: {
      onlyB: (_a: string, b: string, count: string) => `Only ${b} right (${count})`,
      onlyA: (a: string, _b: string, count: string) => `Only ${a} right (${count})`,
      neither: (_a: string, _b: string, count: string) => `Neither (${count})`,
      both: (_a: string, _b: string, count: string) => `Both (${count})`,
    },
    help: 'Above each test image: what it is. Below: what each of the two takes it for.',
    pages: 'Pages of images',
    range: (from: string, to: string, all: string) => `${from} to ${to} of ${all}`,
    previous: 'Previous',
    next: 'Next',
    list: 'Test images',
    /** Of one image, for those who do not see it. */
    image: (index: string, truth: string) => `Test image ${index}: ${truth}`,
    answer: (method: string, seen: string) => `${method}: ${seen}`,
    right: 'right',
    wrong: 'wrong',
    loading: 'Fetching the images …',
    failed: 'The images could not be fetched.',
    again: 'Try again',
    empty: 'There is no such image.',
  },
};

/**
 * The words of the article's six sections in English. Part of the page's words (see `en.ts`), apart only for their
 * length.
 */
export const enArgument = {
  question: 'Try it',
  showAnswer: 'Show the answer',
  hideAnswer: 'Hide the answer',
  /** After a button has changed settings. */
  changed: (changes: string) => `Set: ${changes}.`,
  change: (label: string, value: string) => `${label} ${value}`,
  changesJoin: ', ',
  play: 'Play',
  startOver: 'Start over and play',
  putBack: 'Put back',
  toRun: 'Up to the run',
  symbols: 'Symbols',
  symbolsHint: 'Point at a symbol, here or in the formula, or press it: both are marked.',
  formulaFailed: 'The typeset formula could not be loaded; this is the same in plain signs.',
  chooseClass: 'Class',

  lacks: {
    title: 'What plain quantization lacks',
    paragraphs: [
      'To quantize is to round: with k bits a number can only take 2 to the power k values. Post-training quantization (PTQ) does this to a finished network, the teacher; the rounded copy is the student. At 8 bits the steps are too fine to notice. At 2 or 3 bits every layer hands its errors on to the next, and the answers fall apart.',
      'Training again would repair much of it, but the training data are often out of reach. What is left is a few labeled images, the calibration set; in the paper one a class. That is too little to fine-tune on without learning those few by heart.',
    ],
    figure: 'Quantizer and its price',
    caption: 'A number goes in below and comes out on the left. The straight line would be no rounding.',
    bits: 'Bits',
    values: (values: string, error: string) => `${values} values; largest error within the range: ${error}`,
    input: 'number',
    output: 'rounded',
    range: 'range',
    price: 'The same network in this run',
    runBits: (weights: string, activations: string) =>
      `This run: ${weights} bits a weight, ${activations} bits an activation.`,
    ask: 'How many bits leave nothing to repair? Try 8, then 4, and look at the two bars.',
    setups: { eight: 'Set 8 bits', four: 'Set 4 bits' },
    answer:
      'The more bits, the closer the two bars. With 8 bits rounding errors are at most a 255th of each range, and hardly anything is left for FDDA to repair. Most is to be gained at 2 or 3 bits, where plain quantization fails but the student can still be trained.',
  },

  statistics: {
    title: 'What BNS are',
    paragraphs: [
      'In training, a BatchNorm layer notes for each of its channels the mean and the variance of all that passes. They stay stored in the network: a summary of training images that are long gone.',
      'The same two numbers can be taken of one single image, over all of its pixels. These are its BatchNorm statistics, BNS. A layer with 64 channels turns an image into 128 numbers, and that is one point. The center of a class is the BNS of all its calibration images together.',
    ],
    figure: 'Mean and variance of an image',
    caption:
      'The image’s own three channels, because these you can see. The network does the same with every channel that enters a BatchNorm layer.',
    channels: { red: 'red', green: 'green', blue: 'blue', gray: 'brightness' },
    image: (name: string) => `Calibration image: ${name}`,
    shuffled: (name: string) => `Calibration image, its pixels shuffled: ${name}`,
    mean: 'mean',
    variance: 'variance',
    asPoint: (layer: string, numbers: string) =>
      `The same image as one point at layer ${layer} (${numbers} numbers, drawn flat)`,
    ask: 'Shuffle all pixels of the image. Which of the six numbers change?',
    shuffle: 'Shuffle the pixels',
    unshuffle: 'Put the pixels back',
    answer:
      'None. Mean and variance do not know where a pixel lies, so at the input they say little about what an image shows. A deep channel answers to a shape. How strongly it answers over the image is again a mean and a variance, and those do depend on how the pixels are arranged.',
  },

  depth: {
    title: 'Separation and incohesion by depth',
    paragraphs: [
      'In the first layers the points of the classes lie nearly on top of each other. In the last layers classes lie apart: separation. But the images of one class do not coincide, they scatter around their center: incohesion.',
      'The paper measures this with the silhouette coefficient of each image. Easier to say: how often does an image lie nearest to the center of its own class? The curves show both, taken from real images that the method never sees.',
    ],
    figure: 'Separation by depth',
    caption:
      'Every dot is a real image, large markers are class centers. Click a curve to choose a layer for the whole page.',
    mapOf: (layer: string) => `Layer ${layer}`,
    describe: (layer: string) => `Map of the statistics of real images at layer ${layer}, one color and shape a class`,
    ask: 'From which layer on does more than half of the images lie nearest to their own center? Guess from the colors, layer by layer, before you look at the curve.',
    setups: { first: 'First layer', last: 'Last layer' },
    answerFrom: (layer: string, layers: string, share: string) =>
      `In this network from layer ${layer} of ${layers} on; there it is ${share}. This is why FDDA looks at the deeper layers only.`,
    answerNever: (share: string) => `In this network never for good: the last layer reaches ${share}.`,
    answerWait: 'The answer is measured on the network, as soon as the engine is ready.',
  },

  centralized: {
    title: 'Centralized',
    paragraphs: [
      'Zero-shot methods ask synthetic images to match the stored statistics, whatever the class. FDDA also asks for the class: a synthetic batch of one class should have the BNS of that class’s center. This is the centralized term, C. It looks at the deeper layers only, the shaded ones in the curves above.',
    ],
    figure: 'From a synthetic batch to the centers',
    caption:
      'The synthetic images of a class taken together: how far from their own center, how far from the nearest other one?',
    nearest: (count: string, classes: string, layer: string) =>
      `At layer ${layer}, ${count} of ${classes} synthetic batches lie nearest to their own center.`,
    axis: 'generator step',
    ask: 'Is it C and D that bring a batch to its own center? Switch both off, start over, and compare the two lines.',
    setups: { off: 'Switch C and D off' },
    answer:
      'Then only cross entropy still tells the classes apart. Where the line of the own center lies below the other, the batch is nearest to its own class. Do not be surprised when the difference is small: in a test with photographs, 17 % of the one-class batches lay nearest to their own center after 400 steps. Guessing finds 10 %, real images 96 %. The authors train 200 times as long.',
  },

  distorted: {
    title: 'Distorted',
    paragraphs: [
      'If a class is pulled to one point, all its images may become alike. Real images of a class scatter. So the distorted term, D, shakes the target: at every step fresh noise is added to each number of the center, with a standard deviation of 0.5 for means and 1.0 for variances.',
      'On average D pulls to the same place as C. It is C plus a constant that no image can remove: the floor. What the noise adds is that the target is never the same twice.',
    ],
    figure: 'One number of the center, with and without noise',
    caption:
      'One mean of one channel. The curves say what a batch costs that has this mean. Below, in gray, where the shaken targets fall.',
    batch: 'Batch’s mean, from the center',
    noise: 'Noise',
    expected: (c: string, floor: string, d: string) => `On average D = C + floor = ${c} + ${floor} = ${d}`,
    ofC: 'C',
    ofD: 'average D',
    floor: 'floor',
    axis: 'distance of the mean from the center',
    cost: 'cost',
    live: 'The same in this run, all numbers together',
    ask: 'Put the batch in the figure exactly on the center. How large is D? Then take the noise away from the run and watch D and D − floor.',
    setups: { onCenter: 'Batch onto the center', noNoise: 'No noise in the run' },
    answer:
      'On the center C is 0, and all that is left of D is the noise: with the usual strengths 0.25 + 1.00 = 1.25 on average. Without noise D is the same as C. So a D that stops near its floor has not failed to learn. Look at D − floor.',
  },

  gain: {
    title: 'What it buys',
    paragraphs: [
      'In the end the student is trained on both: the few real images and the synthetic ones. It learns to name the class (cross entropy) and to answer like the teacher (distillation). Each accuracy is a count of right answers among unseen test images; its standard error says how much other test images of the same number would change it.',
    ],
    /** What has been measured, and what has not been shown. */
    evidence: [
      'What is known: in the literature’s tests (ResNet-18 on ImageNet at 4 bits, one real image a class) FDDA helps, 68.9 % against 65.6 % for a zero-shot generator with the same calibration images.',
      'With this page’s default settings (2-bit weights, 3-bit activations, one real image a class) synthetic images help clearly, and it hardly matters which: over 20 seeds, 2,000 test images, 81.0 % with real images alone, 83.7 % with the zero-shot style, 83.8 % with FDDA. FDDA is ahead of real images alone with all 20 seeds, with 14 of them beyond chance on these images (+2.8 ± 0.4 points, ± being the standard error); ahead of the zero-shot style it is not shown to be (+0.1 ± 0.2).',
      'At 3 bits, with generators trained from nothing for 200 steps, the differences are smaller: over ten seeds 89.7 % with real images alone, 90.5 % with the zero-shot style (+0.9 ± 0.2), 90.9 % with FDDA (+1.2 ± 0.2). That FDDA is ahead of the zero-shot style is not quite shown there (+0.4 ± 0.2). On photographs (CIFAR-10, 500 test images, 400 steps) 83.4 % alone, 85.5 % with the zero-shot style (+2.1 ± 1.0), 85.2 % with FDDA (+1.8 ± 0.5).',
      'Why FDDA’s own terms make so little difference can be seen: in so few steps hardly any class’s batch comes to lie nearest its own center. FDDA+, which is not in the paper, brings nine in ten there in 200 steps, with the bundled network. It is ahead: at 3 bits 91.4 % against 90.5 % for the zero-shot style (+0.9 ± 0.2), with all ten seeds, with three of them beyond chance; on photographs 86.5 % against 85.5 % (+1.0 ± 0.2). Whether that comes of the centers is not shown: FDDA+ also moves the pixels of its images, and keeps more of them.',
    ],
    evidenceTitle: 'What is shown and what is not',
    figure: 'Accuracies of this run',
    caption: 'Right answers on the test images that this run uses.',
    columns: { method: 'Method', right: 'Right', accuracy: 'Accuracy', error: 'Standard error' },
    error: (points: string) => `± ${points} points`,
    ofSettings: (seed: string, images: string) => `Seed ${seed}, real images a class: ${images}`,
    chance:
      'The standard error is that of one accuracy by itself. Two students answer the same images, so their difference is counted image by image: that shows smaller differences than two standard errors would.',
    ask: 'Is the order of the methods the same with another seed? Note the table, take the next seed, and run again.',
    setups: { seed: 'Next seed' },
    answer:
      'Another seed draws other calibration images, other noise and other starting weights. The standard error counts none of this, only the choice of test images. With the bundled network the last two methods changed places over three seeds. So one run proves little: compare several seeds before you believe a difference.',
  },

  /** Read aloud, and shown until the typeset formula is there. */
  formulas: {
    quantizer: [
      's = (2^k − 1) / max(hi − lo, 10^−8)',
      'z = round(s lo) + 2^(k−1)',
      'q = clamp(round(s x − z), −2^(k−1), 2^(k−1) − 1)',
      'x′ = (q + z) / s',
    ],
    statistics: [
      'μ_l,j = 1/(N H W) · sum over n, h, w of a_n,h,w',
      'σ²_l,j = 1/(N H W) · sum over n, h, w of (a_n,h,w − μ_l,j)²',
      'μ_l,c = average over i of m_i',
      'σ²_l,c = average over i of (v_i + m_i²) − μ_l,c²',
    ],
    silhouette: ['S_i = (b_i − a_i) / max(a_i, b_i)'],
    centralized: [
      'C = 1/(L − l₀) · sum over l ≥ l₀ of [ MSE(μ_l, μ_l,c) + MSE(σ²_l, σ²_l,c) ]',
      'l₀ = floor((L + 1) / 2) − 2',
    ],
    distorted: [
      'D = 1/(L − l₀) · sum over l ≥ l₀ of [ MSE(μ_l, μ_l,c + 0.5 ε) + MSE(σ²_l, σ²_l,c + 1.0 ε′) ]',
      'ε, ε′ ~ N(0, 1)',
      'E[D] = C + 0.5² + 1.0²',
      'loss = 0.5 CE_mixed + 0.2 BNS + 0.9 D + 0.5 CE_single + 0.01 C',
    ],
    student: ['loss = CE + α T² KL(teacher ‖ student)', 'α = T = 20', 'SE = √( p (1 − p) / n )'],
  },
  symbolMeanings: {
    x: 'a weight or an activation, before rounding',
    rounded: 'the same number after rounding',
    bits: 'number of bits',
    low: 'smallest number of the range',
    high: 'largest number of the range',
    scale: 'scale: steps of the grid per unit',
    zero: 'zero point: shifts the grid so that the range fits in',
    integer: 'the integer that is stored',
    layer: 'a BatchNorm layer, counted from 0',
    channel: 'a channel of the layer',
    activation: 'a number that enters the layer in this channel, at image n, row h, column w',
    count: 'images, rows and columns: how many numbers are averaged',
    mean: 'mean of the batch, or of one image, at the layer',
    variance: 'variance of the batch, or of one image (divided by the count)',
    imageMean: 'mean of calibration image i of the class',
    imageVariance: 'variance of calibration image i of the class',
    centerMean: 'mean at the center of class c',
    centerVariance: 'variance at the center of class c',
    silhouette: 'silhouette of image i: near 1 well apart, 0 no difference, below 0 nearer to another class',
    within: 'mean distance of image i to the other images of its class (incohesion)',
    between: 'mean distance of image i to the images of the nearest other class (separation)',
    centralized: 'the centralized term',
    layers: 'number of BatchNorm layers',
    startLayer: 'first layer that counts: roughly the deeper half of the network',
    mse: 'mean squared error: squared difference, averaged over the channels',
    distorted: 'the distorted term',
    noise: 'noise from the normal distribution, fresh for each step, layer and channel',
    expectation: 'average over the noise',
    ceMixed: 'cross entropy of the teacher on a batch of mixed classes: are the images recognized?',
    bns: 'distance of that batch to the stored statistics, over all layers',
    ceSingle: 'cross entropy of the teacher on the one-class batch',
    ce: 'cross entropy of the student with the right labels',
    alpha: 'weight of the distillation',
    temperature: 'temperature: softens both answers, so that unlikely classes count as well',
    kl: 'Kullback–Leibler divergence: how far the student’s answer is from the teacher’s',
    error: 'standard error of an accuracy',
    accuracy: 'accuracy, from 0 to 1',
    tests: 'number of test images',
  },
} as const;

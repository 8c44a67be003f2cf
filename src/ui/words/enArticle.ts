/** The words below the fold in English. Part of the page's words (see `en.ts`), apart only for their length. */
export const enArticle = {
  title: 'How it works',
  lead: 'A neural network is a long chain of multiplications with numbers of 32 bits. With numbers of 3 or 4 bits it would be smaller and faster, but simply rounding everything breaks it. FDDA (fine-grained data distribution alignment) sets out to repair the damage with hardly any real data: one image a class is enough to start.',
  readingTitle: 'How to read the views',
  reading: [
    {
      view: 'BNS centers',
      how: 'Each point is the statistics of one image, or of a batch, at one layer. Large markers are class centers. Ringed markers are synthetic batches on their way; the trail shows where they came from, the dotted line where they should go.',
    },
    {
      view: 'Separation and incohesion',
      how: 'From left to right through the network. The solid line is measured on real images, the dashed one on synthetic images. A good generator brings the dashed line close to the solid one.',
    },
    {
      view: 'Synthetic images',
      how: 'One row a class, the real image first. A tick means that the teacher sees the intended class. The images need not please the eye.',
    },
    {
      view: 'Losses',
      how: 'How far each wish is from being fulfilled; lower is better. D is shown with and without the part that its own noise makes.',
    },
    {
      view: 'Accuracy',
      how: 'Bars with the share of test images that are right. The small mark shows where plain quantization ended. Below, the student while it learns.',
    },
    {
      view: 'Quality of the synthetic images',
      how: 'The large number is of synthetic images, the small one of real images. In the map, dotted orange cells say where (layer) and for what (class) the synthetic images fall short.',
    },
    {
      view: 'Timeline',
      how: 'Drag it to look at any earlier moment: images, points, curves and accuracies go back together. The run itself is not disturbed.',
    },
  ],
  glossaryTitle: 'Words',
  glossary: [
    { word: 'Accuracy', meaning: 'The share of test images for which the network names the right class.' },
    {
      word: 'Activation',
      meaning: 'A number that flows from one layer to the next, as opposed to a weight, which is stored.',
    },
    {
      word: 'BatchNorm layer',
      meaning: 'A layer that shifts and scales each channel with a mean and a variance it learned in training.',
    },
    {
      word: 'BNS',
      meaning:
        'BatchNorm statistics: per channel the mean and the variance of what enters a BatchNorm layer, for an image, a batch or a class.',
    },
    {
      word: 'Calibration set',
      meaning: 'The few labeled real images the method may use. In the paper one image a class.',
    },
    { word: 'Center', meaning: 'The statistics of a class’s calibration images taken together, at one layer.' },
    { word: 'Class', meaning: 'What an image can show; here ten shapes.' },
    {
      word: 'Cross entropy (CE)',
      meaning: 'How surprised a network is by the right answer. 0 means it was certain of it.',
    },
    { word: 'Distillation', meaning: 'Training one network to answer like another one.' },
    { word: 'Generator', meaning: 'A network that makes an image from random numbers and a class.' },
    {
      word: 'Incohesion',
      meaning: 'Images of one class do not coincide: their statistics scatter around the class’s center.',
    },
    { word: 'Observation set', meaning: 'Further real images that only the charts use. The method never sees them.' },
    {
      word: 'PTQ',
      meaning: 'Post-training quantization: giving a finished network fewer bits, with little or no data.',
    },
    { word: 'Quantize', meaning: 'Round numbers to a few allowed values; with k bits there are 2 to the power k.' },
    { word: 'Separation', meaning: 'The statistics of different classes lie apart.' },
    {
      word: 'Silhouette',
      meaning: 'A measure from −1 to 1 of how much closer points are to their own group than to the next one.',
    },
    { word: 'Teacher and student', meaning: 'The original network and its quantized copy.' },
    { word: 'Unreliable class', meaning: 'A class whose calibration image the teacher itself gets wrong.' },
    { word: 'Zero-shot', meaning: 'Quantizing without any real image, from the network’s stored statistics alone.' },
  ],
  source: {
    before: 'The method: Zhong et al., ',
    title: 'Fine-grained Data Distribution Alignment for Post-Training Quantization',
    after:
      ', ECCV 2022. Their experiments train the generator for 80,000 steps on ImageNet networks; this page shows the same method on a small network in about a minute, so its numbers are not theirs.',
    url: 'https://arxiv.org/abs/2109.04186',
  },
} as const;

import type { QualityFigure, QualityMeasure } from '../views/qualityValues';

/** English words for the quality of the synthetic images. */
export const enQuality = {
  title: 'Quality of the synthetic images',
  help: [
    'How much like real images are the synthetic ones, in the numbers that the method works with? Each figure stands beside the same figure of real images that only the charts use.',
    'The map has one row a class and one column a BatchNorm layer. Dotted orange cells fall short of the dividing value, blue ones do not; the stronger the color, the farther away. The line above the map spans the layers that the two center terms look at.',
    'Point at a cell for its values, click it to show its layer and class in all views. With the keyboard: arrow keys move, Enter chooses.',
  ],
  none: 'No synthetic image yet. The first ones come as soon as the engine is ready.',
  missing:
    'This recording was made by an earlier version of the page, which did not measure this. A run of your own shows it.',
  real: (value: string): string => `real ${value}`,
  calibration: (value: string): string => `calibration ${value}`,
  ofClasses: (count: string, classes: string): string => `${count} of ${classes}`,
  nats: (value: string): string => `${value} nats`,

  figures: {
    nearest: {
      name: 'Nearest their own center',
      help: 'Classes whose synthetic batch lies nearer its own class’s center than any other center, in all layers together that the center terms look at. Real batches of as many images do not always do so either: a center is made of very few images.',
    },
    own: {
      name: 'To the own center',
      help: 'Mean distance of a class’s synthetic batch to its own center, in all layers together that the center terms look at. Small is good; smaller than real batches need not be.',
    },
    other: {
      name: 'To the nearest other',
      help: 'Mean distance of a class’s synthetic batch to the nearest center of another class, in the same layers. It should be larger than the distance to the own center.',
    },
    spread: {
      name: 'Spread within a class',
      help: 'How far apart the images of one class are, divided by the same of real images. 1: as varied as real images. Far below 1: the generator makes nearly the same image again and again, which is called collapse.',
    },
    silhouette: {
      name: 'Silhouette',
      help: 'How much closer images are to their own class than to the next one, from −1 to 1, in the layers that the center terms look at. It should come near the value of real images.',
    },
    gap: {
      name: 'BNS gap',
      help: 'Distance of the overall statistics of all these images to those stored in the network, averaged over all layers, as the paper’s (unscaled) BNS term measures it. 0: as in training. A few real images have a gap, too.',
    },
    agrees: {
      name: 'Teacher agrees',
      help: 'Share of images for which the teacher names the class that they were made for.',
    },
    entropy: {
      name: 'Teacher’s doubt',
      help: 'Entropy of the teacher’s answer, on average: 0 is complete certainty. Synthetic images are often more certain than real ones, because the generator is trained for it.',
    },
    ranges: {
      name: 'Activation ranges reached',
      help: 'A quantizer has to know the range of every activation. This is the share of the range on real images that the synthetic images reach, averaged over all activations, and beside it what the calibration images alone reach.',
    },
  } satisfies Record<QualityFigure, { name: string; help: string }>,

  map: 'What the map shows',
  measures: { centers: 'Own or other center', spread: 'Spread', silhouette: 'Silhouette' } satisfies Record<
    QualityMeasure,
    string
  >,
  measureHelp: {
    centers:
      'Distance of the class’s synthetic batch to its own center, divided by that to the nearest other center. Below 1 it lies nearest its own.',
    spread:
      'Distance between synthetic images of the class, divided by that between real ones. 1: as varied as real images; below 1: less.',
    silhouette:
      'Silhouette of the synthetic images minus that of real ones. Below 0: classes are less apart than in real images. Far above 0 is no good sign either: images that are all alike are far apart from other classes.',
  } satisfies Record<QualityMeasure, string>,
  marked: {
    centers: 'nearer another class',
    spread: 'less varied than real',
    silhouette: 'less apart than real',
  } satisfies Record<QualityMeasure, string>,
  unmarked: {
    centers: 'nearest its own class',
    spread: 'as varied or more',
    silhouette: 'as far apart or more',
  } satisfies Record<QualityMeasure, string>,
  mapLabel: (measure: string, help: string): string =>
    `Map of layers and classes: ${measure}. ${help} Arrow keys move, Enter chooses layer and class.`,
  layers: 'BatchNorm layer',
  deep: 'layers of the center terms',
  allClasses: 'mean of all classes',
  place: (layer: string, name: string): string => `Layer ${layer}, ${name}`,
  reading: {
    own: 'own center',
    other: 'nearest other',
    spread: 'spread',
    silhouette: 'silhouette',
    gap: 'BNS gap (all classes)',
    beside: (name: string, value: string, real: string): string => `${name} ${value} (real ${real})`,
  },
  tables: { cells: 'Values by layer and class', activations: 'Activation ranges' },
};

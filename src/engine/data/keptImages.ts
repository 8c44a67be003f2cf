import type { Dataset, LabelledImage } from './dataset';

/**
 * The same dataset, whose calibration images are kept once they were asked for: every new run of a session begins with
 * some of them. The pixels are shared and not to be changed. 2,000 images of Shapes are 6 MB.
 */
export function keepCalibrationImages(dataset: Dataset): Dataset {
  const kept = new Map<number, LabelledImage>();
  return {
    ...dataset,
    image(split, index) {
      if (split !== 'calibration') return dataset.image(split, index);
      const known = kept.get(index) ?? dataset.image(split, index);
      kept.set(index, known);
      return known;
    },
  };
}

/** What only network and images can say about the command line. */
import { observationSet, sampleCalibrationSet } from '../../engine/data/calibrationSet';
import type { Dataset } from '../../engine/data/dataset';
import { Random } from '../../engine/random';
import { distinct, FlagError, type Options } from './flags';
import { columnsOf, trainsGenerator, type Variant } from './plan';

/** What of a source matters here. */
export interface Available {
  dataset: Dataset;
  /** Whether a generator trained ahead came with the network. */
  checkpoint: boolean;
}

/**
 * Mends settings that network and images do not allow, in the experiment itself, lists included.
 *
 * @returns what was changed or should be known, for the user
 * @throws FlagError where there are not as many images a class as a column needs
 */
export function fitToSource({ experiment }: Pick<Options, 'experiment'>, { dataset, checkpoint }: Available): string[] {
  const notes: string[] = [];
  const available = dataset.size('test');
  const mended = (variant: Variant): Variant => ({
    ...variant,
    ...(variant.testImages !== undefined && variant.testImages > available ? { testImages: available } : {}),
    ...(variant.generatorStart === 'checkpoint' && !checkpoint ? { generatorStart: 'scratch' } : {}),
  });
  const asked = [experiment.settings, ...experiment.axes.flat()];
  const tooMany = asked.flatMap(({ testImages = 0 }) => (testImages > available ? [testImages] : []));
  if (tooMany.length > 0) {
    notes.push(`There are ${available} test images, not ${[...new Set(tooMany)].join(' or ')}: all of them are used.`);
  }
  if (asked.some(({ generatorStart }) => generatorStart === 'checkpoint')) {
    notes.push(
      checkpoint
        ? "Note: generators start from the shipped one, which was trained with one method's loss and one seed's calibration images."
        : 'There is no generator trained ahead for this network: generators start from nothing.',
    );
  }
  Object.assign(experiment.settings, mended(experiment.settings));
  experiment.axes = experiment.axes.map((axis) => distinct(axis.map(mended)));
  for (const { settings } of columnsOf(experiment)) {
    const random = new Random(0);
    enough('images-per-class', () => sampleCalibrationSet(dataset, settings.imagesPerClass, random));
    if (experiment.quality && trainsGenerator(settings)) {
      enough('observation-per-class', () => observationSet(dataset, settings.observationPerClass, random));
    }
  }
  return notes;
}

function enough(flag: string, draw: () => unknown): void {
  try {
    draw();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FlagError(`${error.message} Ask for fewer: --${flag}.`);
  }
}

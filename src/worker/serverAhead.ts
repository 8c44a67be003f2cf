/** What can be done for the first run before there is a backend. */
import { observationSet, sampleCalibrationSet } from '../engine/data/calibrationSet';
import type { Dataset } from '../engine/data/dataset';
import { Random } from '../engine/random';
import type { RunSettings } from '../engine/runSettings';

/** Milliseconds between two looks at what else has come. */
const SLICE_MS = 8;

/**
 * Draws the images that a run of these settings begins with, for a dataset that keeps them. That takes as long as a
 * backend takes to come, and the processor has little else to do meanwhile.
 *
 * @param breathe lets other events in
 */
export async function drawAhead(
  dataset: Dataset,
  { seed, imagesPerClass, observationPerClass }: RunSettings,
  breathe: () => Promise<void>,
): Promise<void> {
  // As the preparation of the run draws them.
  const random = new Random(seed).fork('calibration');
  const samples = [
    sampleCalibrationSet(dataset, imagesPerClass, random),
    observationSet(dataset, observationPerClass, random),
  ];
  await breathe();
  let began = performance.now();
  for (const index of samples.flatMap(({ indices }) => [...indices])) {
    dataset.image('calibration', index);
    if (performance.now() - began < SLICE_MS) continue;
    await breathe();
    began = performance.now();
  }
}

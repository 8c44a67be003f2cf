/** Test images for the page to look at. */
import { imageTile, type Dataset } from '../engine/data/dataset';
import type { ImageTile } from '../engine/runReport';
import { say } from '../engine/sentences';
import { Refusal } from './serverFailures';

/** So many may be asked for at once. */
const MOST = 200;

/**
 * @param indices places among the test images
 * @throws Refusal where there are too many, or one that the split does not have
 */
export function testImages(dataset: Dataset, indices: readonly number[]): ImageTile {
  const size = dataset.size('test');
  if (indices.length > MOST)
    throw new Refusal('settings', say('tooManyImages', indices.length, MOST), say('tooManyImagesHint'));
  const missing = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= size);
  if (missing !== undefined)
    throw new Refusal('settings', say('noTestImage', missing, size), say('noTestImageHint', size - 1));
  return imageTile(dataset, 'test', indices);
}

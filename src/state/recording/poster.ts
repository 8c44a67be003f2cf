import type { ImageTile } from '../../engine/runReport';
import { coefficientCount, fromCoefficients, toCoefficients } from './imageCodec';
import { packBytes, unpackBytes } from './packing';

/**
 * The last synthetic images of the recorded run that comes with the page, by themselves: what it shows while all else
 * is on its way.
 */
export interface PosterFile {
  classes: number;
  count: number;
  height: number;
  width: number;
  /** As a snapshot's images in a recorded run. */
  data: string;
}

/** Where the page finds it, in its own folder. */
export const SHIPPED_POSTER = 'recordings/poster.json';

/** @param images class by class, as many of each */
export async function writePoster(images: ImageTile, classes: number): Promise<string> {
  const { count, height, width } = images;
  const poster: PosterFile = { classes, count, height, width, data: await packBytes(toCoefficients(images)) };
  return `${JSON.stringify(poster)}\n`;
}

/** @throws where the text is none */
export async function readPoster(text: string): Promise<{ classes: number; images: ImageTile }> {
  const { classes, count, height, width, data } = JSON.parse(text) as PosterFile;
  return {
    classes,
    images: fromCoefficients(await unpackBytes(data, coefficientCount(count, height, width)), count, height, width),
  };
}

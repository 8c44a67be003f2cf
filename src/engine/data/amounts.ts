/**
 * How many images are held, looked at and computed on at a time. Of small ones (32x32 in ten or a hundred classes) all
 * and as many as usual; of large ones, or of very many classes, as many as memory and patience bear.
 */
/** What is needed of `Random`, which is not the page's. */
interface Shuffles {
  shuffle(list: number[]): number[];
}

/** Values of the images of one forward pass: 13 of 224x224 in colour, 170 of 64x64. */
const VALUES_AT_ONCE = 2 ** 21;
/** Values of images that lie on the backend for a whole run, or are kept as floating point numbers: 64 MB. */
const VALUES_HELD = 2 ** 24;
/** Values of the synthetic images of one look, up to which all classes are looked at. */
const VALUES_LOOKED_AT = 2e7;
/** The same where there are more: 11 classes of 224x224 in colour. */
const VALUES_OF_SOME = 1e7;
const FEWEST_CLASSES = 4;

/** Images of so many values of which a network sees so many at a time; of small ones `usual` at most. */
export const imagesAtOnce = (imageValues: number, usual = Infinity): number =>
  Math.min(usual, Math.max(1, Math.floor(VALUES_AT_ONCE / imageValues)));

/**
 * Whether images are so large that steps on them are not worth recording but on a GPU: what recording saves is the same
 * for any size, what it keeps is not.
 */
export const areLarge = ([height, width, channels]: readonly [number, number, number]): boolean =>
  imagesAtOnce(height * width * channels) < 100;

/** Whether so many images may be held as floating point numbers. */
export const canHold = (images: number, imageValues: number): boolean => images * imageValues <= VALUES_HELD;

/**
 * The classes whose images are looked at and shown while a run goes on, in their order: all, or where that would be too
 * many or too large images, some that `random` draws. The method itself goes by all classes.
 *
 * @param imageValues of one image
 * @param perClass images of each at one look
 */
export function lookedAtClasses(numClasses: number, imageValues: number, perClass: number, random: Shuffles): number[] {
  const all = Array.from({ length: numClasses }, (_, i) => i);
  if (numClasses * perClass * imageValues <= VALUES_LOOKED_AT) return all;
  const some = Math.max(FEWEST_CLASSES, Math.floor(VALUES_OF_SOME / (perClass * imageValues)));
  return random
    .shuffle(all)
    .slice(0, some)
    .sort((a, b) => a - b);
}

/** Pixels along the longer side that a picture keeps at least. */
const TILE_SIDE = 64;

/** How a picture of the network's height and width is shown: one pixel for every square of `by` times `by`. */
export function tileSize(height: number, width: number): { by: number; size: [height: number, width: number] } {
  const by = Math.max(1, Math.floor(Math.max(height, width) / TILE_SIDE));
  return { by, size: [Math.floor(height / by), Math.floor(width / by)] };
}

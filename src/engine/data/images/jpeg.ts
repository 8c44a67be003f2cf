/** JPEG by jpeg-js, not by the browser: that would turn the picture as its camera was held, which no data loader does. */
import type { DecodedImage } from './types';

/** More scans over the same picture than any program writes; each takes as long as the picture is large. */
const MOST_SCANS = 100;
/** Most pixels, in millions: of any picture, and a byte of the file (plain areas take a byte for some 60). */
const MOST_MEGAPIXELS = 64;
const MEGAPIXELS_A_BYTE = 500e-6;

/** @throws Error saying what is damaged */
export async function decodeJpeg(bytes: Uint8Array): Promise<DecodedImage> {
  const { decode } = await import('jpeg-js');
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xda) scans++;
  if (scans > MOST_SCANS) throw new Error(`it has ${scans} scans`);
  const maxResolutionInMP = Math.min(MOST_MEGAPIXELS, 1 + MEGAPIXELS_A_BYTE * bytes.length);
  try {
    const options = { useTArray: true, formatAsRGBA: false, maxResolutionInMP, maxMemoryUsageInMB: 1024 } as const;
    const { width, height, data } = decode(bytes, options);
    return { width, height, rgb: data };
  } catch (error) {
    if (/maxResolutionInMP|maxMemoryUsageInMB/.test((error as Error).message))
      throw new Error('it says to have more pixels than a file of its size can hold', { cause: error });
    // What its code stumbles over is no reason that a person could use.
    if ((error as Error).name !== 'Error') throw new Error('it is damaged', { cause: error });
    throw error;
  }
}

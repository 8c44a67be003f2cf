/** Encoded pictures to pixels, by what they are and not by their names. */
import { decodePng } from './png';
import type { DecodedImage } from './types';

/** Files that are looked at: by the ending of their names. */
export const PICTURE = /\.(png|jpe?g|jfif|webp|gif|bmp)$/i;

/** @throws Error saying why it is no picture that can be read, in English */
export async function decodeImage(bytes: Uint8Array): Promise<DecodedImage> {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes);
  throw new Error('only PNG and JPEG are read');
}

/** Not by the browser: it would turn the picture as its camera was held, which no data loader does. */
async function decodeJpeg(bytes: Uint8Array): Promise<DecodedImage> {
  const { decode } = await import('jpeg-js');
  const options = { useTArray: true, formatAsRGBA: false, maxResolutionInMP: 64, maxMemoryUsageInMB: 1024 } as const;
  const { width, height, data } = decode(bytes, options);
  return { width, height, rgb: data };
}

/** Encoded pictures to pixels, by what they are and not by their names. */
import { decodeJpeg } from './jpeg';
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

/** Encoded pictures to pixels, by what they are and not by their names. */
import { decodeBmp } from './bmp';
import { decodeByBrowser } from './browserDecode';
import { decodeGif } from './gif';
import { decodeJpeg } from './jpeg';
import { pictureKindOf } from './kinds';
import { decodePng } from './png';
import type { DecodedImage } from './types';

/**
 * @param picture encoded, or as it is
 * @throws Error saying why it is no picture that can be read, in English
 */
export async function decodeImage(picture: Uint8Array | DecodedImage): Promise<DecodedImage> {
  if (!(picture instanceof Uint8Array)) return picture;
  const kind = pictureKindOf(picture);
  switch (kind) {
    case 'png':
      return decodePng(picture);
    case 'jpeg':
      return decodeJpeg(picture);
    case 'gif':
      return decodeGif(picture);
    case 'bmp':
      return decodeBmp(picture);
    case 'webp':
    case 'avif':
      return decodeByBrowser(picture, kind);
    case null:
      throw new Error(
        picture.length === 0 ? 'it is empty' : 'it is no picture that is known here (PNG, JPEG, GIF, BMP or WebP)',
      );
  }
}

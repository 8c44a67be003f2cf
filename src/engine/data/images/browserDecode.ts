/** Pictures that only a browser decodes. Its canvas multiplies colour by opacity, so transparent ones are refused. */
import type { DecodedImage } from './types';

const MOST_PIXELS = 2 ** 26;

/** @throws Error saying why it cannot be read, in English */
export async function decodeByBrowser(bytes: Uint8Array, kind: 'webp' | 'avif'): Promise<DecodedImage> {
  const name = { webp: 'WebP', avif: 'AVIF' }[kind];
  if (typeof createImageBitmap === 'undefined' || typeof OffscreenCanvas === 'undefined')
    throw new Error(`${name} is decoded by browsers only; convert it to PNG`);
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: `image/${kind}` });
  const bitmap = await createImageBitmap(blob, {
    colorSpaceConversion: 'none',
    imageOrientation: 'none',
    premultiplyAlpha: 'none',
  }).catch(() => {
    throw new Error(`this browser does not decode it as ${name}, or it is damaged`);
  });
  try {
    const { width, height } = bitmap;
    if (width * height > MOST_PIXELS) throw new Error(`it is ${width}x${height}`);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('this browser gives no canvas to decode it with');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const rgb = new Uint8Array(3 * width * height);
    for (let i = 0; i < width * height; i++) {
      if (data[4 * i + 3] !== 255)
        throw new Error('parts of it are transparent, and browsers do not give the colours below; convert it to PNG');
      for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[4 * i + c];
    }
    return { width, height, rgb };
  } finally {
    bitmap.close();
  }
}

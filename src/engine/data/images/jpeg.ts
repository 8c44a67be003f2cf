/**
 * JPEG as libjpeg decodes it, which data loaders use (bit for bit Pillow's pixels), and not by the browser: that would turn
 * the picture as its camera was held, which no data loader does.
 */
import type { MozJPEGModule } from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import type { DecodedImage } from './types';

/** More scans over the same picture than any program writes; each takes as long as the picture is large. */
const MOST_SCANS = 100;
/** Most pixels, in millions: of any picture, and a byte of the file (plain areas take a byte for some 60). */
const MOST_MEGAPIXELS = 64;
const MEGAPIXELS_A_BYTE = 500e-6;
/** Above, the decoder is let go of afterwards: its memory never becomes smaller. */
const LARGE = 4e6;

interface Decoder {
  module: MozJPEGModule;
  /** What it said since the last picture. */
  said: string[];
}

/** Its WebAssembly, where it cannot fetch that itself. */
let binary: ArrayBuffer | null = null;
let decoder: Promise<Decoder> | null = null;

/** Gives the decoder its WebAssembly: outside of browsers, which fetch it. */
export function provideJpegDecoder(bytes: ArrayBuffer): void {
  binary = bytes;
}

async function createDecoder(): Promise<Decoder> {
  const { default: create } = await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js');
  const said: string[] = [];
  const options = { noInitialRun: true, printErr: (line: string) => void said.push(line) };
  return { module: await create({ ...options, ...(binary ? { wasmBinary: binary } : {}) }), said };
}

/** @throws Error saying what is damaged */
export async function decodeJpeg(bytes: Uint8Array): Promise<DecodedImage> {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xda) scans++;
  if (scans > MOST_SCANS) throw new Error(`it has ${scans} scans`);
  const { width, height, components } = readFrame(bytes);
  const most = Math.min(MOST_MEGAPIXELS, 1 + MEGAPIXELS_A_BYTE * bytes.length);
  if (width * height > most * 1e6) throw new Error('it says to have more pixels than a file of its size can hold');
  // libjpeg leaves the colours of printing to whoever calls it.
  return components === 4 ? decodeFourColours(bytes, most) : decodeColours(bytes, width * height);
}

/** Size and components, as the first frame's header says. */
function readFrame(bytes: Uint8Array): { width: number; height: number; components: number } {
  const word = (at: number) => bytes[at] * 256 + bytes[at + 1];
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    // Filled up, or without a length.
    if (marker === 0xff) at++;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { height: word(at + 5), width: word(at + 7), components: bytes[at + 9] };
    else if (marker === 0xda) break;
    else at += 2 + word(at + 2);
  }
  throw new Error('it is damaged');
}

async function decodeColours(bytes: Uint8Array, pixels: number): Promise<DecodedImage> {
  decoder ??= createDecoder();
  const { module, said } = await decoder.catch((error: unknown) => {
    decoder = null;
    throw new Error('what decodes JPEG could not be loaded', { cause: error });
  });
  said.length = 0;
  let image: ReturnType<MozJPEGModule['decode']>;
  try {
    image = module.decode(bytes as Uint8Array<ArrayBuffer>, false);
  } catch (error) {
    // It ends as a program does, and cannot be called again.
    decoder = null;
    throw new Error(said.length > 0 ? `it is damaged (${said.join('; ')})` : 'it is damaged', { cause: error });
  }
  if (pixels > LARGE) decoder = null;
  // It would be filled up with grey.
  if (said.some((line) => line.startsWith('Premature end'))) throw new Error('it is cut off');
  if (!image) throw new Error('it is damaged');
  const { data, width, height } = image;
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0, at = 0; at < rgb.length; i += 4, at += 3) {
    rgb[at] = data[i];
    rgb[at + 1] = data[i + 1];
    rgb[at + 2] = data[i + 2];
  }
  return { width, height, rgb };
}

/** By jpeg-js, to within a level of Pillow. */
async function decodeFourColours(bytes: Uint8Array, maxResolutionInMP: number): Promise<DecodedImage> {
  const { decode } = await import('jpeg-js');
  try {
    const options = { useTArray: true, formatAsRGBA: false, maxResolutionInMP, maxMemoryUsageInMB: 1024 } as const;
    const { width, height, data } = decode(bytes, options);
    return { width, height, rgb: data };
  } catch (error) {
    // What its code stumbles over is no reason that a person could use.
    throw new Error('it is damaged', { cause: error });
  }
}

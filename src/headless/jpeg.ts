import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { provideJpegDecoder } from '../engine/data/images/jpeg';

/** Node does not fetch files: whoever reads pictures calls this first. */
export function provideJpeg(): void {
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  provideJpegDecoder(new Uint8Array(readFileSync(path)).buffer as ArrayBuffer);
}

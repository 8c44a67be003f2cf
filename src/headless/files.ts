import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLayersModel } from '../engine/network/layersModel';
import type { Network } from '../engine/network/types';

/** Folder of the bundled network. */
export const BUNDLED_FOLDER = 'public/models/shapes-resnet';

/** A file's bytes in a buffer of their own. */
export function readBytes(path: string): ArrayBuffer {
  return new Uint8Array(readFileSync(path)).buffer as ArrayBuffer;
}

/** The tf.LayersModel in a folder. Needs a backend. @throws NetworkError where it cannot be used */
export function readNetworkFolder(folder: string): Promise<Network> {
  const names = readdirSync(folder).filter(
    (name) => name === 'model.json' || (name.endsWith('.bin') && name !== 'generator.bin'),
  );
  return readLayersModel(names.map((name) => ({ name, bytes: readBytes(join(folder, name)) })));
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readLayersModel } from '../engine/network/keras/layersModel';
import { NetworkError } from '../engine/network/networkError';
import type { NetworkFile } from '../engine/network/networkFile';
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

/** Files as somebody chooses them, and all files of chosen folders. @throws NetworkError naming what is not there */
export function readChosenFiles(paths: readonly string[]): NetworkFile[] {
  return paths.flatMap((path): NetworkFile[] => {
    try {
      if (!statSync(path).isDirectory()) return [{ name: path, bytes: readBytes(path) }];
      return readChosenFiles(readdirSync(path).map((name) => join(path, name)));
    } catch (error) {
      if (error instanceof NetworkError) throw error;
      throw new NetworkError(`${path} cannot be read: ${(error as Error).message}`, 'Check the path.');
    }
  });
}

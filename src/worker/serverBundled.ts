/** Loads the network that comes with the page, and the generator trained ahead on it. */
import { decodeCheckpoint, type Checkpoint } from '../engine/generator/checkpoint';
import { readLayersModel } from '../engine/network/keras/layersModel';
import type { NetworkFile } from '../engine/network/networkFile';
import type { Network } from '../engine/network/types';
import { say } from '../engine/sentences';
import type { Failure } from './protocol';
import { failureOf, Refusal } from './serverFailures';

const FOLDER = 'models/shapes-resnet';

export interface Bundled {
  network: Network;
  checkpoint: Checkpoint | null;
  /** Why there is no checkpoint. Not the end: the generator can start from nothing. */
  problem: Failure | null;
}

export interface BundledFiles {
  /** model.json, then its weight files. */
  network: Promise<NetworkFile[]>;
  generator: Promise<NetworkFile>;
}

/**
 * Begins to load the files, all at once as far as they are known, and computes nothing.
 *
 * @param load reads a file of the page's folder, or rejects saying why it cannot
 * @param baseUrl absolute URL of the folder that holds `models/`
 */
export function fetchBundled(load: (url: string) => Promise<ArrayBuffer>, baseUrl: string): BundledFiles {
  const file = async (name: string): Promise<NetworkFile> => ({
    name,
    bytes: await load(new URL(`${FOLDER}/${name}`, baseUrl).href),
  });
  const network = async (): Promise<NetworkFile[]> => {
    const json = await file('model.json');
    const manifest = JSON.parse(new TextDecoder().decode(json.bytes)) as { weightsManifest?: { paths: string[] }[] };
    return [json, ...(await Promise.all((manifest.weightsManifest ?? []).flatMap((group) => group.paths).map(file)))];
  };
  const files = { network: network(), generator: file('generator.bin') };
  // Whoever waits for them is told; until then nobody may be waiting yet.
  files.network.catch(() => undefined);
  files.generator.catch(() => undefined);
  return files;
}

/**
 * Reads what was fetched. Needs a backend.
 *
 * @throws Refusal or NetworkError where the network itself cannot be had
 */
export async function readBundled(files: BundledFiles): Promise<Bundled> {
  const network = await readNetwork(files);
  try {
    return { network, checkpoint: decodeCheckpoint((await files.generator).bytes), problem: null };
  } catch (error) {
    const problem = failureOf(
      'settings',
      say('checkpointUnusable', (error as Error).message),
      say('checkpointUnusableHint'),
    );
    return { network, checkpoint: null, problem };
  }
}

async function readNetwork(fetched: BundledFiles): Promise<Network> {
  let files: NetworkFile[];
  try {
    files = await fetched.network;
  } catch (error) {
    throw new Refusal('network', say('bundledFails', (error as Error).message), say('bundledFailsHint'));
  }
  return readLayersModel(files);
}

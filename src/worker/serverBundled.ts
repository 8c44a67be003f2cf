/** Loads the network that comes with the page, and the generator trained ahead on it. */
import { decodeCheckpoint, type Checkpoint } from '../engine/generator/checkpoint';
import { readLayersModel, type ModelFile } from '../engine/network/layersModel';
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

/**
 * @param load reads a file of the page's folder, or rejects saying why it cannot
 * @param baseUrl absolute URL of the folder that holds `models/`
 * @throws Refusal or NetworkError where the network itself cannot be had
 */
export async function loadBundled(load: (url: string) => Promise<ArrayBuffer>, baseUrl: string): Promise<Bundled> {
  const file = async (name: string): Promise<ModelFile> => ({
    name,
    bytes: await load(new URL(`${FOLDER}/${name}`, baseUrl).href),
  });
  const network = await readNetwork(file);
  try {
    return { network, checkpoint: decodeCheckpoint((await file('generator.bin')).bytes), problem: null };
  } catch (error) {
    const problem = failureOf(
      'settings',
      say('checkpointUnusable', (error as Error).message),
      say('checkpointUnusableHint'),
    );
    return { network, checkpoint: null, problem };
  }
}

async function readNetwork(file: (name: string) => Promise<ModelFile>): Promise<Network> {
  let files: ModelFile[];
  try {
    const json = await file('model.json');
    const manifest = JSON.parse(new TextDecoder().decode(json.bytes)) as { weightsManifest?: { paths: string[] }[] };
    files = [json, ...(await Promise.all((manifest.weightsManifest ?? []).flatMap((group) => group.paths).map(file)))];
  } catch (error) {
    throw new Refusal('network', say('bundledFails', (error as Error).message), say('bundledFailsHint'));
  }
  return readLayersModel(files);
}

/** The files of one network, from the hub by name or from anywhere by address: all of them, or none. */
import type { NetworkFile } from '../network/networkFile';
import { say, type Said } from '../sentences';
import { HUB, readSource } from './addresses';
import { Fetcher, isRecord, readRepository, type ListedFile } from './files';
import { HubError } from './hubError';
import type { DownloadWatch, HubHost } from './host';

export interface DownloadedNetwork {
  /** Name on the hub, or the file's. */
  name: string;
  files: NetworkFile[];
  notes: Said[];
}

/**
 * @param source a name on the hub (timm/resnet18.a1_in1k), or the address of model.json, an .onnx or a .safetensors file
 * @throws HubError, Cancelled
 */
export async function downloadNetwork(
  host: HubHost,
  source: string,
  watch: DownloadWatch,
  hub = HUB,
): Promise<DownloadedNetwork> {
  const found = readSource(source, hub);
  if (found.kind === 'hub') {
    if (found.dataset) throw new HubError(say('hubDatasetGiven', found.id), say('hubDatasetGivenHint'));
    return fromHub(host, hub, found.id, found.revision, watch);
  }
  const path = decodeURIComponent(new URL(found.url).pathname);
  const name = path.split('/').pop() ?? '';
  if (!/\.(json|onnx|safetensors)$/i.test(name)) {
    throw new HubError(say('hubUnknownFile', name || found.url), say('formatsHint'));
  }
  const fetcher = new Fetcher(host, watch);
  const bytes = await fetcher.get(found.url, {}, false);
  const files: NetworkFile[] = [{ name, bytes }];
  const notes: Said[] = [];
  if (/\.safetensors$/i.test(name)) {
    try {
      const configuration = await fetcher.get(beside(found.url, 'config.json'), {}, false);
      files.push({ name: 'config.json', bytes: configuration });
    } catch (error) {
      // It need not be there; then what is assumed is said.
      if (!(error instanceof HubError)) throw error;
      notes.push(say('hubNoConfiguration'));
    }
  }
  for (const part of partsOf(name, bytes)) {
    files.push({ name: part, bytes: await fetcher.get(beside(found.url, part), {}, false) });
  }
  return { name, files, notes };
}

async function fromHub(
  host: HubHost,
  hub: string,
  id: string,
  revision: string,
  watch: DownloadWatch,
): Promise<DownloadedNetwork> {
  const { sha, files: listed } = await readRepository(host, hub, 'models', id, revision, watch);
  const model = chooseModel(listed);
  if (!model) {
    const names = listed.map(({ path }) => path).filter((path) => !/^(\.|README)/.test(path));
    const shown = names.length > 8 ? [...names.slice(0, 8), '...'] : names;
    const pytorch = names.some((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
    throw new HubError(
      say('hubNoNetwork', id, shown.join(', ') || '–'),
      pytorch ? say('pytorchFileHint') : say('formatsHint'),
    );
  }
  const configuration = /\.safetensors$/i.test(model.path) ? listed.filter(({ path }) => path === 'config.json') : [];
  const address = (path: string) => `${hub}/${id}/resolve/${sha}/${path.split('/').map(encodeURIComponent).join('/')}`;
  // The small one first: where it is missing, the large one is not worth its time.
  const first = [...configuration, model];
  const fetcher = new Fetcher(host, watch, first);
  const files: NetworkFile[] = [];
  for (const { path, ...expected } of first) {
    files.push({ name: path, bytes: await fetcher.get(address(path), expected, true) });
  }
  const folder = model.path.slice(0, model.path.lastIndexOf('/') + 1);
  for (const part of partsOf(model.path, files[files.length - 1].bytes)) {
    const path = folder + part;
    const { size, sha256 } = listed.find((file) => file.path === path) ?? {};
    files.push({ name: path, bytes: await fetcher.get(address(path), { size, sha256 }, true) });
  }
  return { name: id, files, notes: fetcher.full ? [say('hubNotKept')] : [] };
}

/** The file that describes the network; null where there is none, or several and nobody knows which. */
function chooseModel(files: readonly ListedFile[]): ListedFile | null {
  const usual = ['model.safetensors', 'model.json', 'model.onnx', 'onnx/model.onnx'];
  for (const path of usual) {
    const found = files.find((file) => file.path === path);
    if (found) return found;
  }
  for (const ending of ['.safetensors', '.onnx', '/model.json']) {
    const found = files.filter(({ path }) => path.toLowerCase().endsWith(ending));
    if (found.length === 1) return found[0];
  }
  return null;
}

/**
 * The file in the same folder of that name.
 * @throws HubError where the name leads out of it
 */
function beside(url: string, name: string): string {
  const found = new URL(name.split('/').map(encodeURIComponent).join('/'), url);
  const folder = new URL('.', url);
  if (!found.href.startsWith(folder.href)) throw new HubError(say('hubUnknownFile', name), say('damagedModelHint'));
  return found.href;
}

/** Names of further files that a network's file says it is made of. */
function partsOf(name: string, bytes: ArrayBuffer): string[] {
  const parts = /\.json$/i.test(name) ? weightFiles(bytes) : /\.onnx$/i.test(name) ? externalData(bytes) : [];
  const bad = parts.find((part) => part.split(/[\\/]/).some((each) => each === '' || each === '.' || each === '..'));
  if (bad !== undefined || parts.length > 4096) {
    throw new HubError(say('hubUnknownFile', bad ?? name), say('damagedModelHint'));
  }
  return parts;
}

/** A damaged file names none: its reader says what is wrong with it. */
function weightFiles(bytes: ArrayBuffer): string[] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return [];
  }
  const manifest = isRecord(json) ? json.weightsManifest : undefined;
  if (!Array.isArray(manifest)) return [];
  const paths = manifest
    .filter(isRecord)
    .flatMap(({ paths: each }) => (Array.isArray(each) ? (each as unknown[]) : []));
  return [...new Set(paths.filter((path): path is string => typeof path === 'string'))];
}

/** Values of the entries "location" of weights that lie in files of their own. */
function externalData(buffer: ArrayBuffer): string[] {
  const bytes = new Uint8Array(buffer);
  const key = new TextEncoder().encode('location');
  const found = new Set<string>();
  // In the wire format: field 1 with 8 bytes, the key, field 2 with so many bytes, the value.
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at + 1] !== key.length || !key.every((byte, i) => bytes[at + 2 + i] === byte)) continue;
    const value = at + 2 + key.length;
    const length = bytes[value + 1];
    if (bytes[value] !== 0x12 || length === 0 || length > 127 || value + 2 + length > bytes.length) continue;
    found.add(new TextDecoder().decode(bytes.slice(value + 2, value + 2 + length)));
    if (found.size > 64) break;
  }
  return [...found];
}

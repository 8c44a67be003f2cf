/**
 * Opens a network from whatever files somebody has chosen: the format is found from the files, read, and the result is
 * compared with what the file's own runtime computes.
 */
import { say } from '../sentences';
import { openLayersModel } from './keras/layersModel';
import { NetworkError } from './networkError';
import { baseName, type NetworkFile, type OpenedNetwork, type OpenOptions } from './networkFile';
import { reversedChannels } from './reversedChannels';
import { checkAgainstOwnRuntime, type RuntimeCheck } from './ownRuntime';

/** One kind of network file. */
interface NetworkFormat {
  /** Whether these files are of this kind, by their names or first bytes. */
  recognises(files: readonly NetworkFile[]): boolean;
  /** Its code is loaded only when such a file comes. */
  open(files: readonly NetworkFile[], options: OpenOptions): Promise<OpenedNetwork>;
}

const endsIn = (files: readonly NetworkFile[], ...ends: string[]) =>
  files.some(({ name }) => ends.some((end) => name.toLowerCase().endsWith(end)));

/** In the order in which they are tried; a new format is a file of its own and a line here. */
const FORMATS: readonly NetworkFormat[] = [
  {
    recognises: (files) => endsIn(files, '.onnx'),
    open: async (files, options) => (await import('./onnx/openOnnx')).openOnnx(files, options),
  },
  {
    recognises: (files) => endsIn(files, '.safetensors'),
    open: async (files, options) => (await import('./pytorch/openSafetensors')).openSafetensors(files, options),
  },
  {
    recognises: (files) => endsIn(files, '.json'),
    // The bundled network is of this kind: its reader is there anyway.
    open: openLayersModel,
  },
];

/** Files of other programs, and what makes one of them a file that opens. */
const KNOWN_OTHERS: readonly [ends: string[], hint: Parameters<typeof say>[0]][] = [
  [['.h5', '.hdf5', '.keras'], 'kerasFileHint'],
  [['.pb', 'saved_model.pb'], 'savedModelHint'],
  [['.pt', '.pth', '.ckpt', '.pkl', '.bin'], 'pytorchFileHint'],
  [['.tflite'], 'tfliteHint'],
];

/**
 * @param files in any order, among others that do not belong to the network
 * @throws NetworkError that says what is wrong and what to do, never anything else
 */
export async function openNetwork(files: readonly NetworkFile[], options: OpenOptions = {}): Promise<OpenedNetwork> {
  const format = FORMATS.find((candidate) => candidate.recognises(files));
  if (!format) throw unknownFormat(files);
  try {
    return await format.open(files, options);
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    // A file that is damaged in a way that no reader looks for.
    throw new NetworkError(say('fileUnreadable', (error as Error)?.message ?? String(error)), say('damagedModelHint'));
  }
}

/** As `openNetwork`, and compared with the file's own runtime. Needs a backend. */
export async function openCheckedNetwork(
  files: readonly NetworkFile[],
  options: OpenOptions = {},
): Promise<OpenedNetwork & { check: RuntimeCheck }> {
  const opened = await openNetwork(files, options);
  const check = await checkAgainstOwnRuntime(opened);
  const { network } = opened;
  const turned = options.reversedChannels ? reversedChannels(network) : network;
  if (!turned) throw new NetworkError(say('cannotReverse', network.definition.name), say('cannotReverseHint'));
  return { ...opened, network: turned, notes: check.reason ? [...opened.notes, check.reason] : opened.notes, check };
}

function unknownFormat(files: readonly NetworkFile[]): NetworkError {
  const names = files.map(({ name }) => baseName(name));
  const listed = names.length > 4 ? `${names.slice(0, 4).join(', ')}, ...` : names.join(', ');
  if (names.length === 0) return new NetworkError(say('noFiles'), say('formatsHint'));
  const other = KNOWN_OTHERS.find(([ends]) => endsIn(files, ...ends));
  return new NetworkError(
    say('unknownFormat', listed),
    other ? (say as (name: string) => never)(other[1]) : say('formatsHint'),
  );
}

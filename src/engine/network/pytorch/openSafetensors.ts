/**
 * PyTorch weights of a known network (.safetensors), with timm's config.json where it lies beside them. The weights alone
 * tell layers and sizes; pixels, image size and class names are the configuration's, or what such networks are
 * trained with.
 */
import { parseJson } from '../../json';
import { say, type Said } from '../../sentences';
import { inspectNetwork } from '../inspect';
import { NetworkError } from '../networkError';
import { baseName, type NetworkFile, type OpenedNetwork, type OpenOptions } from '../networkFile';
import { INTERPOLATIONS } from '../resizing';
import { readSafetensors } from '../safetensors';
import type { Network, NetworkDefinition } from '../types';
import { ARCHITECTURES } from './architectures';
import { StateDict } from './stateDict';

/** ImageNet's means and deviations: what nearly all of these are fed. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

interface Configuration {
  normalization?: NetworkDefinition['normalization'];
  imageSize?: [number, number];
  classNames?: string[];
  resizing?: NetworkDefinition['resizing'];
  /** Of its preprocessing, what is done otherwise here. */
  notes: Said[];
}

/** @throws NetworkError that says which tensor is missing, left over or of the wrong shape, or what else is wrong */
export async function openSafetensors(
  files: readonly NetworkFile[],
  options: OpenOptions = {},
): Promise<OpenedNetwork> {
  const models = files.filter(({ name }) => name.toLowerCase().endsWith('.safetensors'));
  if (models.length > 1) {
    throw new NetworkError(
      say('severalModels', models.map(({ name }) => baseName(name)).join(', ')),
      say('severalModelsHint'),
    );
  }
  const dict = new StateDict(readSafetensors(models[0].bytes));
  const architecture = ARCHITECTURES.find((candidate) => candidate.recognises(dict));
  if (!architecture)
    throw new NetworkError(say('unknownArchitecture', baseName(models[0].name)), say('architecturesHint'));
  const built = architecture.build(dict);
  dict.finish(built.name);
  const configuration = readConfiguration(files);
  const grey = built.channels === 1;
  const said = options.normalization ?? configuration.normalization;
  const fallback = grey ? { mean: [0], std: [1] } : built.channels === 3 ? IMAGENET : null;
  const normalization = said ??
    fallback ?? { mean: new Array(built.channels).fill(0), std: new Array(built.channels).fill(1) };
  if (
    normalization.mean.length !== built.channels ||
    normalization.std.length !== built.channels ||
    normalization.std.includes(0)
  ) {
    const { mean, std } = normalization;
    throw new NetworkError(
      say('normalizationChannels', mean.length, std.length, built.channels),
      say('normalizationHint'),
    );
  }
  const [height, width] = options.imageSize ?? configuration.imageSize ?? [built.imageSize, built.imageSize];
  const network: Network = {
    definition: {
      name: built.name,
      inputShape: [height, width, built.channels],
      numClasses: built.classes,
      nodes: dict.nodes,
      normalization,
      ...(configuration.classNames?.length === built.classes ? { classNames: configuration.classNames } : {}),
      ...(configuration.resizing ? { resizing: configuration.resizing } : {}),
    },
    weights: dict.weights,
  };
  inspectNetwork(network);
  const notes: Said[] = [...configuration.notes];
  if (!said) notes.push(say(grey ? 'assumedUnit' : 'assumedImagenet'));
  if (!options.imageSize && !configuration.imageSize) notes.push(say('assumedImageSize', height, width));
  return { network, notes, runtime: null };
}

/** timm's config.json; another file of that name says nothing. */
function readConfiguration(files: readonly NetworkFile[]): Configuration {
  const file = files.find(({ name }) => baseName(name).toLowerCase() === 'config.json');
  if (!file) return { notes: [] };
  let json: Record<string, unknown>;
  try {
    json = parseJson(new TextDecoder().decode(file.bytes)) as Record<string, unknown>;
  } catch (error) {
    throw new NetworkError(say('notJson', file.name, (error as Error).message), say('architecturesHint'));
  }
  const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  const trained = isRecord(json?.pretrained_cfg) ? json.pretrained_cfg : {};
  const numbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(Number.isFinite);
  const { mean, std, input_size: size } = trained;
  const names = json?.label_names ?? trained.label_names;
  const sized = numbers(size) && size.length === 3 && size.every((v) => Number.isInteger(v) && v > 0);
  return {
    ...(numbers(mean) && numbers(std) ? { normalization: { mean, std } } : {}),
    ...(sized ? { imageSize: [size[1], size[2]] } : {}),
    ...(Array.isArray(names) && names.every((name) => typeof name === 'string') ? { classNames: names } : {}),
    ...readResizing(trained),
  };
}

/** How timm evaluates: the shorter side becomes floor(size / crop_pct), and the middle is cut out. */
function readResizing(trained: Record<string, unknown>): Pick<Configuration, 'resizing' | 'notes'> {
  const { crop_pct: share, interpolation = 'bilinear', crop_mode: mode = 'center' } = trained;
  if (share === undefined) return { notes: [] };
  const notes: Said[] = [];
  if (!(typeof share === 'number' && share > 0 && share <= 1)) return { notes: [say('cropShareOther', String(share))] };
  if (mode !== 'center') notes.push(say('cropModeOther', String(mode)));
  const known = INTERPOLATIONS.find((name) => name === interpolation);
  // timm's 'random' is one of bilinear and bicubic in training.
  if (!known) notes.push(say('interpolationOther', String(interpolation)));
  return { resizing: { cropShare: share, interpolation: known ?? 'bicubic' }, notes };
}

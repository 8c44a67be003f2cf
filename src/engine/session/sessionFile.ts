/**
 * A saved session: one zip archive with the network's own files, the images as the network takes them, and texts of the
 * page (settings, results, the recorded run). Nothing in it is packed, and every file in it has its checksum.
 *
 * - `session.json`: {format, version, network: {files: [name, ...], options} | null, images: facts | null, texts: [...]}
 * - `network/0`, `network/1`, ...: the network's files in that order; their names are in `session.json` only, so that no
 *   path in the archive comes from anywhere else
 * - `images/pixels`: [images][row][column][channel], calibration, then validation, then test images; `images/labels`:
 *   2 bytes each, least significant first
 * - `page/NAME`: a text
 */
import type { Dataset } from '../data/dataset';
import { DatasetError } from '../data/images/datasetError';
import { readZip, type ZipEntry } from '../data/images/zip';
import { zip } from '../export/zip';
import type { NetworkFile, OpenOptions } from '../network/networkFile';
import { say } from '../sentences';
import { packImages, readImageFacts, unpackImages, type ImageFacts } from './images';
import { fail, Json, SessionError } from './checks';

const FORMAT = 'fdda-playground-session';
/** To be raised when an older reader would misread the file. */
const VERSION = 2;
/** Of a file that has nothing that older readers do not know: only some of a network's outputs, since version 2. */
const FIRST_VERSION = 1;
/** Of all files in it together. */
const MOST_BYTES = 1.5 * 2 ** 30;
const MOST_FILES = 4096;
const MOST_OUTPUTS = 65536;
const MOST_TEXT = 32 * 2 ** 20;

export interface Session {
  /** Null: the bundled one. */
  network: { files: NetworkFile[]; options: OpenOptions } | null;
  /** Null: the bundled ones. */
  images: Dataset | null;
  /** What the page keeps, by name (letters and dots). */
  texts: Record<string, string>;
}

const encode = (text: string) => new TextEncoder().encode(text);

/** The file. @throws RangeError where there is more than an archive holds */
export function writeSession({ network, images, texts }: Session): Uint8Array<ArrayBuffer> {
  const packed = images && packImages(images);
  const manifest = {
    format: FORMAT,
    version: network?.options.selectedOutputs ? VERSION : FIRST_VERSION,
    network: network && { files: network.files.map(({ name }) => name), options: network.options },
    images: packed && packed.facts,
    texts: Object.keys(texts),
  };
  return zip([
    { name: 'session.json', bytes: encode(JSON.stringify(manifest)) },
    ...(network?.files ?? []).map(({ bytes }, i) => ({ name: `network/${i}`, bytes: new Uint8Array(bytes) })),
    ...(packed
      ? [
          { name: 'images/pixels', bytes: packed.pixels },
          { name: 'images/labels', bytes: packed.labels },
        ]
      : []),
    ...Object.entries(texts).map(([name, text]) => ({ name: `page/${name}`, bytes: encode(text) })),
  ]);
}

/**
 * Reads what `writeSession` wrote. What is in it is checked for being whole, not for making sense as a network or as
 * settings: their own readers do that.
 *
 * @throws SessionError that says what is wrong with the file
 */
export async function readSession(name: string, bytes: ArrayBuffer): Promise<Session> {
  let entries: ZipEntry[];
  try {
    entries = readZip(name, bytes);
  } catch (error) {
    throw asSessionError(error, name);
  }
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (entries.length > MOST_FILES || total > MOST_BYTES)
    throw new SessionError(say('sessionLarge', name, Math.ceil(total / 2 ** 20)));
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  if (byName.size < entries.length) throw new SessionError(say('sessionTwice', name));
  const read = async (path: string): Promise<Uint8Array> => {
    const entry = byName.get(path);
    if (!entry) return fail(path, 'is missing');
    try {
      return await entry.read();
    } catch (error) {
      throw asSessionError(error, path);
    }
  };
  if (!byName.has('session.json')) throw new SessionError(say('sessionForeign', name));
  const manifest = Json.parse('session.json', await read('session.json'));
  if (manifest.get('format').value !== FORMAT) throw new SessionError(say('sessionForeign', name));
  const version = manifest.get('version').value;
  if (version !== FIRST_VERSION && version !== VERSION)
    throw new SessionError(say('sessionVersion', String(version).slice(0, 20), VERSION));
  const texts: Record<string, string> = {};
  for (const field of manifest.get('texts').items(32)) {
    const text = field.text(64);
    if (!/^[a-z]+\.json$/.test(text)) return fail(field.path, 'is no name that is known here');
    const content = await read(`page/${text}`);
    if (content.length > MOST_TEXT) return fail(`page/${text}`, 'is too long');
    texts[text] = new TextDecoder().decode(content);
  }
  const network = manifest.get('network');
  const images = manifest.get('images');
  return {
    network: network.value === null ? null : await readNetwork(network, read),
    images: images.value === null ? null : await readImages(readImageFacts(images), read),
    texts,
  };
}

async function readNetwork(
  field: Json,
  read: (path: string) => Promise<Uint8Array>,
): Promise<NonNullable<Session['network']>> {
  const files: NetworkFile[] = [];
  for (const [i, name] of field.get('files').items(MOST_FILES).entries()) {
    // A copy: what the archive holds is a part of its one buffer.
    files.push({ name: name.text(4096), bytes: (await read(`network/${i}`)).slice().buffer as ArrayBuffer });
  }
  if (files.length === 0) return fail(field.get('files').path, 'names no file');
  const options = field.get('options');
  const numbers = (list: Json, most: number) => list.items(most).map((each) => each.number(-1e9, 1e9));
  const normalization = options.get('normalization');
  const size = options.get('imageSize');
  const outputs = options.get('selectedOutputs');
  return {
    files,
    options: {
      ...(options.get('reversedChannels').value === true ? { reversedChannels: true } : {}),
      ...(options.get('output').value === undefined ? {} : { output: options.get('output').text(4096) }),
      ...(normalization.value === undefined
        ? {}
        : {
            normalization: {
              mean: numbers(normalization.get('mean'), 16),
              std: numbers(normalization.get('std'), 16),
            },
          }),
      ...(size.value === undefined ? {} : { imageSize: imageSize(size) }),
      ...(outputs.value === undefined ? {} : { selectedOutputs: selectedOutputs(outputs) }),
    },
  };
}

function imageSize(field: Json): [number, number] {
  const [height, width, more] = field.items(2).map((each) => each.integer(1, 4096));
  if (width === undefined || more !== undefined) return fail(field.path, 'is no height and width');
  return [height, width];
}

function selectedOutputs(field: Json): number[] {
  const outputs = field.items(MOST_OUTPUTS).map((each) => each.integer(0, MOST_OUTPUTS - 1));
  if (outputs.length < 2) return fail(field.path, 'has less than two entries');
  if (new Set(outputs).size < outputs.length) return fail(field.path, 'has an entry twice');
  return outputs;
}

async function readImages(facts: ImageFacts, read: (path: string) => Promise<Uint8Array>): Promise<Dataset> {
  return unpackImages(facts, await read('images/pixels'), await read('images/labels'));
}

/** What the archive's reader says is said of the session, too. */
const asSessionError = (error: unknown, name: string): SessionError =>
  error instanceof DatasetError
    ? new SessionError(error.said)
    : new SessionError(say('sessionField', name, 'is damaged'));

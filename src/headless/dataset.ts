/** `npm run dataset -- FILES...`: reads labelled pictures as the page does and says what they are. */
import { collectImages } from '../engine/data/images/collection';
import { DatasetError } from '../engine/data/images/datasetError';
import { decodeImage } from '../engine/data/images/decode';
import { resized, type Resizing } from '../engine/data/images/resize';
import type { ImageFile } from '../engine/data/images/types';
import { NetworkError } from '../engine/network/networkError';
import { inWords, say } from '../engine/sentences';
import { readChosenFiles } from './files';
import { provideJpeg } from './jpeg';

const HELP = `npm run dataset -- FILES... [--label COLUMN] [--resize N] [--crop N] [--pixels] [--json]

FILES      pictures in class folders, a folder or a zip archive of them, or parquet files
--label    column of a parquet file that holds the labels
--resize   length of the shorter side, as torchvision's Resize; --crop  as its CenterCrop
--pixels   all pixels [image][row][column][channel], 0 to 255
--json     for programs; what cannot be used exits with 1 and {error, hint}`;

interface Arguments {
  files: string[];
  label?: string;
  sizes: Resizing;
  pixels: boolean;
}

function readArguments(given: string[]): Arguments {
  const files: string[] = [];
  const values: Record<string, string> = {};
  for (let i = 0; i < given.length; i++) {
    const word = given[i];
    if (/^--(label|resize|crop)$/.test(word)) values[word.slice(2)] = given[++i] ?? '';
    else if (!/^--(json|pixels)$/.test(word)) {
      if (word.startsWith('--')) throw new NetworkError(`There is no option ${word}.`, HELP);
      files.push(word);
    }
  }
  const length = (name: string) => {
    if (values[name] === undefined) return undefined;
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new NetworkError(`--${name} needs a number of pixels.`, HELP);
    return value;
  };
  const crop = length('crop');
  return {
    files,
    ...(values.label !== undefined ? { label: values.label } : {}),
    sizes: { resize: length('resize'), ...(crop === undefined ? {} : { crop: [crop, crop] }) },
    pixels: given.includes('--pixels'),
  };
}

async function report({ files, label, sizes, pixels }: Arguments) {
  if (files.length === 0) throw new NetworkError('There is no file.', HELP);
  const chosen: ImageFile[] = readChosenFiles(files);
  const { classes, images, notes } = await collectImages(chosen, { label });
  provideJpeg();
  const said = notes.map((note) => inWords(note));
  const labels: number[] = [];
  const shown: number[][][][] = [];
  for (const { name, label: of, read } of images) {
    try {
      const image = resized(await decodeImage(await read()), sizes);
      labels.push(of);
      if (pixels) {
        const row = (y: number) =>
          Array.from({ length: image.width }, (_, x) => {
            const at = (y * image.width + x) * 3;
            return Array.from(image.rgb.subarray(at, at + 3));
          });
        shown.push(Array.from({ length: image.height }, (_, y) => row(y)));
      }
    } catch (error) {
      if (error instanceof DatasetError) throw error;
      said.push(inWords(say('pictureBroken', name, (error as Error).message)));
    }
  }
  if (labels.length === 0) throw new DatasetError(say('noPictures'), say('imagesHint'));
  const perClass = classes.map((_, i) => labels.filter((of) => of === i).length);
  return { classes, perClass, labels, notes: said, ...(pixels ? { pixels: shown } : {}) };
}

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  if (given.includes('--help')) return console.log(HELP);
  const json = given.includes('--json');
  try {
    const result = await report(readArguments(given));
    if (json) return console.log(JSON.stringify(result));
    result.classes.forEach((name, i) => console.log(`${i} ${name}: ${result.perClass[i]}`));
    result.notes.forEach((note) => console.log(note));
  } catch (error) {
    const { message } = error as Error;
    const known = error instanceof DatasetError || error instanceof NetworkError;
    const hint = known ? error.hint : 'This is a fault of the program; please report it.';
    console.log(json ? JSON.stringify({ error: message, hint }) : `${message}\n${hint}`);
    process.exitCode = 1;
  }
}

await main();

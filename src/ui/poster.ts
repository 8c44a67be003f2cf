import type { ImageTile } from '../engine/runReport';
import { readPoster } from '../state/recording/poster';

/** Pixels between images. */
const GAP = 2;

/** Keys of an address with which the page still begins with the recorded run. */
const HARMLESS = new Set(['v', 'backend', 'without', 'lang', 'layer', 'class', 'arm', 'projection', 'separation']);

/** Whether the page at this address will show the recorded run that comes with it. */
export const isRecordedWanted = (search: string): boolean =>
  [...new URLSearchParams(search).keys()].every((key) => HARMLESS.has(key));

/** In every language: which one the page will speak is decided later. */
const MARK = 'Recorded run · 記録された実行';

const element = <Name extends keyof HTMLElementTagNameMap>(name: Name, text = ''): HTMLElementTagNameMap[Name] => {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
};

/** A row of images for each class, at their own size, with transparent gaps. */
function sheetOf({ count, width, height, rgba }: ImageTile, classes: number): ImageData {
  const perClass = count / classes;
  const sheet = new ImageData(perClass * (width + GAP) - GAP, classes * (height + GAP) - GAP);
  for (let index = 0; index < count; index++) {
    const [row, column] = [Math.floor(index / perClass), index % perClass];
    for (let y = 0; y < height; y++) {
      const from = (index * height + y) * width * 4;
      sheet.data.set(
        rgba.subarray(from, from + width * 4),
        ((row * (height + GAP) + y) * sheet.width + column * (width + GAP)) * 4,
      );
    }
  }
  return sheet;
}

/**
 * The last synthetic images of the recorded run, a row for each class, drawn before the page's own script has begun:
 * that takes as long again as the browser needed to get here. The page takes the poster's place.
 *
 * @returns false where the page was there first
 */
export async function showPoster(root: HTMLElement, text: string): Promise<boolean> {
  const { classes, images } = await readPoster(text);
  if (root.childElementCount > 0) return false;
  const sheet = sheetOf(images, classes);
  const canvas = element('canvas');
  [canvas.width, canvas.height] = [sheet.width, sheet.height];
  // Kept out of the GPU's process, which is only starting now.
  canvas.getContext('2d', { willReadFrequently: true })?.putImageData(sheet, 0, 0);
  const poster = element('div');
  poster.className = 'poster';
  poster.setAttribute('aria-hidden', 'true');
  poster.append(element('p', 'FDDA playground'), element('small', MARK), canvas);
  root.append(poster);
  return true;
}

import { fromCoefficients, coefficientCount } from '../state/recording/imageCodec';
import { unpackBytes } from '../state/recording/packing';
import { drawRow, rowLayout } from './views/drawImages';

/** What the poster reads of a recorded run's file; the page itself checks and reads all of it. */
interface PosterFile {
  overview: { network: { inputShape: [number, number, number]; classNames: string[] } };
  snapshots: { perClass: number; images: { count: number; data: string } }[];
}

/** Keys of an address with which the page still begins with the recorded run. */
const HARMLESS = new Set(['v', 'backend', 'without', 'lang', 'layer', 'class', 'projection', 'separation']);

/** Whether the page at this address will show the recorded run that comes with it. */
export const isRecordedWanted = (search: string): boolean => [...new URLSearchParams(search).keys()].every((key) => HARMLESS.has(key));

/**
 * The last synthetic images of the recorded run, a row for each class, drawn before the page's own script has begun: that
 * takes as long again as the browser needed to get here. The page takes the poster's place.
 *
 * @returns false where there is nothing to show
 */
export async function showPoster(root: HTMLElement, text: string): Promise<boolean> {
  const { overview, snapshots } = JSON.parse(text) as PosterFile;
  const [height, width] = overview.network.inputShape;
  const last = snapshots.at(-1);
  if (!last) return false;
  const { count } = last.images;
  const length = coefficientCount(count, height, width);
  if (snapshots.some(({ images }) => images.count !== count)) return false;
  const coefficients = new Uint8Array(length);
  for (const part of await Promise.all(snapshots.map(({ images }) => unpackBytes(images.data, length)))) {
    // Each is kept as its differences to the one before.
    for (let i = 0; i < length; i++) coefficients[i] += part[i];
  }
  const tile = fromCoefficients(coefficients, count, height, width);
  // The page may have come first.
  if (root.childElementCount > 0) return false;
  const poster = document.createElement('div');
  poster.className = 'poster';
  poster.setAttribute('aria-hidden', 'true');
  const title = document.createElement('p');
  title.textContent = 'FDDA playground';
  const grid = document.createElement('div');
  overview.network.classNames.forEach((_, label) => {
    const canvas = document.createElement('canvas');
    const cells = Array.from({ length: last.perClass }, (_each, i) => ({ tile, index: label * last.perClass + i, right: null }));
    const { size, lefts } = rowLayout(last.perClass * 43, 40, 0, last.perClass);
    const across = lefts[lefts.length - 1] + size;
    canvas.style.width = `${across}px`;
    canvas.style.height = `${size}px`;
    drawRow(canvas, cells, lefts, size, across, size);
    grid.append(canvas);
  });
  poster.append(title, grid);
  root.append(poster);
  return true;
}

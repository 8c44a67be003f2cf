import { readPoster } from '../state/recording/poster';
import { drawRow, rowLayout } from './views/drawImages';

/** Keys of an address with which the page still begins with the recorded run. */
const HARMLESS = new Set(['v', 'backend', 'without', 'lang', 'layer', 'class', 'projection', 'separation']);

/** Whether the page at this address will show the recorded run that comes with it. */
export const isRecordedWanted = (search: string): boolean => [...new URLSearchParams(search).keys()].every((key) => HARMLESS.has(key));

/** In every language: which one the page will speak is decided later. */
const MARK = 'Recorded run · 記録された実行';

const element = <Name extends keyof HTMLElementTagNameMap>(name: Name, text = ''): HTMLElementTagNameMap[Name] => {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
};

/**
 * The last synthetic images of the recorded run, a row for each class, drawn before the page's own script has begun: that
 * takes as long again as the browser needed to get here. The page takes the poster's place.
 *
 * @returns false where the page was there first
 */
export async function showPoster(root: HTMLElement, text: string): Promise<boolean> {
  const { classes, images } = await readPoster(text);
  if (root.childElementCount > 0) return false;
  const perClass = images.count / classes;
  const { size, lefts } = rowLayout(perClass * 43, 40, 0, perClass);
  const across = lefts[lefts.length - 1] + size;
  const grid = element('div');
  for (let label = 0; label < classes; label++) {
    const canvas = element('canvas');
    canvas.style.width = `${across}px`;
    canvas.style.height = `${size}px`;
    drawRow(canvas, Array.from({ length: perClass }, (_, i) => ({ tile: images, index: label * perClass + i, right: null })), lefts, size, across, size);
    grid.append(canvas);
  }
  const poster = element('div');
  poster.className = 'poster';
  poster.setAttribute('aria-hidden', 'true');
  poster.append(element('p', 'FDDA playground'), element('small', MARK), grid);
  root.append(poster);
  return true;
}

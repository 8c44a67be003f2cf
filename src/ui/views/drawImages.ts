import type { ImageTile } from '../../engine/runReport';

/** One image of a row: which one of its tile, and what the teacher said (null: nothing to say). */
export interface Cell {
  tile: ImageTile;
  index: number;
  right: boolean | null;
}

const GAP = 3;
/** Between real and synthetic images. */
const DIVIDE = 9;

/** Left edges and size of the cells of a row, in CSS pixels. */
export function rowLayout(
  width: number,
  height: number,
  real: number,
  synthetic: number,
): { size: number; lefts: number[] } {
  const count = real + synthetic;
  const size = Math.max(
    8,
    Math.floor(Math.min(height, (width - GAP * Math.max(0, count - 2) - DIVIDE) / Math.max(1, count))),
  );
  const lefts = Array.from({ length: count }, (_, i) => i * (size + GAP) + (i >= real ? DIVIDE - GAP : 0));
  return { size, lefts };
}

/** How many synthetic images fit beside the real ones without becoming too small to see. */
export function roomFor(width: number, real: number, synthetic: number, smallest = 36): number {
  let count = synthetic;
  while (count > 2 && rowLayout(width, Infinity, real, count).size < smallest) count--;
  return count;
}

let scratch: HTMLCanvasElement | null = null;
let enlarged: HTMLCanvasElement | null = null;

/** Image `index` of a tile at its own size on a canvas that the next call uses again. */
function natural({ width, height, rgba }: ImageTile, index: number): HTMLCanvasElement | null {
  scratch ??= document.createElement('canvas');
  if (scratch.width !== width || scratch.height !== height) [scratch.width, scratch.height] = [width, height];
  const context = scratch.getContext('2d', { willReadFrequently: false });
  if (!context) return null;
  const image = context.createImageData(width, height);
  image.data.set(rgba.subarray(index * width * height * 4, (index + 1) * width * height * 4));
  context.putImageData(image, 0, 0);
  return scratch;
}

/**
 * The image at a whole multiple of its size, at least `pixels` wide: scaled down from there, its pixels stay sharp and
 * even.
 */
function enlarge(image: HTMLCanvasElement, pixels: number): HTMLCanvasElement {
  const times = Math.ceil(pixels / image.width) + 1;
  enlarged ??= document.createElement('canvas');
  if (enlarged.width !== image.width * times || enlarged.height !== image.height * times) {
    [enlarged.width, enlarged.height] = [image.width * times, image.height * times];
  }
  const context = enlarged.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  context.drawImage(image, 0, 0, enlarged.width, enlarged.height);
  return enlarged;
}

const MARKS = {
  right: {
    color: '#0a7d4f',
    sign: [
      [0.22, 0.54],
      [0.43, 0.74],
      [0.78, 0.3],
    ],
  },
  wrong: {
    color: '#c92a2a',
    sign: [
      [0.28, 0.28],
      [0.72, 0.72],
      [0.5, 0.5],
      [0.72, 0.28],
      [0.28, 0.72],
    ],
  },
} as const;

function drawImage(
  context: CanvasRenderingContext2D,
  image: HTMLCanvasElement | null,
  left: number,
  size: number,
  ratio: number,
): void {
  if (!image) return;
  const whole = Number.isInteger((size * ratio) / image.width);
  context.imageSmoothingEnabled = !whole;
  context.imageSmoothingQuality = 'high';
  context.drawImage(whole ? image : enlarge(image, size * ratio), left, 0, size, size);
}

/** A crossed-out frame: there was an image, and it is not here. */
function drawWithheld(context: CanvasRenderingContext2D, left: number, size: number): void {
  context.strokeStyle = '#868e96';
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, 0.5, size - 1, size - 1);
  context.beginPath();
  context.moveTo(left, size);
  context.lineTo(left + size, 0);
  context.stroke();
}

/** Draws a row of images with crisp pixels and the teacher's verdict in each one's corner. */
export function drawRow(
  canvas: HTMLCanvasElement,
  cells: readonly Cell[],
  lefts: readonly number[],
  size: number,
  width: number,
  height: number,
  ratio = window.devicePixelRatio || 1,
): void {
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  cells.forEach(({ tile, index, right }, i) => {
    if (tile.withheld) drawWithheld(context, lefts[i], size);
    else drawImage(context, natural(tile, index), lefts[i], size, ratio);
    if (right === null) return;
    const badge = Math.max(9, Math.min(14, size * 0.3));
    const { color, sign } = MARKS[right ? 'right' : 'wrong'];
    const [x, y] = [lefts[i] + size - badge, size - badge];
    context.fillStyle = color;
    context.beginPath();
    context.roundRect(x, y, badge, badge, [badge * 0.35, 0, 0, 0]);
    context.fill();
    context.strokeStyle = '#ffffff';
    context.lineWidth = badge * 0.15;
    context.lineCap = 'round';
    context.beginPath();
    sign.forEach(([sx, sy], j) =>
      j === 0 ? context.moveTo(x + sx * badge, y + sy * badge) : context.lineTo(x + sx * badge, y + sy * badge),
    );
    context.stroke();
  });
}

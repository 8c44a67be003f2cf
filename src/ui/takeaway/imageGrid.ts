import type { RunOverview, SyntheticSnapshot, Verdicts } from '../../engine/runReport';
import type { Cell } from '../views/drawImages';
import { drawRow, rowLayout } from '../views/drawImages';
import { toBlob } from './saving';
import { FONTS, INK, INK_SOFT, PAPER } from './svg';

/** Pixels of the picture for each pixel of an image. */
const TIMES = 3;
/** Real images of each class that are shown, of however many there are. */
const MOST_REAL = 8;
const SIDE = 16;
const HEAD = 62;
const GAP = 6;

const of = ({ labels }: Verdicts, classIndex: number, most = Infinity): number[] =>
  Array.from(labels.keys())
    .filter((i) => labels[i] === classIndex)
    .slice(0, most);

interface GridWords {
  title: string;
  real: string;
  synthetic: string;
  footnote: string;
}

/** Some classes' real and synthetic images with the teacher's verdicts, as a PNG. */
export async function imageGrid(
  { network, calibration }: RunOverview,
  snapshot: SyntheticSnapshot | null,
  classes: readonly number[],
  words: GridWords,
): Promise<Blob> {
  const { height: tileHeight, width: tileWidth } = calibration.images;
  const size = TIMES * Math.max(tileHeight, tileWidth);
  const right = ({ labels, predicted }: Verdicts, index: number) => labels[index] === predicted[index];
  const rows = classes.map((classIndex) => {
    const name = network.classNames[classIndex] ?? String(classIndex);
    const real = of(calibration.verdicts, classIndex, MOST_REAL).map((index): Cell => ({
      tile: calibration.images,
      index,
      right: right(calibration.verdicts, index) ? null : false,
    }));
    const made = snapshot
      ? of(snapshot.verdicts, classIndex).map((index): Cell => ({
          tile: snapshot.images,
          index,
          right: right(snapshot.verdicts, index),
        }))
      : [];
    return { name, real: real.length, cells: [...real, ...made] };
  });
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d')!;
  const font = (pixels: number, weight = 400) => `${weight} ${pixels}px ${FONTS}`;
  context.font = font(15);
  const names = Math.ceil(Math.max(...rows.map(({ name }) => context.measureText(name).width))) + 14;
  const widest = Math.max(...rows.map(({ cells }) => cells.length));
  // As wide as the row with the most cells; the last cell's left edge says how wide that is.
  const { lefts } = rowLayout(Infinity, size, rows[0].real, widest - rows[0].real);
  const across = lefts[lefts.length - 1] + size;
  canvas.width = Math.max(SIDE * 2 + names + across, 420);
  canvas.height = HEAD + rows.length * (size + GAP) + 26;
  context.fillStyle = PAPER;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const write = (text: string, x: number, y: number, style: string, color = INK) => {
    context.font = style;
    context.fillStyle = color;
    context.fillText(text, x, y);
  };
  write(words.title, SIDE, 26, font(18, 600));
  write(words.real, SIDE + names, HEAD - 10, font(13), INK_SOFT);
  if (snapshot) write(words.synthetic, SIDE + names + lefts[rows[0].real], HEAD - 10, font(13), INK_SOFT);
  rows.forEach(({ name, real, cells }, i) => {
    const y = HEAD + i * (size + GAP);
    write(name, SIDE, y + size / 2 + 5, font(15));
    const row = document.createElement('canvas');
    drawRow(row, cells, rowLayout(Infinity, size, real, cells.length - real).lefts, size, across, size, 1);
    context.drawImage(row, SIDE + names, y);
  });
  write(words.footnote, SIDE, canvas.height - 10, font(11), INK_SOFT);
  return toBlob(canvas);
}

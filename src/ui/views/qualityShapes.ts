import type { QualityMeasure } from './qualityValues';
import { cellsByShade, SHADES } from './qualityValues';

/** Where the cells of a map of layers and classes are; layers go to the right, classes down. */
export interface CellGrid {
  layers: number;
  classes: number;
  left: number;
  top: number;
  cellWidth: number;
  cellHeight: number;
}

/** All cells of one shade as one path, and the dots that mark the worse ones. */
export interface ShadePath {
  shade: number;
  cells: string;
  dots: string | null;
}

const round = (value: number) => Math.round(value * 100) / 100;

export function shadePaths(
  measure: QualityMeasure,
  values: Float32Array,
  { classes, left, top, cellWidth, cellHeight }: CellGrid,
): ShadePath[] {
  const [w, h] = [round(Math.max(1, cellWidth - 1)), round(Math.max(1, cellHeight - 1))];
  const dot = Math.min(4, Math.max(2, round(Math.min(w, h) / 3)));
  return cellsByShade(measure, values).flatMap((cells, shade) => {
    if (cells.length === 0) return [];
    const places = cells.map((i) => [
      round(left + Math.floor(i / classes) * cellWidth),
      round(top + (i % classes) * cellHeight),
    ]);
    return [
      {
        shade,
        cells: places.map(([x, y]) => `M${x} ${y}h${w}v${h}h${-w}z`).join(''),
        dots:
          shade < SHADES
            ? null
            : places
                .map(
                  ([x, y]) =>
                    `M${round(x + w / 2 - dot / 2)} ${round(y + h / 2)}a${dot / 2} ${dot / 2} 0 1 0 ${dot} 0a${dot / 2} ${dot / 2} 0 1 0 ${-dot} 0z`,
                )
                .join(''),
      },
    ];
  });
}

/** Numbers of layers that there is room for: every one, or every second, fifth, tenth and so on. */
export function labeledLayers({ layers, cellWidth }: Pick<CellGrid, 'layers' | 'cellWidth'>): number[] {
  const step = [1, 2, 5, 10, 20, 50].find((each) => each * cellWidth >= 17) ?? 100;
  return Array.from({ length: layers }, (_, l) => l).filter((l) => l === 0 || (l + 1) % step === 0);
}

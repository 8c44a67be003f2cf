import type { SignedDistance } from './shapeOutlines';
import { toRgb } from './shapePaint';
import type { Oklab, Paint, Rgb } from './shapePaint';

/** The drawing surface of the "Shapes" dataset. */

const { floor, ceil, min, max } = Math;

export const clamp01 = (value: number) => (value < 0 ? 0 : value > 1 ? 1 : value);
export const plain = (colour: Oklab): Paint => ({ from: toRgb(colour), to: [0, 0, 0], blend: () => 0 });

/** A distance in pixels and the square around the middle of what it describes, outside of which nothing is drawn. */
export interface Piece {
  distance: SignedDistance;
  x: number;
  y: number;
  reach: number;
}

/** Where an image is drawn: coordinates are pixels from its middle, x to the right, y down. */
export class Canvas {
  /** [size, size, 3], gamma-encoded sRGB, 0 to 1. */
  readonly rgb: Float32Array;
  private readonly middle: number;

  constructor(readonly size: number) {
    this.rgb = new Float32Array(size * size * 3);
    this.middle = (size - 1) / 2;
  }

  mix(pixel: number, colour: Rgb, alpha: number): void {
    const { rgb } = this;
    const i = pixel * 3;
    rgb[i] += (colour[0] - rgb[i]) * alpha;
    rgb[i + 1] += (colour[1] - rgb[i + 1]) * alpha;
    rgb[i + 2] += (colour[2] - rgb[i + 2]) * alpha;
  }

  paintPixel(pixel: number, paint: Paint, x: number, y: number, alpha: number): void {
    const { from, to } = paint;
    const t = paint.blend(x, y);
    const { rgb } = this;
    const i = pixel * 3;
    for (let c = 0; c < 3; c++) rgb[i + c] += (from[c] + (to[c] - from[c]) * t - rgb[i + c]) * alpha;
  }

  /** Calls `visit` for the pixels within `reach` of (x, y), which are given by number and place. */
  within(x: number, y: number, reach: number, visit: (pixel: number, px: number, py: number) => void): void {
    const { size, middle } = this;
    const [x0, x1] = [max(0, floor(x + middle - reach)), min(size - 1, ceil(x + middle + reach))];
    const [y0, y1] = [max(0, floor(y + middle - reach)), min(size - 1, ceil(y + middle + reach))];
    for (let row = y0; row <= y1; row++) {
      for (let column = x0; column <= x1; column++) visit(row * size + column, column - middle, row - middle);
    }
  }

  fill(paint: Paint): void {
    this.within(0, 0, this.size, (pixel, x, y) => this.paintPixel(pixel, paint, x, y, 1));
  }

  drawPiece({ distance, x, y, reach }: Piece, paint: Paint, alpha: number): void {
    this.within(x, y, reach, (pixel, px, py) => {
      const cover = coverage(distance, distance(px, py), px, py);
      if (cover > 0) this.paintPixel(pixel, paint, px, py, cover * alpha);
    });
  }
}

/** Samples a side of a pixel on an edge. */
const SUPERSAMPLING = 3;

/**
 * Share of the pixel at (x, y) that lies inside: supersampled near the edge only, as a distance tells where that is.
 * @param middle the distance at (x, y)
 */
export function coverage(distance: SignedDistance, middle: number, x: number, y: number): number {
  if (middle > 1) return 0;
  if (middle < -1) return 1;
  const step = 1 / SUPERSAMPLING;
  let sum = 0;
  for (let j = 0; j < SUPERSAMPLING; j++) {
    const sy = y + (j + 0.5) * step - 0.5;
    for (let i = 0; i < SUPERSAMPLING; i++) {
      sum += clamp01(0.5 - distance(x + (i + 0.5) * step - 0.5, sy) * SUPERSAMPLING);
    }
  }
  return sum * step * step;
}

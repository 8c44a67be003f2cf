import type { Random } from '../random';
import { Canvas, plain } from './shapeCanvas';
import { drawFragment, drawOccluder, drawSlab } from './shapeClutter';
import { drawFigure, placeFigure } from './shapeFigure';
import type { ShapeName } from './shapeOutlines';
import { drawColour, drawPalette, linearBlend, neighbour, radialBlend, textureBlend, toRgb } from './shapePaint';
import type { ShapesDifficulty } from './shapesDifficulty';

/** One image of the "Shapes" dataset: background, pieces behind, the figure, pieces before it, then the camera. */

const { sin, cos, sqrt, PI } = Math;

function blur(values: Float32Array, size: number, weight: number): void {
  const pass = (step: number, lineStep: number) => {
    for (let line = 0; line < size; line++) {
      for (let c = 0; c < 3; c++) {
        let before = values[line * lineStep + c];
        for (let i = 0, at = line * lineStep + c; i < size; i++, at += step) {
          const here = values[at];
          const after = i + 1 < size ? values[at + step] : here;
          values[at] = here + weight * (before + after - 2 * here);
          before = here;
        }
      }
    }
  };
  pass(3, size * 3);
  pass(size * 3, 3);
}

function develop(canvas: Canvas, difficulty: ShapesDifficulty, random: Random): Uint8Array {
  const { rgb, size } = canvas;
  if (random.chance(difficulty.blurred)) blur(rgb, size, random.uniform(...difficulty.blur));
  const falloff = random.uniform(...difficulty.lighting);
  const angle = random.uniform(0, 2 * PI);
  const [lx, ly] = [(cos(angle) * falloff) / size, (sin(angle) * falloff) / size];
  const gain = 1 + random.uniform(-difficulty.exposure, difficulty.exposure);
  const gains = [0, 1, 2].map(() => gain * (1 + random.uniform(-difficulty.colourCast, difficulty.colourCast)));
  // Two uniform numbers have a triangular sum of variance 1/6 in units of their width: near enough to normal, and
  // cheap.
  const grain = (random.uniform(...difficulty.noise) * sqrt(6)) / 65536;
  const bytes = new Uint8ClampedArray(rgb.length);
  canvas.within(0, 0, size, (pixel, x, y) => {
    const light = (1 + x * lx + y * ly) * 255;
    for (let c = 0; c < 3; c++) {
      const bits = random.nextUint32();
      const i = pixel * 3 + c;
      bytes[i] = rgb[i] * light * gains[c] + ((bits & 0xffff) + (bits >>> 16) - 65535) * grain;
    }
  });
  return new Uint8Array(bytes.buffer);
}

/** Pixels [size, size, 3] of one example of a shape; everything about it is drawn from `random`. */
export function renderShape(name: ShapeName, size: number, difficulty: ShapesDifficulty, random: Random): Uint8Array {
  const canvas = new Canvas(size);
  const palette = drawPalette(
    random.uniform(...difficulty.contrast),
    random.uniform(...difficulty.backgroundTextureContrast),
    random,
  );
  const place = placeFigure(size, difficulty, random);

  const background = { from: toRgb(palette.background), to: toRgb(palette.background2) };
  if (random.chance(difficulty.backgroundTexture)) {
    canvas.fill({ ...background, blend: textureBlend(random.uniform(4, 14), random) });
  } else {
    canvas.fill({
      ...background,
      blend: random.chance(0.6) ? linearBlend(size, random) : radialBlend(size * 0.8, random),
    });
  }
  if (random.chance(difficulty.slabs)) {
    for (let count = 1 + random.integer(2); count > 0; count--) {
      const slab = drawSlab(size, random.uniform(2, size * 0.3), random.uniform(0, 2 * PI), random);
      canvas.drawPiece(slab, plain(neighbour(palette.background, random.uniform(0.06, 0.16), random)), 1);
    }
  }
  const drawFragments = (most: number) => {
    for (let count = random.integer(most + 1); count > 0; count--) {
      const colour = random.chance(0.3) ? palette.figure2 : drawColour(random);
      canvas.drawPiece(drawFragment(size, random), plain(colour), random.uniform(0.5, 1));
    }
  };
  drawFragments(difficulty.fragmentsBehind);
  drawFigure(canvas, name, place, palette, difficulty, random);
  if (random.chance(difficulty.occlusion)) {
    const depth = random.uniform(...difficulty.occlusionDepth) * place.radius;
    const colour = random.chance(0.5)
      ? neighbour(palette.background, random.uniform(0.05, 0.2), random)
      : drawColour(random);
    canvas.drawPiece(drawOccluder(place, size, depth, random), plain(colour), 1);
  }
  drawFragments(difficulty.fragmentsBefore);
  return develop(canvas, difficulty, random);
}

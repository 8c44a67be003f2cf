import type { Random } from '../random';
import { capsule, drawOutline, length, polygon, radialCorners } from './shapeOutlines';
import type { ShapeName, SignedDistance } from './shapeOutlines';
import { drawColour, drawPalette, linearBlend, neighbour, radialBlend, textureBlend, toRgb } from './shapePaint';
import type { Oklab, Paint, Palette, Rgb } from './shapePaint';
import type { Range, ShapesDifficulty } from './shapesDifficulty';

/**
 * Draws one image of the "Shapes" dataset: background, pieces behind, shadow, figure, pieces before, then the camera.
 * Coordinates are pixels from the image's middle, x to the right, y down.
 */

const { sin, cos, floor, ceil, sqrt, min, max, PI } = Math;

const clamp01 = (value: number) => (value < 0 ? 0 : value > 1 ? 1 : value);
const inRange = (range: Range, random: Random) => random.uniform(range[0], range[1]);
const plain = (colour: Oklab): Paint => ({ from: toRgb(colour), to: [0, 0, 0], blend: () => 0 });

/** A distance in pixels and the square around the middle of what it describes, outside of which nothing is drawn. */
interface Piece {
  distance: SignedDistance;
  x: number;
  y: number;
  reach: number;
}

class Canvas {
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
function coverage(distance: SignedDistance, middle: number, x: number, y: number): number {
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

// ---- pieces that are not the figure --------------------------------------------------------------------------

function drawFragment(size: number, random: Random): Piece {
  const middle = size / 2;
  const [x, y] = [random.uniform(-middle, middle), random.uniform(-middle, middle)];
  const angle = random.uniform(0, 2 * PI);
  const [dx, dy] = [cos(angle), sin(angle)];
  switch (random.integer(4)) {
    case 0: {
      const half = random.uniform(2, 7);
      const thickness = random.uniform(0.4, 1);
      return { distance: capsule(x - dx * half, y - dy * half, x + dx * half, y + dy * half, thickness), x, y, reach: half + 2 };
    }
    case 1: {
      const radius = random.uniform(0.8, 2.2);
      return { distance: (px, py) => length(px - x, py - y) - radius, x, y, reach: radius + 1 };
    }
    case 2: {
      // Less than half of a circle's line, so that it is no ring.
      const radius = random.uniform(3, 7);
      const thickness = random.uniform(0.5, 1);
      const distance: SignedDistance = (px, py) =>
        max(Math.abs(length(px - x, py - y) - radius) - thickness, radius * 0.5 - (px - x) * dx - (py - y) * dy);
      return { distance, x, y, reach: radius + 2 };
    }
    default: {
      const radius = random.uniform(1.5, 3.2);
      const corners = radialCorners(3 + random.integer(2), [radius]).map((v) => v + random.uniform(-0.4, 0.4) * radius);
      const shard = polygon(corners);
      return { distance: (px, py) => shard(px - x, py - y), x, y, reach: radius * 1.5 + 1 };
    }
  }
}

/** A disc or a straight edge that comes in from outside the frame, `depth` pixels deep at an angle. */
function drawSlab(size: number, depth: number, angle: number, random: Random): Piece {
  const [dx, dy] = [cos(angle), sin(angle)];
  const edge = size / 2 - depth;
  if (random.chance(0.5)) {
    const radius = random.uniform(6, 18);
    const [x, y] = [dx * (edge + radius), dy * (edge + radius)];
    return { distance: (px, py) => length(px - x, py - y) - radius, x, y, reach: radius + 1 };
  }
  const tilt = random.uniform(-0.5, 0.5);
  const [nx, ny] = [cos(angle + tilt), sin(angle + tilt)];
  return { distance: (px, py) => edge - px * nx - py * ny, x: 0, y: 0, reach: size };
}

/** A bar that covers the figure's rim, coming in from outside the frame, or a thinner one across the figure. Never a shape itself. */
function drawOccluder(place: Placement, size: number, depth: number, random: Random): Piece {
  const angle = random.uniform(0, 2 * PI);
  const [dx, dy] = [cos(angle), sin(angle)];
  const { x, y, radius } = place;
  if (random.chance(0.4)) {
    const off = random.uniform(-0.5, 0.5) * radius;
    const [cx, cy] = [x - dy * off, y + dx * off];
    const thickness = depth * 0.35;
    const half = radius * random.uniform(1, 2.2);
    const distance = capsule(cx - dx * half, cy - dy * half, cx + dx * half, cy + dy * half, thickness);
    return { distance, x: cx, y: cy, reach: half + thickness + 1 };
  }
  const thickness = radius * random.uniform(0.3, 0.65);
  const [near, far] = [radius - depth + thickness, size * 2];
  const tilt = angle + random.uniform(-0.6, 0.6);
  const [ax, ay] = [x + dx * near, y + dy * near];
  return { distance: capsule(ax, ay, ax + cos(tilt) * far, ay + sin(tilt) * far, thickness), x: 0, y: 0, reach: size };
}

// ---- the figure ----------------------------------------------------------------------------------------------

interface Placement {
  x: number;
  y: number;
  radius: number;
}

function placeFigure(size: number, difficulty: ShapesDifficulty, random: Random): Placement {
  const radius = inRange(difficulty.radius, random);
  const room = max(0, size / 2 - radius * (1 - difficulty.overhang));
  return { x: random.uniform(-room, room), y: random.uniform(-room, room), radius };
}

/** The figure's distance in pixels: turned, stretched and moved to its place. */
function figureDistance(name: ShapeName, place: Placement, difficulty: ShapesDifficulty, random: Random): SignedDistance {
  const outline = drawOutline(
    name,
    {
      cornerJitter: inRange(difficulty.cornerJitter, random),
      rounding: inRange(difficulty.rounding, random),
      waviness: inRange(difficulty.waviness, random),
    },
    random,
  );
  const turn = random.uniform(-difficulty.turn, difficulty.turn);
  const axis = random.uniform(0, PI);
  const stretch = random.uniform(1, difficulty.stretch);
  // Inverse of: turn, then scale by sqrt(stretch) along `axis` and its inverse across it.
  const [along, across] = [1 / sqrt(stretch), sqrt(stretch)];
  const [ca, sa, ct, st] = [cos(axis), sin(axis), cos(turn), sin(turn)];
  const { x, y, radius } = place;
  const inverse = 1 / radius;
  return (px, py) => {
    const qx = (px - x) * inverse;
    const qy = (py - y) * inverse;
    const u = (qx * ca + qy * sa) * along;
    const v = (qy * ca - qx * sa) * across;
    const rx = u * ca - v * sa;
    const ry = u * sa + v * ca;
    return outline(rx * ct + ry * st, ry * ct - rx * st) * radius;
  };
}

function figurePaint(palette: Palette, radius: number, textured: boolean, random: Random): Paint {
  const paint = { from: toRgb(palette.figure), to: toRgb(palette.figure2) };
  if (textured) return { ...paint, blend: textureBlend(radius * random.uniform(0.4, 1), random) };
  if (random.chance(0.35)) return plain(palette.figure);
  return { ...paint, blend: random.chance(0.5) ? linearBlend(radius * 2, random) : radialBlend(radius * 2, random) };
}

function drawFigure(canvas: Canvas, name: ShapeName, place: Placement, palette: Palette, difficulty: ShapesDifficulty, random: Random): void {
  const solid = figureDistance(name, place, difficulty, random);
  const { x, y, radius } = place;
  const reach = radius * 1.45 + 1.5;
  // The distance at every pixel's middle, reckoned once for shadow, fill, border and bevel.
  const field = new Float32Array(canvas.size * canvas.size).fill(canvas.size);
  canvas.within(x, y, reach, (pixel, px, py) => {
    if (length(px - x, py - y) < reach) field[pixel] = solid(px, py);
  });

  const halfStroke = max(0.7, radius * random.uniform(0.08, 0.14));
  // An outlined circle would be a ring, and the outline of a ring or crescent is two thin lines.
  const outlined = random.chance(difficulty.outline) && name !== 'circle' && name !== 'ring' && name !== 'crescent';
  const stroke = (half: number) => (d: number) => Math.abs(d + half) - half;
  const shape = outlined ? stroke(halfStroke) : (d: number) => d;
  const paint = figurePaint(palette, radius, random.chance(difficulty.figureTexture), random);

  if (random.chance(difficulty.shadow)) drawShadow(canvas, field, shape, place, random);
  const draw = (profile: (d: number) => number, colours: Paint) =>
    canvas.within(x, y, reach, (pixel, px, py) => {
      const cover = coverage((qx, qy) => profile(solid(qx, qy)), profile(field[pixel]), px, py);
      if (cover > 0) canvas.paintPixel(pixel, colours, px, py, cover);
    });
  draw(shape, paint);
  if (!outlined && random.chance(difficulty.border)) {
    draw(stroke(random.uniform(0.5, 1)), plain(neighbour(palette.figure, random.uniform(0.25, 0.45), random)));
  }
  if (!outlined && random.chance(difficulty.bevel)) drawBevel(canvas, field, place, reach, random);
}

/** A soft shadow of the figure, moved by whole pixels. */
function drawShadow(canvas: Canvas, field: Float32Array, shape: (d: number) => number, place: Placement, random: Random): void {
  const { size } = canvas;
  const strength = random.uniform(0.15, 0.45);
  const softness = random.uniform(1, 3);
  const [dx, dy] = [random.integer(5) - 2, random.integer(5) - 2];
  canvas.within(place.x + dx, place.y + dy, place.radius * 1.45 + softness, (pixel) => {
    const [column, row] = [(pixel % size) - dx, floor(pixel / size) - dy];
    if (column < 0 || row < 0 || column >= size || row >= size) return;
    const alpha = clamp01(0.5 - shape(field[row * size + column]) / (2 * softness)) * strength;
    if (alpha > 0) canvas.mix(pixel, [0.04, 0.03, 0.08], alpha);
  });
}

/** Light on the figure's rim from one side, shade on the other. */
function drawBevel(canvas: Canvas, field: Float32Array, { x, y, radius }: Placement, reach: number, random: Random): void {
  const { size } = canvas;
  const angle = random.uniform(0, 2 * PI);
  const [lx, ly] = [cos(angle), sin(angle)];
  const width = radius * random.uniform(0.25, 0.6);
  const strength = random.uniform(0.2, 0.45);
  canvas.within(x, y, reach, (pixel) => {
    const d = field[pixel];
    if (d > 0 || d < -width) return;
    const column = pixel % size;
    const right = column + 1 < size ? pixel + 1 : pixel;
    const left = column > 0 ? pixel - 1 : pixel;
    const down = pixel + size < field.length ? pixel + size : pixel;
    const up = pixel >= size ? pixel - size : pixel;
    const light = ((field[right] - field[left]) * lx + (field[down] - field[up]) * ly) / 2;
    const alpha = clamp01(1 + d / width) * strength * min(1, Math.abs(light));
    canvas.mix(pixel, light > 0 ? [1, 1, 1] : [0.02, 0.02, 0.06], alpha);
  });
}

// ---- the camera ----------------------------------------------------------------------------------------------

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
  if (random.chance(difficulty.blurred)) blur(rgb, size, inRange(difficulty.blur, random));
  const falloff = inRange(difficulty.lighting, random);
  const angle = random.uniform(0, 2 * PI);
  const [lx, ly] = [(cos(angle) * falloff) / size, (sin(angle) * falloff) / size];
  const gain = 1 + random.uniform(-difficulty.exposure, difficulty.exposure);
  const gains = [0, 1, 2].map(() => gain * (1 + random.uniform(-difficulty.colourCast, difficulty.colourCast)));
  // Two uniform numbers have a triangular sum of variance 1/6 in units of their width: near enough to normal, and cheap.
  const grain = (inRange(difficulty.noise, random) * sqrt(6)) / 65536;
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
  const palette = drawPalette(inRange(difficulty.contrast, random), inRange(difficulty.backgroundTextureContrast, random), random);
  const place = placeFigure(size, difficulty, random);

  const background = { from: toRgb(palette.background), to: toRgb(palette.background2) };
  if (random.chance(difficulty.backgroundTexture)) {
    canvas.fill({ ...background, blend: textureBlend(random.uniform(4, 14), random) });
  } else {
    canvas.fill({ ...background, blend: random.chance(0.6) ? linearBlend(size, random) : radialBlend(size * 0.8, random) });
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
    const depth = inRange(difficulty.occlusionDepth, random) * place.radius;
    const colour = random.chance(0.5) ? neighbour(palette.background, random.uniform(0.05, 0.2), random) : drawColour(random);
    canvas.drawPiece(drawOccluder(place, size, depth, random), plain(colour), 1);
  }
  drawFragments(difficulty.fragmentsBefore);
  return develop(canvas, difficulty, random);
}

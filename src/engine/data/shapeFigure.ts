import type { Random } from '../random';
import type { Canvas } from './shapeCanvas';
import { clamp01, coverage, plain } from './shapeCanvas';
import { drawOutline, length } from './shapeOutlines';
import type { ShapeName, SignedDistance } from './shapeOutlines';
import { linearBlend, neighbour, radialBlend, textureBlend, toRgb } from './shapePaint';
import type { Paint, Palette } from './shapePaint';
import type { ShapesDifficulty } from './shapesDifficulty';

/** The figure of an image of the "Shapes" dataset. */

const { sin, cos, floor, sqrt, min, max, PI } = Math;

/** Middle and radius in pixels. */
export interface Placement {
  x: number;
  y: number;
  radius: number;
}

export function placeFigure(size: number, difficulty: ShapesDifficulty, random: Random): Placement {
  const radius = random.uniform(...difficulty.radius);
  const room = max(0, size / 2 - radius * (1 - difficulty.overhang));
  return { x: random.uniform(-room, room), y: random.uniform(-room, room), radius };
}

/** The figure's distance in pixels: turned, stretched and moved to its place. */
function figureDistance(
  name: ShapeName,
  place: Placement,
  difficulty: ShapesDifficulty,
  random: Random,
): SignedDistance {
  const outline = drawOutline(
    name,
    {
      cornerJitter: random.uniform(...difficulty.cornerJitter),
      rounding: random.uniform(...difficulty.rounding),
      waviness: random.uniform(...difficulty.waviness),
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

/** Draws the figure with its shadow, paint, border and bevel. */
export function drawFigure(
  canvas: Canvas,
  name: ShapeName,
  place: Placement,
  palette: Palette,
  difficulty: ShapesDifficulty,
  random: Random,
): void {
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
function drawShadow(
  canvas: Canvas,
  field: Float32Array,
  shape: (d: number) => number,
  place: Placement,
  random: Random,
): void {
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
function drawBevel(
  canvas: Canvas,
  field: Float32Array,
  { x, y, radius }: Placement,
  reach: number,
  random: Random,
): void {
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

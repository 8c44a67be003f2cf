import type { Random } from '../random';
import { length } from './shapeOutlines';

/** Colours and textures of the "Shapes" dataset. */

/** Gamma-encoded sRGB, 0 to 1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Perceptual colour: lightness 0 to 1 and two opponent axes (Ottosson, "A perceptual color space for image processing",
 * 2020).
 */
export interface Oklab {
  lightness: number;
  a: number;
  b: number;
}

/** Blend of two colours, a function of the pixel. */
export interface Paint {
  from: Rgb;
  to: Rgb;
  /** 0: `from`, 1: `to`. */
  blend: (x: number, y: number) => number;
}

const { sin, cos, floor, round, min, max, PI } = Math;

const clamp01 = (value: number) => (value < 0 ? 0 : value > 1 ? 1 : value);
const encodeGamma = (value: number) => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);

export function oklab(lightness: number, chroma: number, hue: number): Oklab {
  return { lightness, a: chroma * cos(hue), b: chroma * sin(hue) };
}

export function colourDistance(p: Oklab, q: Oklab): number {
  return length(p.lightness - q.lightness, length(p.a - q.a, p.b - q.b));
}

/** Clamped to what a screen can show. */
export function toRgb({ lightness, a, b }: Oklab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encodeGamma(clamp01(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)),
    encodeGamma(clamp01(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)),
    encodeGamma(clamp01(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)),
  ];
}

/** A colour about `distance` away from `base` that stays in the visible range. */
export function neighbour(base: Oklab, distance: number, random: Random): Oklab {
  const hue = random.uniform(0, 2 * PI);
  const share = random.uniform(0.3, 0.8);
  const up = base.lightness > 0.85 ? -1 : base.lightness < 0.25 ? 1 : random.chance(0.5) ? 1 : -1;
  return {
    lightness: base.lightness + up * distance * (1 - share * 0.5),
    a: base.a + distance * share * cos(hue),
    b: base.b + distance * share * sin(hue),
  };
}

export interface Palette {
  background: Oklab;
  background2: Oklab;
  figure: Oklab;
  figure2: Oklab;
}

/**
 * Colours of one image. Figure and background are at least `contrast` apart, their second colours at least 0.7 of it
 * where that can be found.
 */
export function drawPalette(contrast: number, backgroundTextureContrast: number, random: Random): Palette {
  const background = oklab(random.uniform(0.26, 0.95), random.uniform(0.02, 0.135), random.uniform(0, 2 * PI));
  const background2 = neighbour(background, backgroundTextureContrast, random);
  const apart = (colour: Oklab, least: number) =>
    colourDistance(colour, background) >= least && colourDistance(colour, background2) >= least;
  let figure = background;
  for (let attempt = 0; attempt < 20 && !apart(figure, contrast); attempt++) {
    figure = oklab(random.uniform(0.28, 0.97), random.uniform(0.08, 0.23), random.uniform(0, 2 * PI));
  }
  let figure2 = figure;
  for (let attempt = 0; attempt < 20; attempt++) {
    const candidate = neighbour(figure, random.uniform(0.12, 0.3), random);
    if (apart(candidate, contrast * 0.7)) {
      figure2 = candidate;
      break;
    }
  }
  return { background, background2, figure, figure2 };
}

/** Any colour, for fragments. */
export function drawColour(random: Random): Oklab {
  return oklab(random.uniform(0.25, 0.95), random.uniform(0.03, 0.18), random.uniform(0, 2 * PI));
}

// ---- blends: all in pixels of an image whose middle is (0, 0) ------------------------------------------------

type Blend = Paint['blend'];

/** From 0 to 1 across about `span` pixels. */
export function linearBlend(span: number, random: Random): Blend {
  const angle = random.uniform(0, 2 * PI);
  const [dx, dy] = [cos(angle) / span, sin(angle) / span];
  return (x, y) => clamp01(0.5 + x * dx + y * dy);
}

export function radialBlend(radius: number, random: Random): Blend {
  const [cx, cy] = [random.uniform(-12, 12), random.uniform(-12, 12)];
  return (x, y) => clamp01(length(x - cx, y - cy) / radius);
}

/** Stripes and checks are sines made steep, not steps: a step would alias at this size. */
const STEEPNESS = 1.6;

function stripes(period: number, random: Random): Blend {
  const angle = random.uniform(0, PI);
  const frequency = (2 * PI) / period;
  const [dx, dy, phase] = [cos(angle) * frequency, sin(angle) * frequency, random.uniform(0, 2 * PI)];
  return (x, y) => clamp01(0.5 + STEEPNESS * sin(x * dx + y * dy + phase));
}

function waves(period: number, random: Random): Blend {
  const angle = random.uniform(0, PI);
  const frequency = (2 * PI) / period;
  const [c, s, phase] = [cos(angle), sin(angle), random.uniform(0, 2 * PI)];
  const [swing, slow] = [random.uniform(0.6, 1.6), random.uniform(0.3, 0.6)];
  return (x, y) =>
    clamp01(0.5 + STEEPNESS * sin((x * c + y * s) * frequency + swing * sin((y * c - x * s) * slow + phase) + phase));
}

function checks(period: number, random: Random): Blend {
  const angle = random.uniform(0, PI / 2);
  const frequency = PI / period;
  const [c, s] = [cos(angle) * frequency, sin(angle) * frequency];
  const [p, q] = [random.uniform(0, 2 * PI), random.uniform(0, 2 * PI)];
  return (x, y) => clamp01(0.5 + 2 * STEEPNESS * sin(x * c + y * s + p) * sin(y * c - x * s + q));
}

function dots(period: number, random: Random): Blend {
  const angle = random.uniform(0, PI / 2);
  const [c, s] = [cos(angle) / period, sin(angle) / period];
  const [p, q] = [random.next(), random.next()];
  const radius = period * random.uniform(0.24, 0.38);
  return (x, y) => {
    const u = x * c + y * s + p;
    const v = y * c - x * s + q;
    return clamp01(0.5 + radius - period * length(u - round(u), v - round(v)));
  };
}

const LATTICE = 8;

/** Two octaves of value noise. */
function clouds(period: number, random: Random): Blend {
  const lattice = Float64Array.from({ length: LATTICE * LATTICE }, () => random.next());
  const at = (x: number, y: number) => {
    const [ix, iy] = [floor(x), floor(y)];
    const [tx, ty] = [x - ix, y - iy];
    const [wx, wy] = [tx * tx * (3 - 2 * tx), ty * ty * (3 - 2 * ty)];
    const [x0, x1] = [ix & (LATTICE - 1), (ix + 1) & (LATTICE - 1)];
    const [y0, y1] = [(iy & (LATTICE - 1)) * LATTICE, ((iy + 1) & (LATTICE - 1)) * LATTICE];
    const top = lattice[y0 + x0] * (1 - wx) + lattice[y0 + x1] * wx;
    const bottom = lattice[y1 + x0] * (1 - wx) + lattice[y1 + x1] * wx;
    return top * (1 - wy) + bottom * wy;
  };
  const scale = 1 / period;
  return (x, y) =>
    clamp01(1.9 * (0.67 * at(x * scale + 31, y * scale + 31) + 0.33 * at(x * scale * 2.3, y * scale * 2.3) - 0.24));
}

const TEXTURES = [stripes, waves, checks, dots, clouds];

/** One of the textures; `period` is the size of its repeat in pixels. */
export function textureBlend(period: number, random: Random): Blend {
  return random.pick(TEXTURES)(max(3, min(16, period)), random);
}

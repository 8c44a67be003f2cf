import type { Random } from '../random';

/**
 * Outlines as signed distance functions: negative inside, 0 on the edge, positive outside; the unit is the figure's
 * radius. Formulas for polygon, heart and crescent: Inigo Quilez, "2D distance functions" (iquilezles.org).
 */
export type SignedDistance = (x: number, y: number) => number;

/** In the order of the labels. All of them look like themselves in a mirror, so flipping keeps the label. */
export const SHAPE_NAMES = [
  'circle',
  'ring',
  'square',
  'triangle',
  'star',
  'cross',
  'crescent',
  'heart',
  'hexagon',
  'arrow',
] as const;
export type ShapeName = (typeof SHAPE_NAMES)[number];

/** Where the corners of a polygon may move to and how round they are, shares of the radius. */
export interface Irregularity {
  cornerJitter: number;
  rounding: number;
  waviness: number;
}

const { sqrt, abs, max, min, cos, sin, PI } = Math;

/** Math.hypot guards against overflow and costs ten times as much. */
export const length = (x: number, y: number) => sqrt(x * x + y * y);

/** A closed polygon of corners [x0, y0, x1, y1, ...]; it may be concave. */
export function polygon(corners: readonly number[]): SignedDistance {
  const n = corners.length / 2;
  const x = Float64Array.from({ length: n }, (_, i) => corners[2 * i]);
  const y = Float64Array.from({ length: n }, (_, i) => corners[2 * i + 1]);
  const edgeX = x.map((value, i) => x[(i + n - 1) % n] - value);
  const edgeY = y.map((value, i) => y[(i + n - 1) % n] - value);
  const inverseLength = edgeX.map((value, i) => 1 / (value * value + edgeY[i] * edgeY[i]));
  return (px, py) => {
    let squared = Infinity;
    let inside = false;
    let previousY = y[n - 1];
    for (let i = 0; i < n; i++) {
      const ex = edgeX[i];
      const ey = edgeY[i];
      const wx = px - x[i];
      const wy = py - y[i];
      let t = (wx * ex + wy * ey) * inverseLength[i];
      t = t < 0 ? 0 : t > 1 ? 1 : t;
      const bx = wx - ex * t;
      const by = wy - ey * t;
      const d = bx * bx + by * by;
      if (d < squared) squared = d;
      if (wy < 0 !== py - previousY < 0 && (ey < 0 ? ex * wy > ey * wx : ex * wy < ey * wx)) inside = !inside;
      previousY = y[i];
    }
    return inside ? -sqrt(squared) : sqrt(squared);
  };
}

/** Corners of a polygon whose corners lie at the given radii, in turn, the first one up. */
export function radialCorners(count: number, radii: readonly number[]): number[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * PI * i) / count;
    const radius = radii[i % radii.length];
    return [radius * sin(angle), -radius * cos(angle)];
  }).flat();
}

/** A line from (ax, ay) to (bx, by) with round ends, `thickness` to either side. */
export function capsule(ax: number, ay: number, bx: number, by: number, thickness: number): SignedDistance {
  const ex = bx - ax;
  const ey = by - ay;
  const inverse = 1 / max(ex * ex + ey * ey, 1e-9);
  return (x, y) => {
    const t = min(1, max(0, ((x - ax) * ex + (y - ay) * ey) * inverse));
    return length(x - ax - ex * t, y - ay - ey * t) - thickness;
  };
}

function crescent(innerRadius: number, offset: number): SignedDistance {
  const a = (1 - innerRadius * innerRadius + offset * offset) / (2 * offset);
  const b = sqrt(max(1 - a * a, 0));
  return (px, py) => {
    // Moved so that the middle of the sickle, not of the disc it is cut from, lies at the origin.
    const x = px - 0.3;
    const y = abs(py);
    if (offset * (x * b - y * a) > offset * offset * max(b - y, 0)) return length(x - a, y - b);
    return max(length(x, y) - 1, innerRadius - length(x - offset, y));
  };
}

function heart(size: number): SignedDistance {
  return (px, py) => {
    const x = abs(px) / size;
    const y = 0.55 - py / size;
    if (x + y > 1) return size * (length(x - 0.25, y - 0.75) - sqrt(2) / 4);
    const t = 0.5 * max(x + y, 0);
    const d = min(length(x, y - 1), length(x - t, y - t));
    return size * (x > y ? d : -d);
  };
}

function cornersOf(name: 'square' | 'triangle' | 'star' | 'cross' | 'hexagon' | 'arrow', random: Random): number[] {
  switch (name) {
    case 'square':
      return radialCorners(4, [1.12]);
    case 'triangle':
      return radialCorners(3, [1.2]);
    case 'hexagon':
      return radialCorners(6, [1]);
    case 'star':
      return radialCorners(10, [1.2, 1.2 * random.uniform(0.4, 0.56)]);
    case 'cross': {
      const arm = 1.08;
      const w = random.uniform(0.27, 0.4);
      return [-w, -arm, w, -arm, w, -w, arm, -w, arm, w, w, w, w, arm, -w, arm, -w, w, -arm, w, -arm, -w, -w, -w];
    }
    case 'arrow': {
      const neck = random.uniform(-0.2, 0.15);
      const shaft = random.uniform(0.22, 0.36);
      const head = random.uniform(0.8, 1);
      return [0, -1.15, head, neck, shaft, neck, shaft, 1.1, -shaft, 1.1, -shaft, neck, -head, neck];
    }
  }
}

/** One example of a shape, upright, with its own proportions and irregularity. */
export function drawOutline(name: ShapeName, irregularity: Irregularity, random: Random): SignedDistance {
  let outline: SignedDistance;
  let { rounding } = irregularity;
  switch (name) {
    case 'circle':
      outline = (x, y) => length(x, y) - 0.92;
      rounding = 0;
      break;
    case 'ring': {
      const half = random.uniform(0.13, 0.24);
      outline = (x, y) => abs(length(x, y) - 1 + half) - half;
      rounding = 0;
      break;
    }
    case 'crescent':
      outline = crescent(random.uniform(0.72, 0.92), random.uniform(0.4, 0.62));
      rounding *= 0.4;
      break;
    case 'heart':
      outline = heart(random.uniform(1.55, 1.78));
      rounding *= 0.5;
      break;
    default: {
      const jitter = irregularity.cornerJitter;
      const corners = cornersOf(name, random).map((value) => value + random.uniform(-jitter, jitter));
      // Rounding grows the outline; shrinking the corners first keeps its size.
      outline = polygon(corners.map((value) => value * (1 - rounding * 0.8)));
    }
  }
  const { waviness } = irregularity;
  const [fx, fy, phase] = [random.uniform(-4, 4), random.uniform(-4, 4), random.uniform(0, 2 * PI)];
  return (x, y) => outline(x, y) - rounding + waviness * sin(fx * x + fy * y + phase);
}

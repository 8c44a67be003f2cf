import type { Random } from '../random';
import type { Piece } from './shapeCanvas';
import type { Placement } from './shapeFigure';
import { capsule, length, polygon, radialCorners } from './shapeOutlines';
import type { SignedDistance } from './shapeOutlines';

/** What lies about in an image of the "Shapes" dataset besides the figure. */

const { sin, cos, max, PI } = Math;

/** A line, dot, arc or shard anywhere in the image: too small, or too little of it, to be one of the shapes. */
export function drawFragment(size: number, random: Random): Piece {
  const middle = size / 2;
  const [x, y] = [random.uniform(-middle, middle), random.uniform(-middle, middle)];
  const angle = random.uniform(0, 2 * PI);
  const [dx, dy] = [cos(angle), sin(angle)];
  switch (random.integer(4)) {
    case 0: {
      const half = random.uniform(2, 7);
      const thickness = random.uniform(0.4, 1);
      return {
        distance: capsule(x - dx * half, y - dy * half, x + dx * half, y + dy * half, thickness),
        x,
        y,
        reach: half + 2,
      };
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
export function drawSlab(size: number, depth: number, angle: number, random: Random): Piece {
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

/**
 * A bar that covers the figure's rim, coming in from outside the frame, or a thinner one across the figure. Never a
 * shape itself.
 */
export function drawOccluder(place: Placement, size: number, depth: number, random: Random): Piece {
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

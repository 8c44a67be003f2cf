import { classColor, classMarker } from '../palette';
import type { Scheme } from '../palette';
import type { Cloud, Frame, PointKind, Trail } from './scene';
import { place } from './scene';

interface Look {
  radius: number;
  alpha: number;
  /** Class marker or a plain dot. */
  marker: boolean;
  fill: boolean;
  outline: boolean;
}

/** How each kind of point is drawn. */
export const LOOKS: Record<PointKind, Look> = {
  observation: { radius: 1.7, alpha: 0.4, marker: false, fill: true, outline: false },
  distorted: { radius: 3, alpha: 0.32, marker: true, fill: false, outline: false },
  calibration: { radius: 4, alpha: 1, marker: true, fill: true, outline: true },
  synthetic: { radius: 2.4, alpha: 0.75, marker: true, fill: true, outline: false },
  batch: { radius: 5, alpha: 1, marker: true, fill: false, outline: true },
  pinned: { radius: 5.5, alpha: 0.85, marker: true, fill: false, outline: false },
  center: { radius: 8, alpha: 1, marker: true, fill: true, outline: true },
};

/** Pixels of the line around the kinds that have an outline, in the color of the paper. */
export const outlineWidth = (kind: PointKind): number => (kind === 'calibration' ? 2.4 : 4.5);

const PAPER = { light: '#ffffff', dark: '#1a1d22' } as const;
const paths = new Map<number, Path2D>();

function markerPath(classIndex: number): Path2D {
  let path = paths.get(classIndex);
  if (!path) paths.set(classIndex, (path = new Path2D(classMarker(classIndex))));
  return path;
}

/** Clears a canvas of the frame's size, sharp on any screen. Null when the canvas has no context. */
export function startDrawing(
  canvas: HTMLCanvasElement,
  { width, height }: Pick<Frame, 'width' | 'height'>,
): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

function drawCloud(
  context: CanvasRenderingContext2D,
  frame: Frame,
  { kind, xy, labels }: Cloud,
  scheme: Scheme,
  chosen: number | null,
): void {
  const look = LOOKS[kind];
  for (let i = 0; i < labels.length; i++) {
    const { px, py, outside } = place(frame, xy[2 * i], xy[2 * i + 1]);
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    // Targets are noise around a center: those beyond the edge would only frame the picture.
    if (outside && kind === 'distorted') continue;
    const color = classColor(labels[i], scheme);
    const away = chosen !== null && labels[i] !== chosen;
    context.globalAlpha = look.alpha * (away ? 0.18 : 1) * (outside && kind !== 'center' ? 0.6 : 1);
    if (!look.marker) {
      context.fillStyle = color;
      context.beginPath();
      context.arc(px, py, look.radius, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    const path = markerPath(labels[i]);
    context.save();
    context.translate(px, py);
    context.scale(look.radius, look.radius);
    context.lineJoin = 'round';
    if (look.outline) {
      context.lineWidth = outlineWidth(kind) / look.radius;
      context.strokeStyle = PAPER[scheme];
      context.stroke(path);
    }
    if (look.fill) {
      context.fillStyle = color;
      context.fill(path);
    } else {
      context.fillStyle = PAPER[scheme];
      if (look.outline) context.fill(path);
      context.lineWidth = (look.outline ? 2 : kind === 'pinned' ? 1.4 : 1) / look.radius;
      if (kind === 'pinned') context.setLineDash([2.2 / look.radius, 1.6 / look.radius]);
      context.strokeStyle = color;
      context.stroke(path);
    }
    context.restore();
  }
  context.globalAlpha = 1;
}

/** Draws clouds in their order, those of other classes faintly when one is chosen. */
export function drawClouds(
  context: CanvasRenderingContext2D,
  frame: Frame,
  clouds: readonly Cloud[],
  scheme: Scheme,
  chosen: number | null,
): void {
  for (const cloud of clouds) drawCloud(context, frame, cloud, scheme, chosen);
}

/** Draws where batches have been, fading into the past, and a thin line from each to its class's center. */
export function drawTrails(
  context: CanvasRenderingContext2D,
  frame: Frame,
  trails: readonly Trail[],
  batch: Cloud | undefined,
  centers: Cloud | undefined,
  scheme: Scheme,
  chosen: number | null,
): void {
  context.lineCap = 'round';
  for (const { classIndex, xy } of trails) {
    const away = chosen !== null && classIndex !== chosen;
    context.strokeStyle = classColor(classIndex, scheme);
    context.lineWidth = 1.6;
    const segments = xy.length / 2 - 1;
    for (let i = 0; i < segments; i++) {
      const from = place(frame, xy[2 * i], xy[2 * i + 1]);
      const to = place(frame, xy[2 * i + 2], xy[2 * i + 3]);
      context.globalAlpha = (away ? 0.1 : 0.75) * ((i + 1) / segments) ** 1.5;
      context.beginPath();
      context.moveTo(from.px, from.py);
      context.lineTo(to.px, to.py);
      context.stroke();
    }
  }
  if (batch && centers) {
    context.setLineDash([2, 4]);
    context.lineWidth = 1;
    for (let i = 0; i < batch.labels.length; i++) {
      const target = centers.labels.indexOf(batch.labels[i]);
      if (target < 0) continue;
      const from = place(frame, batch.xy[2 * i], batch.xy[2 * i + 1]);
      const to = place(frame, centers.xy[2 * target], centers.xy[2 * target + 1]);
      context.strokeStyle = classColor(batch.labels[i], scheme);
      context.globalAlpha = chosen !== null && batch.labels[i] !== chosen ? 0.08 : 0.5;
      context.beginPath();
      context.moveTo(from.px, from.py);
      context.lineTo(to.px, to.py);
      context.stroke();
    }
    context.setLineDash([]);
  }
  context.globalAlpha = 1;
}

import { memo, useEffect, useMemo, useRef, useState } from 'react';
import type { PointerEvent } from 'react';
import type { Scheme } from '../palette';
import { useWords } from '../language';
import { useSize } from '../useSize';
import { drawClouds, drawTrails, startDrawing } from './drawPoints';
import type { Cloud, Hit, Trail } from './scene';
import { countOutside, frameOf, hitTest } from './scene';

interface PointsMapProps {
  label: string;
  still: readonly Cloud[];
  moving: readonly Cloud[];
  trails: readonly Trail[];
  scheme: Scheme;
  chosen: number | null;
  describe: (hit: Hit) => string[];
  onPick: (classIndex: number) => void;
}

/**
 * The map of centers on two canvases: real points, drawn when they change, and below the large centers and above the
 * rest the synthetic ones, drawn with every frame.
 */
export const PointsMap = memo(function PointsMap({
  label,
  still,
  moving,
  trails,
  scheme,
  chosen,
  describe,
  onPick,
}: PointsMapProps) {
  const words = useWords().views.centers;
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const stillCanvas = useRef<HTMLCanvasElement>(null);
  const movingCanvas = useRef<HTMLCanvasElement>(null);
  const [hit, setHit] = useState<Hit | null>(null);

  const wide = frameOf(still, moving, width, height);
  // The frame is the same for most steps: only then need the real points not be drawn again.
  const key = [wide.centerX, wide.centerY, wide.scale, width, height].join();
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const frame = useMemo(() => wide, [key]);

  useEffect(() => {
    if (!stillCanvas.current || width === 0) return;
    const context = startDrawing(stillCanvas.current, frame);
    if (context)
      drawClouds(
        context,
        frame,
        still.filter(({ kind }) => kind !== 'center'),
        scheme,
        chosen,
      );
  }, [frame, still, scheme, chosen, width]);

  useEffect(() => {
    if (!movingCanvas.current || width === 0) return;
    const context = startDrawing(movingCanvas.current, frame);
    if (!context) return;
    const centers = still.find(({ kind }) => kind === 'center');
    const batch = moving.find(({ kind }) => kind === 'batch');
    drawTrails(context, frame, trails, batch, centers, scheme, chosen);
    drawClouds(
      context,
      frame,
      moving.filter(({ kind }) => kind !== 'batch'),
      scheme,
      chosen,
    );
    if (centers) drawClouds(context, frame, [centers], scheme, chosen);
    if (batch) drawClouds(context, frame, [batch], scheme, chosen);
  }, [frame, still, moving, trails, scheme, chosen, width]);

  const find = (event: PointerEvent | React.MouseEvent): Hit | null => {
    const area = event.currentTarget.getBoundingClientRect();
    return hitTest(frame, [...still, ...moving], event.clientX - area.left, event.clientY - area.top);
  };
  const outside = useMemo(() => countOutside(frame, moving), [frame, moving]);

  return (
    <div
      className="points-map"
      ref={box}
      role="img"
      aria-label={label}
      onPointerMove={(event) => setHit(find(event))}
      onPointerLeave={() => setHit(null)}
      onClick={(event) => {
        const picked = find(event);
        if (picked) onPick(picked.classIndex);
      }}
      style={{ cursor: hit ? 'pointer' : 'default' }}
    >
      <canvas ref={stillCanvas} style={{ width, height }} />
      <canvas ref={movingCanvas} style={{ width, height }} />
      {outside > 0 && (
        <span className="map-note" title={words.outsideHelp}>
          {words.outside(outside)}
        </span>
      )}
      {hit && (
        <div
          className="tooltip"
          style={{
            ...(hit.px > width / 2 ? { right: width - hit.px + 12 } : { left: hit.px + 12 }),
            ...(hit.py > height / 2 ? { bottom: height - hit.py + 6 } : { top: hit.py + 6 }),
          }}
        >
          {describe(hit).map((line, i) =>
            i === 0 ? <strong key={line}>{line}</strong> : <div key={line}>{line}</div>,
          )}
        </div>
      )}
    </div>
  );
});

import { memo, useId, useMemo, useState } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import { classColor, classMarker, divergingShades } from '../palette';
import type { Scheme } from '../palette';
import { useSize } from '../useSize';
import type { CellGrid } from './qualityShapes';
import { labeledLayers, shadePaths } from './qualityShapes';
import type { QualityMeasure } from './qualityValues';

interface QualityMapProps {
  /** Says what is drawn, for those who cannot see it. */
  label: string;
  measure: QualityMeasure;
  /** [L, rows] */
  values: Float32Array;
  layers: number;
  /** One row each: what it is called, and which class it is. */
  classNames: readonly string[];
  classes: readonly number[];
  startLayer: number;
  words: { layers: string; deep: string };
  layer: number | null;
  /** A row. */
  chosen: number | null;
  scheme: Scheme;
  describe: (layer: number, row: number) => string[];
  onPick: (layer: number | null, row: number | null) => void;
}

interface Cell {
  layer: number;
  row: number;
}

const TOP = 20;
const BOTTOM = 30;
const CELL_HEIGHT = 18;
const WIDE = 600;

/** A map with one row a class and one column a layer in SVG: one path a shade, however many cells there are. */
export const QualityMap = memo(function QualityMap(props: QualityMapProps) {
  const {
    label,
    measure,
    values,
    layers,
    classNames,
    classes: indices,
    startLayer,
    words,
    layer,
    chosen,
    scheme,
    describe,
    onPick,
  } = props;
  const [box, { width }] = useSize<HTMLDivElement>();
  const [cell, setCell] = useState<Cell | null>(null);
  const clip = useId();

  const classes = classNames.length;
  const left = width < WIDE ? 78 : 110;
  const cellWidth = Math.max(2, (width - left - 2) / layers);
  const height = TOP + classes * CELL_HEIGHT + BOTTOM;
  const grid = useMemo(
    (): CellGrid => ({ layers, classes, left, top: TOP, cellWidth, cellHeight: CELL_HEIGHT }),
    [layers, classes, left, cellWidth],
  );
  const paths = useMemo(() => shadePaths(measure, values, grid), [measure, values, grid]);
  const shades = divergingShades[scheme];
  const right = left + layers * cellWidth;
  const bottom = TOP + classes * CELL_HEIGHT;
  const shown = cell && cell.layer < layers && cell.row < classes ? cell : null;

  /** Layer and class at a place; null beside them, where the names are. */
  const placeOf = (event: MouseEvent): { layer: number | null; row: number | null } => {
    const area = event.currentTarget.getBoundingClientRect();
    const [l, c] = [
      Math.floor((event.clientX - area.left - left) / cellWidth),
      Math.floor((event.clientY - area.top - TOP) / CELL_HEIGHT),
    ];
    return { layer: l >= 0 && l < layers ? l : null, row: c >= 0 && c < classes ? c : null };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return setCell(null);
    const from = shown ?? { layer: layer ?? 0, row: chosen ?? 0 };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      setCell(from);
      return onPick(from.layer, from.row);
    }
    const [dx, dy] = (
      { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as Partial<
        Record<string, [number, number]>
      >
    )[event.key] ?? [0, 0];
    if (dx === 0 && dy === 0) return;
    event.preventDefault();
    const within = (value: number, most: number) => Math.min(most - 1, Math.max(0, value));
    // The first press shows where one is.
    setCell(shown ? { layer: within(from.layer + dx, layers), row: within(from.row + dy, classes) } : from);
  };
  const cellX = (l: number) => left + l * cellWidth;
  const cellY = (c: number) => TOP + c * CELL_HEIGHT;

  return (
    <div className="quality-map" ref={box}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="group"
          aria-label={label}
          tabIndex={0}
          className="chart-pick"
          onPointerMove={(event) => {
            const at = placeOf(event);
            setCell(at.layer !== null && at.row !== null ? { layer: at.layer, row: at.row } : null);
          }}
          onPointerLeave={() => setCell(null)}
          onBlur={() => setCell(null)}
          onKeyDown={onKeyDown}
          onClick={(event) => {
            const at = placeOf(event);
            onPick(at.layer, at.row);
          }}
        >
          <clipPath id={clip}>
            <rect x={0} y={0} width={left - 6} height={height} />
          </clipPath>
          {chosen !== null && chosen < classes && (
            <rect className="quality-row" x={0} y={cellY(chosen) - 0.5} width={left - 2} height={CELL_HEIGHT} rx={3} />
          )}
          <g className="chart-ticks" clipPath={`url(#${clip})`}>
            {classNames.map((name, c) => (
              <g key={c} opacity={chosen === null || chosen === c ? 1 : 0.6}>
                <path
                  d={classMarker(indices[c])}
                  fill={classColor(indices[c], scheme)}
                  transform={`translate(8 ${cellY(c) + CELL_HEIGHT / 2 - 0.5}) scale(4.4)`}
                />
                <text x={18} y={cellY(c) + CELL_HEIGHT / 2} dy="0.32em" className="quality-class">
                  {name}
                </text>
              </g>
            ))}
          </g>
          <g className="quality-empty">
            <rect x={left} y={TOP} width={Math.max(0, right - left - 1)} height={bottom - TOP - 1} />
          </g>
          {paths.map(({ shade, cells, dots }) => (
            <g key={shade} data-worse={dots !== null}>
              <path d={cells} fill={shades[shade][0]} />
              {dots && <path d={dots} fill={shades[shade][1]} />}
            </g>
          ))}
          <g className="quality-deep">
            <path d={`M${cellX(startLayer)} ${TOP - 3}v-3H${right - 1}v3`} />
          </g>
          <g className="chart-ticks">
            <text x={right - 3} y={TOP - 9} textAnchor="end">
              {words.deep}
            </text>
            {labeledLayers(grid).map((l) => (
              <text
                key={l}
                x={cellX(l) + cellWidth / 2}
                y={bottom + 12}
                textAnchor="middle"
                fontWeight={l === layer ? 700 : undefined}
              >
                {l + 1}
              </text>
            ))}
            <text x={(left + right) / 2} y={height - 4} textAnchor="middle">
              {words.layers}
            </text>
          </g>
          {layer !== null && layer < layers && (
            <rect
              className="quality-frame"
              x={cellX(layer) - 1}
              y={TOP - 1}
              width={cellWidth + 1}
              height={bottom - TOP + 1}
              rx={2}
            />
          )}
          {chosen !== null && chosen < classes && (
            <rect
              className="quality-frame"
              x={left - 1}
              y={cellY(chosen) - 1}
              width={right - left + 1}
              height={CELL_HEIGHT + 1}
              rx={2}
            />
          )}
          {shown && (
            <rect
              className="quality-cell"
              x={cellX(shown.layer) - 1}
              y={cellY(shown.row) - 1}
              width={cellWidth + 1}
              height={CELL_HEIGHT + 1}
              rx={2}
            />
          )}
        </svg>
      )}
      {shown && (
        <div
          className="tooltip"
          aria-live="polite"
          style={{
            ...(cellX(shown.layer) > width / 2
              ? { right: width - cellX(shown.layer) + 8 }
              : { left: cellX(shown.layer + 1) + 8 }),
            ...(shown.row >= classes / 2
              ? { bottom: height - cellY(shown.row) + 4 }
              : { top: cellY(shown.row + 1) + 4 }),
          }}
        >
          {describe(shown.layer, shown.row).map((line, i) =>
            i === 0 ? <strong key={line}>{line}</strong> : <div key={line}>{line}</div>,
          )}
        </div>
      )}
    </div>
  );
});

import { useRef } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { fakeQuantizeValue, type Range } from '../../engine/kernels/scalarQuantizer';
import { levelEnds, levels, type Histogram } from '../../engine/workbench/gridError';
import { short } from '../format';
import { lineColors } from '../palette';
import { useScheme } from '../useScheme';

const HEIGHT = 190;
const BASE = HEIGHT - 20;
/** Bars that are drawn; the numbers come from the finer bins. */
const BARS = 160;
/** A handle's move by an arrow key, of the whole width. */
const KEY_STEP = 0.01;

interface PlotProps {
  label: string;
  histogram: Histogram;
  range: Range;
  bits: number;
  width: number;
  /** What the two handles are called. */
  ends: { lo: string; hi: string };
  onChange: (range: Range) => void;
  /** A hand is on one of the handles, or nearly. */
  onReach: () => void;
}

/**
 * Values as bars, the levels as lines through them. What is clipped has the color of clipping; of the others the dark
 * part of a bar says how far its values move, compared with half a step.
 */
export function HistogramPlot({ label, histogram, range, bits, width, ends, onChange, onReach }: PlotProps) {
  const colors = lineColors[useScheme()];
  const dragged = useRef<'lo' | 'hi' | null>(null);
  const { counts, sums } = histogram;
  const span = Math.max(histogram.hi - histogram.lo, 1e-8);
  // A little room on both sides, so that a range can be wider than the values.
  const [from, to] = [histogram.lo - 0.08 * span, histogram.hi + 0.08 * span];
  const x = (value: number) => ((value - from) / (to - from)) * width;
  const per = Math.ceil(counts.length / BARS);
  const bars = Array.from({ length: Math.ceil(counts.length / per) }, (_, i) => {
    let [count, sum] = [0, 0];
    for (let k = i * per; k < Math.min(counts.length, (i + 1) * per); k++) {
      count += counts[k];
      sum += sums[k];
    }
    return { count, value: count > 0 ? sum / count : histogram.lo };
  });
  // Zeros of a ReLU would leave nothing of the others: heights grow as the root.
  const tallest = Math.sqrt(Math.max(...bars.map(({ count }) => count), 1));
  const height = (count: number) => (Math.sqrt(count) / tallest) * (BASE - 8);
  const level = levelEnds(range, bits);
  const half = (level.hi - level.lo) / (2 * (2 ** bits - 1));
  const barWidth = Math.max(1, (span / bars.length / (to - from)) * width);
  const moved = (end: 'lo' | 'hi', value: number) => {
    const next = { ...range, [end]: Math.min(to, Math.max(from, value)) };
    if (next.hi > next.lo) onChange(next);
  };
  const point = (event: PointerEvent<SVGElement>) => {
    const box = event.currentTarget.ownerSVGElement!.getBoundingClientRect();
    return from + ((event.clientX - box.left) / box.width) * (to - from);
  };
  const key = (end: 'lo' | 'hi') => (event: KeyboardEvent) => {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    moved(end, range[end] + way * KEY_STEP * (to - from) * (event.shiftKey ? 5 : 1));
  };
  return (
    <svg className="bench-histogram" width={width} height={HEIGHT} role="group" aria-label={label}>
      {bars.map(({ count, value }, i) => {
        if (count === 0) return null;
        const left = x(histogram.lo + (i / bars.length) * span);
        const clipped = value < level.lo - half || value > level.hi + half;
        const error = Math.min(1, Math.abs(fakeQuantizeValue(value, range.lo, range.hi, bits) - value) / half);
        const tall = height(count);
        return (
          <g key={i}>
            <rect
              x={left}
              y={BASE - tall}
              width={barWidth}
              height={tall}
              fill={clipped ? colors.ptq : colors.fdda}
              fillOpacity={clipped ? 0.9 : 0.35}
            />
            {!clipped && (
              <rect x={left} y={BASE - tall * error} width={barWidth} height={tall * error} fill={colors.fdda} />
            )}
          </g>
        );
      })}
      {levels(range, bits).map((value) => (
        <line key={value} x1={x(value)} x2={x(value)} y1={4} y2={BASE} className="bench-level" />
      ))}
      <line x1={0} x2={width} y1={BASE} y2={BASE} className="bench-base" />
      {(['lo', 'hi'] as const).map((end) => (
        <g
          key={end}
          className="bench-handle"
          role="slider"
          tabIndex={0}
          aria-label={ends[end]}
          aria-valuemin={from}
          aria-valuemax={to}
          aria-valuenow={range[end]}
          aria-valuetext={short(range[end])}
          onKeyDown={key(end)}
          onFocus={onReach}
          onPointerEnter={onReach}
          onPointerDown={(event) => {
            onReach();
            event.currentTarget.setPointerCapture(event.pointerId);
            dragged.current = end;
          }}
          onPointerMove={(event) => dragged.current === end && moved(end, point(event))}
          onPointerUp={() => (dragged.current = null)}
        >
          <rect x={x(range[end]) - 9} y={0} width={18} height={HEIGHT} fill="transparent" />
          <line x1={x(range[end])} x2={x(range[end])} y1={0} y2={BASE + 4} />
          <circle cx={x(range[end])} cy={BASE + 4} r={5} />
          <text x={Math.min(width - 18, Math.max(18, x(range[end])))} y={HEIGHT - 2} textAnchor="middle">
            {short(range[end])}
          </text>
        </g>
      ))}
    </svg>
  );
}

import { memo, useMemo } from 'react';
import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Rectangle,
  ReferenceDot,
  ReferenceLine,
  Tooltip,
  useActiveTooltipLabel,
  XAxis,
  YAxis,
} from 'recharts';
import type { BarShapeProps } from 'recharts';
import type { BarChartProps, ChartBar } from './chart';
import { ChartTooltip } from './ChartTooltip';
import { linearTicks, tickLabels } from './ticks';

interface DrawnProps extends BarChartProps {
  width: number;
  height: number;
}

/** Height of a bar, and of the outline at its foot. */
const THICK = 16;
const THIN = 6;
/** Height of the ticks below the bars, and about the width of a character of a name. */
const BELOW = 18;
const CHARACTER = 6.4;
const INK_SOFT = { fill: 'var(--ink-soft)' };

/** A bar that is not known has no length, but a place. */
const lengthOf = ({ value }: ChartBar) => value ?? 0;
const barOf = (props: BarShapeProps) => props.payload as ChartBar;

function OwnBar(props: BarShapeProps) {
  const { x, y, width, height } = props;
  const { color, pending, value } = barOf(props);
  if (value === null) return null;
  return (
    <Rectangle
      x={x}
      y={y}
      width={width}
      height={height}
      radius={[4, 0, 0, 4]}
      fill={color}
      fillOpacity={pending ? 0.75 : 1}
    />
  );
}

function OtherBar(props: BarShapeProps) {
  const { x, y, width, height } = props;
  // Its left side lies on the axis.
  return (
    <path
      className="chart-other"
      d={`M${x} ${y + height - THIN}h${width}v${THIN - 1}h${-width}`}
      stroke={barOf(props).color}
      strokeWidth={1.5}
      strokeDasharray="3 2"
    />
  );
}

function Mean({ cx = 0, cy = 0 }: { cx?: number; cy?: number }) {
  return <Rectangle className="chart-mean" x={cx - 1} y={cy - THICK / 2} width={2} height={THICK} strokeWidth={1} />;
}

/** What a row shows, in words. */
function Readings({
  bars,
  formatValue,
  formatOther = String,
}: Pick<BarChartProps, 'bars' | 'formatValue' | 'formatOther'>) {
  const id = useActiveTooltipLabel();
  const bar = bars.find((each) => each.id === id);
  if (!bar) return null;
  const row = (key: string, label: string, value: string, color = bar.color, sign = '━') => ({
    key,
    label,
    value,
    color,
    sign,
  });
  const rows = [
    ...(bar.value === null ? [] : [row('own', '', formatValue(bar.value))]),
    ...(bar.other == null ? [] : [row('other', '', formatOther(formatValue(bar.other)), bar.color, '┅')]),
    ...(bar.dots ?? []).map((dot) => row(dot.label, dot.label, '', 'inherit', '●')),
  ];
  return rows.length === 0 ? null : <ChartTooltip title={bar.label} rows={rows} />;
}

/** A bar chart of that size, by recharts: `BarChart` says when it is drawn. */
export const DrawnBarChart = memo(function DrawnBarChart(props: DrawnProps) {
  const { label, bars, domain, formatValue, formatOther, reference, formatTick, ref, width, height } = props;
  const [from, to] = domain;
  const ticks = useMemo(() => linearTicks(from, to, Math.max(2, width / 90)), [from, to, width]);
  const labels = useMemo(() => tickLabels(ticks, formatTick), [ticks, formatTick]);
  const names = useMemo(() => new Map(bars.map((bar) => [bar.id, bar.label])), [bars]);
  const rows = useMemo(() => [...bars], [bars]);
  const left = formatTick ? Math.min(width / 3, 12 + CHARACTER * Math.max(...bars.map((bar) => bar.label.length))) : 0;
  const others = bars.some(({ other }) => other != null);
  return (
    <div className="chart-drawing">
      <ComposedChart
        ref={ref}
        layout="vertical"
        width={width}
        height={height}
        data={rows}
        margin={{ top: 0, right: formatTick ? 16 : 0, bottom: 0, left: 0 }}
        accessibilityLayer
        aria-label={label}
      >
        {formatTick && <CartesianGrid className="chart-grid" horizontal={false} verticalValues={ticks} />}
        <XAxis
          type="number"
          domain={[from, to]}
          allowDataOverflow
          hide={!formatTick}
          ticks={ticks}
          tickFormatter={(tick: number) => labels[ticks.indexOf(tick)]}
          interval={0}
          height={BELOW}
          axisLine={false}
          tickLine={false}
          tickSize={2}
          tick={INK_SOFT}
        />
        {['own', 'other'].map((axis) => (
          <YAxis
            key={axis}
            yAxisId={axis}
            type="category"
            dataKey="id"
            // Two on one side would stand beside each other, the hidden one too.
            orientation={axis === 'own' ? 'left' : 'right'}
            hide={!formatTick || axis === 'other'}
            tickFormatter={(id: string) => names.get(id) ?? ''}
            interval={0}
            width={axis === 'own' ? left : 0}
            axisLine={false}
            tickLine={false}
            tickSize={3}
            tick={INK_SOFT}
          />
        ))}
        <Tooltip
          axisId="own"
          content={<Readings bars={bars} formatValue={formatValue} formatOther={formatOther} />}
          cursor={false}
          filterNull={false}
          isAnimationActive={false}
          allowEscapeViewBox={{ x: false, y: true }}
          wrapperStyle={{ zIndex: 30 }}
        />
        <Bar
          yAxisId="own"
          dataKey={lengthOf}
          barSize={THICK}
          background={{ radius: 4, className: 'chart-track' }}
          shape={OwnBar}
          isAnimationActive={false}
        />
        {others && <Bar yAxisId="other" dataKey="other" barSize={THICK} shape={OtherBar} isAnimationActive={false} />}
        {reference != null && (
          <ReferenceLine yAxisId="own" x={reference} zIndex={500} className="chart-compared" strokeWidth={2} />
        )}
        {bars.flatMap(({ id, dots = [], mean }) => [
          ...(mean === undefined
            ? []
            : [<ReferenceDot key={`${id} mean`} yAxisId="own" x={mean} y={id} r={2} shape={Mean} />]),
          ...dots.map((dot, i) => (
            <ReferenceDot
              key={`${id} ${i}`}
              yAxisId="own"
              x={dot.value}
              y={id}
              r={2.6}
              className="chart-seed"
              strokeWidth={1.5}
            />
          )),
        ])}
      </ComposedChart>
    </div>
  );
});

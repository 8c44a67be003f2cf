import { memo } from 'react';
import { useSize } from '../useSize';
import { alike } from './alike';
import type { BarChartProps } from './chart';
import { Missing } from './Missing';
import { usePaced } from './pace';
import { useDrawn } from './useDrawn';

/** Bars in rows, as large as the place they stand in; otherwise as `LineChart`. */
export const BarChart = memo(function BarChart(props: BarChartProps) {
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const { drawn, failed, ask } = useDrawn();
  const shown = usePaced(props, alike);
  if (failed) return <Missing onRetry={ask} />;
  const Drawn = drawn?.DrawnBarChart;
  return (
    <div className="chart" ref={box}>
      {Drawn && width > 0 && height > 0 && <Drawn {...shown} width={width} height={height} />}
    </div>
  );
});

import { memo } from 'react';
import { useSize } from '../useSize';
import { alike } from './alike';
import type { LineChartProps } from './chart';
import { Missing } from './Missing';
import { usePaced } from './pace';
import { useDrawn } from './useDrawn';

/**
 * Lines over numbers, as large as the place it stands in. It is drawn at most ten times a second, never animated, and
 * empty until what draws it has been fetched.
 */
export const LineChart = memo(function LineChart(props: LineChartProps) {
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const { drawn, failed, ask } = useDrawn();
  const shown = usePaced(props, alike);
  // A choice is answered at once: the next key goes on from it.
  const cursor = props.onSelect ? props.cursor : shown.cursor;
  if (failed) return <Missing onRetry={ask} />;
  const Drawn = drawn?.DrawnLineChart;
  return (
    <div className="chart" ref={box}>
      {Drawn && width > 0 && height > 0 && <Drawn {...shown} cursor={cursor} width={width} height={height} />}
    </div>
  );
});

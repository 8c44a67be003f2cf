import { useMemo, useState } from 'react';
import type { AccuracyRow } from '../../../engine/runReport';
import { shownMoment } from '../../../state/playgroundState';
import type { PlaygroundState } from '../../../state/playgroundState';
import { SETTINGS } from '../../../state/settings';
import type { ChartSeries } from '../../charts/chart';
import { LineChart } from '../../charts/LineChart';
import { NumberSlider } from '../../controls/NumberField';
import { exact, short } from '../../format';
import { useFormat, useWords } from '../../language';
import { lineColors } from '../../palette';
import { usePlayground, useThrottledPlayground } from '../../playground';
import { useScheme } from '../../useScheme';
import { quantizerCurve } from '../quantizerCurve';
import type { BarRow } from '../../views/BarRows';
import { BarRows } from '../../views/BarRows';

/** The range of the drawn quantizer, and what is drawn around it: beyond the range numbers are clipped. */
const RANGE = [-1, 1.5] as const;
const DRAWN: [number, number] = [-1.5, 2];
const PLACES = 561;
const twoDecimals = (x: number) => String(Number(x.toFixed(2))).replace('-', '−');

const NO_ROWS: readonly AccuracyRow[] = [];
const accuracyOf = (state: PlaygroundState) => shownMoment(state)?.accuracy ?? NO_ROWS;

/** Numbers onto the grid of k bits, and what that costs the network of this run. */
export function QuantizerFigure() {
  const {
    argument: { lacks: words },
    views: {
      accuracy: { pending },
    },
    arms: { names },
  } = useWords();
  const { percent } = useFormat();
  const applied = usePlayground((state) => state.settings.weightBits);
  const activationBits = usePlayground((state) => state.settings.activationBits);
  // The run's own bits until the reader takes the slider.
  const [own, setOwn] = useState<number | null>(null);
  const bits = own ?? applied;
  const rows = useThrottledPlayground(accuracyOf);
  const scheme = useScheme();
  const colors = lineColors[scheme];
  const curve = useMemo(() => quantizerCurve(RANGE[0], RANGE[1], bits, DRAWN[0], DRAWN[1], PLACES), [bits]);
  const series = useMemo(
    (): ChartSeries[] => [
      {
        id: 'ideal',
        label: words.input,
        color: colors.total,
        dash: 'dashed',
        faint: true,
        points: curve.points.map(([x]) => [x, x] as const),
      },
      { id: 'quantized', label: words.output, color: colors.ptq, points: curve.points },
    ],
    [curve, colors, words],
  );
  const band = useMemo(() => ({ from: RANGE[0], to: RANGE[1], label: words.range }), [words]);
  const note = words.values(String(2 ** bits), short(curve.largestError));
  const bars = useMemo(
    () =>
      (['fullPrecision', 'ptq'] as const).map((method): BarRow => {
        const value = rows.find((row) => row.id === method)?.accuracy ?? null;
        return {
          bar: { id: method, label: names[method], color: colors[method], value },
          value:
            value === null ? (
              <span className="bar-pending">{pending}</span>
            ) : (
              <data value={exact(value)} title={exact(value)}>
                {percent(value)}
              </data>
            ),
        };
      }),
    [rows, names, colors, pending, percent],
  );

  return (
    <>
      <label className="figure-slider">
        <span>{words.bits}</span>
        <NumberSlider setting={SETTINGS.weightBits} value={bits} label={words.bits} onChange={setOwn} />
        <b className="figure-value">{bits}</b>
      </label>
      <div className="figure-chart tall">
        <LineChart
          label={`${words.figure}. ${note}`}
          series={series}
          xLabel={words.input}
          yLabel={words.output}
          xDomain={DRAWN}
          yDomain={DRAWN}
          formatX={twoDecimals}
          band={band}
          grid="both"
        />
      </div>
      <p className="figure-note" aria-live="polite">
        {note}
      </p>
      <h4>{words.price}</h4>
      <BarRows label={words.price} rows={bars} formatValue={percent} />
      <p className="figure-note">{words.runBits(String(applied), String(activationBits))}</p>
    </>
  );
}

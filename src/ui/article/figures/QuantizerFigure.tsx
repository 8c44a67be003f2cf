import { useMemo, useState } from 'react';
import type { AccuracyRow } from '../../../engine/runReport';
import { shownMoment } from '../../../state/playgroundState';
import type { PlaygroundState } from '../../../state/playgroundState';
import { SETTINGS } from '../../../state/settings';
import { NumberSlider } from '../../controls/NumberField';
import { exact, short } from '../../format';
import { useFormat, useWords } from '../../language';
import { lineColors } from '../../palette';
import { usePlayground, useThrottledPlayground } from '../../playground';
import { useScheme } from '../../useScheme';
import { useSize } from '../../useSize';
import { quantizerCurve } from '../quantizerCurve';
import { Axes, pathOf, planeOf } from './Axes';

/** The range of the drawn quantizer, and what is drawn around it: beyond the range numbers are clipped. */
const RANGE = [-1, 1.5] as const;
const DRAWN: [number, number] = [-1.5, 2];
const PLACES = 561;

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
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const scheme = useScheme();
  const colors = lineColors[scheme];
  const curve = useMemo(() => quantizerCurve(RANGE[0], RANGE[1], bits, DRAWN[0], DRAWN[1], PLACES), [bits]);
  const plane = planeOf(width, height, DRAWN, DRAWN);
  const note = words.values(String(2 ** bits), short(curve.largestError));

  return (
    <>
      <label className="figure-slider">
        <span>{words.bits}</span>
        <NumberSlider setting={SETTINGS.weightBits} value={bits} label={words.bits} onChange={setOwn} />
        <b className="figure-value">{bits}</b>
      </label>
      <div className="figure-chart tall" ref={box}>
        {width > 0 && (
          <Axes plane={plane} label={`${words.figure}. ${note}`} xLabel={words.input} yLabel={words.output}>
            <rect
              className="figure-band"
              x={plane.x(RANGE[0])}
              y={plane.y(DRAWN[1])}
              width={plane.x(RANGE[1]) - plane.x(RANGE[0])}
              height={plane.y(DRAWN[0]) - plane.y(DRAWN[1])}
            />
            <text className="figure-mark" x={plane.x(RANGE[0]) + 5} y={plane.y(DRAWN[1]) + 14}>
              {words.range}
            </text>
            <path
              d={pathOf(plane, [
                [DRAWN[0], DRAWN[0]],
                [DRAWN[1], DRAWN[1]],
              ])}
              className="figure-ideal"
            />
            <path
              d={pathOf(plane, curve.points)}
              fill="none"
              stroke={colors.ptq}
              strokeWidth={2}
              strokeLinejoin="round"
            />
          </Axes>
        )}
      </div>
      <p className="figure-note" aria-live="polite">
        {note}
      </p>
      <h4>{words.price}</h4>
      <div className="bars">
        {(['fullPrecision', 'ptq'] as const).map((method) => {
          const accuracy = rows.find((row) => row.id === method)?.accuracy ?? null;
          return (
            <div key={method} className="bar">
              <span className="bar-name">{names[method]}</span>
              <span className="bar-track">
                {accuracy !== null && (
                  <span className="bar-fill" style={{ width: `${accuracy * 100}%`, background: colors[method] }} />
                )}
              </span>
              <span className="bar-value">
                {accuracy === null ? (
                  <span className="bar-pending">{pending}</span>
                ) : (
                  <data value={exact(accuracy)} title={exact(accuracy)}>
                    {percent(accuracy)}
                  </data>
                )}
              </span>
            </div>
          );
        })}
      </div>
      <p className="figure-note">{words.runBits(String(applied), String(activationBits))}</p>
    </>
  );
}

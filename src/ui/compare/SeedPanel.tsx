import { Button } from '@mantine/core';
import { Fragment, useCallback, useId, useMemo, useState } from 'react';
import type { RowId } from '../../engine/runReport';
import { sameButSeed } from '../../state/compare/difference';
import type { Spread } from '../../state/compare/results';
import { gains, spreadOf } from '../../state/compare/results';
import { canRepeat, MAX_SEEDS, MIN_SEEDS } from '../../state/compare/seedSeries';
import type { SeedSeries } from '../../state/compare/seedSeries';
import { BarChart } from '../charts/BarChart';
import type { ChartBar } from '../charts/chart';
import { extentOf, valueAxis } from '../charts/ticks';
import { HelpLines } from '../Help';
import { useFormat, useWords } from '../language';
import { lineColors } from '../palette';
import { usePlayground } from '../playground';
import { useScheme } from '../useScheme';
import { SeriesProgress } from './CompareBar';
import { useComparison, useComparisonActions } from './comparison';
import { seedDots } from './seedDots';
import { seedsSentences } from './pairedSentences';
import { points, runName, signedPoints } from './sentences';

const COUNTS = Array.from({ length: MAX_SEEDS - MIN_SEEDS + 1 }, (_, i) => MIN_SEEDS + i);

function Repeat({ count, onCount }: { count: number; onCount: (count: number) => void }) {
  const words = useWords().compare.seeds;
  const { span } = useFormat();
  const id = useId();
  const possible = usePlayground(canRepeat);
  const settings = usePlayground((state) => state.settings);
  const alike = useComparison((state) => state.results).findLast((result) => sameButSeed(result.settings, settings));
  const { repeat } = useComparisonActions();
  return (
    <div className="compare-actions">
      <label htmlFor={id}>{words.count}</label>
      <select id={id} value={count} onChange={(event) => onCount(Number(event.target.value))}>
        {COUNTS.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
      <Button
        size="compact-sm"
        disabled={!possible}
        title={possible ? undefined : words.cannot}
        onClick={() => repeat(count)}
      >
        {words.start(String(count))}
      </Button>
      {alike && <span className="view-note">{words.about(span(alike.seconds * count))}</span>}
    </div>
  );
}

function SpreadRow({ name, spread }: { name: string; spread: Spread }) {
  const { percent } = useFormat();
  const { mean, deviation, n } = spread.summary;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{percent(mean)}</td>
      <td>{deviation === null ? '–' : points(deviation)}</td>
      <td>{n}</td>
    </tr>
  );
}

/** Every seed of every method as a dot, on an axis of their own. */
function SeedStrip({ spreads }: { spreads: readonly Spread[] }) {
  const words = useWords();
  const { percent } = useFormat();
  const scheme = useScheme();
  const seeds = words.compare.seeds;
  const bars = useMemo(
    () =>
      spreads.map((spread): ChartBar => ({
        id: spread.id,
        label: words.arms.names[spread.id],
        color: lineColors[scheme][spread.id],
        value: null,
        ...seedDots(words, spread, percent),
      })),
    [words, spreads, scheme, percent],
  );
  const domain = useMemo(
    () =>
      valueAxis(
        extentOf(
          spreads.flatMap(({ values }) => values.map(([, share]) => share)),
          false,
        ),
        false,
        4,
      ).domain,
    [spreads],
  );
  const formatTick = useCallback(
    (share: number, decimals: number) => percent(share, Math.max(0, decimals - 2)),
    [percent],
  );
  return (
    <figure className="seed-strip">
      <figcaption className="view-note">
        {seeds.each} ({seeds.legend})
      </figcaption>
      <div className="seed-chart" style={{ height: 26 * bars.length + 20 }}>
        <BarChart label={seeds.each} bars={bars} domain={domain} formatValue={percent} formatTick={formatTick} />
      </div>
    </figure>
  );
}

/** What a row brought beside another, seed by seed, and how sure that is on these images and in general. */
function Gains({ series, row, without }: { series: SeedSeries; row: RowId; without: RowId }) {
  const words = useWords();
  const { seeds } = words.compare;
  const all = useMemo(() => gains(series.results, row, without), [series.results, row, without]);
  if (!all) return null;
  const [b, a] = [words.arms.names[row], words.arms.names[without]];
  const { counts, readings } = seedsSentences(words, all.judgement, { a, b });
  return (
    <div className="seed-gains">
      <h4>{seeds.gains(b, a)}</h4>
      <p>
        {seeds.gainMean(
          signedPoints(all.judgement.difference),
          all.bySeed.map(([seed, points]) => seeds.seedValue(String(seed), signedPoints(points))).join(words.comma),
        )}
      </p>
      <dl className="seed-readings">
        {readings.map(({ title, interval, verdict }) => (
          <Fragment key={title}>
            <dt>{title}</dt>
            <dd>
              <b>{verdict}</b>
              {interval && ` (${interval})`}
            </dd>
          </Fragment>
        ))}
      </dl>
      {counts && <p>{counts}</p>}
    </div>
  );
}

/** What calibration images alone are subtracted from. */
const isCompared = (id: RowId): boolean => id !== 'fullPrecision' && id !== 'ptq' && id !== 'calibration';

function SeriesResult({ series }: { series: SeedSeries }) {
  const words = useWords();
  const seeds = words.compare.seeds;
  const spreads = useMemo(() => spreadOf(series.results), [series.results]);
  const compared = spreads.map(({ id }) => id).filter(isCompared);
  const without = spreads.find(({ id }) => id === 'calibration')?.id;
  const [done, asked] = [String(series.results.length), String(series.seeds.length)];
  return (
    <>
      <p className="view-note">{seeds.of(runName(words, series.settings))}</p>
      {series.state === 'running' ? (
        <SeriesProgress series={series} />
      ) : (
        <p aria-live="polite">{seeds.ended[series.state](done, asked)}</p>
      )}
      {spreads.length === 0 ? (
        <p>{seeds.none}</p>
      ) : (
        <>
          <SeedStrip spreads={spreads} />
          <div className="table-scroll" role="group" aria-label={seeds.title} tabIndex={0}>
            <table className="compare-table">
              <thead>
                <tr>
                  <th scope="col">{seeds.method}</th>
                  <th scope="col">{seeds.mean}</th>
                  <th scope="col">{seeds.deviation}</th>
                  <th scope="col">{seeds.n}</th>
                </tr>
              </thead>
              <tbody>
                {spreads.map((spread) => (
                  <SpreadRow key={spread.id} name={words.arms.names[spread.id]} spread={spread} />
                ))}
              </tbody>
            </table>
          </div>
          {without && compared.length > 0 ? (
            <>
              {compared.map((row) => (
                <Gains key={row} series={series} row={row} without={without} />
              ))}
              <p className="view-note">{words.paired.seeds.sharedImages}</p>
            </>
          ) : (
            <p>{seeds.noGains}</p>
          )}
        </>
      )}
    </>
  );
}

/** One setting with several seeds: starting it, and what came out. */
export function SeedPanel() {
  const words = useWords().compare.seeds;
  const series = useComparison((state) => state.series);
  const [count, setCount] = useState(3);
  return (
    <div className="compare-card">
      <h3>
        {words.title} <HelpLines label={words.title} lines={[words.help]} />
      </h3>
      {series?.state !== 'running' && <Repeat count={count} onCount={setCount} />}
      {series && <SeriesResult series={series} />}
    </div>
  );
}

import './pairedLine.css';
import { useMemo, useState } from 'react';
import type { AccuracyRow, RowId } from '../../engine/runReport';
import { testImagesOf } from '../../state/compare/measured';
import { defaultPair, hasChoice, type RowPair } from '../../state/compare/pairs';
import { gains } from '../../state/compare/results';
import { leadingArm } from '../../state/runRecord';
import { useWords } from '../language';
import { usePlayground } from '../playground';
import { useSeries } from './comparison';
import type { ComparedRow } from './PairedDifference';
import { PairedDifference, useJudgement } from './PairedDifference';
import { judgementSentences, seedsLine } from './pairedSentences';

const NOTHING = { labels: null, inputShape: [], classNames: [] };

function Which({
  label,
  value,
  ids,
  onChange,
}: {
  label: string;
  value: RowId;
  ids: readonly RowId[];
  onChange: (id: RowId) => void;
}) {
  const { names } = useWords().arms;
  return (
    <select
      className="arm-picker"
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => onChange(event.target.value as RowId)}
    >
      {ids.map((id) => (
        <option key={id} value={id}>
          {names[id]}
        </option>
      ))}
    </select>
  );
}

/** What several seeds say of the same pair in general; nothing where no series is of these settings. */
function InGeneral({ pair: { a, b } }: { pair: RowPair }) {
  const words = useWords();
  const series = useSeries();
  const said = useMemo(() => {
    const found = series && gains(series.results, b, a);
    return found && seedsLine(words, found.judgement);
  }, [words, series, a, b]);
  return said && <p className="paired-line">{said}</p>;
}

interface RunDifferenceProps {
  rows: readonly AccuracyRow[];
  /** The rows that the run has, in the order in which they are shown. */
  ids: readonly RowId[];
  /** Says it in sentences as well. */
  inWords?: boolean;
}

/**
 * Two rows of the run on the page, one beside the other on its test images, and over seeds where these were tried.
 * Which two may be chosen where several methods train a student. Nothing before both are measured.
 */
export function RunDifference({ rows, ids, inWords = false }: RunDifferenceProps) {
  const words = useWords();
  const { line } = words.paired;
  const overview = usePlayground((state) => state.overview);
  const [chosen, setChosen] = useState<RowPair | null>(null);
  const test = useMemo(() => (overview ? testImagesOf(overview) : NOTHING), [overview]);
  const measured = rows.filter(({ id, state }) => ids.includes(id) && state === 'done');
  const has = (id: RowId) => measured.some((row) => row.id === id);
  const pair = chosen && has(chosen.a) && has(chosen.b) ? chosen : defaultPair(measured, leadingArm(overview));
  const compared = (id: RowId | undefined): ComparedRow => ({
    name: id ? words.arms.names[id] : '',
    row: measured.find((row) => row.id === id),
    test,
  });
  const [a, b] = [compared(pair?.a), compared(pair?.b)];
  const judgement = useJudgement(a, b);
  if (!pair || !judgement) return null;
  const known = measured.map(({ id }) => id);
  // Choosing what the other one already is swaps the two.
  const choose = (side: keyof RowPair, id: RowId) =>
    setChosen(
      pair.a === id || pair.b === id ? (pair[side] === id ? pair : { a: pair.b, b: pair.a }) : { ...pair, [side]: id },
    );
  return (
    <div className="paired-block">
      <p className="paired-head">
        {hasChoice(known) ? (
          <>
            <Which label={line.whichB} value={pair.b} ids={known} onChange={(id) => choose('b', id)} />
            {line.over}
            <Which label={line.whichA} value={pair.a} ids={known} onChange={(id) => choose('a', id)} />
          </>
        ) : (
          line.pair(b.name, a.name)
        )}
      </p>
      <PairedDifference a={a} b={b} />
      {inWords && (
        <p className="figure-note">{judgementSentences(words, judgement, { a: a.name, b: b.name }).join(' ')}</p>
      )}
      <InGeneral pair={pair} />
    </div>
  );
}

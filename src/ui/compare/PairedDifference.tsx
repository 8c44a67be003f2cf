import './pairedLine.css';
import { useMemo, useState } from 'react';
import type { AccuracyRow } from '../../engine/runReport';
import { judgeMeasured, measuredOf, type TestImages } from '../../state/compare/measured';
import { hasTestImages } from '../../state/recordedRun';
import { useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { useOnDemand } from '../useOnDemand';
import { judgementLine, judgementSentences } from './pairedSentences';

/** A row of a run's accuracies, with what it is called. */
export interface ComparedRow {
  name: string;
  row: AccuracyRow | undefined;
  test: TestImages;
}

/** How B does beside A; null while one of the two is not measured to the end. */
export function useJudgement(a: ComparedRow, b: ComparedRow) {
  return useMemo(() => {
    const [one, other] = [measuredOf(a.row, a.test), measuredOf(b.row, b.test)];
    return one && other && judgeMeasured(one, other);
  }, [a.row, a.test, b.row, b.test]);
}

const loadPanel = () => import('./PairedImages').then(({ PairedImages }) => PairedImages);

/**
 * How B does beside A in a line; pressed, it shows the images behind the difference, with what both say. A text where
 * the two were not counted image by image, or where the engine does not have the images.
 */
export function PairedDifference({ a, b }: { a: ComparedRow; b: ComparedRow }) {
  const words = useWords();
  const { testImages } = useActions();
  const classNames = usePlayground((state) => state.overview?.network.classNames);
  const there = usePlayground(hasTestImages);
  const { part: Panel, failed, ask } = useOnDemand(loadPanel);
  const [opened, setOpened] = useState(false);
  const judgement = useJudgement(a, b);
  if (!judgement) return null;
  const names = { a: a.name, b: b.name };
  const { verdict, interval, rest } = judgementLine(words, judgement);
  const said = judgementSentences(words, judgement, names);
  const line = (
    <>
      <b>{verdict}</b> {interval} <span>{rest}</span>
    </>
  );
  const { labels } = b.test;
  if (judgement.kind === 'unpaired' || labels === null || !there)
    return (
      <p className="paired-line" data-verdict={judgement.verdict} title={said.join(' ')}>
        {line}
      </p>
    );
  return (
    <>
      <button
        type="button"
        className="paired-line"
        data-verdict={judgement.verdict}
        aria-haspopup="dialog"
        title={said.join(' ')}
        onClick={() => {
          setOpened(true);
          ask();
        }}
      >
        {line}
      </button>
      {failed && (
        <span role="alert" className="view-note">
          {words.paired.line.failed}
        </span>
      )}
      {Panel && opened && (
        <Panel
          opened
          onClose={() => setOpened(false)}
          names={names}
          said={said}
          images={judgement.images}
          labels={labels}
          answersA={a.row?.answers ?? null}
          answersB={b.row?.answers ?? null}
          classNames={classNames ?? []}
          load={testImages}
        />
      )}
    </>
  );
}

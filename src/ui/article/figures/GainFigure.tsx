import type { AccuracyRow, RowId } from '../../../engine/runReport';
import { shownMoment } from '../../../state/playgroundState';
import type { PlaygroundState } from '../../../state/playgroundState';
import { exact, grouped } from '../../format';
import { useFormat, useWords } from '../../language';
import { usePlayground, useThrottledPlayground } from '../../playground';
import { rowIds } from '../../views/AccuracyView';
import { standardError } from '../standardError';
import { RunDifference } from '../../compare/RunDifference';

const NO_ROWS: readonly AccuracyRow[] = [];
const accuracyOf = (state: PlaygroundState) => shownMoment(state)?.accuracy ?? NO_ROWS;

/** This run's accuracies in numbers, each with what the choice of test images leaves open. */
export function GainFigure() {
  const all = useWords();
  const {
    argument: { gain: words },
    views: { accuracy },
  } = all;
  const { percent } = useFormat();
  const rows = useThrottledPlayground(accuracyOf);
  const applied = usePlayground((state) => state.applied);
  const ids = usePlayground(rowIds).split(',') as RowId[];
  return (
    <>
      <p className="figure-note">{words.ofSettings(String(applied.seed), String(applied.imagesPerClass))}</p>
      <table className="gain-table">
        <thead>
          <tr>
            <th scope="col">{words.columns.method}</th>
            <th scope="col">{words.columns.right}</th>
            <th scope="col">{words.columns.accuracy}</th>
            <th scope="col">{words.columns.error}</th>
          </tr>
        </thead>
        <tbody>
          {ids.map((id) => {
            const row = rows.find((each) => each.id === id);
            const known =
              row && row.accuracy !== null && row.correct !== null
                ? { ...row, accuracy: row.accuracy, correct: row.correct }
                : null;
            const error = known && standardError(known.accuracy, known.n);
            return (
              <tr key={id}>
                <th scope="row">{all.arms.names[id]}</th>
                {known && error !== null ? (
                  <>
                    <td>{accuracy.of(grouped(known.correct), grouped(known.n))}</td>
                    <td>
                      <data value={exact(known.accuracy)}>{percent(known.accuracy)}</data>
                    </td>
                    <td>
                      <data value={exact(error)}>{words.error((error * 100).toFixed(1))}</data>
                    </td>
                  </>
                ) : (
                  <td colSpan={3} className="bar-pending">
                    {accuracy.pending}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      <RunDifference rows={rows} ids={ids} inWords />
      <p className="figure-note">{words.chance}</p>
    </>
  );
}

import { useState } from 'react';
import { pairedDifference } from '../../engine/evaluation/paired';
import type { ImageSource, Repaired, RepairName } from '../../engine/workbench/report';
import { IMAGE_SOURCES, REPAIRS } from '../../engine/workbench/report';
import { Choice } from '../Choice';
import { exact, grouped, short } from '../format';
import { useFormat, useWords } from '../language';
import { usePlayground } from '../playground';
import { points } from './AccuracyLine';
import { sameQuantizer } from './layerRows';
import { TaskBar } from './TaskBar';
import { useTask } from './useTask';

const IMAGES = 500;

function Rows({ found }: { found: Repaired }) {
  const words = useWords().workbench;
  const all = useWords();
  const { percent } = useFormat();
  const { n, rows, correctFull } = found;
  return (
    <div className="table-scroll" role="region" aria-label={words.repairs.table} tabIndex={0}>
      <table className="compare-table results-table">
        <thead>
          <tr>
            {(['repair', 'accuracy', 'difference', 'kl', 'changed'] as const).map((each) => (
              <th key={each} scope="col" className={each === 'repair' ? 'text' : undefined}>
                {words.repairs.columns[each]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row" className="text">
              {words.repairs.full}
            </th>
            <td>{percent(correctFull / n)}</td>
            <td>–</td>
            <td>–</td>
            <td>–</td>
          </tr>
          {rows.map(({ names, correct, loss, changed }) => {
            const { difference, interval } = pairedDifference({ n, onlyA: loss.onlyFull, onlyB: loss.onlyThis });
            return (
              <tr key={names.join()}>
                <th scope="row" className="text">
                  {names.length === 0
                    ? words.repairs.nothing
                    : names.map((name) => words.repairs.names[name]).join(all.comma)}
                </th>
                <td title={exact(correct / n)}>{percent(correct / n)}</td>
                <td title={words.intervalOf(points(interval[0]), points(interval[1]), grouped(n))}>
                  {points(difference)}
                </td>
                <td title={words.plusMinus(exact(loss.kl), short(loss.klError))}>{short(loss.kl)}</td>
                <td>{changed}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Learned rounding, bias correction and equalization: each before and after, and all together. */
export function RepairsPanel() {
  const words = useWords().workbench;
  const task = useTask('repairs');
  const settings = usePlayground((state) => state.settings);
  const run = usePlayground((state) => state.run);
  const [names, setNames] = useState<readonly RepairName[]>(['equalization', 'biasCorrection']);
  const [source, setSource] = useState<ImageSource>('both');
  const { done } = task;
  return (
    <>
      <p>{words.repairs.lead}</p>
      <div className="compare-actions" role="group" aria-label={words.repairs.which}>
        {REPAIRS.map((name) => (
          <label key={name} className="check" title={words.repairs.help[name]}>
            <input
              type="checkbox"
              checked={names.includes(name)}
              onChange={() => setNames(REPAIRS.filter((each) => (each === name) !== names.includes(each)))}
            />{' '}
            {words.repairs.names[name]}
          </label>
        ))}
        <Choice
          label={words.repairs.images}
          value={source}
          onChange={setSource}
          options={IMAGE_SOURCES.map((value) => ({ value, label: words.sources[value] }))}
        />
      </div>
      <ul className="view-note">
        {REPAIRS.map((name) => (
          <li key={name}>
            {words.repairs.names[name]}: {words.repairs.help[name]}
          </li>
        ))}
      </ul>
      <TaskBar
        task={task}
        label={words.repairs.measure}
        disabled={names.length === 0}
        onStart={() => task.start({ names: [...names], source, images: IMAGES })}
      />
      {done && (
        <>
          <p className="view-note">
            {words.measuredOn(words.splits[done.result.split](grouped(done.result.n)), String(done.result.step))}{' '}
            {words.repairs.looked(String(done.result.images))}{' '}
            {(done.run !== run || !sameQuantizer(done.settings, settings)) && <b>{words.stale}</b>}
          </p>
          <Rows found={done.result} />
        </>
      )}
    </>
  );
}

import { useState } from 'react';
import { pairedDifference } from '../../engine/evaluation/paired';
import type { ImageSource, Repaired, RepairName } from '../../engine/workbench/report';
import { IMAGE_SOURCES, REPAIRS } from '../../engine/workbench/report';
import { Choice } from '../Choice';
import { exact, grouped, short } from '../format';
import { useFormat, useWords } from '../language';
import { points } from './AccuracyLine';
import type { KeptProps } from './KeptBar';
import { MeasuredTask } from './MeasuredTask';
import { UseCell } from './UseCell';
import { useImages } from './useImages';
import { useTask } from './useTask';

const IMAGES = 500;

function Rows({ found, source, kept, onKeep }: KeptProps & { found: Repaired; source: ImageSource }) {
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
            <th scope="col">{words.kept.column}</th>
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
            <td />
          </tr>
          {rows.map(({ names, correct, loss, changed }) => {
            const { difference, interval } = pairedDifference({ n, onlyA: loss.onlyFull, onlyB: loss.onlyThis });
            const label =
              names.length === 0
                ? words.repairs.nothing
                : names.map((name) => words.repairs.names[name]).join(all.comma);
            const used =
              names.length === 0
                ? kept.repairs === undefined
                : kept.repairs?.names.join() === names.join() && kept.repairs.source === source;
            return (
              <tr key={names.join()}>
                <th scope="row" className="text">
                  {label}
                </th>
                <td title={exact(correct / n)}>{percent(correct / n)}</td>
                <td title={words.intervalOf(points(interval[0]), points(interval[1]), grouped(n))}>
                  {points(difference)}
                </td>
                <td title={words.plusMinus(exact(loss.kl), short(loss.klError))}>{short(loss.kl)}</td>
                <td>{changed}</td>
                <UseCell
                  used={used}
                  label={label}
                  onToggle={() =>
                    onKeep({ ...kept, repairs: used || names.length === 0 ? undefined : { names, source } })
                  }
                />
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Learned rounding, bias correction and equalization: each before and after, and all together. */
export function RepairsPanel({ kept, onKeep }: KeptProps) {
  const words = useWords().workbench;
  const task = useTask('repairs');
  const { images, choice } = useImages('repairs', IMAGES);
  const [names, setNames] = useState<readonly RepairName[]>(['equalization', 'biasCorrection']);
  const [source, setSource] = useState<ImageSource>('both');
  const { calibration, ranges } = kept;
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
      {choice}
      <MeasuredTask
        task={task}
        label={words.repairs.measure}
        disabled={names.length === 0}
        options={{ names, source, images, changes: { calibration, ranges } }}
        note={({ images }) => words.repairs.looked(String(images))}
      >
        {(found) => <Rows found={found} source={task.done!.options.source} kept={kept} onKeep={onKeep} />}
      </MeasuredTask>
    </>
  );
}

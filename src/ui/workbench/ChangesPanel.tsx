import { useEffect, useMemo, useState } from 'react';
import { pairedDifference, shareInterval } from '../../engine/evaluation/paired';
import type { ImageTile } from '../../engine/runReport';
import type { Answers } from '../../engine/workbench/report';
import { Picture } from '../compare/PairedImages';
import { grouped, short } from '../format';
import { useFormat, useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { className } from '../words/words';
import { points, tally } from './AccuracyLine';
import type { KeptProps } from './KeptBar';
import { MeasuredTask } from './MeasuredTask';
import { useTask } from './useTask';

const IMAGES = 1000;
/** Flipped predictions that are shown. */
const SHOWN = 24;
const NORMAL_BOUND = 1.96;

/** [C, C] images by what full precision says (rows) and what the student says (columns). */
export function confusion({ full, student }: Pick<Answers, 'full' | 'student'>, classes: number): number[] {
  const counts = new Array<number>(classes * classes).fill(0);
  full.forEach((answer, i) => counts[answer * classes + student[i]]++);
  return counts;
}

/** The class whose accuracy fell most, of those that there are images of; null without images. */
export function worstClass(answers: Answers, classes: number) {
  const rows = Array.from({ length: classes }, (_, c) => {
    const of = Array.from(answers.labels).flatMap((label, i) => (label === c ? [i] : []));
    const pick = (values: Uint16Array) => Uint16Array.from(of, (i) => values[i]);
    const n = of.length;
    const { onlyFull, onlyStudent } = tally({
      labels: pick(answers.labels),
      full: pick(answers.full),
      student: pick(answers.student),
    });
    return n === 0 ? null : { classIndex: c, ...pairedDifference({ n, onlyA: onlyFull, onlyB: onlyStudent }) };
  }).filter((row) => row !== null);
  return rows.reduce<(typeof rows)[number] | null>(
    (worst, row) => (worst === null || row.difference < worst.difference ? row : worst),
    null,
  );
}

function Flips({ answers, indices }: { answers: Answers; indices: readonly number[] }) {
  const all = useWords();
  const words = all.workbench.changes;
  const { testImages } = useActions();
  const names = usePlayground((state) => state.overview?.network.classNames);
  const [tile, setTile] = useState<{ of: readonly number[]; tile: ImageTile } | null>(null);
  useEffect(() => {
    if (indices.length === 0) return;
    const controller = new AbortController();
    testImages(indices, controller.signal).then(
      (found) => setTile({ of: indices, tile: found }),
      () => undefined,
    );
    return () => controller.abort();
  }, [indices, testImages]);
  if (indices.length === 0) return <p>{words.noFlips}</p>;
  if (tile?.of !== indices) return null;
  const named = (c: number) => className(all, names, c);
  return (
    <ul className="bench-flips">
      {indices.map((index, i) => (
        <li key={index}>
          <Picture tile={tile.tile} index={i} label={words.image(String(index), named(answers.labels[index]))} />
          <b>{named(answers.labels[index])}</b>
          <span data-right={answers.full[index] === answers.labels[index]}>
            {words.fullSays(named(answers.full[index]))}
          </span>
          <span data-right={answers.student[index] === answers.labels[index]}>
            {words.studentSays(named(answers.student[index]))}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Matrix({ answers, classes }: { answers: Answers; classes: number }) {
  const all = useWords();
  const words = all.workbench.changes;
  const names = usePlayground((state) => state.overview?.network.classNames);
  const counts = useMemo(() => confusion(answers, classes), [answers, classes]);
  const most = Math.max(...counts.filter((_, i) => Math.floor(i / classes) !== i % classes), 1);
  const named = (c: number) => className(all, names, c);
  return (
    <div className="table-scroll" role="region" aria-label={words.matrix} tabIndex={0}>
      <table className="compare-table bench-matrix">
        <caption>{words.matrixHelp}</caption>
        <thead>
          <tr>
            <td />
            {Array.from({ length: classes }, (_, c) => (
              <th key={c} scope="col">
                {named(c)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: classes }, (_, row) => (
            <tr key={row}>
              <th scope="row" className="text">
                {named(row)}
              </th>
              {Array.from({ length: classes }, (_, column) => {
                const count = counts[row * classes + column];
                const strength = row === column ? 0 : (count / most) * 55;
                return (
                  <td
                    key={column}
                    data-same={row === column}
                    style={
                      strength > 0
                        ? { background: `color-mix(in srgb, var(--past) ${strength}%, var(--card))` }
                        : undefined
                    }
                  >
                    {count === 0 ? '' : count}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What quantization changed, for whom. */
export function ChangesPanel({ kept }: Pick<KeptProps, 'kept'>) {
  const all = useWords();
  const words = all.workbench.changes;
  const { percent } = useFormat();
  const task = useTask('answers');
  const overview = usePlayground((state) => state.overview);
  const answers = task.done?.result ?? null;
  const classes = overview?.network.numClasses ?? 0;
  const flipped = useMemo(
    () => (answers ? [...answers.full.keys()].filter((i) => answers.full[i] !== answers.student[i]) : []),
    [answers],
  );
  const shown = useMemo(() => flipped.slice(0, SHOWN), [flipped]);
  const content = () => {
    if (!answers || !overview) return null;
    const { n, kl } = answers;
    const { full, student, onlyFull, onlyStudent } = tally(answers);
    const { difference, interval } = pairedDifference({ n, onlyA: onlyFull, onlyB: onlyStudent });
    const agreement = n - flipped.length;
    const [lower, upper] = shareInterval({ correct: agreement, n });
    const mean = kl.reduce((sum, each) => sum + each, 0) / n;
    const error = Math.sqrt(kl.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(1, n - 1) / n);
    const worst = worstClass(answers, classes);
    return (
      <>
        <ul>
          <li>
            {words.accuracy(
              percent(full / n),
              percent(student / n),
              points(difference),
              points(interval[0]),
              points(interval[1]),
              grouped(n),
            )}
          </li>
          <li>{words.agreement(percent(agreement / n), percent(lower), percent(upper), grouped(n))}</li>
          <li>
            {words.kl(
              short(mean),
              short(Math.max(0, mean - NORMAL_BOUND * error)),
              short(mean + NORMAL_BOUND * error),
              grouped(n),
            )}
          </li>
          {worst && (
            <li>
              {words.worst(
                className(all, overview.network.classNames, worst.classIndex),
                points(worst.difference),
                points(worst.interval[0]),
                points(worst.interval[1]),
                String(worst.n),
              )}
            </li>
          )}
        </ul>
        <Matrix answers={answers} classes={classes} />
        <h4>{words.flips(grouped(flipped.length), String(shown.length))}</h4>
        <Flips answers={answers} indices={shown} />
      </>
    );
  };
  return (
    <>
      <p>{words.lead}</p>
      <MeasuredTask
        task={task}
        label={words.measure(grouped(IMAGES))}
        options={{ images: IMAGES, split: 'test', changes: kept }}
      >
        {content}
      </MeasuredTask>
    </>
  );
}

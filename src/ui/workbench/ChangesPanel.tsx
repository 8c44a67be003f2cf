import { useEffect, useMemo, useState } from 'react';
import { pairedDifference, shareInterval } from '../../engine/evaluation/paired';
import type { ImageTile } from '../../engine/runReport';
import type { Answers } from '../../engine/workbench/report';
import { Picture } from '../compare/PairedImages';
import { ClassTable, Matrix, MOST_LOSERS } from './ClassChanges';
import { classChanges } from './confusion';
import { grouped, short } from '../format';
import { useFormat, useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { className } from '../words/words';
import { points, tally } from './AccuracyLine';
import type { KeptProps } from './KeptBar';
import { MeasuredTask } from './MeasuredTask';
import { useImages } from './useImages';
import { useTask } from './useTask';

const IMAGES = 1000;
/** Flipped predictions that are shown. */
const SHOWN = 24;
const NORMAL_BOUND = 1.96;

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

/** What quantization changed, for whom. */
export function ChangesPanel({ kept }: Pick<KeptProps, 'kept'>) {
  const all = useWords();
  const words = all.workbench.changes;
  const { percent } = useFormat();
  const task = useTask('answers');
  const { images, choice } = useImages('answers', IMAGES);
  const overview = usePlayground((state) => state.overview);
  const answers = task.done?.result ?? null;
  const classes = overview?.network.numClasses ?? 0;
  const flipped = useMemo(
    () => (answers ? [...answers.full.keys()].filter((i) => answers.full[i] !== answers.student[i]) : []),
    [answers],
  );
  const changes = useMemo(() => answers && classChanges(answers, classes, MOST_LOSERS), [answers, classes]);
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
    const worst = changes?.worst[0];
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
        {changes && <ClassTable changes={changes} />}
        <Matrix answers={answers} classes={classes} />
        <h4>{words.flips(grouped(flipped.length), String(shown.length))}</h4>
        <Flips answers={answers} indices={shown} />
      </>
    );
  };
  return (
    <>
      <p>{words.lead}</p>
      {choice}
      <MeasuredTask
        task={task}
        label={words.measure(grouped(images))}
        options={{ images, split: 'test', changes: kept }}
      >
        {content}
      </MeasuredTask>
    </>
  );
}

import type { ReactNode } from 'react';
import type { MeasuredSplit, StudentChanges, TaskName, TaskOptions, TaskResult } from '../../engine/workbench/report';
import { grouped } from '../format';
import { useWords } from '../language';
import { usePlayground } from '../playground';
import { sameChanges } from './kept';
import { sameQuantizer } from './layerRows';
import { TaskBar } from './TaskBar';
import type { Done, TaskState } from './useTask';

/** Whether run, quantizer or what is done to the student are others than when it was asked for. */
export function useStale(done: Done<TaskName> | null, changes?: StudentChanges): boolean {
  const settings = usePlayground((state) => state.settings);
  const run = usePlayground((state) => state.run);
  if (!done) return false;
  const asked = 'changes' in done.options ? done.options.changes : undefined;
  return done.run !== run || !sameQuantizer(done.settings, settings) || !sameChanges(asked, changes);
}

type Measuring = {
  [Name in TaskName]: TaskResult<Name> extends { split: MeasuredSplit; step: number; n: number } ? Name : never;
}[TaskName];

interface MeasuredTaskProps<Name extends Measuring> {
  task: TaskState<Name>;
  /** What the button says. */
  label: string;
  options: TaskOptions<Name>;
  disabled?: boolean;
  /** Said behind what it was measured on. */
  note?: (result: TaskResult<Name>) => string;
  children: (result: TaskResult<Name>) => ReactNode;
}

/** A measurement: started and stopped by hand; then what it was measured on, whether that still holds, and the result. */
export function MeasuredTask<Name extends Measuring>(props: MeasuredTaskProps<Name>) {
  const { task, label, options, disabled, note, children } = props;
  const words = useWords().workbench;
  const { done } = task;
  const stale = useStale(done, 'changes' in options ? options.changes : undefined);
  const images = ({ split, n }: TaskResult<Name>) =>
    'split' in options && options.split === split ? words.asked(grouped(n)) : words.splits[split](grouped(n));
  return (
    <>
      <TaskBar task={task} label={label} disabled={disabled} onStart={() => task.start(options)} />
      {done && (
        <>
          <p className="view-note">
            {words.measuredOn(images(done.result), String(done.result.step))} {note?.(done.result)}{' '}
            {stale && <b>{words.stale}</b>}
          </p>
          {children(done.result)}
        </>
      )}
    </>
  );
}

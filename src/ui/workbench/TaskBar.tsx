import { Button, Progress } from '@mantine/core';
import { sentencesOf } from '../../state/failures';
import type { TaskName } from '../../engine/workbench/report';
import { usePlayground } from '../playground';
import { useFormat, useWords } from '../language';
import type { TaskState } from './useTask';

interface TaskBarProps<Name extends TaskName> {
  task: TaskState<Name>;
  /** What the button says. */
  label: string;
  onStart: () => void;
  disabled?: boolean;
}

/** Starts a task, shows how far it is, and stops it; says what went wrong. */
export function TaskBar<Name extends TaskName>({ task, label, onStart, disabled = false }: TaskBarProps<Name>) {
  const { workbench: words, sentences } = useWords();
  const { percent } = useFormat();
  const ready = usePlayground((state) => state.engine === 'ready' && state.overview !== null);
  const { fraction, failure } = task;
  const said = failure && sentencesOf(failure, sentences);
  return (
    <>
      <div className="compare-actions bench-task">
        <Button size="compact-sm" disabled={!ready || disabled || fraction !== null} onClick={onStart}>
          {label}
        </Button>
        {fraction !== null && (
          <>
            <Progress value={fraction * 100} aria-label={words.progress} />
            <span className="num">{percent(fraction, 0)}</span>
            <Button size="compact-sm" variant="default" onClick={task.stop}>
              {words.stop}
            </Button>
          </>
        )}
        {!ready && <span className="view-note">{words.notReady}</span>}
      </div>
      {said && (
        <p role="alert" className="bench-failure">
          {said.message} {said.hint}
        </p>
      )}
    </>
  );
}

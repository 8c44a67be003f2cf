import { useCallback, useEffect, useRef, useState } from 'react';
import type { TaskName, TaskOptions, TaskResult } from '../../engine/workbench/report';
import type { RunSettings } from '../../engine/runSettings';
import { failureOf } from '../../state/failures';
import type { Failure } from '../../worker/protocol';
import { useActions, usePlayground } from '../playground';

/** Results so far, of all tasks. */
let results = 0;

export interface Done<Name extends TaskName> {
  result: TaskResult<Name>;
  options: TaskOptions<Name>;
  /** What the controls were at when it was asked for. */
  settings: RunSettings;
  /** The run it is of. */
  run: number;
  /** No two results have the same. */
  id: number;
}

export interface TaskState<Name extends TaskName> {
  /** 0 to 1 while it is being done; null otherwise. */
  fraction: number | null;
  /** The last result of this network, of this run or an earlier one; null: none yet. */
  done: Done<Name> | null;
  failure: Failure | null;
  /** Begins it; one that is going on is stopped. */
  start: (options: TaskOptions<Name>) => void;
  stop: () => void;
}

/** One task of the workbench: started and stopped by hand, its result forgotten when another network comes. */
export function useTask<Name extends TaskName>(name: Name): TaskState<Name> {
  const { workbench } = useActions();
  const run = usePlayground((state) => state.run);
  const network = usePlayground((state) => state.networkName);
  const settings = usePlayground((state) => state.settings);
  const now = useRef(settings);
  useEffect(() => {
    now.current = settings;
  }, [settings]);
  const going = useRef<AbortController | null>(null);
  const [fraction, setFraction] = useState<number | null>(null);
  const [done, setDone] = useState<(Done<Name> & { network: string | null }) | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const stop = useCallback(() => {
    going.current?.abort();
    going.current = null;
    setFraction(null);
  }, []);
  const start = useCallback(
    (options: TaskOptions<Name>) => {
      stop();
      const controller = new AbortController();
      going.current = controller;
      const current = () => going.current === controller;
      const asked = now.current;
      setFraction(0);
      setFailure(null);
      workbench(name, options, (each) => current() && setFraction(each), controller.signal)
        .then(
          (result) => current() && result && setDone({ result, options, settings: asked, run, network, id: ++results }),
        )
        .catch((error: unknown) => current() && setFailure(failureOf(error)))
        .finally(() => {
          if (!current()) return;
          going.current = null;
          setFraction(null);
        });
    },
    [workbench, name, run, network, stop],
  );
  // Whoever looks at it is gone.
  useEffect(() => () => going.current?.abort(), []);
  return { fraction, done: done?.network === network ? done : null, failure, start, stop };
}

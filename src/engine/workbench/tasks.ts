/** What the workbench can do. A further task is a file beside this one, its types in `report.ts`, and its line here. */
import { answers } from './answers';
import { calibrations } from './calibrations';
import { exportStudent } from './exports';
import { histogram } from './histogram';
import { layerTable, sensitivities } from './layers';
import { repairs } from './repairs/measure';
import type { AskedTask, TaskName, TaskOptions, TaskResult } from './report';
import type { TriedContext } from './triedRange';
import { triedRange } from './triedRange';

const TASKS: { [Name in TaskName]: (context: TriedContext, options: TaskOptions<Name>) => Promise<TaskResult<Name>> } =
  {
    layers: layerTable,
    sensitivities,
    answers,
    histogram,
    triedRange,
    calibrations,
    repairs,
    export: exportStudent,
  };

/**
 * Does one task. Leaves nothing on the backend, also where it is stopped, but for what `context.tried` keeps.
 *
 * @throws SettingError for bits of a layer that is not there, RangeError for other options that cannot be
 */
export function doTask({ name, options }: AskedTask, context: TriedContext): Promise<TaskResult<TaskName>> {
  const task = TASKS[name] as (context: TriedContext, options: unknown) => Promise<TaskResult<TaskName>>;
  return task(context, options);
}

export { TriedRanges } from './triedRange';

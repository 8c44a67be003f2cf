import { ARM_IDS, armsOf, generatorOwners, type ArmId } from '../../engine/methods/arms';
import type { RunSettings } from '../../engine/runSettings';

/**
 * Files of version 1 in the form of version 2. Then a run had one generator and two students: one on the calibration
 * images only, and 'fdda', which was whatever method the settings are. What is damaged is handed on as it is: whoever
 * reads it says so.
 */

type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const change = (value: unknown, how: (each: Json) => Json): unknown =>
  isJson(value) ? { ...value, ...how(value) } : value;
const changeEach = (value: unknown, how: (each: Json) => Json): unknown =>
  Array.isArray(value) ? value.map((each: unknown) => change(each, how)) : value;

/** A switch became a set of methods. */
export const settingsOfVersion1 = (settings: unknown): unknown =>
  change(settings, ({ compareCalibrationOnly }) =>
    compareCalibrationOnly === undefined
      ? {}
      : { beside: compareCalibrationOnly === true ? ['calibration'] : compareCalibrationOnly === false ? [] : null },
  );

/** @param settings of the file, read */
export function fromVersion1(file: Json, settings: RunSettings): Json {
  const arms = armsOf(settings);
  const owners = generatorOwners(arms);
  const leading = arms.find(({ leads }) => leads)!.id;
  const owner = owners.get(leading) ?? leading;
  const known = arms.map(({ id, leads }) => ({ id, leads, generator: owners.get(id) ?? null }));
  const armOf = (method: unknown): unknown => (method === 'fdda' ? leading : method);
  const byArm = (value: unknown): unknown =>
    isJson(value) ? Object.fromEntries(Object.entries(value).map(([method, each]) => [armOf(method), each])) : value;
  /** A generator that was not trained had no samples. */
  const hasSteps = (columns: unknown) => !isJson(columns) || !Array.isArray(columns.step) || columns.step.length > 0;

  const { losses, snapshots, moments, accuracies } = file;
  return {
    ...file,
    overview: change(file.overview, () => ({ arms: known, testLabels: null })),
    losses: change(losses, ({ generator, student }) => ({
      generator: hasSteps(generator) ? { [owner]: generator } : {},
      student: isJson(student)
        ? byArm(Object.fromEntries(Object.entries(student).filter(([, columns]) => hasSteps(columns))))
        : student,
    })),
    answers: [],
    snapshots: changeEach(snapshots, () => ({ arm: owner })),
    accuracies: Array.isArray(accuracies)
      ? accuracies.map((rows: unknown) => changeEach(rows, ({ method }) => ({ id: armOf(method), answers: null })))
      : accuracies,
    moments: changeEach(moments, ({ phase, generatorStep, studentStep, snapshot }) => ({
      ...placeOf(phase, leading, owner),
      generatorStep: generatorStep === null ? {} : { [owner]: generatorStep },
      studentStep: byArm(studentStep),
      snapshots: snapshot === null ? {} : { [owner]: snapshot },
    })),
  };
}

/** Phases were named by the student. */
function placeOf(phase: unknown, leading: ArmId, owner: ArmId): Json {
  if (phase === 'calibration') return { phase: 'student', arm: ARM_IDS[0] };
  if (phase === 'fdda') return { phase: 'student', arm: leading };
  return { phase, arm: phase === 'generator' ? owner : null };
}

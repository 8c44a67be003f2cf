/** Which stages a run goes through. A new kind of stage comes in here, and nowhere else. */
import type { Generator } from '../../generator/generator';
import { generatorOwners, trainsStudent, type Arm, type ArmId } from '../../methods/arms';
import type { Random } from '../../random';
import type { RunSettings } from '../../runSettings';
import type { PlainStudent } from '../plainStudent';
import type { PreparedRun } from '../prepare';
import type { Teacher } from '../teacher';
import type { TestSet } from '../testSet';
import type { WorkCount } from '../workCount';
import { EvaluationStage } from './evaluationStage';
import { GeneratorStage } from './generatorStage';
import type { Stage } from './stage';
import { StudentStage } from './studentStage';

/** What stages are made of; all of it stays the run's. */
export interface StageParts {
  teacher: Teacher;
  prepared: PreparedRun;
  testSet: TestSet;
  plain: PlainStudent;
  work: WorkCount;
  random: Random;
  arms: readonly Arm[];
  /** An arm's settings as they are now. */
  settingsOf: (arm: ArmId) => RunSettings;
  /** A generator as it is at the start; the stage's. */
  createGenerator: () => Generator;
}

/**
 * In the order in which they run: what is not trained is measured, then the generators are trained (the leading arm's
 * first), then the students, in the arms' order.
 */
export function createStages(parts: StageParts): Stage[] {
  const { teacher, prepared, testSet, plain, work, random, arms, settingsOf, createGenerator } = parts;
  const owners = generatorOwners(arms);
  const generators = new Map<ArmId, GeneratorStage>();
  const measured =
    testSet.n === 0
      ? []
      : [
          new EvaluationStage('fullPrecision', testSet, async () => teacher, work),
          new EvaluationStage('ptq', testSet, () => plain.get(), work),
        ];
  try {
    for (const { id } of [...arms].sort((a, b) => Number(b.leads) - Number(a.leads))) {
      if (owners.get(id) !== id) continue;
      const stage = new GeneratorStage(id, () => settingsOf(id), createGenerator, teacher, prepared, random, work);
      generators.set(id, stage);
    }
  } catch (error) {
    for (const stage of generators.values()) stage.dispose();
    throw error;
  }
  const students = arms.filter(trainsStudent).map((arm) => {
    const owner = owners.get(arm.id) ?? null;
    return new StudentStage(arm, () => settingsOf(arm.id), owner === null ? null : generators.get(owner)!, {
      teacher,
      prepared,
      testSet,
      work,
      createStudent: () => plain.create(),
      startAccuracy: () => measured[1]?.row.accuracy ?? null,
      random,
    });
  });
  return [...measured, ...generators.values(), ...students];
}

/** Which stages a run goes through, and how much work they are. */
import { generatorMacs, type GeneratorConfig } from '../generator/generator';
import { firstRefineStep, studentBatch, TERMS, type RunSettings } from '../runSettings';
import { EVALUATION_BATCH } from './testSet';

/** Times in a student's training at which its accuracy is measured. */
const STUDENT_EVALUATIONS = 4;

export type Stage =
  | { kind: 'evaluate'; phase: 'ptq'; method: 'fullPrecision' | 'ptq' }
  | { kind: 'generator'; phase: 'generator' }
  | { kind: 'student'; phase: 'calibration' | 'fdda' };

/** The stages these settings ask for: the methods are subsets of one run's terms and images, never other code. */
export function planStages(settings: RunSettings): Stage[] {
  const stages: Stage[] =
    settings.testImages === 0
      ? []
      : [
          { kind: 'evaluate', phase: 'ptq', method: 'fullPrecision' },
          { kind: 'evaluate', phase: 'ptq', method: 'ptq' },
        ];
  const synthetic = settings.syntheticBatch > 0 && TERMS.some((term) => settings[`${term}Enabled`]);
  if (synthetic && settings.generatorSteps > 0) stages.push({ kind: 'generator', phase: 'generator' });
  if (settings.studentSteps > 0) {
    if (settings.calibrationBatch > 0 && (settings.compareCalibrationOnly || !synthetic))
      stages.push({ kind: 'student', phase: 'calibration' });
    if (synthetic) stages.push({ kind: 'student', phase: 'fdda' });
  }
  return stages;
}

/** Student steps after which its accuracy is measured, evenly spread, the last step among them. */
export function evaluationSteps({ studentSteps, testImages }: RunSettings): number[] {
  if (testImages === 0 || studentSteps === 0) return [];
  const steps = Array.from({ length: STUDENT_EVALUATIONS }, (_, k) =>
    Math.round((studentSteps * (k + 1)) / STUDENT_EVALUATIONS),
  );
  return [...new Set(steps)].filter((step) => step > 0);
}

/** Multiply-accumulates of the units of work that a run is made of. */
export class WorkCount {
  /**
   * @param teacherMacs an image, forward
   * @param generator what the run's generator looks like
   */
  constructor(
    private readonly teacherMacs: number,
    private readonly generator: GeneratorConfig,
  ) {}

  get evaluationBatch(): number {
    return EVALUATION_BATCH * this.teacherMacs;
  }

  /** Forward and both gradients of the generator (if it is its turn), forward and input gradient of the teacher, on two batches. */
  generatorStep(settings: RunSettings, step: number): number {
    const ofGenerator = step < firstRefineStep(settings) ? 3 * generatorMacs(this.generator) : 0;
    return 2 * settings.generatorBatch * (ofGenerator + 2 * this.teacherMacs);
  }

  /** All of them. */
  generatorSteps(settings: RunSettings): number {
    const ofGenerator = Math.min(firstRefineStep(settings), settings.generatorSteps);
    const ofImages = settings.generatorSteps - ofGenerator;
    return ofGenerator * this.generatorStep(settings, -1) + ofImages * this.generatorStep(settings, ofGenerator);
  }

  /** The teacher's forward pass, three passes of the student, the generator's forward pass. */
  studentStep(settings: RunSettings, method: 'calibration' | 'fdda'): number {
    const { real, synthetic } = studentBatch(settings, settings.imagesPerClass, method === 'fdda');
    return (real + synthetic) * 4 * this.teacherMacs + synthetic * generatorMacs(this.generator);
  }

  /** All stages together. */
  total(stages: readonly Stage[], settings: RunSettings): number {
    const evaluation = Math.ceil(settings.testImages / EVALUATION_BATCH) * this.evaluationBatch;
    return stages.reduce((sum, stage) => {
      if (stage.kind === 'evaluate') return sum + evaluation;
      if (stage.kind === 'generator') return sum + this.generatorSteps(settings);
      return (
        sum +
        evaluationSteps(settings).length * evaluation +
        settings.studentSteps * this.studentStep(settings, stage.phase)
      );
    }, 0);
  }
}

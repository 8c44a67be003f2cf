/** Times the method's steps as the engine runs them beside the same steps in plain tfjs. */
import * as tf from '@tensorflow/tfjs-core';
import { runningStatistics } from '../../engine/bns/statistics';
import { replaySteps } from '../../engine/kernels/replay/repeatedStep';
import { FDDA_TERMS } from '../../engine/runSettings';
import { EVALUATION_BATCH } from '../../engine/training/workCount';
import { Fixture, type FixtureOptions } from './fixture';
import { countWork, type Work } from './launches';
import { expectEqual, race, type Effort, type Timing, type Variant } from './measure';
import { PlainGeneratorTrainer, PlainStudentTrainer } from './plainTrainers';
import { forward } from './plainSteps';
import type { KernelRegistry } from './registry';

export const STEP_NAMES = ['generatorStep', 'studentStep', 'evaluation'] as const;
export type StepName = (typeof STEP_NAMES)[number];

export interface StepResult {
  step: StepName;
  /** Network and generator. */
  what: string;
  engine: Timing;
  baseline: Timing;
  /** Median by median. */
  ratio: number;
  /** Multiply-accumulates counted the plain way, of one step and a second (at the engine's median). */
  macs: number;
  macsPerSecond: number;
  work: { engine: Work; baseline: Work };
}

/** One step of either side that can be run again and again. */
export interface Runner {
  /** The numbers that a step reports. */
  step(): Promise<number[]>;
  dispose(): void;
}

/** The engine's generator step. */
export function engineGenerator(fixture: Fixture): Runner {
  const trainer = fixture.generatorTrainer(fixture.generator());
  return {
    async step() {
      trainer.step(fixture.settings);
      const [{ terms, total }] = await trainer.drain();
      return [...FDDA_TERMS.map((term) => terms[term] ?? 0), total];
    },
    dispose: () => trainer.dispose(),
  };
}

/** The engine's student step, W3A3. */
export async function engineStudent(fixture: Fixture): Promise<Runner> {
  const generator = fixture.generator();
  const trainer = fixture.studentTrainer(await fixture.student(), generator);
  return {
    async step() {
      trainer.step(fixture.settings);
      const [{ ce, distillation, total }] = await trainer.drain();
      return [ce, distillation, total];
    },
    dispose() {
      trainer.dispose();
      generator.dispose();
    },
  };
}

async function runners(fixture: Fixture, name: StepName): Promise<{ engine: Runner; baseline: Runner }> {
  const { teacher } = fixture;
  const disposables: { dispose(): void }[] = [];
  switch (name) {
    case 'generatorStep': {
      const generator = fixture.generator();
      const plain = new PlainGeneratorTrainer(fixture, generator, runningStatistics(teacher.network).pack());
      disposables.push(plain, generator);
      return {
        engine: engineGenerator(fixture),
        baseline: { step: () => plain.step(), dispose: () => disposables.forEach((d) => d.dispose()) },
      };
    }
    case 'studentStep': {
      const generator = fixture.generator();
      const student = await fixture.student();
      const plain = new PlainStudentTrainer(fixture, generator, await student.ranges());
      student.dispose();
      disposables.push(plain, generator);
      return {
        engine: await engineStudent(fixture),
        baseline: { step: () => plain.step(), dispose: () => disposables.forEach((d) => d.dispose()) },
      };
    }
    case 'evaluation': {
      const images = fixture.images(EVALUATION_BATCH);
      const predicted = async (logits: () => tf.Tensor2D) => {
        const classes = tf.tidy(() => tf.argMax(logits(), 1));
        const read = [...(await classes.data())];
        classes.dispose();
        return read;
      };
      return {
        engine: { step: () => predicted(() => teacher.forward(images)), dispose: () => images.dispose() },
        baseline: {
          step: () => predicted(() => forward(teacher.definition, teacher.weights, images)),
          dispose: () => {},
        },
      };
    }
  }
}

/** Steps whose numbers are compared before anything is timed: the second depends on the first one's gradients. */
export const COMPARED_STEPS = 2;

/**
 * How far the two sides' numbers may lie apart. They are of different kernels, which round differently; in a quantized
 * network a difference in the last bit moves a value to the next of few levels here and there, and the gradient with it
 * (by one to two percent, measured between wasm and a GPU, and between products counted the plain way and Winograd's).
 * So the student's second loss says only that nothing is quite wrong.
 */
export const tolerance = (step: StepName, index: number) => (step === 'studentStep' && index > 0 ? 0.1 : 5e-3);

/**
 * @param onResult called after every step
 * @throws Error where the two sides' numbers differ: that step is not timed
 */
export async function benchSteps(
  registry: KernelRegistry,
  options: FixtureOptions,
  effort: Effort,
  onResult: (result: StepResult) => void = () => {},
): Promise<StepResult[]> {
  const fixture = new Fixture(options);
  const results: StepResult[] = [];
  try {
    for (const step of STEP_NAMES) {
      const { engine, baseline } = await runners(fixture, step);
      try {
        for (let i = 0; i < COMPARED_STEPS; i++) {
          registry.use('engine');
          const ours = await engine.step();
          registry.use('baseline');
          expectEqual(`${step} ${i + 1} of ${options.name}`, ours, await baseline.step(), tolerance(step, i));
        }
        registry.use('engine');
        // Counted as it is written: a replayed step is no sequence of tfjs's kernels.
        replaySteps(false);
        const engineWork = await countWork(() => engine.step());
        replaySteps(true);
        registry.use('baseline');
        const work = { engine: engineWork, baseline: await countWork(() => baseline.step()) };
        const variants: Record<'engine' | 'baseline', Variant> = {
          engine: { before: () => registry.use('engine'), run: () => engine.step() },
          baseline: { before: () => registry.use('baseline'), run: () => baseline.step() },
        };
        const times = await race(variants, effort);
        const { generatorStep, studentStep, evaluation } = fixture.macs;
        const macs = { generatorStep, studentStep, evaluation: evaluation(EVALUATION_BATCH) }[step];
        const result: StepResult = {
          step,
          what: options.name,
          ...times,
          ratio: times.engine.median / times.baseline.median,
          macs,
          macsPerSecond: macs / times.engine.median,
          work,
        };
        results.push(result);
        onResult(result);
      } finally {
        registry.use('engine');
        engine.dispose();
        baseline.dispose();
      }
    }
  } finally {
    fixture.dispose();
  }
  return results;
}

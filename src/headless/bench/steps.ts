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
import type { KernelRegistry, Side } from './registry';

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

/** The engine's student step. */
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

/** With a side's kernels. */
const onSide = (registry: KernelRegistry, side: Side, runner: Runner): Runner => ({
  step() {
    registry.use(side);
    return runner.step();
  },
  dispose: () => runner.dispose(),
});

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

/** How far the two sides' numbers may lie apart, as a share of the largest. */
const TOLERANCE = 5e-3;
/** Bits with which the student's gradients are compared. */
const COMPARED_BITS = 8;

/**
 * Compares steps before anything is timed: the second depends on the first one's gradients. The two sides' kernels round
 * differently. Where a student has few levels a last bit moves a value to the next of them here and there, and its second
 * loss by some percent (0.4 and 0.8 on wasm, 1 to 2 between wasm and a GPU), whereas with 8 bits it is 0.03 and 0.04 % off
 * on wasm: so with few bits the first step alone is compared, and both with 8.
 *
 * @param sides makes both sides of a step on a fixture
 * @throws Error where their numbers differ
 */
export async function expectSameSteps(
  options: FixtureOptions,
  step: StepName,
  sides: (fixture: Fixture) => Promise<{ ours: Runner; theirs: Runner }>,
): Promise<void> {
  const compare = async (bits: number | undefined, count: number) => {
    const fixture = new Fixture({ ...options, bits });
    const { ours, theirs } = await sides(fixture);
    try {
      for (let i = 1; i <= count; i++) {
        const what = `${step} ${i} of ${options.name}${bits === undefined ? '' : ` with ${bits} bits`}`;
        expectEqual(what, await ours.step(), await theirs.step(), TOLERANCE);
      }
    } finally {
      ours.dispose();
      theirs.dispose();
      fixture.dispose();
    }
  };
  if (step === 'studentStep') await compare(COMPARED_BITS, 2);
  await compare(undefined, step === 'studentStep' ? 1 : 2);
}

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
      await expectSameSteps(options, step, async (compared) => {
        const { engine, baseline } = await runners(compared, step);
        return { ours: onSide(registry, 'engine', engine), theirs: onSide(registry, 'baseline', baseline) };
      });
      registry.use('engine');
      const { engine, baseline } = await runners(fixture, step);
      try {
        // A first step makes what an optimizer remembers: the ones after it are counted.
        await onSide(registry, 'baseline', baseline).step();
        await onSide(registry, 'engine', engine).step();
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
        engine.dispose();
        baseline.dispose();
      }
    }
  } finally {
    registry.use('engine');
    fixture.dispose();
  }
  return results;
}

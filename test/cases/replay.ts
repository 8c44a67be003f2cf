/** Runs whose steps are replayed against the same runs without: the same bits, on one adapter. */
import * as tf from '@tensorflow/tfjs-core';
import { relu } from '../../src/engine/kernels/activations';
import { floats, RepeatedStep, replaySteps } from '../../src/engine/kernels/replay/repeatedStep';
import {
  limitRecordings,
  recordingsInUse,
  recordingsMade,
  whenNotReplayed,
} from '../../src/engine/kernels/replay/recorder';
import { submitTogether } from '../../src/engine/kernels/webgpu/recording/recording';
import { applyMethod, type MethodId } from '../../src/engine/methods';
import type { LiveSettings, RunSettings } from '../../src/engine/runSettings';
import { Run } from '../../src/engine/training/run';
import { Teacher } from '../../src/engine/training/teacher';
import { tinyDataset, tinyNetwork, tinySettings } from '../engine/training/tiny';
import type { Case, Comparison } from './case';

const equal = (name: string, actual: ArrayLike<number>, expected: ArrayLike<number>): Comparison => ({
  name,
  actual,
  expected,
  absolute: Number.MIN_VALUE,
  relative: 0,
});

const except: Case['except'] = {
  cpu: 'nothing is recorded there',
  webgl: 'nothing is recorded there',
};

/** All numbers in something, in a fixed order; null counts as -1. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value === null) return [-1];
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) => (TIMES.has(key) ? [] : numbersIn(each)));
}
const TIMES = new Set(['elapsedSeconds', 'secondsPerStep', 'remainingSeconds']);

interface Plan {
  settings: RunSettings;
  /** What is changed before which unit of work. */
  live?: Record<number, LiveSettings>;
  /** Before this unit of work another run goes on from a snapshot of this one. */
  resumeAt?: number;
}

/** A whole run: its frames, looked at now and then, and its snapshots. */
async function played({ settings, live = {}, resumeAt }: Plan, replayed: boolean) {
  replaySteps(replayed);
  // On WebGPU, however long they take.
  submitTogether(Infinity);
  const teacher = new Teacher(tinyNetwork({ widths: [3, 4], strides: [1, 2] }));
  const create = async () => (await Run.create(teacher, tinyDataset(), settings, null))!;
  const made = recordingsMade();
  let run = await create();
  let most = 0;
  const seen: unknown[] = [];
  try {
    for (let unit = 0; !run.finishedAll; unit++) {
      if (live[unit]) run.update(live[unit]);
      if (unit === resumeAt) {
        const snapshot = (await run.snapshot())!;
        run.dispose();
        run = await create();
        await run.restore(snapshot);
      }
      await run.advance();
      most = Math.max(most, recordingsInUse().length);
      if (unit % 16 === 8) seen.push(await run.frame(true), await run.snapshot());
    }
    seen.push(await run.frame(true), await run.snapshot());
  } finally {
    run.dispose();
    teacher.dispose();
    replaySteps(true);
    submitTogether();
  }
  return { numbers: numbersIn(seen), made: recordingsMade() - made, most, left: recordingsInUse().length };
}

async function compared(plan: Plan): Promise<Comparison[]> {
  const written = await played(plan, false);
  const replayed = await played(plan, true);
  return [
    equal('every number of the run', replayed.numbers, written.numbers),
    equal('recordings of the run as it is written', [written.made], [0]),
    equal('something is recorded, and nothing is left', [Math.min(1, replayed.most), replayed.left], [1, 0]),
  ];
}

const STEPS = { generatorSteps: 20, studentSteps: 20, testImages: 10, observationPerClass: 1, generatorBatch: 2 };
const method = (id: MethodId, overrides: Partial<RunSettings> = {}) =>
  ({ ...applyMethod(tinySettings(STEPS), id), beside: [], ...overrides }) as RunSettings;
const short = { generatorSteps: 5, studentSteps: 3 };

const plans: Record<string, Plan> = {
  FDDA: { settings: method('fdda') },
  'FDDA, whose numbers and terms are changed on the way': {
    settings: method('fdda', { studentSteps: 6 }),
    live: {
      4: { distortedWeight: 0.3, generatorLearningRate: 3e-3 },
      7: { distortionMean: 0.2, centralizedEnabled: false },
      12: { ceMixedEnabled: false, bnsEnabled: false },
      16: { ceMixedEnabled: true, contrastEnabled: true, contrastWeight: 0.5, contrastTemperature: 0.3 },
      20: { contrastTemperature: 0.1 },
      24: { studentLearningRate: 3e-4 },
    },
  },
  'FDDA that goes on from a snapshot': { settings: method('fdda', { studentSteps: 8 }), resumeAt: 26 },
  'FDDA by the label rule': { settings: method('fdda', { ...short, labelRule: true, generatorSteps: 10 }) },
  'FDDA+': { settings: method('fddaPlus') },
  'FDDA+ by the label rule, one class at a time': {
    settings: method('fddaPlus', { ...short, generatorSteps: 14, labelRule: true, classesPerStep: 1 }),
  },
  'zero-shot style': { settings: method('zeroShot', short) },
  '+ centralized': { settings: method('centralized', short) },
  '+ distorted': { settings: method('distorted', short) },
  'calibration images only': { settings: method('calibration', short) },
  'learned step sizes': {
    settings: method('fdda', { ...short, generatorSteps: 2, studentSteps: 20, stepSizes: 'learned' }),
  },
  'the student of the program': {
    settings: method('fdda', {
      ...short,
      generatorSteps: 2,
      clippedGradient: 'pass',
      weightRangeShare: 1,
      updateLimit: 0,
      momentum: 0,
      augment: false,
      activationRange: 'movingAverage',
    }),
  },
};

/** A variable that moves by an input at every step. */
function counter() {
  const variable = tf.tidy(() => tf.variable(tf.zeros([3]), false));
  const other = tf.tidy(() => tf.variable(tf.ones([3]), false));
  const step = new RepeatedStep(() => [variable]);
  const input = (value: number) => ({ by: floats(Float32Array.of(value, 2 * value, -value), [3]) });
  return {
    variable,
    other,
    step,
    input,
    add: (value: number) =>
      step.run('add', input(value), ({ by }) => {
        variable.assign(tf.add(variable, by));
        return tf.mul(variable, 10);
      }),
    dispose() {
      step.dispose();
      tf.dispose([variable, other]);
    },
  };
}

const messageOf = (f: () => void): string => {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

const rules: Case[] = [
  {
    name: 'a replayed step: variables, what was read of them, clones and what is assigned from outside',
    except,
    run: async () => {
      const it = counter();
      const before = tf.clone(it.variable);
      const results: number[][] = [];
      const read: number[][] = [];
      const made = recordingsMade();
      for (let i = 1; i <= 4; i++) {
        const result = it.add(i);
        // Asked for before the next step, and read after it.
        read.push([...(await it.variable.data())]);
        results.push([...(await result.data())]);
        result.dispose();
      }
      const late = it.variable.data();
      const fifth = it.add(100);
      const [old] = await late;
      fifth.dispose();
      const fresh = tf.tensor1d([7, 7, 7]);
      it.variable.assign(fresh);
      fresh.dispose();
      const last = it.add(1);
      const comparisons = [
        equal(
          'results',
          results.flat(),
          [1, 2, -1, 3, 6, -3, 6, 12, -6, 10, 20, -10].map((v) => 10 * v),
        ),
        equal('the variable', read.flat(), [1, 2, -1, 3, 6, -3, 6, 12, -6, 10, 20, -10]),
        equal('a clone of before', await before.data(), [0, 0, 0]),
        equal('asked for before a step', [old], [10]),
        equal('after an assignment', await last.data(), [80, 90, 60]),
        equal('recordings', [recordingsMade() - made, recordingsInUse().length], [1, 1]),
      ];
      tf.dispose([before, last]);
      it.dispose();
      return [...comparisons, equal('recordings afterwards', [recordingsInUse().length], [0])];
    },
  },
  {
    name: 'steps in a row that nobody reads: all are done, in order, also where the recording is let go before',
    except,
    run: async () => {
      submitTogether(Infinity);
      const it = counter();
      const results = [it.add(1)];
      const { queue } = tf.backend() as unknown as { queue?: { submit(commands: object[]): void } };
      let submits = 0;
      if (queue) {
        const { submit } = queue;
        queue.submit = (commands) => {
          submits++;
          submit.call(queue, commands);
        };
      }
      for (let i = 1; i < 21; i++) results.push(it.add(i + 1));
      // What stood there is the class's.
      if (queue) delete (queue as Partial<typeof queue>).submit;
      // Refused, as often as steps are submitted together and more.
      for (let i = 0; i < 9; i++)
        messageOf(() => it.step.run('add', { by: { values: new Float32Array(2), shape: [3] } }, ({ by }) => by));
      const copy = tf.add(it.variable, 0);
      results.push(it.add(1000));
      it.step.dispose();
      const values = await Promise.all(results.map((result) => result.data()));
      const comparisons = [
        equal(
          'results',
          values.map(([first]) => first),
          [...Array.from({ length: 21 }, (_, i) => ((i + 1) * (i + 2)) / 2), 1231].map((v) => 10 * v),
        ),
        equal('submits of 20 replays: 1, 2, 4 and 8 of them, and 5 that wait', [submits], [queue ? 4 : 0]),
        equal('what was computed of the variable before the last', await copy.data(), [231, 462, -231]),
        equal('the variable', await it.variable.data(), [1231, 2462, -1231]),
      ];
      tf.dispose([...results, copy]);
      it.dispose();
      submitTogether();
      return comparisons;
    },
  },
  {
    name: 'a sum of a variable that changes before the sum is used is the sum of before',
    except,
    run: async () => {
      const it = counter();
      const results: number[] = [];
      for (let i = 1; i <= 3; i++) {
        const result = it.step.run('doubled', it.input(i), ({ by }) => {
          const sum = tf.add(it.variable, by);
          it.variable.assign(tf.add(tf.mul(it.variable, 2), 1));
          // dL/dy of a ReLU: what adds gradients up by itself on WebGPU.
          return tf.grad((x) => relu(x))(by, sum);
        });
        results.push(...(await result.data()));
        result.dispose();
      }
      it.dispose();
      return [equal('results', results, [1, 2, 0, 3, 5, 0, 6, 9, 0])];
    },
  },
  {
    name: 'a sum that its only reader adds up by itself is not launched',
    except: { ...except, wasm: 'every kernel there is a call' },
    run: async () => {
      const it = counter();
      const result = it.step.run('sum', it.input(1), ({ by }) =>
        tf.grad((x) => relu(x))(by, tf.add(tf.mul(by, 2), tf.mul(by, 3)) as tf.Tensor1D),
      );
      const [{ cost }] = recordingsInUse();
      const values = await result.data();
      result.dispose();
      it.dispose();
      return [
        equal('the gradient', values, [5, 10, 0]),
        // Two products, the ReLU, its gradient.
        equal('launches', [cost.launches], [4]),
      ];
    },
  },
  {
    name: 'a step that breaks a rule is refused, and leaves the backend as it was',
    except,
    run: async () => {
      const it = counter();
      const kept: tf.Tensor[] = [];
      const undeclared = messageOf(() =>
        it.step.run('undeclared', it.input(1), ({ by }) => tf.add(it.other, by)).dispose(),
      );
      const leaves = messageOf(() =>
        it.step
          .run('leaves', it.input(1), ({ by }) => {
            kept.push(tf.keep(tf.mul(by, 2)));
            return tf.mul(by, 3);
          })
          .dispose(),
      );
      tf.dispose(kept);
      const throws = messageOf(() =>
        it.step.run('throws', it.input(1), ({ by }) => {
          tf.mul(by, 2);
          throw new Error('on purpose');
        }),
      );
      it.add(1).dispose();
      const short = messageOf(() =>
        it.step.run('add', { by: { values: new Float32Array(2), shape: [3] } }, ({ by }) => by).dispose(),
      );
      const last = it.add(1);
      const [value] = await last.data();
      last.dispose();
      it.dispose();
      const says = (message: string, part: string) =>
        equal(`"${message}" says "${part}"`, [Number(message.includes(part))], [1]);
      return [
        says(undeclared, 'which is not declared'),
        says(leaves, 'leaves 1 tensors behind'),
        says(throws, 'on purpose'),
        says(short, 'has 3 values, not 2'),
        equal('the step after all of that', [value], [20]),
      ];
    },
  },
  {
    name: 'a step that would keep too much runs as it is written, and is recorded anew where a constant is another',
    except,
    run: async () => {
      const it = counter();
      const said: number[] = [];
      whenNotReplayed((mebibytes) => said.push(mebibytes));
      limitRecordings(16);
      const results: number[] = [];
      for (let i = 0; i < 3; i++) {
        const result = it.add(1);
        results.push((await result.data())[0]);
        result.dispose();
      }
      const kept = recordingsInUse().length;
      limitRecordings();
      whenNotReplayed(() => undefined);
      let constant = tf.tensor1d([1, 2, 3]);
      const scaled = async () => {
        const result = it.step.run('constant', it.input(2), ({ by }) => tf.mul(by, constant));
        const values = [...(await result.data())];
        result.dispose();
        return values;
      };
      const made = recordingsMade();
      const [first, second] = [await scaled(), await scaled()];
      constant.dispose();
      constant = tf.tensor1d([5, 5, 5]);
      const third = await scaled();
      const recorded = recordingsMade() - made;
      constant.dispose();
      it.dispose();
      return [
        equal('results', results, [10, 20, 30]),
        equal('kept, and said', [kept, said.length], [0, 1]),
        equal('a constant', [...first, ...second], [2, 8, -6, 2, 8, -6]),
        equal('another one', [...third, recorded], [10, 20, -10, 2]),
      ];
    },
  },
  {
    name: 'settings that are only numbers record nothing anew; a term does',
    except,
    run: async () => {
      const settings = method('fdda', { generatorSteps: 8, studentSteps: 0, testImages: 0 });
      const { made } = await played(
        {
          settings,
          live: {
            2: { bnsWeight: 2, ceSingleWeight: 0 },
            4: { generatorLearningRate: 1e-2, distortionVariance: 0.1 },
            6: { distortedEnabled: false },
          },
        },
        true,
      );
      // Two generator steps, and on a GPU the probe.
      return [equal('recordings', [made], [tf.getBackend() === 'webgpu' ? 3 : 2])];
    },
  },
];

export const replayCases: Case[] = [
  ...rules,
  ...Object.entries(plans).map(([name, plan]): Case => ({
    name: `replayed, a run is the same: ${name}`,
    long: true,
    except,
    run: () => compared(plan),
  })),
];

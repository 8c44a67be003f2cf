import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect } from 'vitest';
import type { MethodId } from '../../../src/engine/methods';
import type { ArmId } from '../../../src/engine/methods/arms';
import type { RunFrame } from '../../../src/engine/runReport';
import type { RunSettings } from '../../../src/engine/runSettings';
import type { Run } from '../../../src/engine/training/run';
import { runWork } from '../../../src/engine/training/workCount';
import { applyPreset } from '../../../src/state/presets';
import { type NODE_BACKENDS, use } from '../backends';
import { framesOf, story, tinyDataset, tinyRun, tinySettings } from './tiny';
import { describeShort, it, itLong } from '../../when';

beforeAll(() => use('wasm'));

// The rule is on, as in the table's defaults: FDDA+ switches it off, and gives it back when it is left.
const SMALL: Partial<RunSettings> = {
  generatorSteps: 5,
  studentSteps: 4,
  testImages: 110,
  refinedPerClass: 8,
  labelRule: true,
};

/** What a run tells of one arm and its generator, without the clock. */
function ofArm(run: Run, frames: RunFrame[], arm: ArmId) {
  const { generator, student, accuracy } = story(frames);
  const owner = run.overview.arms.find(({ id }) => id === arm)!.generator;
  const last = frames.flatMap(({ synthetic }) => synthetic).findLast((each) => each.arm === owner);
  return {
    generator: generator.filter((sample) => sample.arm === owner).map(({ arm: _, ...rest }) => rest),
    student: student.filter((sample) => sample.arm === arm),
    row: accuracy!.find(({ id }) => id === arm),
    images: last && { step: last.step, rgba: Array.from(last.images.rgba), xy: Array.from(last.points.xy) },
  };
}

async function whole(overrides: Partial<RunSettings>) {
  const { run, done } = await tinyRun({ ...SMALL, ...overrides });
  const frames = [await run.frame(true), ...(await framesOf(run)), await run.frame(true)];
  done();
  return { run, frames };
}

describe("an arm's numbers", () => {
  const plus = (beside: MethodId[]) => ({ ...applyPreset(tinySettings(SMALL), 'fddaPlus'), beside });

  const compare = async (backend: (typeof NODE_BACKENDS)[number]) => {
    await use(backend);
    const alone = await whole({ beside: [] });
    const pair = await whole({ beside: ['calibration'] });
    const four = await whole({ beside: ['calibration', 'zeroShot', 'fddaPlus'] });
    const led = await whole(plus(['fdda', 'calibration']));
    const bare = await whole({ syntheticBatch: 0, beside: [] });
    const expected = ofArm(alone.run, alone.frames, 'fdda');
    expect(expected.student).toHaveLength(4);
    expect(expected.generator).toHaveLength(5);
    expect(expected.images!.step).toBe(5);
    expect(expected.row!.answers).toHaveLength(110);
    for (const { run, frames } of [pair, four, led]) expect(ofArm(run, frames, 'fdda')).toEqual(expected);
    const calibration = ofArm(bare.run, bare.frames, 'calibration');
    expect(calibration.student).toHaveLength(4);
    expect(calibration.generator).toEqual([]);
    for (const { run, frames } of [pair, four, led]) expect(ofArm(run, frames, 'calibration')).toEqual(calibration);
    // The same method, leading and beside.
    expect(ofArm(four.run, four.frames, 'fddaPlus')).toEqual(ofArm(led.run, led.frames, 'fddaPlus'));
    expect(ofArm(four.run, four.frames, 'zeroShot').student).not.toEqual(expected.student);
    await use('wasm');
  };
  const NAME = 'are the same alone, beside others and in any set, to the last bit (%s)';
  it.each(['wasm'] as const)(NAME, compare, 60_000);
  itLong.each(['cpu'] as const)(NAME, compare, 60_000);

  it('come from one generator where two arms share it', async () => {
    const { run, frames } = await whole({ syntheticShare: 'byRealImages', imagesPerClass: 8, beside: ['fdda'] });
    const { generator, student } = story(frames);
    expect(run.overview.arms).toEqual([
      { id: 'fdda', leads: false, generator: 'custom' },
      { id: 'custom', leads: true, generator: 'custom' },
    ]);
    expect(generator.map(({ arm }) => arm)).toEqual(new Array(5).fill('custom'));
    expect(student.map(({ arm }) => arm)).toEqual([...new Array(4).fill('fdda'), ...new Array(4).fill('custom')]);
    // FDDA of a run of its own has the very same.
    const own = await whole({ imagesPerClass: 8, beside: [] });
    expect(ofArm(run, frames, 'fdda').student).toEqual(ofArm(own.run, own.frames, 'fdda').student);
  });
});

describeShort('the stages of a run with several arms', () => {
  it("are the generators, the leading arm's first, then the students in order", async () => {
    const { run, frames } = await whole({ beside: ['zeroShot', 'fddaPlus', 'calibration'] });
    const places = frames.map(({ phase, arm }) => (arm === null ? phase : `${phase} ${arm}`));
    expect([...new Set(places)]).toEqual([
      'ptq',
      'generator fdda',
      'generator zeroShot',
      'generator fddaPlus',
      'student calibration',
      'student zeroShot',
      'student fdda',
      'student fddaPlus',
      'done',
    ]);
    expect(run.overview.arms.map(({ id, generator }) => [id, generator])).toEqual([
      ['calibration', null],
      ['zeroShot', 'zeroShot'],
      ['fdda', 'fdda'],
      ['fddaPlus', 'fddaPlus'],
    ]);
    // The first images are the leading arm's; every generator's are shown at its end.
    expect(frames[0].synthetic.map(({ arm }) => arm)).toEqual(['fdda']);
    const ends = frames.flatMap(({ synthetic }) => synthetic).filter(({ step }) => step === 5);
    expect(new Set(ends.map(({ arm }) => arm))).toEqual(new Set(['fdda', 'zeroShot', 'fddaPlus']));
    // The fractions count every arm.
    expect(frames.every(({ fraction }, i) => i === 0 || fraction >= frames[i - 1].fraction)).toBe(true);
  });

  it.each<[string, Partial<RunSettings>]>([
    ['FDDA beside three', { beside: ['calibration', 'zeroShot', 'fddaPlus'] }],
    ['one arm', { beside: [] }],
    ['no generator', { syntheticBatch: 0, beside: [] }],
    ['no students', { studentSteps: 0 }],
    ['blocks one by one', { studentRecipe: 'reconstruction', beside: ['calibration'] }],
    ['blocks one by one, then the whole', { studentRecipe: 'both', studentSteps: 5, beside: [] }],
    ['a shared generator', { syntheticShare: 'byRealImages', beside: ['fdda'] }],
  ])('are as much work as is counted ahead (%s)', async (_, overrides) => {
    const settings = tinySettings({ ...SMALL, ...overrides });
    const { run, done } = await tinyRun(settings);
    while (!run.finishedAll) await run.advance();
    const { doneMacs } = (await run.snapshot())!;
    const { network } = run.overview;
    done();
    expect(doneMacs / runWork(settings, network)).toBeCloseTo(1, 9);
  });

  it('tell which class every test image was taken for', async () => {
    const { run, frames } = await whole({ beside: ['zeroShot'] });
    const { testLabels } = run.overview;
    const dataset = tinyDataset();
    expect(Array.from(testLabels!)).toEqual(Array.from({ length: 110 }, (_, i) => dataset.label('test', i)));
    const rows = frames.at(-1)!.accuracy;
    expect(rows.map(({ id }) => id)).toEqual(['fullPrecision', 'ptq', 'zeroShot', 'fdda']);
    for (const { answers, correct } of rows)
      expect(answers!.filter((answer, i) => answer === testLabels![i])).toHaveLength(correct!);
    // Frames are handed over with their buffers: two of them share none.
    const [one, other] = frames.slice(-2).map(({ accuracy }) => accuracy[0].answers!);
    expect(one.buffer).not.toBe(other.buffer);
  });
});

describeShort('a live change in a run with several arms', () => {
  it('of a term is followed by the leading arm only', async () => {
    const at = async (change: boolean) => {
      const { run, done } = await tinyRun({ ...SMALL, beside: ['zeroShot'] });
      while (run.phase !== 'generator') await run.advance();
      if (change) run.update({ bnsWeight: 1.7, ceMixedEnabled: false });
      const frames = await framesOf(run);
      const parts = { fdda: ofArm(run, frames, 'fdda'), zeroShot: ofArm(run, frames, 'zeroShot') };
      done();
      return parts;
    };
    const [plain, changed] = [await at(false), await at(true)];
    expect(changed.zeroShot).toEqual(plain.zeroShot);
    expect(changed.fdda.generator.every(({ terms }) => terms.ceMixed === null)).toBe(true);
    expect(changed.fdda.student).toHaveLength(4);
    expect(changed.fdda.student).not.toEqual(plain.fdda.student);
  });
});

describeShort('a snapshot of a run with three arms', () => {
  const three: Partial<RunSettings> = { ...SMALL, beside: ['calibration', 'fddaPlus'] };
  const places = [
    ['generator', 'fdda'],
    ['generator', 'fddaPlus'],
    ['student', 'calibration'],
    ['student', 'fdda'],
    ['student', 'fddaPlus'],
  ] as const;

  it.each(places)('in the middle of %s %s gives the same numbers, here and in a fresh run', async (phase, arm) => {
    const before = tf.memory().numTensors;
    const rest = (frames: RunFrame[]) => {
      const { generator, student, accuracy } = story(frames);
      return { generator, student, accuracy };
    };
    const { run, done } = await tinyRun(three);
    const there = (frame: RunFrame) => frame.phase === phase && frame.arm === arm && frame.step === 2;
    let frame = await run.frame();
    while (!there(frame)) {
      await run.advance();
      frame = await run.frame();
    }
    const snapshot = structuredClone((await run.snapshot())!);
    expect(snapshot.step).toBe(2);
    const expected = rest(await framesOf(run));
    expect(expected.student.length).toBeGreaterThan(0);
    await run.restore(structuredClone(snapshot));
    expect(await run.frame()).toMatchObject({ phase, arm, step: 2, generator: [], student: [] });
    expect(rest(await framesOf(run))).toEqual(expected);
    done();
    const fresh = await tinyRun(three);
    await fresh.run.restore(snapshot);
    expect(rest(await framesOf(fresh.run))).toEqual(expected);
    fresh.done();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves no tensor, wherever the run is stopped', async () => {
    const before = tf.memory().numTensors;
    for (const stop of [0, 5, 11, 16, 22, 30, 45, 200]) {
      const { run, done } = await tinyRun(three);
      for (let i = 0; i < stop && !run.finishedAll; i++) await run.advance();
      done();
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});

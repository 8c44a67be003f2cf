import type { AccuracyRow, RunFrame } from '../../../src/engine/runReport';
import type { RunSettings } from '../../../src/engine/runSettings';
import type { Recording } from '../../../src/state/recording/format';
import { afterFrame, emptyRecord, leadingArm } from '../../../src/state/runRecord';
import { defaultSettings } from '../../../src/state/settings';
import { createFakeRun } from '../../worker/fakeRun';

/** A recorded run of the simulation: `steps` generator steps, a snapshot with each, and a few of the student. */
export function sampleRecording(changes: Partial<RunSettings> = {}, steps = 6): Recording {
  const settings = { ...defaultSettings(), observationPerClass: 2, testImages: 100, ...changes };
  const run = createFakeRun(settings);
  const leading = leadingArm(run.overview)!;
  const { testImages } = settings;
  let record = emptyRecord(run.overview);
  /** @param percent right of all test images; null: not measured */
  const row = (id: AccuracyRow['id'], percent: number | null, curve: [number, number][] = []): AccuracyRow => {
    const correct = percent === null ? null : (percent * testImages) / 100;
    return {
      id,
      accuracy: percent === null ? null : percent / 100,
      correct,
      n: testImages,
      state: correct === null ? 'pending' : 'done',
      step: 4,
      steps: 4,
      curve,
      answers: correct === null ? null : run.answers(id, correct),
      weightsHash: null,
    };
  };
  const show = (frame: Partial<RunFrame>) => {
    record = {
      ...record,
      ...afterFrame(record, {
        phase: 'generator',
        arm: leading,
        step: 0,
        steps,
        elapsedSeconds: record.history.length / 3,
        secondsPerStep: 0.3,
        remainingSeconds: null,
        fraction: Math.min(1, record.history.length / (steps + 6)),
        generator: [],
        student: [],
        accuracy: [],
        synthetic: [],
        ...frame,
      }),
    };
  };
  show({
    phase: 'ptq',
    arm: null,
    synthetic: [run.snapshot(0, settings)],
    accuracy: [row('fullPrecision', null), row('ptq', null)],
  });
  for (let step = 1; step <= steps; step++)
    show({
      step,
      generator: [run.generatorSample(step, settings)],
      synthetic: [run.snapshot(step, settings)],
      accuracy: [row('fullPrecision', 95), row('ptq', 32)],
    });
  for (let step = 1; step <= 4; step++)
    show({ phase: 'student', arm: leading, step, steps: 4, student: [run.studentSample(leading, step, settings)] });
  show({
    phase: 'done',
    arm: null,
    step: 1,
    steps: 1,
    fraction: 1,
    accuracy: [
      row(leading, 71, [
        [0, 0.32],
        [4, 0.71],
      ]),
    ],
  });
  return {
    settings,
    versions: { playground: '0.1.0', tfjs: '4.22.0' },
    backend: 'wasm',
    dataset: 'Shapes',
    written: '2026-01-02T03:04:05.000Z',
    finished: true,
    record: { ...record, overview: run.overview, live: record.live! },
  };
}

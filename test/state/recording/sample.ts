import type { AccuracyRow, RunFrame } from '../../../src/engine/runReport';
import type { RunSettings } from '../../../src/engine/runSettings';
import type { Recording } from '../../../src/state/recording/format';
import { afterFrame, emptyRecord } from '../../../src/state/runRecord';
import { defaultSettings } from '../../../src/state/settings';
import { createFakeRun } from '../../worker/fakeRun';

/** A recorded run of the simulation: `steps` generator steps, a snapshot with each, and a few of the student. */
export function sampleRecording(changes: Partial<RunSettings> = {}, steps = 6): Recording {
  const settings = { ...defaultSettings(), observationPerClass: 2, ...changes };
  const run = createFakeRun(settings);
  let record = emptyRecord(run.overview);
  const row = (method: AccuracyRow['method'], correct: number | null, curve: [number, number][] = []): AccuracyRow => ({
    method,
    accuracy: correct === null ? null : correct / 100,
    correct,
    n: 100,
    state: correct === null ? 'pending' : 'done',
    step: 4,
    steps: 4,
    curve,
  });
  const show = (frame: Partial<RunFrame>) => {
    record = {
      ...record,
      ...afterFrame(record, {
        phase: 'generator',
        step: 0,
        steps,
        elapsedSeconds: record.history.length / 3,
        secondsPerStep: 0.3,
        remainingSeconds: null,
        fraction: Math.min(1, record.history.length / (steps + 6)),
        generator: [],
        student: [],
        accuracy: [],
        synthetic: null,
        ...frame,
      }),
    };
  };
  show({
    phase: 'ptq',
    synthetic: run.snapshot(0, settings),
    accuracy: [row('fullPrecision', null), row('ptq', null)],
  });
  for (let step = 1; step <= steps; step++)
    show({
      step,
      generator: [run.generatorSample(step, settings)],
      synthetic: run.snapshot(step, settings),
      accuracy: [row('fullPrecision', 95), row('ptq', 32)],
    });
  for (let step = 1; step <= 4; step++)
    show({ phase: 'fdda', step, steps: 4, student: [run.studentSample('fdda', step, settings)] });
  show({
    phase: 'done',
    step: 1,
    steps: 1,
    fraction: 1,
    accuracy: [
      row('fdda', 71, [
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

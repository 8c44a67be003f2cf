import { beforeAll, describe, expect, it } from 'vitest';
import type { Recording, RecordingFile } from '../../../src/state/recording/format';
import { readRecording } from '../../../src/state/recording/read';
import { writeRecording } from '../../../src/state/recording/write';
import { applyPreset } from '../../../src/state/presets';
import { defaultSettings } from '../../../src/state/settings';
import { sampleRecording } from './sample';

let recording: Recording;
let text: string;
beforeAll(async () => {
  recording = sampleRecording();
  text = await writeRecording(recording);
});

/** The file as a page of version 1 would have written it: one generator, and students 'calibration' and 'fdda'. */
function asVersion1(file: RecordingFile, leading: string): Record<string, unknown> {
  const { answers: _, losses, moments, snapshots, accuracies, overview, settings, ...rest } = file;
  const { beside, ...others } = settings;
  const { arms: _arms, testLabels: _labels, ...shown } = overview;
  const old = (arm: string | null) => (arm === leading ? 'fdda' : arm);
  const none = { step: [], ce: [], distillation: [], total: [], learningRate: [] };
  const own = <T>(byArm: Partial<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(byArm).map(([arm, value]) => [old(arm)!, value!]));
  return {
    ...rest,
    version: 1,
    settings: { ...others, compareCalibrationOnly: beside.includes('calibration') },
    overview: shown,
    losses: {
      generator: own(losses.generator).fdda,
      student: { calibration: none, fdda: none, ...own(losses.student) },
    },
    snapshots: snapshots.map(({ arm: _arm, ...snapshot }) => snapshot),
    accuracies: accuracies.map((rows) =>
      rows.map(({ id, answers: _answers, ...row }) => ({ method: old(id), ...row })),
    ),
    moments: moments.map(({ phase, arm, generatorStep, studentStep, snapshots: shownThen, ...moment }) => ({
      ...moment,
      phase: phase === 'student' ? old(arm) : phase,
      generatorStep: own(generatorStep).fdda ?? null,
      studentStep: own(studentStep),
      snapshot: own(shownThen).fdda ?? null,
    })),
  };
}

describe('a file of version 1', () => {
  it.each([
    ['fdda', {}],
    ['fdda', { beside: [] }],
    ['custom', { bnsEnabled: false }],
    ['zeroShot', applyPreset(defaultSettings(), 'zeroShot')],
  ] as const)('is a run led by what its settings are: %s', async (leading, changes) => {
    const now = sampleRecording(changes);
    const file = JSON.parse(await writeRecording(now)) as RecordingFile;
    const { record, settings, ...facts } = await readRecording(JSON.stringify(asVersion1(file, leading)));
    expect(settings).toEqual(now.settings);
    expect(facts.finished).toBe(true);
    expect(record.overview.arms).toEqual(now.record.overview.arms);
    expect(record.overview.testLabels).toBeNull();
    expect(Object.keys(record.generatorLosses)).toEqual([leading]);
    expect(record.generatorLosses[leading]!.last).toMatchObject({ arm: leading, step: 6 });
    expect(Object.keys(record.studentLosses)).toEqual([leading]);
    expect(record.studentLosses[leading]!.items).toHaveLength(4);
    expect(record.history.map(({ phase, arm }) => [phase, arm])).toEqual(
      now.record.history.map(({ phase, arm }) => [phase, arm]),
    );
    expect(record.live.synthetic[leading]!.step).toBe(6);
    const row = record.live.accuracy.find(({ id }) => id === leading)!;
    expect(row).toMatchObject({ accuracy: 0.71, answers: null });
    // Saved again it is one of today's.
    const again = await readRecording(await writeRecording({ ...now, record }));
    expect(again.record.history).toHaveLength(record.history.length);
  });

  it('of the calibration images alone has no generator', async () => {
    const now = sampleRecording(applyPreset(defaultSettings(), 'calibration'));
    const file = asVersion1(JSON.parse(await writeRecording(now)) as RecordingFile, 'fdda');
    const moments = file.moments as Record<string, unknown>[];
    for (const moment of moments) Object.assign(moment, { generatorStep: null, snapshot: null });
    const none = { step: [], total: [], learningRate: [] };
    (file.losses as Record<string, unknown>).generator = none;
    const { record } = await readRecording(JSON.stringify(file));
    expect(record.overview.arms).toEqual([{ id: 'calibration', leads: true, generator: null }]);
    expect(record.generatorLosses).toEqual({});
    expect(record.live.synthetic).toEqual({});
    expect(record.studentLosses.calibration!.items).toHaveLength(4);
  });

  it.each([
    ['moments', 3],
    ['losses', null],
    ['snapshots', {}],
    ['accuracies', 'none'],
    ['overview', []],
  ] as const)('with %s of another kind says so', async (key, value) => {
    const file = { ...asVersion1(JSON.parse(text) as RecordingFile, 'fdda'), [key]: value };
    await expect(readRecording(JSON.stringify(file))).rejects.toMatchObject({
      problem: { kind: 'field', path: key, fault: 'type' },
    });
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import type { Recording, RecordingFile } from '../../../src/state/recording/format';
import { packNumbers, unpackNumbers } from '../../../src/state/recording/packing';
import { openRecording, readRecording } from '../../../src/state/recording/read';
import { writeRecording } from '../../../src/state/recording/write';
import type { RunFrame } from '../../../src/engine/runReport';
import { afterFrame, emptyRecord } from '../../../src/state/runRecord';
import { defaultSettings } from '../../../src/state/settings';
import { createFakeRun } from '../../worker/fakeRun';
import { sampleRecording } from './sample';

let recording: Recording;
let text: string;
beforeAll(async () => {
  recording = sampleRecording();
  text = await writeRecording(recording);
});

const close = (a: Float32Array, b: Float32Array, within: number) => {
  expect(a.length).toBe(b.length);
  const largest = Math.max(...b.map(Math.abs));
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThanOrEqual(within * largest);
};

describe('a recorded run', () => {
  it('comes back from its file as it was', async () => {
    const back = await readRecording(text);
    const { record, ...facts } = back;
    const { record: before, ...factsBefore } = recording;
    expect(facts).toEqual(factsBefore);
    const { calibration, points, separation, quality, ...rest } = record.overview;
    expect(rest).toEqual({
      network: before.overview.network,
      startLayer: before.overview.startLayer,
      settings: recording.settings,
      checkpoint: before.overview.checkpoint,
      arms: before.overview.arms,
      testLabels: before.overview.testLabels,
      reading: null,
    });
    expect(calibration.reliable).toEqual(before.overview.calibration.reliable);
    expect(calibration.verdicts.labels).toEqual(before.overview.calibration.verdicts.labels);
    expect(points.observation.labels).toEqual(before.overview.points.observation.labels);
    close(points.observation.xy, before.overview.points.observation.xy, 1 / 4000);
    close(separation.silhouette, before.overview.separation.silhouette, 1e-4);
    const qualityBefore = before.overview.quality!;
    expect(quality!.activations).toEqual(qualityBefore.activations);
    for (const key of ['silhouetteByClass', 'spreadByClass', 'distanceToOwnCenter', 'distanceToNearestOther'] as const)
      close(quality![key], qualityBefore[key], 1 / 4000);
    for (const key of ['bnsGap', 'calibrationCoverage'] as const) close(quality![key], qualityBefore[key], 1e-3);
    for (const key of ['ownCenter', 'nearestOther', 'nearestCenterRate'] as const)
      expect(quality!.joint[key]).toBeCloseTo(qualityBefore.joint[key], 3);
    for (const key of ['teacherAccuracy', 'teacherEntropy'] as const)
      expect(quality![key]).toBeCloseTo(qualityBefore[key], 3);

    expect(record.history).toHaveLength(before.history.length);
    record.history.forEach((moment, i) => {
      const { synthetic: byArm, accuracy, elapsedSeconds, fraction, ...others } = moment;
      const {
        synthetic: wasByArm,
        accuracy: wasAccuracy,
        elapsedSeconds: wasElapsed,
        fraction: wasFraction,
        ...othersBefore
      } = before.history[i];
      const [synthetic, wasSynthetic] = [byArm.fdda, wasByArm.fdda];
      expect(others).toEqual(othersBefore);
      expect(Object.keys(byArm)).toEqual(Object.keys(wasByArm));
      expect(accuracy).toEqual(wasAccuracy);
      expect(elapsedSeconds).toBeCloseTo(wasElapsed, 3);
      expect(fraction).toBeCloseTo(wasFraction, 3);
      expect(synthetic!.step).toBe(wasSynthetic!.step);
      expect(synthetic!.verdicts.predicted).toEqual(wasSynthetic!.verdicts.predicted);
      close(synthetic!.points.xy, wasSynthetic!.points.xy, 1 / 4000);
      close(synthetic!.distanceToOwnCenter, wasSynthetic!.distanceToOwnCenter, 1 / 4000);
      close(synthetic!.quality!.spreadByClass, wasSynthetic!.quality!.spreadByClass, 1 / 4000);
      close(synthetic!.quality!.coverage, wasSynthetic!.quality!.coverage, 1e-3);
      expect(synthetic!.quality!.joint.nearestCenterRate).toBeCloseTo(
        wasSynthetic!.quality!.joint.nearestCenterRate,
        3,
      );
    });
    expect(record.live).toBe(record.history.at(-1));
    expect(record.generatorLosses.fdda!.items.map(({ step }) => step)).toEqual(
      before.generatorLosses.fdda!.items.map(({ step }) => step),
    );
    record.generatorLosses.fdda!.items.forEach(({ terms }, i) =>
      expect(terms.bns).toBeCloseTo(before.generatorLosses.fdda!.items[i].terms.bns!, 4),
    );
    expect(record.studentLosses.fdda!.last!.step).toBe(4);
  });

  it('keeps steps that fit single blocks, which have neither cross entropy nor distillation', async () => {
    const own = sampleRecording({ studentRecipe: 'both' });
    const { items } = own.record.studentLosses.fdda!;
    Object.assign(items[0], { ce: null, distillation: null, total: 0.5 });
    const { record } = await readRecording(await writeRecording(own));
    const back = record.studentLosses.fdda!.items;
    expect(back[0]).toMatchObject({ ce: null, distillation: null, total: 0.5 });
    expect(back.slice(1).map(({ ce }) => ce === null)).toEqual(items.slice(1).map(() => false));
    expect(record.overview.settings.studentRecipe).toBe('both');
  });

  it('shows images that are hardly to be told from the ones there were', async () => {
    const { record } = await readRecording(text);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const [after, before, most] of [
      [record.overview.calibration.images, recording.record.overview.calibration.images, 8],
      // Half of it the simulation's noise, which no picture has.
      [record.live.synthetic.fdda!.images, recording.record.live.synthetic.fdda!.images, 22],
    ] as const) {
      expect(after).toMatchObject({ count: before.count, height: 32, width: 32 });
      const errors = Array.from(after.rgba, (value, i) => Math.abs(value - before.rgba[i]));
      expect(mean(errors)).toBeLessThan(most);
      // Not a matter of luck: images of another class differ far more.
      const other = Array.from(after.rgba, (value, i) =>
        Math.abs(value - before.rgba[(i + before.rgba.length / 2) % before.rgba.length]),
      );
      expect(mean(other)).toBeGreaterThan(1.5 * mean(errors));
    }
  });

  it('written again from what was read is the same file', async () => {
    const again = await writeRecording(await readRecording(text));
    const [first, second] = [JSON.parse(text) as RecordingFile, JSON.parse(again) as RecordingFile];
    expect(second.moments).toEqual(first.moments);
    expect(second.accuracies).toEqual(first.accuracies);
    expect(second.losses).toEqual(first.losses);
    expect(second.settings).toEqual(first.settings);
  });

  it('leaves calibration images out where it is told to, and keeps what was computed of them', async () => {
    const without = await writeRecording(recording, { withhold: true });
    const { record } = await readRecording(without);
    const { images, ...computed } = record.overview.calibration;
    const { images: before, ...expected } = (await readRecording(text)).record.overview.calibration;
    expect(images).toMatchObject({ withheld: true, count: before.count, height: before.height, width: before.width });
    expect(images.rgba).toHaveLength(0);
    expect(computed).toEqual(expected);
    expect(record.live.synthetic).toEqual((await readRecording(text)).record.live.synthetic);
    // Saved once more they are still not there.
    type File = { overview: { calibration: { images: { height: number; data: null } } } };
    const again = JSON.parse(await writeRecording(await readRecording(without))) as File;
    expect(again.overview.calibration.images.data).toBeNull();
    const wrong = JSON.parse(without) as File;
    wrong.overview.calibration.images.height++;
    await expect(readRecording(JSON.stringify(wrong))).rejects.toThrow(/images/);
  });

  it('keeps a bounded number of snapshots; moments of the others show the last one before', async () => {
    const many = await readRecording(await writeRecording(sampleRecording({}, 40), { mostSnapshots: 8 }));
    const snapshots = [...new Set(many.record.history.map(({ synthetic }) => synthetic.fdda!))];
    expect(snapshots).toHaveLength(8);
    expect([snapshots[0].step, snapshots.at(-1)!.step]).toEqual([0, 40]);
    for (const { generatorStep, synthetic } of many.record.history)
      expect(synthetic.fdda!.step).toBeLessThanOrEqual(generatorStep.fdda ?? 0);
    const small = (await writeRecording(sampleRecording({}, 40), { mostSnapshots: 8 })).length;
    expect(small).toBeLessThan((await writeRecording(sampleRecording({}, 40), { mostSnapshots: 24 })).length);
  });

  it('without synthetic images or students is one too', async () => {
    const bare = sampleRecording();
    const history = bare.record.history.map((moment) => ({ ...moment, synthetic: {}, accuracy: [] }));
    const back = await readRecording(
      await writeRecording({ ...bare, record: { ...bare.record, history, live: history.at(-1)! } }),
    );
    expect(
      back.record.history.every(
        ({ synthetic, accuracy }) => Object.keys(synthetic).length === 0 && accuracy.length === 0,
      ),
    ).toBe(true);
  });

  it('of an older page lacks settings that came later, which are at their defaults', async () => {
    const file = JSON.parse(text) as { settings: Record<string, unknown> };
    delete file.settings.augment;
    file.settings.settingOfTomorrow = 3;
    const { settings } = await readRecording(JSON.stringify(file));
    expect(settings).toEqual(recording.settings);
  });

  it('of an older page has no quality of its images, and is one all the same', async () => {
    const file = JSON.parse(text) as RecordingFile;
    delete file.overview.quality;
    for (const snapshot of file.snapshots) delete snapshot.quality;
    const { record } = await readRecording(JSON.stringify(file));
    expect(record.overview.quality).toBeNull();
    expect(record.live.synthetic.fdda!.quality).toBeNull();
    const again = JSON.parse(await writeRecording({ ...recording, record })) as RecordingFile;
    expect(again.overview).not.toHaveProperty('quality');
    expect(again.snapshots[0]).not.toHaveProperty('quality');
  });

  it('of a run that broke down keeps that there is no number', async () => {
    const broken = sampleRecording();
    const { quality } = broken.record.live.synthetic.fdda!;
    quality!.joint.ownCenter = NaN;
    quality!.bnsGap[2] = Infinity;
    const back = (await readRecording(await writeRecording(broken))).record.live.synthetic.fdda!.quality!;
    expect(back.joint.ownCenter).toBeNaN();
    expect(back.bnsGap[2]).toBeNaN();
  });

  it('tells its settings before anything is unpacked', () => {
    const file = JSON.parse(text) as RecordingFile;
    file.snapshots[0].images.data = 'not even base64';
    expect(openRecording(JSON.stringify(file)).facts.settings).toEqual(recording.settings);
  });
});

describe('a recorded run with several arms', () => {
  it('comes back with the images, losses and answers of each', async () => {
    const settings = { ...defaultSettings(), observationPerClass: 2, testImages: 100, beside: ['zeroShot'] as const };
    const run = createFakeRun(settings);
    let record = emptyRecord(run.overview);
    const show = (frame: Partial<RunFrame>) => {
      const whole = {
        phase: 'generator',
        arm: null,
        step: 1,
        steps: 1,
        elapsedSeconds: record.history.length,
        secondsPerStep: null,
        remainingSeconds: null,
        fraction: 0,
        generator: [],
        student: [],
        accuracy: [],
        synthetic: [],
        ...frame,
      } as RunFrame;
      record = { ...record, ...afterFrame(record, whole) };
    };
    for (const arm of ['fdda', 'zeroShot'] as const) {
      for (let step = 0; step <= 3; step++)
        show({
          arm,
          synthetic: [run.snapshot(step, settings, arm)],
          generator: step > 0 ? [run.generatorSample(step, settings, arm)] : [],
        });
    }
    for (const [arm, correct] of [
      ['zeroShot', 60],
      ['fdda', 70],
    ] as const) {
      show({
        phase: 'student',
        arm,
        student: [run.studentSample(arm, 1, settings)],
        accuracy: [
          {
            id: arm,
            accuracy: correct / 100,
            correct,
            n: 100,
            state: 'done',
            step: 1,
            steps: 1,
            curve: [[1, correct / 100]],
            answers: run.answers(arm, correct),
            weightsHash: `0123456789abcde${correct / 10}`,
          },
        ],
      });
    }
    const facts = { ...recording, settings, record: { ...record, overview: run.overview, live: record.live! } };
    const back = await readRecording(await writeRecording(facts));
    expect(back.settings.beside).toEqual(['zeroShot']);
    expect(back.record.overview.arms.map(({ id, leads }) => [id, leads])).toEqual([
      ['zeroShot', false],
      ['fdda', true],
    ]);
    back.record.history.forEach((moment, i) => {
      const before = record.history[i];
      expect([moment.phase, moment.arm]).toEqual([before.phase, before.arm]);
      expect(moment.generatorStep).toEqual(before.generatorStep);
      for (const arm of ['fdda', 'zeroShot'] as const)
        expect(moment.synthetic[arm]?.step).toBe(before.synthetic[arm]?.step);
    });
    for (const arm of ['fdda', 'zeroShot'] as const) {
      expect(back.record.generatorLosses[arm]!.items.map((each) => [each.arm, each.step])).toEqual([
        [arm, 1],
        [arm, 2],
        [arm, 3],
      ]);
      expect(back.record.studentLosses[arm]!.last!.arm).toBe(arm);
    }
    for (const row of back.record.live.accuracy) {
      const before = record.live!.accuracy.find(({ id }) => id === row.id)!;
      expect(row.answers).toEqual(before.answers);
      expect(row.weightsHash).toBe(before.weightsHash);
    }
    expect(back.record.live.accuracy.map(({ weightsHash }) => weightsHash)).toContain('0123456789abcde7');
    // Images of each kept to the bound, first and last among them.
    const few = await readRecording(await writeRecording(facts, { mostSnapshots: 4 }));
    const kept = [...new Set(few.record.history.flatMap(({ synthetic }) => Object.values(synthetic)))];
    expect(kept.map(({ arm, step }) => [arm, step])).toEqual([
      ['fdda', 0],
      ['fdda', 3],
      ['zeroShot', 0],
      ['zeroShot', 3],
    ]);
  });
});

describe('packed numbers', () => {
  it('are as fine as a 4095th of the largest, and keep what is no number', async () => {
    const packed = await packNumbers(Float32Array.of(0, -3, 1.5, NaN, 3, -0.001));
    expect(packed.scale).toBeCloseTo(3 / 4095, 8);
    const back = await unpackNumbers(packed, 6);
    expect(back[3]).toBeNaN();
    [0, -3, 1.5, undefined, 3, -0.001].forEach(
      (value, i) => value !== undefined && expect(Math.abs(back[i] - value)).toBeLessThan(3 / 4095),
    );
  });
});

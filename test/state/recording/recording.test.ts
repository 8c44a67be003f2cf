import { beforeAll, describe, expect, it } from 'vitest';
import type { Recording, RecordingFile } from '../../../src/state/recording/format';
import { LIMITS } from '../../../src/state/recording/format';
import { RecordingError } from '../../../src/state/recording/checks';
import type { RecordingProblem } from '../../../src/state/recording/checks';
import { packBytes, packNumbers, unpackNumbers } from '../../../src/state/recording/packing';
import { openRecording, readRecording } from '../../../src/state/recording/read';
import { writeRecording } from '../../../src/state/recording/write';
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
      const { synthetic, accuracy, elapsedSeconds, fraction, ...others } = moment;
      const {
        synthetic: wasSynthetic,
        accuracy: wasAccuracy,
        elapsedSeconds: wasElapsed,
        fraction: wasFraction,
        ...othersBefore
      } = before.history[i];
      expect(others).toEqual(othersBefore);
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
    expect(record.generatorLosses.items.map(({ step }) => step)).toEqual(
      before.generatorLosses.items.map(({ step }) => step),
    );
    record.generatorLosses.items.forEach(({ terms }, i) =>
      expect(terms.bns).toBeCloseTo(before.generatorLosses.items[i].terms.bns!, 4),
    );
    expect(record.studentLosses.fdda.last!.step).toBe(4);
  });

  it('shows images that are hardly to be told from the ones there were', async () => {
    const { record } = await readRecording(text);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const [after, before, most] of [
      [record.overview.calibration.images, recording.record.overview.calibration.images, 8],
      // Half of it the simulation's noise, which no picture has.
      [record.live.synthetic!.images, recording.record.live.synthetic!.images, 22],
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

  it('keeps a bounded number of snapshots; moments of the others show the last one before', async () => {
    const many = await readRecording(await writeRecording(sampleRecording({}, 40), 8));
    const snapshots = [...new Set(many.record.history.map(({ synthetic }) => synthetic!))];
    expect(snapshots).toHaveLength(8);
    expect([snapshots[0].step, snapshots.at(-1)!.step]).toEqual([0, 40]);
    for (const { generatorStep, synthetic } of many.record.history)
      expect(synthetic!.step).toBeLessThanOrEqual(generatorStep ?? 0);
    const small = (await writeRecording(sampleRecording({}, 40), 8)).length;
    expect(small).toBeLessThan((await writeRecording(sampleRecording({}, 40), 24)).length);
  });

  it('without synthetic images or students is one too', async () => {
    const bare = sampleRecording();
    const history = bare.record.history.map((moment) => ({ ...moment, synthetic: null, accuracy: [] }));
    const back = await readRecording(
      await writeRecording({ ...bare, record: { ...bare.record, history, live: history.at(-1)! } }),
    );
    expect(back.record.history.every(({ synthetic, accuracy }) => synthetic === null && accuracy.length === 0)).toBe(
      true,
    );
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
    expect(record.live.synthetic!.quality).toBeNull();
    const again = JSON.parse(await writeRecording({ ...recording, record })) as RecordingFile;
    expect(again.overview).not.toHaveProperty('quality');
    expect(again.snapshots[0]).not.toHaveProperty('quality');
  });

  it('of a run that broke down keeps that there is no number', async () => {
    const broken = sampleRecording();
    const { quality } = broken.record.live.synthetic!;
    quality!.joint.ownCenter = NaN;
    quality!.bnsGap[2] = Infinity;
    const back = (await readRecording(await writeRecording(broken))).record.live.synthetic!.quality!;
    expect(back.joint.ownCenter).toBeNaN();
    expect(back.bnsGap[2]).toBeNaN();
  });

  it('tells its settings before anything is unpacked', () => {
    const file = JSON.parse(text) as RecordingFile;
    file.snapshots[0].images.data = 'not even base64';
    expect(openRecording(JSON.stringify(file)).facts.settings).toEqual(recording.settings);
  });
});

describe('a file that is no recorded run', () => {
  const problemOf = async (content: string): Promise<RecordingProblem> => {
    try {
      await readRecording(content);
    } catch (error) {
      if (error instanceof RecordingError) return error.problem;
      throw error;
    }
    throw new Error('It was read.');
  };
  const changed = (change: (file: RecordingFile) => unknown) => {
    const file = JSON.parse(text) as RecordingFile;
    change(file);
    return problemOf(JSON.stringify(file));
  };
  /** For values of types that the format does not have. */
  const wrong = (value: unknown) => value as never;

  it.each([
    ['nothing', '', { kind: 'empty' }],
    ['blanks', ' \n ', { kind: 'empty' }],
    ['prose', 'Dear reader,', { kind: 'notJson' }],
    ['a page', '<!doctype html><html></html>', { kind: 'notJson' }],
    ['a number', '3', { kind: 'foreign' }],
    ['null', 'null', { kind: 'foreign' }],
    ['a list', '[1, 2]', { kind: 'foreign' }],
    ['a network', '{"format":"layers-model","modelTopology":{}}', { kind: 'foreign' }],
    ['a text', '"fdda-playground-run"', { kind: 'foreign' }],
    ['a name alone', '{"format":"fdda-playground-run"}', { kind: 'version', found: 'undefined', known: 1 }],
    ['a newer format', '{"format":"fdda-playground-run","version":2}', { kind: 'version', found: '2', known: 1 }],
    ['a strange version', '{"format":"fdda-playground-run","version":"1"}', { kind: 'version', found: '1', known: 1 }],
    [
      'a version and nothing else',
      '{"format":"fdda-playground-run","version":1}',
      { kind: 'field', path: 'settings', fault: 'missing' },
    ],
  ])('%s', async (_what, content, problem) => {
    expect(await problemOf(content)).toEqual(problem);
  });

  it.each([0.1, 0.5, 0.9, 0.999])('cut off after %d of its length', async (share) => {
    // Cut where it ends in the middle of a value.
    expect(await problemOf(text.slice(0, Math.floor(text.length * share)).replace(/[}\]\s]+$/, ''))).toEqual({
      kind: 'truncated',
    });
  });

  it('NaN and Infinity, which JSON does not have', async () => {
    expect(await problemOf(text.replace(/"startLayer":\d+/, '"startLayer":NaN'))).toEqual({ kind: 'notJson' });
    expect(await problemOf(text.replace(/"startLayer":\d+/, '"startLayer":1e999'))).toEqual({
      kind: 'field',
      path: 'overview.startLayer',
      fault: 'type',
    });
  });

  it('far too long', async () => {
    expect(await problemOf(' '.repeat(LIMITS.fileBytes + 1))).toEqual({
      kind: 'tooLarge',
      bytes: LIMITS.fileBytes + 1,
      most: LIMITS.fileBytes,
    });
  });

  const field = (path: string, fault: string) => ({ kind: 'field', path, fault });
  it.each<[string, (file: RecordingFile) => unknown, object]>([
    ['a setting of the wrong type', (f) => (f.settings.seed = wrong('1')), field('settings.seed', 'type')],
    ['a setting out of its range', (f) => (f.settings.weightBits = 64), field('settings.weightBits', 'range')],
    ['half a bit', (f) => (f.settings.weightBits = 2.5), field('settings.weightBits', 'type')],
    ['a choice there is not', (f) => (f.settings.firstLast = wrong('9')), field('settings.firstLast', 'range')],
    ['settings that are a list', (f) => (f.settings = wrong([])), field('settings', 'type')],
    ['no versions', (f) => delete (f as Partial<RecordingFile>).versions, field('versions', 'missing')],
    ['an endless version', (f) => (f.versions.tfjs = '4'.repeat(1000)), field('versions.tfjs', 'length')],
    ['a backend there is not', (f) => (f.backend = wrong('abacus')), field('backend', 'range')],
    ['a date that is none', (f) => (f.written = 'yesterday'), field('written', 'range')],
    ['no overview', (f) => (f.overview = wrong(null)), field('overview', 'type')],
    ['no class', (f) => (f.overview.network.classNames = []), field('overview.network.classNames', 'length')],
    [
      'a thousand classes',
      (f) => (f.overview.network.classNames = Array<string>(1000).fill('x')),
      field('overview.network.classNames', 'length'),
    ],
    [
      'a layer without a name',
      (f) => (f.overview.network.layers[2] = wrong({ channels: 3 })),
      field('overview.network.layers[2].name', 'missing'),
    ],
    ['a layer too few', (f) => f.overview.network.layers.pop(), field('overview.points.centers.xy.data', 'packed')],
    [
      'a class too few',
      (f) => f.overview.network.classNames.pop(),
      field('overview.points.centers.labels[9]', 'range'),
    ],
    ['a start layer beyond the last', (f) => (f.overview.startLayer = 19), field('overview.startLayer', 'range')],
    [
      'an input without color',
      (f) => f.overview.network.inputShape.pop(),
      field('overview.network.inputShape', 'length'),
    ],
    [
      'images of another size',
      (f) => (f.overview.calibration.images.width = 16),
      field('overview.calibration.images.width', 'contradiction'),
    ],
    [
      'four billion images',
      (f) => (f.overview.calibration.images.count = 2 ** 32),
      field('overview.calibration.images.count', 'range'),
    ],
    [
      'more images than there are bytes',
      (f) => (f.overview.calibration.images.count = 4096),
      field('overview.calibration.images.data', 'packed'),
    ],
    [
      'fewer images than there are bytes',
      (f) => (f.snapshots[1].images.count = 1),
      field('snapshots[1].images.data', 'packed'),
    ],
    [
      'images that are no base64',
      (f) => (f.snapshots[0].images.data = '***'),
      field('snapshots[0].images.data', 'packed'),
    ],
    [
      'images that are not deflated',
      (f) => (f.snapshots[0].images.data = btoa('hello')),
      field('snapshots[0].images.data', 'packed'),
    ],
    [
      'images that are a list',
      (f) => (f.snapshots[0].images.data = wrong([1, 2])),
      field('snapshots[0].images.data', 'type'),
    ],
    [
      'a verdict too few',
      (f) => f.snapshots[0].verdicts.predicted.pop(),
      field('snapshots[0].verdicts.predicted', 'length'),
    ],
    [
      'a verdict for no class',
      (f) => (f.snapshots[0].verdicts.predicted[3] = 10),
      field('snapshots[0].verdicts.predicted[3]', 'range'),
    ],
    [
      'a probability over 1',
      (f) => (f.snapshots[0].verdicts.probability[0] = 1.5),
      field('snapshots[0].verdicts.probability[0]', 'range'),
    ],
    [
      'a probability of null',
      (f) => (f.snapshots[0].verdicts.probability[0] = wrong(null)),
      field('snapshots[0].verdicts.probability[0]', 'type'),
    ],
    [
      'rows that do not fit the classes',
      (f) => (f.snapshots[2].perClass = 5),
      field('snapshots[2].perClass', 'contradiction'),
    ],
    [
      'a negative scale',
      (f) => (f.overview.points.observation.xy.scale = -1),
      field('overview.points.observation.xy.scale', 'range'),
    ],
    [
      'a million points',
      (f) => (f.overview.points.observation.count = 1e6),
      field('overview.points.observation.count', 'range'),
    ],
    [
      'a silhouette of 2',
      (f) => (f.overview.separation.silhouette[0] = 2),
      field('overview.separation.silhouette[0]', 'range'),
    ],
    [
      'a layer without separation',
      (f) => f.snapshots[0].separation.intraClass.pop(),
      field('snapshots[0].separation.intraClass', 'length'),
    ],
    [
      'a share of 2',
      (f) => (f.overview.quality!.nearestCenterRate = 2),
      field('overview.quality.nearestCenterRate', 'range'),
    ],
    [
      'a spread for too few',
      (f) => (f.snapshots[0].quality!.spreadByClass = f.snapshots[0].points.xy),
      field('snapshots[0].quality.spreadByClass.data', 'packed'),
    ],
    [
      'an activation too few',
      (f) => f.overview.quality!.activations.pop(),
      field('overview.quality.calibrationCoverage', 'length'),
    ],
    [
      'synthetic images that reach another number of activations',
      (f) => f.snapshots[1].quality!.coverage.pop(),
      field('snapshots[1].quality.coverage', 'length'),
    ],
    [
      'quality of synthetic images alone',
      (f) => delete f.overview.quality,
      field('snapshots[0].quality', 'contradiction'),
    ],
    ['columns of different lengths', (f) => f.losses.generator.bns.pop(), field('losses.generator.bns', 'length')],
    [
      'a column missing',
      (f) => delete (f.losses.student.fdda as Partial<RecordingFile['losses']['student']['fdda']>).ce,
      field('losses.student.fdda.ce', 'missing'),
    ],
    ['steps that go back', (f) => (f.losses.generator.step[1] = 1), field('losses.generator.step[1]', 'contradiction')],
    [
      'a loss in words',
      (f) => (f.losses.generator.total[0] = wrong('low')),
      field('losses.generator.total[0]', 'type'),
    ],
    ['a total of null', (f) => (f.losses.generator.total[0] = null), field('losses.generator.total[0]', 'type')],
    [
      'a hundred thousand samples',
      (f) => (f.losses.generator.step = Array.from({ length: 100_000 }, (_, i) => i)),
      field('losses.generator.step', 'length'),
    ],
    ['no moment', (f) => (f.moments = []), field('moments', 'length')],
    [
      'a hundred thousand moments',
      (f) => (f.moments = Array<(typeof f.moments)[0]>(100_000).fill(f.moments[0])),
      field('moments', 'length'),
    ],
    [
      'a moment that shows a snapshot there is not',
      (f) => (f.moments[3].snapshot = 7),
      field('moments[3].snapshot', 'range'),
    ],
    [
      'a moment with accuracies there are not',
      (f) => (f.moments[0].accuracy = 99),
      field('moments[0].accuracy', 'range'),
    ],
    [
      'a moment before the one before',
      (f) => (f.moments[2].elapsedSeconds = 0),
      field('moments[2].elapsedSeconds', 'contradiction'),
    ],
    ['a phase there is not', (f) => (f.moments[0].phase = wrong('lunch')), field('moments[0].phase', 'range')],
    ['more than all of a run', (f) => (f.moments[0].fraction = 1.2), field('moments[0].fraction', 'range')],
    [
      'an accuracy that is not its count',
      (f) => (f.accuracies[1][0].accuracy = 0.5),
      field('accuracies[1][0].accuracy', 'contradiction'),
    ],
    [
      'an accuracy twice',
      (f) => f.accuracies[1].push(f.accuracies[1][0]),
      field('accuracies[1][2].method', 'contradiction'),
    ],
    [
      'more right than there are',
      (f) => (f.accuracies[1][0].correct = 101),
      field('accuracies[1][0].correct', 'range'),
    ],
    [
      'a curve of single numbers',
      (f) => (f.accuracies.at(-1)!.at(-1)!.curve = wrong([1, 2])),
      { kind: 'field', fault: 'type' },
    ],
    [
      'a prototype in place of a field',
      (f) =>
        Object.assign(f, { settings: JSON.parse('{"__proto__": {"seed": 4}}') as object, versions: { toString: 'x' } }),
      field('versions.playground', 'missing'),
    ],
  ])('%s', async (_what, change, problem) => {
    expect(await changed(change)).toMatchObject(problem);
  });

  it('a small text that unpacks to hundreds of megabytes is refused without taking them', async () => {
    const bomb = await packBytes(new Uint8Array(64 * 2 ** 20));
    expect(bomb.length).toBeLessThan(200_000);
    const before = process.memoryUsage().rss;
    expect(await changed((file) => (file.snapshots[0].images.data = bomb))).toEqual(
      field('snapshots[0].images.data', 'packed'),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(48 * 2 ** 20);
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

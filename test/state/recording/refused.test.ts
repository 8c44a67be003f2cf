import { beforeAll, describe, expect, it } from 'vitest';
import type { Recording, RecordingFile } from '../../../src/state/recording/format';
import { LIMITS } from '../../../src/state/recording/format';
import { RecordingError } from '../../../src/state/recording/checks';
import type { RecordingProblem } from '../../../src/state/recording/checks';
import { packBytes } from '../../../src/state/recording/packing';
import { readRecording } from '../../../src/state/recording/read';
import { writeRecording } from '../../../src/state/recording/write';
import { sampleRecording } from './sample';

let recording: Recording;
let text: string;
beforeAll(async () => {
  recording = sampleRecording();
  text = await writeRecording(recording);
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
    ['a name alone', '{"format":"fdda-playground-run"}', { kind: 'version', found: 'undefined', known: 2 }],
    ['a newer format', '{"format":"fdda-playground-run","version":3}', { kind: 'version', found: '3', known: 2 }],
    ['a strange version', '{"format":"fdda-playground-run","version":"1"}', { kind: 'version', found: '1', known: 2 }],
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
      'more than 1024 classes',
      (f) => (f.overview.network.classNames = Array<string>(1025).fill('x')),
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
    [
      'columns of different lengths',
      (f) => f.losses.generator.fdda!.bns.pop(),
      field('losses.generator.fdda.bns', 'length'),
    ],
    [
      'a column missing',
      (f) => delete (f.losses.student.fdda as Partial<NonNullable<RecordingFile['losses']['student']['fdda']>>).ce,
      field('losses.student.fdda.ce', 'missing'),
    ],
    [
      'steps that go back',
      (f) => (f.losses.generator.fdda!.step[1] = 1),
      field('losses.generator.fdda.step[1]', 'contradiction'),
    ],
    [
      'a loss in words',
      (f) => (f.losses.generator.fdda!.total[0] = wrong('low')),
      field('losses.generator.fdda.total[0]', 'type'),
    ],
    [
      'a total of null',
      (f) => (f.losses.generator.fdda!.total[0] = null),
      field('losses.generator.fdda.total[0]', 'type'),
    ],
    [
      'a hundred thousand samples',
      (f) => (f.losses.generator.fdda!.step = Array.from({ length: 100_000 }, (_, i) => i)),
      field('losses.generator.fdda.step', 'length'),
    ],
    ['no moment', (f) => (f.moments = []), field('moments', 'length')],
    [
      'a hundred thousand moments',
      (f) => (f.moments = Array<(typeof f.moments)[0]>(100_000).fill(f.moments[0])),
      field('moments', 'length'),
    ],
    [
      'a moment that shows a snapshot there is not',
      (f) => (f.moments[3].snapshots.fdda = 7),
      field('moments[3].snapshots.fdda', 'range'),
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
    ['an arm there is not', (f) => (f.moments[0].arm = wrong('lunch')), field('moments[0].arm', 'range')],
    [
      'losses of an arm there is not',
      (f) => Object.assign(f.losses.student, { lunch: f.losses.student.fdda }),
      field('losses.student.lunch', 'range'),
    ],
    ['two arms that lead', (f) => (f.overview.arms[0].leads = true), field('overview.arms', 'contradiction')],
    ['an arm twice', (f) => f.overview.arms.push(f.overview.arms[0]), field('overview.arms', 'contradiction')],
    [
      'a generator of an arm that is not in the run',
      (f) => (f.overview.arms[1].generator = 'zeroShot'),
      field('overview.arms', 'contradiction'),
    ],
    [
      'a snapshot of another arm',
      (f) => (f.moments[3].snapshots = { calibration: 0 }),
      field('moments[3].snapshots.calibration', 'contradiction'),
    ],
    [
      'a method beside that there is not',
      (f) => (f.settings.beside = wrong(['lunch'])),
      field('settings.beside[0]', 'range'),
    ],
    [
      'a method beside twice',
      (f) => (f.settings.beside = ['calibration', 'calibration']),
      field('settings.beside', 'contradiction'),
    ],
    ['answers that are not deflated', (f) => (f.answers[0] = btoa('hello')), field('answers[0]', 'packed')],
    ['answers without what is right', (f) => (f.overview.testLabels = null), field('answers[0]', 'contradiction')],
    [
      'fewer labels than answers',
      (f) => (f.overview.testLabels!.count = 99),
      field('overview.testLabels.data', 'packed'),
    ],
    [
      'answers that are not as many right as it says',
      (f) => (f.accuracies[1][1].answers = f.accuracies[1][0].answers),
      field('accuracies[1][1].answers', 'contradiction'),
    ],
    ['answers there are not', (f) => (f.accuracies[1][0].answers = 7), field('accuracies[1][0].answers', 'range')],
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
      field('accuracies[1][2].id', 'contradiction'),
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

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LessonId } from '../../../src/state/lessons/lessons';
import { LESSONS, lessonSettings } from '../../../src/state/lessons/lessons';
import { linkedSettings } from '../../../src/state/lessons/activeLesson';
import { coveredView } from '../../../src/state/lessons/lessonState';
import type { PlaygroundState } from '../../../src/state/playgroundState';
import { shownMoment } from '../../../src/state/playgroundState';
import type { PlaygroundStore } from '../../../src/state/runStore';
import { createPlayground } from '../../../src/state/runStore';
import { readLink, writeLink } from '../../../src/state/shareLink';
import { fakeWorker } from '../../worker/fakeServer';

let store: PlaygroundStore;

function open(search = ''): void {
  store = createPlayground({
    link: readLink(search),
    baseUrl: 'http://localhost/',
    spawn: () => fakeWorker({}),
    afterPaint: (callback) => queueMicrotask(callback),
    liveDelay: 1,
    configureDelay: 1,
  });
  store.actions.start();
}

const until = (holds: (state: PlaygroundState) => boolean) =>
  vi.waitFor(
    () => {
      if (!holds(store.getState())) throw new Error('not yet');
    },
    { timeout: 10_000, interval: 2 },
  );
const ready = () => until(({ status, engine, replacing }) => status === 'ready' && engine === 'ready' && !replacing);
const lesson = () => store.getState().lesson!;
/** A link's settings make every run short. */
const shortLink = (id: LessonId) => `?lesson=${id}&generator-steps=6&student-steps=4&test-images=40`;

afterEach(() => {
  store.actions.dispose();
  vi.unstubAllGlobals();
});

describe('a lesson', () => {
  it('takes over the settings, and leaving brings the visitor’s own back', async () => {
    open('?generator-steps=8&student-steps=4&weight-bits=5');
    await ready();
    const own = store.getState().settings;
    store.actions.play();
    await until(({ status }) => status === 'finished');
    store.actions.startLesson('images');
    expect(store.getState().settings).toEqual(lessonSettings('images', 0));
    await ready();
    expect(store.getState()).toMatchObject({ started: false, applied: lessonSettings('images', 0) });
    // From one lesson to the next: still the visitor's own.
    store.actions.startLesson('perTensor');
    await until(({ overview, replacing }) => !replacing && overview?.settings.weightBits === 4);
    store.actions.leaveLesson();
    expect(store.getState()).toMatchObject({ lesson: null, settings: own });
    await until(({ overview, replacing }) => !replacing && overview?.settings.weightBits === 5);
    expect(store.getState().applied).toEqual(own);
  });

  it('is predicted, played in two runs, and checked by their own data', async () => {
    open(shortLink('images'));
    await ready();
    expect(lesson().prediction).toBeNull();
    store.actions.predict('nonsense');
    expect(lesson().prediction).toBeNull();
    store.actions.predict('second');
    store.actions.playLesson();
    await until(({ status }) => status === 'finished');
    expect(lesson()).toMatchObject({ prediction: 'second', finding: null, strayed: [] });
    expect(lesson().results).toHaveLength(1);
    // Too late for another opinion.
    store.actions.predict('first');
    expect(lesson().prediction).toBe('second');
    const { accuracy } = lesson().results[0];
    const row = shownMoment(store.getState())!.accuracy.find(({ id }) => id === 'fdda')!;
    expect(accuracy.fdda).toMatchObject({ accuracy: row.accuracy, correct: row.correct, n: row.n });

    store.actions.playLesson();
    await until(({ lesson }) => lesson!.finding !== null);
    const { results, finding } = lesson();
    expect(results.map(({ settings }) => settings.imagesPerClass)).toEqual([1, 8]);
    expect(results.map(({ settings }) => settings.testImages)).toEqual([40, 40]);
    expect(finding).toEqual(LESSONS.images.check(results));
    expect(store.getState().doneLessons).toEqual(['images']);
  });

  it('does not count a run with other settings, and says which', async () => {
    open(shortLink('collapse'));
    await ready();
    store.actions.predict('same');
    store.actions.setSetting('bnsWeight', 1.5);
    store.actions.playLesson();
    // Playing the lesson goes back to its own settings.
    expect(store.getState().settings.bnsWeight).toBe(lessonSettings('collapse', 0).bnsWeight);
    await until(({ status }) => status === 'finished');
    expect(lesson().results).toHaveLength(1);
    store.actions.playLesson();
    await until(({ status, replacing }) => status === 'running' && !replacing);
    store.actions.setSetting('bnsWeight', 1.5);
    await until(({ applied }) => applied.bnsWeight === 1.5);
    await until(({ status }) => status === 'finished');
    expect(lesson()).toMatchObject({ strayed: ['bnsWeight'], finding: null });
    store.actions.playLesson();
    await until(({ lesson }) => lesson!.finding !== null);
    expect(lesson().strayed).toEqual([]);
  });

  it('can be repeated with the next seed, for all of its runs', async () => {
    open(shortLink('layers'));
    await ready();
    store.actions.predict('late');
    store.actions.playLesson();
    await until(({ lesson }) => lesson!.finding !== null);
    store.actions.repeatLesson();
    expect(lesson()).toMatchObject({ prediction: 'late', finding: null, results: [] });
    await until(({ lesson }) => lesson!.finding !== null);
    expect(lesson().results[0].settings.seed).toBe(2);
    expect(lesson().finding).toEqual(LESSONS.layers.check(lesson().results));
  });

  it('covers the answer until there is a prediction or the run has begun', async () => {
    open(shortLink('layers'));
    await ready();
    expect(coveredView(store.getState())).toBe('separation');
    store.actions.predict('early');
    expect(coveredView(store.getState())).toBeNull();
    store.actions.startLesson('collapse');
    expect(coveredView(store.getState())).toBeNull();
  });
});

describe('a link to a lesson', () => {
  it('opens it again with the same changes', () => {
    open(shortLink('firstLast'));
    expect(store.getState().settings).toMatchObject({
      firstLast: '8',
      generatorSteps: 0,
      studentSteps: 0,
      testImages: 40,
    });
    const again = writeLink({
      settings: linkedSettings(store.getState()),
      backend: null,
      without: [],
      lesson: lesson().id,
    });
    store.actions.dispose();
    const before = store.getState().settings;
    open(again);
    expect(lesson().id).toBe('firstLast');
    expect(store.getState().settings).toEqual(before);
  });

  it('to one that does not exist says so', () => {
    open('?lesson=alchemy');
    expect(store.getState()).toMatchObject({
      lesson: null,
      linkNotes: [{ kind: 'unreadable', key: 'lesson', given: 'alchemy' }],
    });
  });
});

describe('lessons that were done', () => {
  it('are remembered, and nothing breaks where nothing can be stored', async () => {
    const kept = new Map([['fdda-lessons', 'images,unknown']]);
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
    open(shortLink('layers'));
    expect(store.getState().doneLessons).toEqual(['images']);
    await ready();
    store.actions.playLesson();
    await until(({ lesson }) => lesson!.finding !== null);
    expect(kept.get('fdda-lessons')).toBe('images,layers');
    store.actions.dispose();
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new Error('refused');
      },
      setItem: () => {
        throw new Error('refused');
      },
    });
    open(shortLink('layers'));
    expect(store.getState().doneLessons).toEqual([]);
    await ready();
    store.actions.playLesson();
    await until(({ lesson }) => lesson!.finding !== null);
    expect(store.getState().doneLessons).toEqual(['layers']);
  });
});

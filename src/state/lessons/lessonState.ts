import type { RunSettings } from '../../engine/runSettings';
import type { PlaygroundActions, PlaygroundState } from '../playgroundState';
import { engineRun } from '../playgroundState';
import { remember, remembered } from '../remembered';
import type { SettingKey } from '../settings';
import { changedSettings, defaultSettings, sameValue, SETTING_KEYS } from '../settings';
import type { ActiveLesson, LessonActions, LessonState } from './activeLesson';
import { nextRun } from './activeLesson';
import type { LessonId } from './lessons';
import { isLessonId, LESSONS, lessonSettings } from './lessons';
import { resultOf } from './runResult';

const DONE = 'fdda-lessons';

const fresh = (id: LessonId, own: RunSettings, changes: Partial<RunSettings>): ActiveLesson => ({
  id,
  own,
  changes,
  prediction: null,
  results: [],
  finding: null,
  strayed: [],
});

/** The settings that are not at their defaults. */
const deviations = (settings: RunSettings): Partial<RunSettings> => {
  const defaults = defaultSettings();
  return Object.fromEntries(
    SETTING_KEYS.filter((key) => !sameValue(settings[key], defaults[key])).map((key) => [key, settings[key]]),
  );
};

/**
 * What a page begins with: a link to a lesson opens it, with the link's other settings in the place of the lesson's.
 */
export function initialLessons(id: LessonId | null, settings: RunSettings): LessonState & { settings: RunSettings } {
  const doneLessons = (remembered(DONE) ?? '').split(',').filter(isLessonId);
  if (id === null) return { lesson: null, doneLessons, settings };
  const changes = deviations(settings);
  return { lesson: fresh(id, settings, changes), doneLessons, settings: lessonSettings(id, 0, changes) };
}

/** Which of the lesson's runs has these settings; -1: none. */
function runWith({ id, changes }: ActiveLesson, settings: RunSettings): number {
  return LESSONS[id].runs.findIndex((_, run) => differing(lessonSettings(id, run, changes), settings).length === 0);
}

const differing = (from: RunSettings, to: RunSettings): SettingKey[] => [
  ...changedSettings(from, to, 'reset'),
  ...changedSettings(from, to, 'live'),
];

/** The view that would give the answer away: covered until the prediction is made. */
export const coveredView = ({ lesson, started }: PlaygroundState): 'separation' | null =>
  lesson && lesson.prediction === null && lesson.results.length === 0 && !started
    ? (LESSONS[lesson.id].hides ?? null)
    : null;

export interface LessonSurroundings {
  get: () => PlaygroundState;
  set: (change: Partial<PlaygroundState>) => void;
  /** Those of the run; asked for when needed. */
  actions: () => PlaygroundActions;
}

/** Lessons as a part of the page's state: they work on the same settings and runs as everything else. */
export function createLessons({ get, set, actions }: LessonSurroundings): LessonActions & { runFinished: () => void } {
  const change = (part: Partial<ActiveLesson>) => {
    const { lesson } = get();
    if (lesson) set({ lesson: { ...lesson, ...part } });
  };

  /** Makes `settings` those of the next run: one that was begun with others is given up. */
  const adopt = (settings: RunSettings) => {
    actions().setSettings(settings);
    const { started, replacing } = get();
    if (started && !replacing) actions().reset();
  };

  return {
    startLesson(id) {
      const { lesson, settings } = get();
      actions().pause();
      set({ lesson: fresh(id, lesson?.own ?? settings, {}) });
      adopt(lessonSettings(id, 0));
    },
    leaveLesson() {
      const { lesson } = get();
      if (!lesson) return;
      actions().pause();
      set({ lesson: null });
      adopt(lesson.own);
    },
    predict(choice) {
      const { lesson, started } = get();
      if (!lesson || lesson.results.length > 0 || started || !LESSONS[lesson.id].choices.includes(choice)) return;
      change({ prediction: choice });
    },
    playLesson() {
      const { lesson, applied, settings, status, replacing } = get();
      if (!lesson || lesson.finding) return;
      const wanted = lessonSettings(lesson.id, nextRun(lesson), lesson.changes);
      const there = differing(wanted, settings).length === 0 && differing(wanted, applied).length === 0;
      change({ strayed: [] });
      if (!there || (!replacing && (status === 'finished' || status === 'failed'))) adopt(wanted);
      actions().play();
    },
    repeatLesson() {
      const { lesson } = get();
      if (!lesson) return;
      const seed = lessonSettings(lesson.id, 0, lesson.changes).seed + 1;
      const changes = { ...lesson.changes, seed };
      actions().pause();
      set({ lesson: { ...fresh(lesson.id, lesson.own, changes), prediction: lesson.prediction } });
      adopt(lessonSettings(lesson.id, 0, changes));
      actions().play();
    },
    /** Keeps what a run of the lesson found, and checks the outcome after the last one. */
    runFinished() {
      const { lesson, applied, replacing, doneLessons } = get();
      const { overview, live } = engineRun(get());
      if (!lesson || lesson.finding || replacing || !overview || !live) return;
      const run = runWith(lesson, applied);
      if (run < 0)
        return change({ strayed: differing(lessonSettings(lesson.id, nextRun(lesson), lesson.changes), applied) });
      if (run !== lesson.results.length) return;
      const { check, runs } = LESSONS[lesson.id];
      const results = [...lesson.results, resultOf(applied, overview, live)];
      if (results.length < runs.length) return change({ results, strayed: [] });
      change({ results, strayed: [], finding: check(results) });
      if (doneLessons.includes(lesson.id)) return;
      const done = [...doneLessons, lesson.id];
      set({ doneLessons: done });
      remember(DONE, done.join(','));
    },
  };
}

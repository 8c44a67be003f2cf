import type { RunSettings } from '../../engine/runSettings';
import type { SettingKey } from '../settings';
import { defaultSettings } from '../settings';
import type { Finding } from './checks';
import type { LessonId } from './lessons';
import { LESSONS } from './lessons';
import type { RunResult } from './runResult';

/** A lesson that is going on. */
export interface ActiveLesson {
  id: LessonId;
  /** The visitor's own settings, which leaving brings back. */
  own: RunSettings;
  /** What is otherwise than the lesson has it: from the link, or another seed. */
  changes: Partial<RunSettings>;
  /** One of the lesson's choices. */
  prediction: string | null;
  /** Of the runs that are over, in the lesson's order. */
  results: readonly RunResult[];
  /** Once all runs are over. */
  finding: Finding | null;
  /** Settings that the run just finished had otherwise: it does not count. */
  strayed: readonly SettingKey[];
}

export interface LessonState {
  lesson: ActiveLesson | null;
  /** Lessons that were brought to their end, in this visit or an earlier one. */
  doneLessons: readonly LessonId[];
}

export interface LessonActions {
  /** Takes over the settings; a run that is going on is given up. Leaving brings the settings back. */
  startLesson(id: LessonId): void;
  leaveLesson(): void;
  /** Before the first run is played; later it is too late. */
  predict(choice: string): void;
  /** Plays the lesson's next run, or goes on with it. */
  playLesson(): void;
  /** The lesson's runs once more, with the next seed. */
  repeatLesson(): void;
}

/** The run that the lesson waits for; the last one when all are over. */
export const nextRun = ({ id, results }: ActiveLesson): number => Math.min(results.length, LESSONS[id].runs.length - 1);

/** Settings to write into a link beside the lesson's name, so that reading it opens the same lesson again. */
export const linkedSettings = ({
  lesson,
  settings,
}: Pick<LessonState, 'lesson'> & { settings: RunSettings }): RunSettings =>
  lesson ? { ...defaultSettings(), ...lesson.changes } : settings;

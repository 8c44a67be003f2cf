import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { ActiveLesson } from '../../state/lessons/activeLesson';
import { nextRun } from '../../state/lessons/activeLesson';
import { LESSON_IDS, LESSONS } from '../../state/lessons/lessons';
import { CheckIcon, PlayIcon } from '../icons';
import { useFormat, useLanguage, useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { useTour } from '../tour/tour';
import { verdictOf } from './lessonWords';

function Prediction({ lesson }: { lesson: ActiveLesson }) {
  const words = useWords().lessons.list[lesson.id];
  const begun = usePlayground((state) => state.started) || lesson.results.length > 0;
  const { predict } = useActions();
  return (
    <fieldset className="lesson-prediction" disabled={begun}>
      <legend>{words.question} …</legend>
      {LESSONS[lesson.id].choices.map((choice) => (
        <label key={choice}>
          <input
            type="radio"
            name={`prediction-${lesson.id}`}
            checked={lesson.prediction === choice}
            onChange={() => predict(choice)}
          />
          {words.choices[choice]}
        </label>
      ))}
    </fieldset>
  );
}

function PlayRun({ lesson }: { lesson: ActiveLesson }) {
  const words = useWords().lessons;
  const status = usePlayground((state) => state.status);
  const started = usePlayground((state) => state.started);
  const queued = usePlayground((state) => state.playWhenReady);
  const alive = usePlayground((state) => state.engine !== 'dead');
  const { playLesson } = useActions();
  const name = words.list[lesson.id].runs[nextRun(lesson)];
  const running = status === 'running' || queued;
  const open = lesson.prediction !== null || lesson.results.length > 0 || started;
  return (
    <Button
      size="compact-sm"
      leftSection={<PlayIcon />}
      onClick={playLesson}
      disabled={!alive || running || !open}
      title={open ? undefined : words.predictFirst}
    >
      {status === 'paused' && started ? words.goOn(name) : words.play(name)}
    </Button>
  );
}

/** Where the lesson is, in words that are read aloud when they change. */
function Progress({ lesson }: { lesson: ActiveLesson }) {
  const { lessons: words, settings } = useWords();
  const running = usePlayground((state) => state.status === 'running' || state.playWhenReady);
  const started = usePlayground((state) => state.started);
  const { runs } = words.list[lesson.id];
  const run = nextRun(lesson);
  const text =
    lesson.strayed.length > 0
      ? words.strayed(lesson.strayed.map((key) => settings[key].label).join(', '))
      : running
        ? words.playing(runs[run], run + 1, runs.length)
        : run > 0
          ? words.finishedRun(runs[run - 1], runs[run])
          : lesson.prediction === null
            ? started
              ? words.tooLate
              : words.predictFirst
            : '';
  return (
    <p className="lesson-progress" aria-live="polite">
      {text}
    </p>
  );
}

function Outcome({ lesson }: { lesson: ActiveLesson }) {
  const { words } = useLanguage();
  const format = useFormat();
  if (!lesson.finding) return null;
  const { answer, prediction, numbers, because } = verdictOf(lesson, lesson.finding, words, format);
  return (
    <div className="lesson-outcome" aria-live="polite">
      <p>
        <strong>{answer}</strong> {prediction}
      </p>
      <p>{numbers}</p>
      {because && <p>{because}</p>}
    </div>
  );
}

function Lesson({ lesson }: { lesson: ActiveLesson }) {
  const words = useWords().lessons;
  const done = usePlayground((state) => state.doneLessons);
  const { startLesson, leaveLesson, repeatLesson } = useActions();
  const { stops } = useTour();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Where a button brought it here, the keyboard goes on here; not where the page opened with it.
    if (document.activeElement !== document.body) heading.current?.focus();
  }, [lesson.id]);
  const { title, task } = words.list[lesson.id];
  const next = LESSON_IDS.find((id) => id !== lesson.id && !done.includes(id));
  const leave = () => {
    leaveLesson();
    stops.lessons.current?.focus();
  };
  return (
    <section className="lesson" aria-label={words.region}>
      <div className="lesson-text">
        <h2 ref={heading} tabIndex={-1}>
          {title}
          {lesson.finding && (
            <span className="lesson-done" title={words.done}>
              <CheckIcon />
            </span>
          )}
        </h2>
        {lesson.finding ? <Outcome lesson={lesson} /> : <p>{task}</p>}
      </div>
      {!lesson.finding && <Prediction lesson={lesson} />}
      <div className="lesson-actions">
        {!lesson.finding && <Progress lesson={lesson} />}
        <div className="lesson-buttons">
          {!lesson.finding && <PlayRun lesson={lesson} />}
          {lesson.finding && next && (
            <Button size="compact-sm" onClick={() => startLesson(next)}>
              {words.next}
            </Button>
          )}
          {lesson.finding && (
            <Button size="compact-sm" variant="default" onClick={repeatLesson}>
              {words.repeat}
            </Button>
          )}
          <Button size="compact-sm" variant="default" onClick={leave} title={words.leaveHelp}>
            {words.leave}
          </Button>
        </div>
      </div>
    </section>
  );
}

/** The lesson that is going on: its task, the prediction, and what the runs say. */
export function LessonBar() {
  const lesson = usePlayground((state) => state.lesson);
  return lesson && <Lesson lesson={lesson} />;
}

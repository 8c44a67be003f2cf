import { Button } from '@mantine/core';
import { useState } from 'react';
import { LESSON_IDS } from '../../state/lessons/lessons';
import { useWords } from '../language';
import { usePlayground } from '../playground';
import { useTourStop } from '../tour/tour';
import { useOnDemand } from '../useOnDemand';

const load = () => import('./LessonDrawer').then(({ LessonDrawer }) => LessonDrawer);

/** Opens the list of lessons. */
export function LessonsButton() {
  const { lessons: words, missingPart } = useWords();
  const done = usePlayground((state) => state.doneLessons.length);
  const [opened, setOpened] = useState(false);
  const { part: List, failed, ask } = useOnDemand(load);
  const button = useTourStop<HTMLButtonElement>('lessons');
  const open = () => {
    ask();
    setOpened(true);
  };
  const close = () => {
    setOpened(false);
    // A lesson that was started takes the focus after this.
    button.current?.focus();
  };
  return (
    <>
      <Button
        ref={button}
        size="compact-sm"
        variant="default"
        onClick={open}
        aria-haspopup="dialog"
        aria-expanded={opened && List !== null}
        className="lessons-button"
      >
        {words.open}
        {done > 0 && (
          <small>
            {done}/{LESSON_IDS.length}
          </small>
        )}
      </Button>
      {failed && <small role="alert">{missingPart}</small>}
      {List && <List opened={opened} onClose={close} />}
    </>
  );
}

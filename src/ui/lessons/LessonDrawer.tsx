import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/Drawer.css';
import { Button, Drawer } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import type { LessonId } from '../../state/lessons/lessons';
import { LESSON_IDS, LESSONS } from '../../state/lessons/lessons';
import { CheckIcon } from '../icons';
import { useWords } from '../language';
import { useActions, usePlayground } from '../playground';

interface LessonDrawerProps {
  opened: boolean;
  onClose: () => void;
}

/** All lessons, with marks on those that were brought to their end. */
export function LessonDrawer({ opened, onClose }: LessonDrawerProps) {
  const words = useWords().lessons;
  const done = usePlayground((state) => state.doneLessons);
  const current = usePlayground((state) => state.lesson?.id ?? null);
  const { startLesson } = useActions();
  const still = useReducedMotion();
  const start = (id: LessonId) => {
    startLesson(id);
    onClose();
  };
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      title={words.title}
      position="right"
      size={420}
      returnFocus={false}
      closeButtonProps={{ 'aria-label': words.close }}
      transitionProps={{ duration: still ? 0 : 150 }}
    >
      <p className="lesson-intro">{words.intro}</p>
      <ol className="lesson-list">
        {LESSON_IDS.map((id) => (
          <li key={id} aria-current={id === current || undefined}>
            <h3>{words.list[id].title}</h3>
            <p>{words.list[id].task}</p>
            <div className="lesson-item-foot">
              <Button
                size="compact-sm"
                variant={done.includes(id) ? 'default' : 'filled'}
                disabled={id === current}
                aria-label={`${done.includes(id) ? words.again : words.start}: ${words.list[id].title}`}
                onClick={() => start(id)}
              >
                {done.includes(id) ? words.again : words.start}
              </Button>
              <span>{id === current ? words.going : words.runsOf(LESSONS[id].runs.length)}</span>
              {done.includes(id) && (
                <span className="lesson-done">
                  <CheckIcon /> {words.done}
                </span>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Drawer>
  );
}

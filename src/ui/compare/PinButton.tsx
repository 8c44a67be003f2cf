import { ActionIcon } from '@mantine/core';
import { canPin } from '../../state/compare/keptRun';
import { PinIcon } from '../icons';
import { useWords } from '../language';
import { usePlayground } from '../playground';
import { useComparison, useComparisonActions } from './comparison';

/** Pins the run on the page, or lets go of it when it is the pinned one. */
export function PinButton() {
  const words = useWords().compare;
  const pinned = useComparison((state) => state.pinned);
  const isPinned = usePlayground(({ live }) => live !== null && live === pinned?.moment);
  const possible = usePlayground(canPin);
  const { pin, unpin } = useComparisonActions();
  return (
    <ActionIcon
      variant={isPinned ? 'filled' : 'default'}
      size={34}
      className="pin-button"
      aria-label={words.pin}
      aria-pressed={isPinned}
      disabled={!possible && !isPinned}
      title={isPinned ? words.unpin : possible ? words.pinHint : words.pinWait}
      onClick={isPinned ? unpin : pin}
    >
      <PinIcon />
    </ActionIcon>
  );
}

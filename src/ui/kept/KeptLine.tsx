import { Button } from '@mantine/core';
import { useWords } from '../language';
import { useKeeper, useKept } from './keeper';

/** What the browser keeps of this page, how much that is, and the way to be rid of it. */
export function KeptLine() {
  const words = useWords().faults.kept;
  const bytes = useKept((state) => state.bytes);
  const problem = useKept((state) => state.problem);
  const keeper = useKeeper();
  if (!keeper) return null;
  const megabytes = (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);
  return (
    <div className="kept-line">
      <p>{problem ? words.problems[problem] : bytes > 0 ? words.size(megabytes) : words.nothing}</p>
      {bytes > 0 && (
        <Button size="compact-xs" variant="default" onClick={() => void keeper.forget()}>
          {words.clear}
        </Button>
      )}
    </div>
  );
}

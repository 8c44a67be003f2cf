import { useState, type ReactNode } from 'react';
import { measuredImages, type MeasuringTask } from '../../state/measuredImages';
import { engineRun } from '../../state/playgroundState';
import { grouped } from '../format';
import { useWords } from '../language';
import { usePlayground } from '../playground';

/**
 * Images that a task is to measure on, of at most `most`, and where a large network has fewer what is said of it, with
 * the choice to have all.
 */
export function useImages(task: MeasuringTask, most: number): { images: number; choice: ReactNode } {
  const words = useWords().workbench;
  const fitting = usePlayground((state) => measuredImages(task, most, engineRun(state).overview));
  const [all, setAll] = useState(false);
  if (fitting === most) return { images: most, choice: null };
  const choice = (
    <label className="view-note">
      <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />{' '}
      {words.allImages(grouped(most), grouped(fitting))}
    </label>
  );
  return { images: all ? most : fitting, choice };
}

import { MOST_SHOWN, SAMPLE_BY } from '../../state/classSample';
import type { SampleBy } from '../../state/classSample';
import { grouped } from '../format';
import { HelpLines } from '../Help';
import { useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { useShownClasses } from '../views/useShownClasses';
import { ClassSearch } from './ClassSearch';

/** Whether the network on the page has more classes than are shown at once. */
export const useManyClasses = (): boolean =>
  usePlayground((state) => (state.overview?.network.numClasses ?? 0) > MOST_SHOWN);

/** How many classes are shown of how many; nothing where all are. */
export function ShownCount() {
  const words = useWords().manyClasses;
  const shown = useShownClasses();
  const count = usePlayground((state) => state.overview?.network.numClasses ?? 0);
  return useManyClasses() ? (
    <span className="view-note shown-count">{words.shown(grouped(shown.length), grouped(count))}</span>
  ) : null;
}

/** The same, with ways to choose others; nothing where all are shown. */
export function ClassSampleBar() {
  const words = useWords().manyClasses;
  const by = usePlayground((state) => state.classSample.by);
  const { sampleClasses } = useActions();
  if (!useManyClasses()) return null;
  return (
    <div className="class-sample" role="group" aria-label={words.title}>
      <ShownCount />
      <HelpLines label={words.title} lines={words.help} />
      <select
        aria-label={words.by}
        title={words.wayHelp[by]}
        value={by}
        onChange={(event) => sampleClasses(event.target.value as SampleBy)}
      >
        {SAMPLE_BY.map((each) => (
          <option key={each} value={each}>
            {words.ways[each]}
          </option>
        ))}
      </select>
      <ClassSearch />
    </div>
  );
}

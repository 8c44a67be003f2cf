import { ClassMarker } from '../ClassMarker';
import { ClassSampleBar } from '../classes/ClassSampleBar';
import { useActions, usePlayground } from '../playground';
import { useWords } from '../language';
import { useShownClasses } from '../views/useShownClasses';
import { className } from '../words/words';

/** Chooses the class that all views show; pressed again, none. Of very many some, and a way to look for others. */
export function ClassPicker() {
  const all = useWords();
  const names = usePlayground((state) => state.overview?.network.classNames);
  const chosen = usePlayground((state) => state.classIndex);
  const { toggleClass } = useActions();
  const classes = useShownClasses();
  return (
    <div className="class-picker" role="group" aria-label={all.argument.chooseClass}>
      {classes.map((index) => {
        const name = className(all, names, index);
        return (
          <button
            key={index}
            type="button"
            aria-pressed={chosen === index}
            aria-label={name}
            title={name}
            onClick={() => toggleClass(index)}
          >
            <ClassMarker index={index} size={13} />
          </button>
        );
      })}
      <ClassSampleBar />
    </div>
  );
}

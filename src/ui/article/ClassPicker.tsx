import { ClassMarker } from '../ClassMarker';
import { useActions, usePlayground } from '../playground';
import { useWords } from '../language';
import { className } from '../words/words';

/** Chooses the class that all views show; pressed again, none. */
export function ClassPicker() {
  const all = useWords();
  const names = usePlayground((state) => state.overview?.network.classNames);
  const chosen = usePlayground((state) => state.classIndex);
  const { toggleClass } = useActions();
  return (
    <div className="class-picker" role="group" aria-label={all.argument.chooseClass}>
      {names?.map((_, index) => {
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
    </div>
  );
}

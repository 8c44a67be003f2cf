import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { ClassMarker } from '../ClassMarker';
import { grouped } from '../format';
import { useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { className } from '../words/words';
import { findClasses } from './findClasses';

/** Looks for a class by its name or number; the one that is taken is chosen, and shown in every view. */
export function ClassSearch() {
  const all = useWords();
  const words = all.manyClasses;
  const classNames = usePlayground((state) => state.overview?.network.classNames);
  const { pickClass } = useActions();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const names = useMemo(() => (classNames ?? []).map((_, c) => className(all, classNames, c)), [all, classNames]);
  const { classes, more } = useMemo(() => findClasses(names, typed), [names, typed]);
  const open = typed.trim() !== '';
  const active = Math.min(at, classes.length - 1);
  const type = (text: string) => {
    setTyped(text);
    setAt(0);
  };
  const take = (index: number) => {
    pickClass(index);
    type('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') type('');
    else if (event.key === 'Enter' && classes.length > 0) take(classes[active]);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
      setAt((active + (event.key === 'ArrowDown' ? 1 : classes.length - 1)) % Math.max(1, classes.length));
    else return;
    event.preventDefault();
  };
  return (
    <div className="class-search">
      <input
        type="text"
        role="combobox"
        aria-label={words.search}
        aria-expanded={open}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open && active >= 0 ? `${list}-${active}` : undefined}
        placeholder={words.placeholder}
        spellCheck={false}
        value={typed}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => type('')}
      />
      <div id={list} role="listbox" aria-label={words.matches} className="class-matches" hidden={!open}>
        {classes.map((c, i) => (
          <div
            key={c}
            id={`${list}-${i}`}
            role="option"
            aria-selected={i === active}
            // Before the field loses its focus, and with it what was typed.
            onPointerDown={(event) => {
              event.preventDefault();
              take(c);
            }}
            onPointerMove={() => setAt(i)}
          >
            <ClassMarker index={c} /> <span>{names[c]}</span> <small>{c + 1}</small>
          </div>
        ))}
        {(classes.length === 0 || more > 0) && (
          <div role="option" aria-selected={false} aria-disabled className="view-note">
            {classes.length === 0 ? words.noMatch : words.more(grouped(more))}
          </div>
        )}
      </div>
    </div>
  );
}

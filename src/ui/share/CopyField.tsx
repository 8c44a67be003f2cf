import { Button } from '@mantine/core';
import { useId, useRef, useState } from 'react';
import { CheckIcon } from '../icons';
import { useWords } from '../language';

interface CopyFieldProps {
  label: string;
  text: string;
  /** Lines that are shown; one: a single line that can be scrolled. */
  rows?: number;
}

/** A text to take along, with a button that copies it, or selects it where the browser does not let it be copied. */
export function CopyField({ label, text, rows = 1 }: CopyFieldProps) {
  const words = useWords().share;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [done, setDone] = useState<{ how: 'copied' | 'selected'; text: string } | null>(null);
  // Said of the text that was copied, not of one that took its place.
  const said = done?.text === text ? done.how : null;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone({ how: 'copied', text });
    } catch {
      area.current?.focus();
      area.current?.select();
      setDone({ how: 'selected', text });
    }
  };
  return (
    <div className="copy-field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        ref={area}
        readOnly
        rows={rows}
        value={text}
        spellCheck={false}
        data-lines={rows}
        onFocus={(event) => event.target.select()}
      />
      <div className="copy-line">
        <Button
          size="compact-sm"
          leftSection={said === 'copied' ? <CheckIcon /> : undefined}
          onClick={copy}
          aria-label={`${words.copy}: ${label}`}
        >
          {words.copy}
        </Button>
        <span aria-live="polite" className="view-note">
          {said && words[said]}
        </span>
      </div>
    </div>
  );
}

import { Popover } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from './language';

/** A small question mark that explains `label` when pressed. */
export function Help({ label, children }: { label: string; children: ReactNode }) {
  const words = useWords().controls;
  // Beside the question mark where there is room, so that what is explained stays visible.
  const position = window.innerWidth < 700 ? 'bottom' : 'right-start';
  return (
    <Popover width={300} position={position} withArrow shadow="md" trapFocus={false} withinPortal>
      <Popover.Target>
        <button type="button" className="help" aria-label={words.help(label)} title={words.help(label)}>
          ?
        </button>
      </Popover.Target>
      <Popover.Dropdown className="help-text">
        <strong>{label}</strong>
        {children}
      </Popover.Dropdown>
    </Popover>
  );
}

export function HelpLines({ label, lines }: { label: string; lines: readonly string[] }) {
  return (
    <Help label={label}>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Help>
  );
}

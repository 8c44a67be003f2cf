import { Button } from '@mantine/core';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import type { RunSettings } from '../../engine/runSettings';
import { waitingForReset } from '../../state/playgroundState';
import type { PlaygroundState } from '../../state/playgroundState';
import type { SettingKey } from '../../state/settings';
import { useActions, usePlayground } from '../playground';
import { useWords } from '../language';
import type { Words } from '../words/words';
import { optionLabel } from '../words/words';

/** A way to set the page up for a question. */
export interface Setup {
  label: string;
  settings: Partial<RunSettings>;
}

/** What a setup set, in the words of the controls. */
export function changesInWords(
  { argument: words, settings, controls }: Pick<Words, 'argument' | 'settings' | 'controls'>,
  changes: Partial<RunSettings>,
): string {
  return (Object.entries(changes) as [SettingKey, RunSettings[SettingKey]][])
    .map(([key, value]) =>
      words.change(
        settings[key].label,
        typeof value === 'boolean'
          ? value
            ? controls.on
            : controls.off
          : typeof value === 'string'
            ? optionLabel(settings, key, value)
            : String(value),
      ),
    )
    .join(words.changesJoin);
}

/** The run has begun, and with what is set now it would have to begin again. */
const mustStartOver = (state: PlaygroundState): boolean =>
  state.status === 'finished' || state.status === 'failed' || (state.started && waitingForReset(state).length > 0);

interface QuestionProps {
  ask: string;
  answer: string;
  setups?: readonly Setup[];
  /** Further things to press. */
  actions?: ReactNode;
}

/**
 * A question that the reader can answer by trying, with the buttons that set the page up for it, and the answer on
 * demand.
 */
export function Question({ ask, answer, setups = [], actions }: QuestionProps) {
  const words = useWords();
  const { argument } = words;
  const settings = usePlayground((state) => state.settings);
  const dead = usePlayground((state) => state.engine === 'dead');
  const running = usePlayground((state) => state.status === 'running' || state.playWhenReady);
  const again = usePlayground(mustStartOver);
  const { setSettings, reset, play } = useActions();
  const [open, setOpen] = useState(false);
  const [changes, setChanges] = useState<Partial<RunSettings> | null>(null);
  /** The changed settings as they were before the first change. */
  const [before, setBefore] = useState<Partial<RunSettings>>({});
  const answerId = useId();

  const setUp = (setup: Partial<RunSettings>) => {
    const keys = Object.keys(setup) as SettingKey[];
    setBefore((old) => ({ ...Object.fromEntries(keys.map((key) => [key, settings[key]])), ...old }));
    setChanges(setup);
    setSettings({ ...settings, ...setup });
  };
  const putBack = () => {
    setSettings({ ...settings, ...before });
    setBefore({});
    setChanges(null);
  };
  const startOver = () => {
    if (again || running) reset();
    play();
  };

  return (
    <div className="question">
      <p>
        <strong>{argument.question}</strong> {ask}
      </p>
      <div className="question-actions">
        {actions}
        {setups.map((setup) => (
          <Button key={setup.label} size="compact-sm" variant="default" onClick={() => setUp(setup.settings)}>
            {setup.label}
          </Button>
        ))}
        <Button
          size="compact-sm"
          variant="subtle"
          aria-expanded={open}
          aria-controls={answerId}
          onClick={() => setOpen(!open)}
        >
          {open ? argument.hideAnswer : argument.showAnswer}
        </Button>
      </div>
      <div aria-live="polite" className="question-changes">
        {changes && (
          <>
            <span>{argument.changed(changesInWords(words, changes))}</span>
            <Button size="compact-xs" disabled={dead} onClick={startOver}>
              {again || running ? argument.startOver : argument.play}
            </Button>
            <Button size="compact-xs" variant="default" onClick={putBack}>
              {argument.putBack}
            </Button>
            <a href="#run">{argument.toRun}</a>
          </>
        )}
      </div>
      <div id={answerId} className="question-answer" hidden={!open}>
        {open && <p>{answer}</p>}
      </div>
    </div>
  );
}

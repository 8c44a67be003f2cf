import { useState } from 'react';
import type { EmbedPart } from '../../state/embed';
import { EMBED_PARTS } from '../../state/embed';
import type { SettingGroup, SettingKey } from '../../state/settings';
import { SETTING_KEYS, SETTINGS } from '../../state/settings';
import { Choice } from '../Choice';
import { OpenIcon } from '../icons';
import { useWords } from '../language';
import { CopyField } from './CopyField';
import { EMBED_SIZE, embedCode } from './embedCode';
import { useLink } from './useLink';

const GROUPS: readonly SettingGroup[] = ['terms', 'quantizer', 'data', 'generator', 'student', 'comparison'];

/** A number of pixels; taken when the field is left, then held within its range. */
function Pixels({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  const words = useWords().share.embed;
  const [draft, setDraft] = useState<string | null>(null);
  const commit = () => {
    const typed = Number(draft?.trim() || NaN);
    if (!Number.isNaN(typed)) onChange(Math.round(Math.min(EMBED_SIZE.max, Math.max(EMBED_SIZE.min, typed))));
    setDraft(null);
  };
  return (
    <label className="share-pixels">
      {label}
      <input
        className="number-input"
        type="text"
        inputMode="numeric"
        title={words.pixels(String(EMBED_SIZE.min), String(EMBED_SIZE.max))}
        value={draft ?? value}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
      />
    </label>
  );
}

/** What to leave out, what to lock and how large; below it the code to paste. */
export function EmbedOptions() {
  const all = useWords();
  const words = all.share.embed;
  const [hidden, setHidden] = useState<readonly EmbedPart[]>([]);
  const [lock, setLock] = useState<'none' | 'some' | 'all'>('none');
  const [chosen, setChosen] = useState<readonly SettingKey[]>([]);
  const [autostart, setAutostart] = useState(false);
  const [width, setWidth] = useState<number>(EMBED_SIZE.width);
  const [height, setHeight] = useState<number>(EMBED_SIZE.height);
  const url = useLink({ hidden, locked: lock === 'all' ? SETTING_KEYS : lock === 'some' ? chosen : [], autostart });
  const toggled = <Value,>(list: readonly Value[], value: Value) =>
    list.includes(value) ? list.filter((each) => each !== value) : [...list, value];
  return (
    <div className="share-tab">
      <p>{words.help}</p>
      <fieldset className="share-set">
        <legend>{words.hide}</legend>
        {EMBED_PARTS.map((part) => (
          <label key={part} className="check">
            <input type="checkbox" checked={hidden.includes(part)} onChange={() => setHidden(toggled(hidden, part))} />
            {words.parts[part]}
          </label>
        ))}
      </fieldset>
      <div className="share-row">
        <span className="share-label">{words.lock}</span>
        <Choice
          label={words.lock}
          value={lock}
          onChange={setLock}
          options={(['none', 'some', 'all'] as const).map((value) => ({ value, label: words.locks[value] }))}
        />
        <span className="view-note">{words.lockHelp}</span>
      </div>
      {lock === 'some' && (
        <div className="share-locks">
          {GROUPS.map((group) => (
            <fieldset key={group} className="share-set">
              <legend>{all.groups[group]}</legend>
              {SETTING_KEYS.filter((key) => SETTINGS[key].group === group).map((key) => (
                <label key={key} className="check">
                  <input
                    type="checkbox"
                    checked={chosen.includes(key)}
                    onChange={() => setChosen(toggled(chosen, key))}
                  />
                  {all.settings[key].label}
                </label>
              ))}
            </fieldset>
          ))}
        </div>
      )}
      <div className="share-row">
        <label className="check share-label">
          <input type="checkbox" checked={autostart} onChange={() => setAutostart(!autostart)} />
          {words.autostart}
        </label>
        <span className="view-note">{words.autostartHelp}</span>
      </div>
      <div className="share-row">
        <Pixels label={words.width} value={width} onChange={setWidth} />
        <Pixels label={words.height} value={height} onChange={setHeight} />
        <a
          href={url}
          target="_blank"
          rel="noopener"
          className="share-preview"
          onClick={(event) => {
            // A window of that size where the browser opens one; else the link's own tab.
            if (window.open(url, 'fdda-embed-preview', `popup,width=${width},height=${height}`)) event.preventDefault();
          }}
        >
          <OpenIcon /> {words.preview}
        </a>
      </div>
      <CopyField label={words.code} rows={6} text={embedCode(url, all.title, width, height)} />
      <p className="view-note">{words.threads}</p>
    </div>
  );
}

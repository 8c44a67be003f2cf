import { memo, useId } from 'react';
import type { RunSettings } from '../../engine/runSettings';
import { isIdle } from '../../state/idleSettings';
import { waitingForReset } from '../../state/playgroundState';
import type { Setting, SettingKey, SettingValue } from '../../state/settings';
import { SETTINGS } from '../../state/settings';
import { Help } from '../Help';
import { useActions, usePlayground } from '../playground';
import { useWords } from '../language';
import { optionLabel, valueWords } from '../words/words';
import { Lock, useLocked } from './Lock';
import { NumberInput, NumberSlider } from './NumberField';

export function SettingHelp({ settingKey }: { settingKey: SettingKey }) {
  const setting: Setting = SETTINGS[settingKey];
  const words = useWords();
  const { label, help } = words.settings[settingKey];
  return (
    <Help label={label}>
      <p>{help}</p>
      <p className="help-facts">
        {(setting.kind === 'integer' || setting.kind === 'number') &&
          `${words.controls.range(String(setting.min), String(setting.max))} `}
        {words.controls.atDefault(valueWords(words, settingKey, setting.default))}{' '}
        {setting.live ? words.controls.live : words.controls.waits}
        {words.controls.stop}
      </p>
    </Help>
  );
}

/** One setting with its label, its help and whatever it takes to change it; all of it from the settings table. */
export const SettingControl = memo(function SettingControl({ settingKey }: { settingKey: SettingKey }) {
  const setting: Setting = SETTINGS[settingKey];
  const value = usePlayground((state) => state.settings[settingKey]) as RunSettings[SettingKey];
  const waits = usePlayground((state) => waitingForReset(state).includes(settingKey));
  const idle = usePlayground((state) => isIdle(state.settings, settingKey));
  const { setSetting } = useActions();
  const words = useWords();
  const locked = useLocked(settingKey);
  const { label } = words.settings[settingKey];
  const change = (next: SettingValue) => setSetting(settingKey, next);
  const head = (
    <span className="setting-label">
      {label}
      {waits && (
        <span className="waits" title={words.controls.waits} aria-label={words.controls.waits} role="img">
          ●
        </span>
      )}
      {locked && <Lock />}
    </span>
  );

  const noteId = useId();
  const idleNote = idle && (
    <p className="setting-idle" id={noteId}>
      {words.controls.idle}
    </p>
  );
  const describedBy = idle ? noteId : undefined;

  switch (setting.kind) {
    case 'boolean':
      return (
        <div className="setting">
          <div className="setting-row">
            <label className="switch-label">
              <input
                type="checkbox"
                role="switch"
                className="switch"
                checked={value as boolean}
                disabled={locked}
                aria-describedby={describedBy}
                onChange={(event) => change(event.target.checked)}
              />
              {head}
            </label>
            <SettingHelp settingKey={settingKey} />
          </div>
          {idleNote}
        </div>
      );
    case 'set': {
      const chosen = value as readonly string[];
      return (
        <div className="setting" role="group" aria-label={label}>
          <div className="setting-row">
            {head}
            <SettingHelp settingKey={settingKey} />
          </div>
          {setting.options.map((option) => (
            <label key={option.value} className="check">
              <input
                type="checkbox"
                checked={chosen.includes(option.value)}
                disabled={locked}
                aria-describedby={describedBy}
                onChange={() =>
                  change(
                    setting.options
                      .map((each) => each.value)
                      .filter((each) => (each === option.value) !== chosen.includes(each)),
                  )
                }
              />{' '}
              {optionLabel(words.settings, settingKey, option.value)}
            </label>
          ))}
          {idleNote}
        </div>
      );
    }
    case 'list': {
      const { length } = value as readonly string[];
      return (
        <div className="setting">
          <div className="setting-row">
            {head}
            <SettingHelp settingKey={settingKey} />
            <button
              type="button"
              className="setting-list"
              title={valueWords(words, settingKey, value)}
              disabled={locked || length === 0}
              onClick={() => change([])}
            >
              {length === 0 ? words.controls.nothing : words.controls.clearList(String(length))}
            </button>
          </div>
        </div>
      );
    }
    case 'choice':
      return (
        <div className="setting">
          <div className="setting-row">
            {head}
            <SettingHelp settingKey={settingKey} />
            <select
              className="setting-select"
              aria-label={label}
              aria-describedby={describedBy}
              value={value as string}
              disabled={locked}
              onChange={(event) => change(event.target.value)}
            >
              {setting.options.map((option) => (
                <option key={option.value} value={option.value}>
                  {optionLabel(words.settings, settingKey, option.value)}
                </option>
              ))}
            </select>
          </div>
          {idleNote}
        </div>
      );
    case 'integer':
    case 'number':
      return (
        <div className="setting">
          <div className="setting-row">
            {head}
            <SettingHelp settingKey={settingKey} />
            <NumberInput
              setting={setting}
              value={value as number}
              label={label}
              describedBy={describedBy}
              disabled={locked}
              onChange={change}
            />
          </div>
          {settingKey !== 'seed' && (
            <NumberSlider
              setting={setting}
              value={value as number}
              label={label}
              describedBy={describedBy}
              disabled={locked}
              onChange={change}
            />
          )}
          {idleNote}
        </div>
      );
  }
});

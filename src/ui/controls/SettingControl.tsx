import { memo } from 'react';
import type { RunSettings } from '../../engine/training/runSettings';
import { waitingForReset } from '../../state/playgroundState';
import type { Setting, SettingKey } from '../../state/settings';
import { allowedValues, SETTINGS } from '../../state/settings';
import { Help } from '../Help';
import { useActions, usePlayground } from '../playground';
import { text } from '../text';
import { NumberInput, NumberSlider } from './NumberField';

export function SettingHelp({ settingKey }: { settingKey: SettingKey }) {
  const setting: Setting = SETTINGS[settingKey];
  const { label, help } = text.settings[settingKey];
  return (
    <Help label={label}>
      <p>{help}</p>
      <p className="help-facts">
        {(setting.kind === 'integer' || setting.kind === 'number') && `${text.controls.range(allowedValues(settingKey))} `}
        {text.controls.atDefault(defaultWords(setting))} {setting.live ? text.controls.live : text.controls.waits}.
      </p>
    </Help>
  );
}

function defaultWords(setting: Setting): string {
  if (setting.kind === 'boolean') return setting.default ? text.controls.on.toLowerCase() : text.controls.off;
  if (setting.kind === 'choice') return setting.options.find(({ value }) => value === setting.default)?.label ?? setting.default;
  return String(setting.default);
}

/** One setting with its label, its help and whatever it takes to change it; all of it from the settings table. */
export const SettingControl = memo(function SettingControl({ settingKey }: { settingKey: SettingKey }) {
  const setting: Setting = SETTINGS[settingKey];
  const value = usePlayground((state) => state.settings[settingKey]) as RunSettings[SettingKey];
  const waits = usePlayground((state) => waitingForReset(state).includes(settingKey));
  const { setSetting } = useActions();
  const { label } = text.settings[settingKey];
  const change = (next: number | string | boolean) => setSetting(settingKey, next);
  const head = (
    <span className="setting-label">
      {label}
      {waits && <span className="waits" title={text.controls.waits} aria-label={text.controls.waits} role="img">●</span>}
    </span>
  );

  switch (setting.kind) {
    case 'boolean':
      return (
        <div className="setting">
          <div className="setting-row">
            <label className="switch-label">
              <input type="checkbox" role="switch" className="switch" checked={value as boolean} onChange={(event) => change(event.target.checked)} />
              {head}
            </label>
            <SettingHelp settingKey={settingKey} />
          </div>
        </div>
      );
    case 'choice':
      return (
        <div className="setting">
          <div className="setting-row">
            {head}
            <SettingHelp settingKey={settingKey} />
            <select className="setting-select" aria-label={label} value={value as string} onChange={(event) => change(event.target.value)}>
              {setting.options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
            </select>
          </div>
        </div>
      );
    case 'integer':
    case 'number':
      return (
        <div className="setting">
          <div className="setting-row">
            {head}
            <SettingHelp settingKey={settingKey} />
            <NumberInput setting={setting} settingKey={settingKey} value={value as number} label={label} onChange={change} />
          </div>
          {settingKey !== 'seed' && <NumberSlider setting={setting} value={value as number} label={label} onChange={change} />}
        </div>
      );
  }
});

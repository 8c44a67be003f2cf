import { useState } from 'react';
import type { NumberSetting } from '../../state/settings';
import { clampNumber } from '../../state/settings';
import { useWords } from '../language';
import { fromPosition, POSITIONS, toPosition } from './sliderScale';

/** Small numbers as 3e-5: five zeros are hard to count. */
export const plain = (value: number) =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential().replace('e+', 'e') : String(value);

interface NumberFieldProps {
  setting: NumberSetting;
  value: number;
  label: string;
  /** Element that says more about it. */
  describedBy?: string;
  disabled?: boolean;
  onChange: (value: number) => void;
}

/** A number to type: taken when the field is left or Enter pressed, then held within its range. */
export function NumberInput({ setting, value, label, describedBy, disabled, onChange }: NumberFieldProps) {
  const words = useWords().controls;
  const [draft, setDraft] = useState<string | null>(null);
  const commit = () => {
    if (draft === null) return;
    const typed = Number(draft.trim().replace(',', '.'));
    if (draft.trim() !== '' && !Number.isNaN(typed)) onChange(clampNumber(setting, typed));
    setDraft(null);
  };
  return (
    <input
      className="number-input"
      type="text"
      disabled={disabled}
      inputMode="decimal"
      aria-label={label}
      aria-describedby={describedBy}
      title={words.range(String(setting.min), String(setting.max))}
      value={draft ?? plain(value)}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') setDraft(null);
      }}
    />
  );
}

/** The same number as a slider, logarithmic where the setting says so. */
export function NumberSlider({ setting, value, label, describedBy, disabled, onChange }: NumberFieldProps) {
  const scale = setting.log
    ? { min: 0, max: POSITIONS, step: 10, value: toPosition(setting, value) }
    : { min: setting.min, max: setting.max, step: setting.step, value };
  const filled = ((scale.value - scale.min) / (scale.max - scale.min)) * 100;
  return (
    <input
      className="slider"
      type="range"
      disabled={disabled}
      {...scale}
      aria-label={label}
      aria-describedby={describedBy}
      aria-valuetext={String(value)}
      style={{ '--filled': `${filled}%` } as React.CSSProperties}
      onChange={(event) => {
        const at = Number(event.target.value);
        onChange(setting.log ? fromPosition(setting, at) : clampNumber(setting, Number(at.toPrecision(9))));
      }}
    />
  );
}

import type { NumberSetting } from '../../state/settings';
import { clampNumber } from '../../state/settings';

/** Positions of a logarithmic slider, 0 to this. */
export const POSITIONS = 1000;

/** Below this a logarithmic slider that starts at 0 is linear. */
const knee = (setting: NumberSetting) => (setting.min > 0 ? 0 : setting.step);

/** Where a value is on a logarithmic slider. */
export function toPosition(setting: NumberSetting, value: number): number {
  const shift = knee(setting);
  const span = Math.log((setting.max + shift) / (setting.min + shift));
  return Math.round((POSITIONS * Math.log((value + shift) / (setting.min + shift))) / span);
}

/** The value at a position, to two significant digits: three would be more than a hand can aim. */
export function fromPosition(setting: NumberSetting, position: number): number {
  const shift = knee(setting);
  const value =
    (setting.min + shift) * ((setting.max + shift) / (setting.min + shift)) ** (position / POSITIONS) - shift;
  return clampNumber(setting, Number(value.toPrecision(2)));
}

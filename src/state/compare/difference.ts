import type { RunSettings } from '../../engine/runSettings';
import type { SettingKey } from '../settings';
import { sameValue, SETTING_KEYS } from '../settings';

/** Settings in which two runs differ, in the settings table's order. */
export const differingKeys = (from: RunSettings, to: RunSettings): SettingKey[] =>
  SETTING_KEYS.filter((key) => !sameValue(from[key], to[key]));

/** Whether two runs differ in nothing, or in nothing but their seed. */
export const sameButSeed = (one: RunSettings, other: RunSettings): boolean =>
  differingKeys(one, other).every((key) => key === 'seed');

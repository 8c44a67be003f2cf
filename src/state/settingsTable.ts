/**
 * Every setting of a run, once: sliders, help, URL keys, validation and command-line flags are derived from this
 * table. The type makes the compiler refuse a missing, superfluous or wrongly marked setting.
 */
import { COMPARISON } from './settingGroups/comparison';
import { DATA } from './settingGroups/data';
import { GENERATOR } from './settingGroups/generator';
import { QUANTIZER } from './settingGroups/quantizer';
import { STUDENT } from './settingGroups/student';
import { TERMS } from './settingGroups/terms';
import type { SettingKey, SettingsTable } from './settingKinds';

export const SETTINGS: SettingsTable = {
  ...DATA,
  ...GENERATOR,
  ...TERMS,
  ...QUANTIZER,
  ...STUDENT,
  ...COMPARISON,
};

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

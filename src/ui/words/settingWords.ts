import type { RunSettings } from '../../engine/runSettings';
import type { SettingKey } from '../../state/settings';

/** The words of one setting; a choice also has words for each of its options. */
export type WordsOfSetting<Value> = [Value] extends [string]
  ? { label: string; help: string; options: Record<Value, string> }
  : { label: string; help: string; options?: undefined };

export type SettingWords = { [Key in SettingKey]: WordsOfSetting<RunSettings[Key]> };

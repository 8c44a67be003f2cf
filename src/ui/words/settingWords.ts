import type { RunSettings } from '../../engine/runSettings';
import type { SettingKey } from '../../state/settings';

/** The words of one setting; a choice and a set also have words for each of their options. */
export type WordsOfSetting<Value> = [Value] extends [string]
  ? { label: string; help: string; options: Record<Value, string> }
  : [Value] extends [readonly (infer Each extends string)[]]
    ? string extends Each
      ? { label: string; help: string; options?: undefined }
      : { label: string; help: string; options: Record<Each, string> }
    : { label: string; help: string; options?: undefined };

export type SettingWords = { [Key in SettingKey]: WordsOfSetting<RunSettings[Key]> };

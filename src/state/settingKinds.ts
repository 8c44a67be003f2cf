/** What an entry of the settings table says, by the kind of value. */
import type { LIVE_SETTINGS, RunSettings } from '../engine/runSettings';

export type SettingKey = keyof RunSettings;
export type SettingGroup = 'data' | 'generator' | 'terms' | 'quantizer' | 'student' | 'comparison';

type LiveKey = (typeof LIVE_SETTINGS)[number];

interface Common<Value, Live> {
  group: SettingGroup;
  default: Value;
  /** Key in the URL and, after `--`, on the command line. */
  url: string;
  /** May change while a run is going; the others need a reset. */
  live: Live;
  label: string;
  /** One or two plain sentences: what it is and what changing it does. */
  help: string;
}

export interface NumberSetting<Live = boolean> extends Common<number, Live> {
  kind: 'integer' | 'number';
  min: number;
  max: number;
  /** Of sliders and arrow keys only: any value in the range may be typed or given. */
  step: number;
  /** Slider positions are logarithmic. */
  log?: boolean;
}

export interface ChoiceSetting<Value extends string = string, Live = boolean> extends Common<Value, Live> {
  kind: 'choice';
  options: readonly { value: Value; label: string }[];
}

export interface BooleanSetting<Live = boolean> extends Common<boolean, Live> {
  kind: 'boolean';
}

/** Any number of the options, none twice, in the order of the options. */
export interface SetSetting<Value extends string = string, Live = boolean> extends Common<readonly Value[], Live> {
  kind: 'set';
  options: readonly { value: Value; label: string }[];
}

/** Any number of texts of one form, none twice, in any order. */
export interface ListSetting<Live = boolean> extends Common<readonly string[], Live> {
  kind: 'list';
  /** Whether a text is of that form. */
  accepts: (text: string) => boolean;
  /** The form, for people. */
  form: string;
}

export type Setting = NumberSetting | ChoiceSetting | BooleanSetting | SetSetting | ListSetting;

type SettingOf<Value, Live> = [Value] extends [boolean]
  ? BooleanSetting<Live>
  : [Value] extends [number]
    ? NumberSetting<Live>
    : [Value] extends [string]
      ? ChoiceSetting<Value, Live>
      : [Value] extends [readonly (infer Each extends string)[]]
        ? string extends Each
          ? ListSetting<Live>
          : SetSetting<Each, Live>
        : never;

/** One entry for every setting: a missing, superfluous or wrongly marked one does not compile. */
export type SettingsTable = { [Key in SettingKey]: SettingOf<RunSettings[Key], Key extends LiveKey ? true : false> };

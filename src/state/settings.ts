import type { LiveSettings, RunSettings } from '../engine/runSettings';
import { LIVE_SETTINGS } from '../engine/runSettings';
import type { NumberSetting, Setting, SettingKey } from './settingKinds';
import { SETTINGS, SETTING_KEYS } from './settingsTable';

export { SETTINGS, SETTING_KEYS } from './settingsTable';
export type {
  BooleanSetting,
  ChoiceSetting,
  ListSetting,
  NumberSetting,
  SetSetting,
  Setting,
  SettingGroup,
  SettingKey,
} from './settingKinds';

export type SettingValue = number | string | boolean | readonly string[];

/** Whether two values of a setting are the same; sets are when they have the same elements. */
export function sameValue(one: SettingValue, other: SettingValue): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  return one.length === other.length && one.every((each) => other.includes(each));
}

/** As flags, links and results write a word of a list: zeroShot is zero-shot. */
export const inKebab = (word: string): string => word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A setting's value as flags and notes write it. */
export function valueText(value: SettingValue): string {
  if (typeof value !== 'object') return String(value);
  // What is no single word has a spelling of its own.
  return value.length === 0 ? NONE : value.map((each) => (/^\w+$/.test(each) ? inKebab(each) : each)).join();
}

/** An empty set in a link. */
const NONE = 'none';

/** Something about a given setting that was not taken as it stood. */
export type SettingNote =
  | { kind: 'unknown'; key: string }
  /** Not a value of this setting's kind: the default is used. */
  | { kind: 'invalid'; key: string; given: string; used: SettingValue }
  /** Outside its range: the nearest value allowed is used. */
  | { kind: 'clamped'; key: string; given: string; used: SettingValue }
  /** A fraction of what must be whole: the nearest whole number is used. */
  | { kind: 'rounded'; key: string; given: string; used: SettingValue };

const entryOf = (key: SettingKey): Setting => SETTINGS[key];
const keyOfUrl = new Map<string, SettingKey>(SETTING_KEYS.map((key) => [SETTINGS[key].url, key]));

export function defaultSettings(): RunSettings {
  return Object.fromEntries(SETTING_KEYS.map((key) => [key, SETTINGS[key].default])) as unknown as RunSettings;
}

/** A copy of `settings` with one setting replaced. */
export function withSetting(settings: RunSettings, key: SettingKey, value: SettingValue): RunSettings {
  return { ...settings, [key]: value };
}

/** The nearest value that a number setting allows, whatever its slider's step; not-a-number gives the default. */
export function clampNumber(setting: NumberSetting, value: number): number {
  if (Number.isNaN(value)) return setting.default;
  const clamped = Math.min(setting.max, Math.max(setting.min, value));
  // Not -0, which no link can say.
  return (setting.kind === 'number' ? clamped : Math.round(clamped)) + 0;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const TRUE = new Set(['1', 'true', 'on', 'yes']);
const FALSE = new Set(['0', 'false', 'off', 'no']);

function parseValue(key: SettingKey, text: string, note: (note: SettingNote) => void): SettingValue {
  const setting = entryOf(key);
  const given = text.trim();
  const invalid = () => {
    note({ kind: 'invalid', key: setting.url, given, used: setting.default });
    return setting.default;
  };
  switch (setting.kind) {
    case 'integer':
    case 'number': {
      if (!DECIMAL.test(given)) return invalid();
      const value = Number(given);
      const used = clampNumber(setting, value);
      if (value < setting.min || value > setting.max) note({ kind: 'clamped', key: setting.url, given, used });
      else if (used !== value) note({ kind: 'rounded', key: setting.url, given, used });
      return used;
    }
    case 'boolean': {
      const word = given.toLowerCase();
      if (TRUE.has(word)) return true;
      return FALSE.has(word) ? false : invalid();
    }
    case 'choice':
      return setting.options.some((option) => option.value === given) ? given : invalid();
    case 'set': {
      const words = given.toLowerCase() === NONE ? [] : given.split(',').map((word) => word.trim().toLowerCase());
      const chosen = setting.options.map(({ value }) => value).filter((value) => words.includes(inKebab(value)));
      // One word that is none of the options, and nobody knows what was meant by the rest.
      return words.every((word) => chosen.some((value) => inKebab(value) === word)) ? chosen : invalid();
    }
    case 'list': {
      const entries = given.toLowerCase() === NONE ? [] : given.split(',').map((entry) => entry.trim());
      return entries.every((entry) => setting.accepts(entry)) ? [...new Set(entries)] : invalid();
    }
  }
}

/** Keys of earlier versions, and what they are now. */
const FORMER = new Map<string, (text: string) => [string, string]>([
  ['compare-calibration-only', (text) => ['beside', FALSE.has(text.trim().toLowerCase()) ? NONE : 'calibration']],
]);

/** The key that a setting has today, given one of any version. */
export const currentUrl = (name: string): string => FORMER.get(name)?.('')[0] ?? name;

/**
 * Settings from key-value pairs; anything missing is the default. Nothing is ever rejected as a whole: what cannot be
 * taken as it stands is reported in `notes`. Of a key given twice the last counts.
 */
function parseEntries(entries: Iterable<[string, string]>): { settings: RunSettings; notes: SettingNote[] } {
  let settings = defaultSettings();
  const notes: SettingNote[] = [];
  for (const [given, value] of entries) {
    const [name, text] = FORMER.get(given)?.(value) ?? [given, value];
    const key = keyOfUrl.get(name);
    if (key === undefined) notes.push({ kind: 'unknown', key: name });
    else
      settings = withSetting(
        settings,
        key,
        parseValue(key, text, (note) => notes.push(note)),
      );
  }
  return { settings, notes };
}

/** Settings from a URL's query. `ignore`: keys that are known elsewhere (`backend`, ...). */
export function parseSearchParams(params: URLSearchParams, ignore: readonly string[] = []) {
  return parseEntries([...params].filter(([name]) => !ignore.includes(name)));
}

/** The settings that differ from the defaults, as a URL's query. Parsing it gives exactly `settings` again. */
export function toSearchParams(settings: RunSettings): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of SETTING_KEYS) {
    const value = settings[key];
    if (!sameValue(value, SETTINGS[key].default))
      params.set(SETTINGS[key].url, typeof value === 'boolean' ? (value ? '1' : '0') : valueText(value));
  }
  return params;
}

/**
 * Settings from command-line words: `--images-per-class 4`, `--images-per-class=4`, `--augment`, `--no-augment`.
 * Words that are no setting's flag are handed back in `rest`, in their order, for the caller's own flags.
 */
export function parseFlags(argv: readonly string[]): { settings: RunSettings; notes: SettingNote[]; rest: string[] } {
  const entries: [string, string][] = [];
  const missing: SettingNote[] = [];
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const [, negated, name, , value] = /^--(no-)?([a-z0-9-]+)(=(.*))?$/s.exec(argv[i]) ?? [];
    const key = name === undefined ? undefined : keyOfUrl.get(name);
    if (key === undefined) {
      rest.push(argv[i]);
    } else if (SETTINGS[key].kind === 'boolean') {
      entries.push([name, negated ? '0' : (value ?? '1')]);
    } else if (negated) {
      rest.push(argv[i]);
    } else if (value !== undefined) {
      entries.push([name, value]);
    } else if (i + 1 < argv.length && !argv[i + 1].startsWith('--')) {
      entries.push([name, argv[++i]]);
    } else {
      missing.push({ kind: 'invalid', key: name, given: '', used: SETTINGS[key].default });
    }
  }
  const { settings, notes } = parseEntries(entries);
  return { settings, notes: [...notes, ...missing], rest };
}

/** What may be written after a flag, e.g. `1 to 32` or `low | 8`. */
export function allowedValues(key: SettingKey): string {
  const setting = entryOf(key);
  switch (setting.kind) {
    case 'integer':
    case 'number':
      return `${setting.min} to ${setting.max}`;
    case 'boolean':
      return 'on | off';
    case 'choice':
      return setting.options.map((option) => option.value).join(' | ');
    case 'set':
      return `${NONE}, or some of ${setting.options.map((option) => inKebab(option.value)).join(',')}`;
    case 'list':
      return `${NONE}, or a list of ${setting.form}`;
  }
}

/** The same in words, e.g. `a whole number from 1 to 32`. */
export function allowedInWords(key: SettingKey): string {
  const setting = entryOf(key);
  switch (setting.kind) {
    case 'integer':
      return `a whole number from ${setting.min} to ${setting.max}`;
    case 'number':
      return `a number from ${setting.min} to ${setting.max}`;
    case 'boolean':
      return 'on or off';
    case 'choice':
      return `one of ${setting.options.map((option) => option.value).join(', ')}`;
    case 'set':
    case 'list':
      return allowedValues(key);
  }
}

/** One line a flag, for a command's `--help`. @param without settings that the command has no use for */
export function flagsHelp(without: readonly SettingKey[] = []): string {
  return SETTING_KEYS.filter((key) => !without.includes(key))
    .map((key) => {
      const setting = SETTINGS[key];
      return `  --${setting.url}  ${setting.label} (${allowedValues(key)}; default ${valueText(setting.default)})`;
    })
    .join('\n');
}

/** A note as an English sentence. */
export function describeNote(note: SettingNote): string {
  switch (note.kind) {
    case 'unknown':
      return `“${note.key}” is not a setting and was ignored.`;
    case 'invalid':
      return `“${note.key}” cannot be “${note.given}”; ${valueText(note.used)} is used.`;
    case 'clamped':
      return `“${note.key}” cannot be ${note.given}; the nearest allowed value, ${valueText(note.used)}, is used.`;
    case 'rounded':
      return `“${note.key}” is a whole number: ${note.given} was rounded to ${valueText(note.used)}.`;
  }
}

/** The part of `settings` that may change while a run is going. */
export function liveSettings(settings: RunSettings): LiveSettings {
  return Object.fromEntries(LIVE_SETTINGS.map((key) => [key, settings[key]])) as LiveSettings;
}

/** Settings that differ and, unless `live` ones are asked for too, wait for a reset. */
export function changedSettings(from: RunSettings, to: RunSettings, which: 'live' | 'reset'): SettingKey[] {
  return SETTING_KEYS.filter((key) => !sameValue(from[key], to[key]) && SETTINGS[key].live === (which === 'live'));
}

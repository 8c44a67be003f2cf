import type { SettingKey, SettingValue } from '../../state/settings';
import type { PointKind } from '../views/scene';
import type { en } from './en';

/** The shape of some words, whatever they say: any text for a text, any number of lines for a list. */
type Widened<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends (...parameters: infer P) => string
      ? (...parameters: P) => string
      : T extends readonly (infer Each)[]
        ? readonly Widened<Each>[]
        : { readonly [Key in keyof T]: Widened<T[Key]> };

/** Every word of the page in one language. English is the model: what it has, every language must have. */
export type Words = Widened<typeof en>;

/**
 * What a class is called: those of the bundled images in the page's language, others as their network's file names
 * them.
 */
export function className(
  { classes, unnamedClass }: Pick<Words, 'classes' | 'unnamedClass'>,
  names: readonly string[] | undefined,
  index: number,
): string {
  const name = names?.[index] ?? `class ${index}`;
  return name === `class ${index}`
    ? unnamedClass(String(index))
    : ((classes as Partial<Record<string, string>>)[name] ?? name);
}

/** What a point on a map is called. */
export function pointName(
  words: Words,
  kind: PointKind,
  names: readonly string[] | undefined,
  classIndex: number,
): string {
  const { centers } = words.views;
  return centers.ofClass(
    kind === 'pinned' ? words.compare.map.kind : centers.kinds[kind],
    className(words, names, classIndex),
  );
}

/** What a setting is at, in words. @param numberWords how a number is written */
export function valueWords(
  { controls, settings, comma }: Pick<Words, 'controls' | 'settings' | 'comma'>,
  key: SettingKey,
  value: SettingValue,
  numberWords: (value: number) => string = String,
): string {
  if (typeof value === 'boolean') return value ? controls.on : controls.off;
  if (typeof value === 'number') return numberWords(value);
  if (typeof value === 'string') return optionLabel(settings, key, value);
  return value.length === 0 ? controls.nothing : value.map((each) => optionLabel(settings, key, each)).join(comma);
}

/** What a setting's option is called. */
export function optionLabel(settings: Words['settings'], key: SettingKey, value: string): string {
  const options: Partial<Record<string, string>> | undefined = settings[key].options;
  return options?.[value] ?? value;
}

import type { RunSettings } from '../engine/runSettings';
import type { ViewNote } from './linkView';
import { lastOf } from './linkView';
import type { SettingKey } from './settings';
import { currentUrl, SETTING_KEYS, SETTINGS } from './settings';

/** Parts of the page that whoever embeds it may leave out. */
export const EMBED_PARTS = [
  'controls',
  'transport',
  'timeline',
  'centers',
  'separation',
  'images',
  'losses',
  'accuracy',
  'quality',
] as const;
export type EmbedPart = (typeof EMBED_PARTS)[number];

/** How the page shows itself inside another page. */
export interface Embed {
  hidden: readonly EmbedPart[];
  /** Settings that stay as the link has them. */
  locked: readonly SettingKey[];
  /** Play as soon as the engine is ready. */
  autostart: boolean;
}

export type EmbedNote = ViewNote | { kind: 'needsEmbed'; key: string };

export const EMBED_KEYS = ['embed', 'hide', 'lock', 'autostart'] as const;
const YES = ['', '1', 'true', 'on', 'yes'];
const NO = ['0', 'false', 'off', 'no'];

/** How a link wants the page to be embedded; null: it is the whole page that is wanted. */
export function readEmbed(params: URLSearchParams, note: (note: EmbedNote) => void): Embed | null {
  const flag = (key: string): boolean => {
    const given = lastOf(params, key);
    if (given === null || NO.includes(given.toLowerCase())) return false;
    if (YES.includes(given.toLowerCase())) return true;
    note({ kind: 'unreadable', key, given });
    return false;
  };
  const list = (key: string): string[] =>
    (lastOf(params, key) ?? '')
      .split(',')
      .map((word) => word.trim().toLowerCase())
      .filter((word) => word !== '');
  if (!flag('embed')) {
    for (const key of EMBED_KEYS.slice(1)) if (params.has(key)) note({ kind: 'needsEmbed', key });
    return null;
  }
  const hide = list('hide');
  const lock = list('lock').map(currentUrl);
  for (const given of hide)
    if (!EMBED_PARTS.some((part) => part === given)) note({ kind: 'unreadable', key: 'hide', given });
  const all = lock.includes('all');
  const urls = SETTING_KEYS.map((key) => SETTINGS[key].url);
  for (const given of lock)
    if (given !== 'all' && !urls.includes(given)) note({ kind: 'unreadable', key: 'lock', given });
  return {
    hidden: EMBED_PARTS.filter((part) => hide.includes(part)),
    locked: SETTING_KEYS.filter((key) => all || lock.includes(SETTINGS[key].url)),
    autostart: flag('autostart'),
  };
}

export function writeEmbed(params: URLSearchParams, { hidden, locked, autostart }: Embed): void {
  params.set('embed', '1');
  if (hidden.length > 0) params.set('hide', EMBED_PARTS.filter((part) => hidden.includes(part)).join());
  const keys = SETTING_KEYS.filter((key) => locked.includes(key));
  if (keys.length > 0)
    params.set('lock', keys.length === SETTING_KEYS.length ? 'all' : keys.map((key) => SETTINGS[key].url).join());
  if (autostart) params.set('autostart', '1');
}

/** `wanted` with every locked setting as it was `before`. */
export function holdLocked(before: RunSettings, wanted: RunSettings, locked: readonly SettingKey[]): RunSettings {
  return locked.length === 0 ? wanted : { ...wanted, ...Object.fromEntries(locked.map((key) => [key, before[key]])) };
}

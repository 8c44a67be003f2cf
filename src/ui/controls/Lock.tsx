import type { RunSettings } from '../../engine/runSettings';
import type { SettingKey } from '../../state/settings';
import { sameValue, SETTING_KEYS } from '../../state/settings';
import { LockIcon } from '../icons';
import { usePlayground } from '../playground';
import { useWords } from '../language';

/** Whether whoever embedded the page fixed this setting. */
export const useLocked = (key: SettingKey): boolean =>
  usePlayground(({ embed }) => embed?.locked.includes(key) ?? false);

/** No locked setting lies between these two. */
export const mayBecome = (from: RunSettings, to: RunSettings, locked: readonly SettingKey[] = []): boolean =>
  locked.every((key) => sameValue(from[key], to[key]));

/** A small lock that says why a setting cannot be changed. */
export function Lock() {
  const { locked } = useWords().share.embedded;
  return (
    <span className="lock" role="img" aria-label={locked} title={locked}>
      <LockIcon />
    </span>
  );
}

/** Says once, above all settings, what the locks mean. */
export function LockNote() {
  const words = useWords().share.embedded;
  const count = usePlayground(({ embed }) => embed?.locked.length ?? 0);
  if (count === 0) return null;
  return (
    <p className="lock-note">
      <LockIcon /> {count === SETTING_KEYS.length ? words.allLocked : words.someLocked}
    </p>
  );
}

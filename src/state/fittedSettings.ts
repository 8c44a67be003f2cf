/** Settings that the engine chose so that a run fits the machine, and what they were before. */
import type { RunSettings } from '../engine/runSettings';
import type { InitializeReply } from '../worker/protocol';

export interface FittedSettings {
  /** As they were. */
  before: Partial<RunSettings>;
  /** As they were chosen. */
  chosen: Partial<RunSettings>;
}

/** Of the page's state. */
interface Changed {
  settings: RunSettings;
  applied: RunSettings;
  fitted: FittedSettings | null;
}

/**
 * The settings after a request that replaced the run. What was chosen for large images goes with them: for the network
 * of the page what was before comes back, where nobody has changed it since.
 *
 * @param asked the settings that went with the request
 */
export function settingsAfter(
  { settings, applied, fitted }: Changed,
  asked: RunSettings,
  { fitted: chosen, bundled }: Pick<InitializeReply, 'fitted' | 'bundled'>,
): Changed {
  /** Takes `to`'s values for settings that still are as in `from`. */
  const where = (from: Partial<RunSettings>, to: Partial<RunSettings>): RunSettings => ({
    ...settings,
    ...Object.fromEntries(
      Object.entries(to).filter(([key]) => settings[key as keyof RunSettings] === from[key as keyof RunSettings]),
    ),
  });
  if (chosen) {
    const before = Object.fromEntries(
      Object.keys(chosen).map((name) => {
        const key = name as keyof RunSettings;
        return [
          key,
          fitted && key in fitted.before && fitted.chosen[key] === asked[key] ? fitted.before[key] : asked[key],
        ];
      }),
    ) as Partial<RunSettings>;
    return {
      settings: where(asked, chosen),
      applied: { ...applied, ...chosen },
      fitted: { before: { ...fitted?.before, ...before }, chosen: { ...fitted?.chosen, ...chosen } },
    };
  }
  if (!bundled || !fitted) return { settings, applied, fitted };
  return { settings: where(fitted.chosen, fitted.before), applied, fitted: null };
}

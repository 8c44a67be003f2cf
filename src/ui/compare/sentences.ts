import type { RunSettings } from '../../engine/runSettings';
import type { KeptRun } from '../../state/compare/keptRun';
import { networkKey, sameCalibration, samePlane } from '../../state/compare/keptRun';
import { sameTestImages, testImagesOf } from '../../state/compare/measured';
import { differingKeys } from '../../state/compare/difference';
import { presetOf } from '../../state/presets';
import type { SettingKey } from '../../state/settings';
import { plain } from '../controls/NumberField';
import type { Words } from '../words/words';
import { valueWords } from '../words/words';

/** What a setting is at, in words. */
export function settingValue(words: Words, key: SettingKey, settings: RunSettings): string {
  return valueWords(words, key, settings[key], plain);
}

/** Each setting in which two runs differ, in words: "Seed 1 → 2". */
export function settingChanges(words: Words, from: RunSettings, to: RunSettings): string[] {
  return differingKeys(from, to).map((key) =>
    words.compare.change(words.settings[key].label, settingValue(words, key, from), settingValue(words, key, to)),
  );
}

/** Everything in which two runs differ from the start, in words. */
export function runChanges(
  words: Words,
  from: Pick<KeptRun, 'settings' | 'overview' | 'backend'>,
  to: Pick<KeptRun, 'settings' | 'overview' | 'backend'>,
): string[] {
  const changes = settingChanges(words, from.settings, to.settings);
  if (networkKey(from.overview) !== networkKey(to.overview)) {
    changes.unshift(words.compare.change(words.compare.network, from.overview.network.name, to.overview.network.name));
  }
  if (from.backend !== to.backend && from.backend !== null && to.backend !== null) {
    changes.push(
      words.compare.change(words.compare.backend, words.backend.names[from.backend], words.backend.names[to.backend]),
    );
  }
  return changes;
}

export const methodOf = (words: Words, settings: RunSettings): string => {
  const preset = presetOf(settings);
  return preset === null ? words.controls.custom : words.presets[preset].name;
};

/** A run in a few words: method, bits, images, seed. */
export function runName(words: Words, settings: RunSettings): string {
  const { weightBits, activationBits, imagesPerClass, seed } = settings;
  return words.compare.run(
    methodOf(words, settings),
    String(weightBits),
    String(activationBits),
    String(imagesPerClass),
    String(seed),
  );
}

/** What of two runs cannot be laid over each other, or only with care. */
export function reservations(
  words: Words,
  pinned: Pick<KeptRun, 'settings' | 'overview'>,
  now: Pick<KeptRun, 'settings' | 'overview'>,
): string[] {
  const { reasons } = words.compare;
  const list: string[] = [];
  if (networkKey(pinned.overview) !== networkKey(now.overview)) {
    list.push(reasons.network);
    if (!sameDepth(pinned, now)) list.push(reasons.layers);
  } else {
    if (!samePlane(pinned.overview, now.overview, now.overview.network.layers.length - 1)) list.push(reasons.plane);
    else if (!sameCalibration(pinned.overview, now.overview)) list.push(reasons.calibration);
  }
  if (
    pinned.settings.testImages !== now.settings.testImages ||
    !sameTestImages(testImagesOf(pinned.overview), testImagesOf(now.overview))
  )
    list.push(reasons.testImages);
  return list;
}

/** Two networks whose layers can share one axis. */
export const sameDepth = (a: Pick<KeptRun, 'overview'>, b: Pick<KeptRun, 'overview'>): boolean =>
  a.overview.network.layers.length === b.overview.network.layers.length;

/** A difference of accuracies in points, with its sign. */
export const signedPoints = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(1)}`;

/** A part of accuracies in points, without a sign. */
export const points = (difference: number): string => (difference * 100).toFixed(1);

import type { RunSettings } from '../runSettings';
import { say, type Said } from '../sentences';
import { reserveOf } from './calibrationSet';
import type { Dataset } from './dataset';

/** Settings of a run on images of which there are fewer than they ask for, and what was changed. */
export function settingsForDataset(settings: RunSettings, dataset: Dataset): { settings: RunSettings; notes: Said[] } {
  const perClass = dataset.classNames.map(() => 0);
  for (let i = 0; i < dataset.size('calibration'); i++) perClass[dataset.label('calibration', i)]++;
  const reserve = reserveOf(dataset);
  const most: Partial<RunSettings> = {
    imagesPerClass: reserve,
    observationPerClass: Math.min(...perClass) - reserve,
    testImages: dataset.size('test'),
  };
  const result = { ...settings };
  const notes: Said[] = [];
  for (const key of ['imagesPerClass', 'observationPerClass', 'testImages'] as const) {
    if (settings[key] <= most[key]!) continue;
    result[key] = most[key]!;
    notes.push(say('settingsFitted', say(key), most[key]!));
  }
  return { settings: result, notes };
}

import { describe, expect, it } from 'vitest';
import { LIVE_SETTINGS } from '../../src/engine/runSettings';
import {
  allowedValues,
  changedSettings,
  clampNumber,
  defaultSettings,
  describeNote,
  flagsHelp,
  liveSettings,
  parseFlags,
  parseSearchParams,
  SETTING_KEYS,
  SETTINGS,
  toSearchParams,
  withSetting,
} from '../../src/state/settings';

const parse = (query: string) => parseSearchParams(new URLSearchParams(query));

describe('the table', () => {
  it('marks exactly the live settings as live', () => {
    expect(SETTING_KEYS.filter((key) => SETTINGS[key].live).sort()).toEqual([...LIVE_SETTINGS].sort());
  });

  it('has distinct URL keys, defaults within their ranges, and words for everything', () => {
    expect(new Set(SETTING_KEYS.map((key) => SETTINGS[key].url)).size).toBe(SETTING_KEYS.length);
    for (const key of SETTING_KEYS) {
      const setting = SETTINGS[key];
      expect(setting.url).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(setting.label).not.toBe('');
      expect(setting.help.length).toBeGreaterThan(20);
      if (setting.kind === 'integer' || setting.kind === 'number') {
        expect(setting.min).toBeLessThan(setting.max);
        expect(clampNumber(setting, setting.default)).toBe(setting.default);
        expect(clampNumber(setting, setting.min)).toBe(setting.min);
        expect(clampNumber(setting, setting.max)).toBe(setting.max);
        // `toBe` tells -0 from 0: -0.3 is rounded to 0.
        expect(clampNumber(setting, -0.3)).not.toBe(-0);
      }
      if (setting.kind === 'choice') expect(setting.options.map(({ value }) => value)).toContain(setting.default);
    }
  });

  it('weighs the terms as the authors’ program does', () => {
    const {
      ceMixedWeight,
      bnsWeight,
      distortedWeight,
      ceSingleWeight,
      centralizedWeight,
      distortionMean,
      distortionVariance,
    } = defaultSettings();
    expect([
      ceMixedWeight,
      bnsWeight,
      distortedWeight,
      ceSingleWeight,
      centralizedWeight,
      distortionMean,
      distortionVariance,
    ]).toEqual([0.5, 0.2, 0.9, 0.5, 0.01, 0.5, 1]);
  });
});

describe('URL', () => {
  it('gives defaults without a note when nothing is asked for', () => {
    expect(parse('')).toEqual({ settings: defaultSettings(), notes: [] });
    expect(toSearchParams(defaultSettings()).toString()).toBe('');
  });

  it('brings every setting back exactly', () => {
    let settings = defaultSettings();
    for (const key of SETTING_KEYS) {
      const setting = SETTINGS[key];
      switch (setting.kind) {
        case 'boolean':
          settings = withSetting(settings, key, !setting.default);
          break;
        case 'choice':
          settings = withSetting(settings, key, setting.options.find(({ value }) => value !== setting.default)!.value);
          break;
        case 'set':
          settings = withSetting(
            settings,
            key,
            setting.options.map(({ value }) => value),
          );
          break;
        case 'list':
          settings = withSetting(settings, key, ['weight:Stem%20Conv=5', 'activation:relu=full']);
          break;
        case 'integer':
          settings = withSetting(settings, key, setting.default === setting.max ? setting.min : setting.max);
          break;
        case 'number':
          settings = withSetting(settings, key, clampNumber(setting, setting.default * 0.7 + 1e-6 / 3));
          break;
      }
    }
    const params = toSearchParams(settings);
    expect([...params]).toHaveLength(SETTING_KEYS.length);
    expect(parse(params.toString())).toEqual({ settings, notes: [] });
  });

  it('has sets as lists of words, in whatever order they come', () => {
    const of = (text: string) => parse(text).settings.beside;
    expect(of('')).toEqual(['calibration']);
    expect(of('beside=fdda-plus,zero-shot')).toEqual(['zeroShot', 'fddaPlus']);
    expect(of('beside=Zero-Shot%20,%20zero-shot')).toEqual(['zeroShot']);
    expect(of('beside=none')).toEqual([]);
    const written = (beside: (typeof defaultSettings extends () => infer S ? S : never)['beside']) =>
      toSearchParams({ ...defaultSettings(), beside }).toString();
    expect(written(['calibration'])).toBe('');
    expect(written([])).toBe('beside=none');
    expect(decodeURIComponent(written(['zeroShot', 'fddaPlus']))).toBe('beside=zero-shot,fdda-plus');
    // One strange word, and nobody knows what was meant.
    expect(parse('beside=zero-shot,lunch')).toEqual({
      settings: defaultSettings(),
      notes: [{ kind: 'invalid', key: 'beside', given: 'zero-shot,lunch', used: ['calibration'] }],
    });
    expect(describeNote(parse('beside=').notes[0])).toBe('“beside” cannot be “”; calibration is used.');
  });

  it('still reads what the set was before: a switch', () => {
    expect(parse('compare-calibration-only=0')).toEqual({ settings: { ...defaultSettings(), beside: [] }, notes: [] });
    expect(parse('compare-calibration-only=off').settings.beside).toEqual([]);
    expect(parse('compare-calibration-only=1')).toEqual({ settings: defaultSettings(), notes: [] });
  });

  it('holds numbers within their range and says so', () => {
    const { settings, notes } = parse('images-per-class=99&weight-bits=-4&temperature=1e9');
    expect(settings).toMatchObject({ imagesPerClass: 32, weightBits: 2, temperature: 40 });
    expect(notes).toEqual([
      { kind: 'clamped', key: 'images-per-class', given: '99', used: 32 },
      { kind: 'clamped', key: 'weight-bits', given: '-4', used: 2 },
      { kind: 'clamped', key: 'temperature', given: '1e9', used: 40 },
    ]);
  });

  it('rounds what must be whole', () => {
    const { settings, notes } = parse('images-per-class=2.6&test-images=431.5');
    expect(settings).toMatchObject({ imagesPerClass: 3, testImages: 432 });
    expect(notes.map(({ kind }) => kind)).toEqual(['rounded', 'rounded']);
    expect(describeNote(notes[0])).toBe('“images-per-class” is a whole number: 2.6 was rounded to 3.');
  });

  it('takes every whole number of a range, whatever the step of its slider', () => {
    const { settings, notes } = parse('test-images=432&generator-channels=51&generator-steps=41&steps-per-epoch=11');
    expect(settings).toMatchObject({ testImages: 432, generatorChannels: 51, generatorSteps: 41, stepsPerEpoch: 11 });
    expect(notes).toEqual([]);
  });

  it.each(['abc', '', 'NaN', 'Infinity', '0x10', '1;2', '--5'])(
    'takes the default for the nonsense “%s”',
    (nonsense) => {
      const { settings, notes } = parse(`images-per-class=${encodeURIComponent(nonsense)}`);
      expect(settings.imagesPerClass).toBe(1);
      expect(notes).toEqual([{ kind: 'invalid', key: 'images-per-class', given: nonsense, used: 1 }]);
    },
  );

  it('takes the default for choices and switches it does not know', () => {
    const { settings, notes } = parse('first-last=9&augment=perhaps&label-rule=off');
    expect(settings).toMatchObject({ firstLast: 'low', augment: true, labelRule: false });
    expect(notes.map(({ kind }) => kind)).toEqual(['invalid', 'invalid']);
  });

  it('ignores what it does not know, with a note, also names that every object has', () => {
    const { settings, notes } = parse('nonsense=1&constructor=2&__proto__=3&imagesPerClass=4');
    expect(settings).toEqual(defaultSettings());
    expect(notes).toEqual(
      ['nonsense', 'constructor', '__proto__', 'imagesPerClass'].map((key) => ({ kind: 'unknown', key })),
    );
  });

  it('words every kind of note', () => {
    const { notes } = parse('nonsense=1&seed=x&weight-bits=1&images-per-class=1.5');
    const words = notes.map(describeNote);
    expect(words).toHaveLength(4);
    expect(words[0]).toContain('nonsense');
    expect(words[2]).toContain('weight-bits');
    expect(words[2]).toContain('2');
  });
});

describe('command line', () => {
  it('reads flags in both forms, and switches', () => {
    const { settings, notes, rest } = parseFlags([
      '--images-per-class',
      '4',
      '--weight-bits=5',
      '--no-augment',
      '--label-rule=off',
      '--first-last',
      '8',
    ]);
    expect(settings).toMatchObject({
      imagesPerClass: 4,
      weightBits: 5,
      augment: false,
      labelRule: false,
      firstLast: '8',
    });
    expect(notes).toEqual([]);
    expect(rest).toEqual([]);
  });

  it('leaves other words to the caller', () => {
    const { settings, rest } = parseFlags(['run', '--out', 'x.json', '--seed', '7', '-v', '--no-seed']);
    expect(settings.seed).toBe(7);
    expect(rest).toEqual(['run', '--out', 'x.json', '-v', '--no-seed']);
  });

  it('takes negative values, and notes missing and bad ones', () => {
    expect(parseFlags(['--start-layer', '-1']).settings.startLayer).toBe(-1);
    expect(parseFlags(['--seed', '--augment']).notes).toEqual([{ kind: 'invalid', key: 'seed', given: '', used: 1 }]);
    expect(parseFlags(['--weight-bits', '77']).notes).toEqual([
      { kind: 'clamped', key: 'weight-bits', given: '77', used: 8 },
    ]);
  });

  it('lists every flag with its range', () => {
    const help = flagsHelp().split('\n');
    expect(help).toHaveLength(SETTING_KEYS.length);
    expect(help.find((line) => line.includes('--weight-bits'))).toContain(allowedValues('weightBits'));
    expect(allowedValues('weightBits')).toBe('2 to 8');
    expect(allowedValues('firstLast')).toBe('low | 8');
  });
});

describe('changes', () => {
  it('tells those that act at once from those that wait for a reset', () => {
    const from = defaultSettings();
    const to = { ...from, bnsWeight: 1, weightBits: 4, seed: 9 };
    expect(changedSettings(from, to, 'live')).toEqual(['bnsWeight']);
    expect(changedSettings(from, to, 'reset').sort()).toEqual(['seed', 'weightBits']);
    expect(Object.keys(liveSettings(from)).sort()).toEqual([...LIVE_SETTINGS].sort());
  });
});

import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/state/compare/results';
import { applyPreset } from '../../src/state/presets';
import { defaultSettings } from '../../src/state/settings';
import { reservations, runChanges, runName, settingChanges, signedPoints } from '../../src/ui/compare/sentences';
import { resultsCsv, resultsMarkdown } from '../../src/ui/compare/tables';
import { en } from '../../src/ui/words/en';
import { ja } from '../../src/ui/words/ja';
import { createFakeRun } from '../worker/fakeRun';

const settings = (changes: Partial<ReturnType<typeof defaultSettings>> = {}) => ({ ...defaultSettings(), ...changes });
const run = (changes: Partial<ReturnType<typeof defaultSettings>> = {}) => ({
  settings: settings(changes),
  overview: createFakeRun(settings(changes)).overview,
  backend: 'wasm' as const,
});

describe('a difference of settings in words', () => {
  it('names each setting, its options and switches as the controls do', () => {
    const from = settings();
    const to = settings({ seed: 2, imagesPerClass: 8, firstLast: '8', augment: false, studentLearningRate: 1e-4 });
    const { settings: words, controls, compare } = en;
    expect(settingChanges(en, from, to)).toEqual([
      compare.change(words.imagesPerClass.label, '1', '8'),
      compare.change(words.seed.label, '1', '2'),
      compare.change(words.firstLast.label, words.firstLast.options.low, words.firstLast.options['8']),
      compare.change(words.studentLearningRate.label, '3e-5', '1e-4'),
      compare.change(words.augment.label, controls.on, controls.off),
    ]);
    expect(settingChanges(en, from, from)).toEqual([]);
  });

  it('speaks the page’s language', () => {
    expect(settingChanges(ja, settings(), settings({ seed: 2 }))).toEqual([
      ja.compare.change(ja.settings.seed.label, '1', '2'),
    ]);
    expect(ja.compare.differs('x')).not.toBe(en.compare.differs('x'));
  });

  it('includes network and backend', () => {
    const [one, other] = [run(), run()];
    const foreign = {
      ...other,
      backend: 'webgl' as const,
      overview: { ...other.overview, network: { ...other.overview.network, name: 'Mine', parameters: 5 } },
    };
    expect(runChanges(en, one, foreign)).toEqual([
      en.compare.change(en.compare.network, one.overview.network.name, 'Mine'),
      en.compare.change(en.compare.backend, en.backend.names.wasm, en.backend.names.webgl),
    ]);
    expect(runChanges(en, one, other)).toEqual([]);
  });

  it('names a run by method, bits, images and seed', () => {
    expect(runName(en, settings({ weightBits: 4, imagesPerClass: 8 }))).toBe(
      'FDDA, W4A3, 8 real images a class, seed 1',
    );
    expect(runName(en, applyPreset(settings(), 'ptq'))).toContain(en.presets.ptq.name);
    expect(runName(en, settings({ bnsEnabled: false }))).toContain(en.controls.custom);
  });
});

describe('what cannot be compared', () => {
  const { reasons } = en.compare;

  it('is nothing for the same images and network', () => {
    expect(reservations(en, run(), run({ weightBits: 4 }))).toEqual([]);
  });

  it('is the map with another seed, and the accuracies’ number of images', () => {
    expect(reservations(en, run(), run({ seed: 2, testImages: 40 }))).toEqual([reasons.plane, reasons.testImages]);
  });

  it('is most of all with another network', () => {
    const other = run();
    const network = { ...other.overview.network, name: 'Mine', layers: other.overview.network.layers.slice(0, 7) };
    expect(reservations(en, run(), { ...other, overview: { ...other.overview, network } })).toEqual([
      reasons.network,
      reasons.layers,
    ]);
  });
});

describe('the table of results as text', () => {
  const result: Result = {
    number: 1,
    run: 3,
    settings: settings({ weightBits: 4, seed: 7 }),
    networkName: '=HYPERLINK("x")',
    network: 'x',
    backend: 'wasm',
    accuracy: {
      fullPrecision: { accuracy: 0.95, correct: 950, n: 1000, right: null, test: null },
      fdda: { accuracy: 0.714, correct: 714, n: 1000, right: null, test: null, rateCap: 1e-5 },
    },
    seconds: 61.5,
    changedMidway: false,
  };

  it('is CSV with exact numbers, whatever a network is called', () => {
    const [head, row, end] = resultsCsv(en, [result]).split('\r\n');
    expect(head.split(',')).toHaveLength(16);
    expect(row).toBe(
      `1,FDDA,4,3,1,7,0.95,0.714,2000,950,714,61.5,FDDA 1e-5,"'=HYPERLINK(""x"")",wasm,"Seed 1 → 7, Bits a weight 2 → 4"`,
    );
    expect(end).toBe('');
  });

  it('is Markdown with the cells as they are read', () => {
    const text = resultsMarkdown(en, [result, { ...result, number: 2 }], ({ number }, column) =>
      column === 'number' ? String(number) : 'a|b',
    );
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[3]).toBe(`| 2 |${' a\\|b |'.repeat(8)}`);
    const names = resultsMarkdown(en, [result], () => '<img src=x>\\| [a](b) `c`\n# *d*').split('\n');
    expect(names).toHaveLength(4);
    expect(names[2].split(' | ')[1]).toBe('\\<img src=x\\>\\\\\\| \\[a\\](b) \\`c\\` # \\*d\\*');
  });
});

it('differences have a sign', () => {
  expect([0.0123, -0.024, 0].map(signedPoints)).toEqual(['+1.2', '−2.4', '+0.0']);
});

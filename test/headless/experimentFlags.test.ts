import { describe, expect, it } from 'vitest';
import { fitToSource } from '../../src/headless/experiment/fit';
import { FlagError, linkTo, linkedSettings, parseOptions } from '../../src/headless/experiment/flags';
import { columnsOf } from '../../src/headless/experiment/plan';
import { defaultSettings, SETTING_KEYS, SETTINGS, type Setting, type SettingKey } from '../../src/state/settings';
import { readLink } from '../../src/state/shareLink';
import { tinyDataset } from '../engine/training/tiny';

const parse = (line: string) => parseOptions(line.split(' ').filter((word) => word !== ''));

describe('flags of an experiment', () => {
  it("are the page's defaults where nothing is said, but for a generator that starts from nothing", () => {
    const { experiment, data, json, notes } = parse('');
    expect(experiment.settings).toEqual({ ...defaultSettings(), generatorStart: 'scratch' });
    expect(experiment).toMatchObject({
      methods: ['ptq', 'calibration', 'zeroShot', 'fdda'],
      axes: [],
      seeds: 1,
      learningRates: [],
      centers: ['class'],
      quality: true,
    });
    expect([data, json, notes]).toEqual([null, false, []]);
    expect(parse('--generator-start checkpoint').experiment.settings.generatorStart).toBe('checkpoint');
  });

  it('set what they name, several settings at once where they stand for several', () => {
    const { experiment } = parse(
      '--bits 4 --first-last=8 --steps 250 --generator-steps 400 --batch 8 --no-augment --seed 7 --seeds 3',
    );
    expect(experiment.settings).toMatchObject({
      weightBits: 4,
      activationBits: 4,
      firstLast: '8',
      studentSteps: 250,
      generatorSteps: 400,
      generatorBatch: 8,
      calibrationBatch: 8,
      syntheticBatch: 8,
      augment: false,
      seed: 7,
    });
    expect(experiment.seeds).toBe(3);
    expect(parse('--bits 4 --activation-bits 8').experiment.settings).toMatchObject({
      weightBits: 4,
      activationBits: 8,
    });
    expect(parse('--steps 100 --student-steps 200').experiment.settings.studentSteps).toBe(200);
    expect(parse('--student-steps 200 --steps 100').experiment.settings.studentSteps).toBe(100);
  });

  it('take lists: every combination is a column, bits and numbers of images first', () => {
    const { experiment } = parse(
      '--generator-steps 40,400 --images-per-class 1,4,32 --bits 3,4 --methods ptq,zero-shot',
    );
    expect(experiment.axes).toEqual([
      [
        { weightBits: 3, activationBits: 3 },
        { weightBits: 4, activationBits: 4 },
      ],
      [{ imagesPerClass: 1 }, { imagesPerClass: 4 }, { imagesPerClass: 32 }],
      [{ generatorSteps: 40 }, { generatorSteps: 400 }],
    ]);
    const columns = columnsOf(experiment);
    expect(columns).toHaveLength(2 * 3 * 2 * 2);
    expect(columns[3]).toMatchObject({
      method: 'zeroShot',
      settings: { weightBits: 3, imagesPerClass: 1, generatorSteps: 400 },
    });
    expect(parse('--augment=on,off').experiment.axes).toEqual([[{ augment: true }, { augment: false }]]);
  });

  it('choose learning rates and what the centers are', () => {
    const { experiment } = parse(
      '--learning-rates 1e-4,1e-5,3e-5 --seeds 3 --selection-seeds 2 --center class,class-agnostic --methods zero-shot,fdda',
    );
    expect(experiment).toMatchObject({
      learningRates: [1e-5, 3e-5, 1e-4],
      selectionSeeds: 2,
      centers: ['class', 'classAgnostic'],
    });
    // Only a method whose terms look at centers has two.
    expect(columnsOf(experiment).map(({ method, center }) => `${method} ${center}`)).toEqual([
      'zeroShot class',
      'fdda class',
      'fdda classAgnostic',
    ]);
    const { experiment: few, notes } = parse('--seeds 2 --selection-seeds 9');
    expect(few.selectionSeeds).toBe(2);
    expect(notes).toEqual([expect.stringMatching(/there are 2 seeds, not 9/)]);
  });

  it.each<[string, RegExp]>([
    ['--bits 9', /^--bits sets weight-bits, which is a whole number from 2 to 8, not "9"\.$/],
    ['--images-per-class 1,99', /^--images-per-class takes a whole number from 1 to 32, not "99"\.$/],
    ['--images-per-class 1,', /from 1 to 32, not ""\.$/],
    ['--steps many', /^--steps sets student-steps, which is a whole number from 0 to 80000, not "many"\.$/],
    ['--learning-rates 1e-4,2', /^--learning-rates sets student-learning-rate, .* from 1e-7 to 0\.01, not "2"\.$/],
    ['--steps', /^--steps needs a value: .* from 0 to 80000\.$/],
    ['--no-steps', /means nothing.* no switch.* from 0 to 80000\.$/],
    ['--seed 2147483647 --seeds 2', /smaller --seed/],
    ['--methods fdda,magic', /does not know "magic".*zero-shot/],
    ['--seeds 0', /--seeds takes a whole number from 1 to 1000, not "0"/],
    ['--seed 1,2', /--seeds N says how many/],
    ['--bits 3,4 --weight-bits 8', /--bits and --weight-bits/],
    ['--wieght-bits 3', /wieght-bits/],
    ['--data somewhere', /needs --weights/],
    ['--weights file', /belongs to --data/],
    ['fdda', /fdda/],
  ])('refuses %s', (line, message) => {
    expect(() => parse(line)).toThrow(FlagError);
    expect(() => parse(line)).toThrow(message);
  });
});

describe('the flag of a setting', () => {
  const numbers = SETTING_KEYS.flatMap((key) => {
    const setting: Setting = SETTINGS[key];
    return setting.kind === 'integer' || setting.kind === 'number' ? [[setting.url, key, setting] as const] : [];
  });
  const value = (url: string, text: string, key: SettingKey) => {
    const { experiment, notes } = parseOptions([`--${url}`, text]);
    expect(notes).toEqual([]);
    return experiment.settings[key];
  };

  it.each(numbers)(
    '--%s takes its least and its greatest value, and what lies between two steps',
    (url, key, setting) => {
      const { kind, min, max, step } = setting;
      const between = kind === 'integer' ? min + 1 : min + step / 2;
      for (const each of [min, max, setting.default, between]) expect(value(url, String(each), key)).toBe(each);
    },
  );

  it.each(numbers)(
    '--%s refuses what is out of range or no number, and says what it takes',
    (url, key, { kind, min, max }) => {
      const beyond = key === 'testImages' ? [] : [String(max + 1)];
      const broken = kind === 'integer' ? [`${min + 0.5}`] : [];
      // A word that begins with -- would be the next flag; one that begins with - is a value.
      for (const text of [String(min - 1), ...beyond, ...broken, 'many', 'NaN', 'Infinity', '0x10', '', ' ']) {
        const refused = () => parseOptions([`--${url}=${text}`]);
        expect(refused).toThrow(FlagError);
        const range = key === 'testImages' ? '1 to as many as there are' : `${min} to ${max}`;
        const what = kind === 'integer' ? 'a whole number' : 'a number';
        expect(refused).toThrow(`--${url} takes ${what} from ${range}, not "${text.trim()}".`);
      }
    },
  );

  it.each(SETTING_KEYS.filter((key) => ['choice', 'boolean'].includes(SETTINGS[key].kind)))(
    '%s takes its options, and says which where it is none',
    (key) => {
      const setting: Setting = SETTINGS[key];
      if (setting.kind === 'choice') {
        for (const option of setting.options) expect(value(setting.url, option.value, key)).toBe(option.value);
      } else {
        for (const [text, wanted] of [
          ['on', true],
          ['off', false],
          ['1', true],
          ['0', false],
        ] as const) {
          expect(parseOptions([`--${setting.url}=${text}`]).experiment.settings[key]).toBe(wanted);
        }
      }
      const allowed = setting.kind === 'choice' ? setting.options.map((each) => each.value).join(', ') : 'on or off';
      const refused = () => parseOptions([`--${setting.url}=perhaps`]);
      expect(refused).toThrow(FlagError);
      expect(refused).toThrow(`${allowed}, not "perhaps".`);
    },
  );

  it('--test-images takes any number of images from 1 on; how many there are is the data’s to say', () => {
    for (const n of [1, 19, 432, 1999, 2000, 10_000]) expect(value('test-images', String(n), 'testImages')).toBe(n);
    expect(parse('--test-images 432,99').experiment.axes).toEqual([[{ testImages: 432 }, { testImages: 99 }]]);
  });
});

describe('what the data does not have', () => {
  const fitted = (line: string, checkpoint = false) => {
    const { experiment } = parse(line);
    return { notes: fitToSource({ experiment }, { dataset: tinyDataset(), checkpoint }), experiment };
  };

  it('is said, and all there is is taken', () => {
    expect(fitted('--test-images 200 --observation-per-class 2').notes).toEqual([]);
    const { notes, experiment } = fitted('--test-images 201 --observation-per-class 2');
    expect(experiment.settings.testImages).toBe(200);
    expect(notes).toEqual(['There are 200 test images, not 201: all of them are used.']);
  });

  it('is mended in lists too, each value once', () => {
    const { notes, experiment } = fitted('--test-images 150,300,5000 --observation-per-class 2');
    expect(experiment.axes).toEqual([[{ testImages: 150 }, { testImages: 200 }]]);
    expect(notes).toEqual(['There are 200 test images, not 300 or 5000: all of them are used.']);
    const starts = fitted('--generator-start scratch,checkpoint --test-images 9 --observation-per-class 2');
    expect(starts.experiment.axes).toEqual([[{ generatorStart: 'scratch' }]]);
    expect(starts.notes).toEqual([expect.stringMatching(/no generator trained ahead/)]);
    const shipped = fitted('--generator-start checkpoint --test-images 9 --observation-per-class 2', true);
    expect(shipped.experiment.settings.generatorStart).toBe('checkpoint');
    expect(shipped.notes).toEqual([expect.stringMatching(/shipped one/)]);
  });

  it('is refused where it cannot be mended, with the flag to change', () => {
    expect(() => fitted('--test-images 9 --observation-per-class 19')).toThrow(FlagError);
    expect(() => fitted('--test-images 9 --observation-per-class 19')).toThrow(/fewer: --observation-per-class\.$/);
    expect(fitted('--test-images 9 --observation-per-class 19 --no-quality').notes).toEqual([]);
  });
});

describe('a link', () => {
  const link =
    'https://example.org/play/?weight-bits=4&generator-steps=100&distorted=0&ce-single=0&centralized=0&backend=webgpu#top';

  it("gives the page's settings and methods; flags count more", () => {
    const { experiment, notes } = parse(`--generator-steps 200 --link ${link}`);
    expect(experiment.settings).toMatchObject({
      weightBits: 4,
      generatorSteps: 200,
      distortedEnabled: false,
      generatorStart: 'checkpoint',
    });
    expect(experiment.methods).toEqual(['ptq', 'calibration', 'zeroShot']);
    expect(notes).toEqual([expect.stringMatching(/wasm, not on webgpu, unless --backend webgpu says so/)]);
  });

  it('leaves the backend to the command line', () => {
    expect(parse(`--link ${link}`).backend).toBe('wasm');
    expect(parse(`--backend webgpu --link ${link}`)).toMatchObject({ backend: 'webgpu', notes: [] });
    expect(parse('--backend webgpu --link ?backend=wasm').notes).toEqual([
      expect.stringMatching(/run on webgpu, not on wasm\.$/),
    ]);
    expect(() => parse('--backend webgl')).toThrow('--backend does not know "webgl". It knows wasm, webgpu.');
  });

  it('that has settings of no method runs them as they are', () => {
    const { experiment } = parse('--link ?bns=0&compare-calibration-only=0');
    expect(experiment.methods).toEqual(['ptq', 'custom']);
    expect(columnsOf(experiment)[1].settings).toMatchObject({ bnsEnabled: false, distortedEnabled: true });
  });

  it('of a page that runs methods side by side compares those', () => {
    const { experiment } = parse('--link ?beside=zero-shot,fdda-plus,calibration');
    expect(experiment.methods).toEqual(['ptq', 'calibration', 'zeroShot', 'fddaPlus', 'fdda']);
    for (const { settings } of columnsOf(experiment)) expect(settings.beside).toEqual([]);
    const { settings } = readLink(linkTo(linkedSettings(experiment)));
    expect(settings.beside).toEqual(['calibration', 'zeroShot', 'fddaPlus']);
    expect(() => parse('--beside zero-shot')).toThrow('--methods says what is compared');
  });

  it('is mended with a note, as on the page', () => {
    const { experiment, notes } = parse('--link ?weight-bits=99&colour=red');
    expect(experiment.settings.weightBits).toBe(8);
    expect(notes).toEqual([expect.stringMatching(/weight-bits/), expect.stringMatching(/colour/)]);
  });

  it('comes out again as it went in', () => {
    const { experiment, address } = parse(
      '--link https://example.org/play/?weight-bits=4&activation-bits=4&images-per-class=4&seed=9',
    );
    const again = linkTo(linkedSettings(experiment), address);
    expect(again).toBe('https://example.org/play/?v=1&images-per-class=4&seed=9&weight-bits=4&activation-bits=4');
    expect(readLink(new URL(again).search).settings).toEqual(experiment.settings);
  });

  it('shows the last method of an experiment, with the first of each list', () => {
    const { experiment } = parse('--methods ptq,zero-shot --images-per-class 4,32 --learning-rates 1e-5');
    const { settings } = readLink(linkTo(linkedSettings(experiment)));
    expect(settings).toMatchObject({
      imagesPerClass: 4,
      distortedEnabled: false,
      bnsEnabled: true,
      studentLearningRate: 1e-5,
      beside: [],
    });
  });

  it('takes a preset, whose settings flags change', () => {
    const { experiment } = parseOptions(['--preset', 'paper', '--bits', '4,3', '--student-steps', '10', '--seed', '7']);
    expect(experiment.settings).toMatchObject({
      generatorSteps: 80000,
      generatorChannels: 128,
      studentSteps: 10,
      seed: 7,
    });
    expect(experiment.axes).toHaveLength(1);
    expect(() => parseOptions(['--preset', 'quick'])).toThrow(
      '--preset does not know "quick". It knows interactive, paper.',
    );
    expect(() => parseOptions(['--preset', 'paper', '--link', 'https://example.org/?seed=3'])).toThrow(
      'leave one of them out',
    );
  });
});

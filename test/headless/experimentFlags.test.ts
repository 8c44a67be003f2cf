import { describe, expect, it } from 'vitest';
import { FlagError, linkTo, linkedSettings, parseOptions } from '../../src/headless/experiment/flags';
import { columnsOf } from '../../src/headless/experiment/plan';
import { defaultSettings } from '../../src/state/settings';
import { readLink } from '../../src/state/shareLink';

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
    expect(parse('--seeds 2 --selection-seeds 9').experiment.selectionSeeds).toBe(2);
  });

  it.each<[string, RegExp]>([
    ['--bits 9', /weight-bits.*cannot be 9/],
    ['--images-per-class 1,99', /cannot be 99/],
    ['--steps many', /student-steps.*cannot be “many”/],
    ['--steps', /--steps needs a value/],
    ['--no-steps', /means nothing/],
    ['--methods fdda,magic', /does not know "magic".*zero-shot/],
    ['--seeds 0', /--seeds is a whole number/],
    ['--seed 1,2', /--seeds says how many/],
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
});

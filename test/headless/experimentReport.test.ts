import { describe, expect, it } from 'vitest';
import { encodeRight, rightAnswers } from '../../src/engine/evaluation/rightAnswers';
import { parseOptions } from '../../src/headless/experiment/flags';
import { asText, settingsOf, summarize, type Report } from '../../src/headless/experiment/report';
import { Workbook, type Found } from '../../src/headless/experiment/work';

/** Correct answers of 200 by method, center and seed; learning rates a tenth less where they are not 1e-5. */
const CORRECT: Record<string, number[]> = {
  'ptq class': [80, 90, 100],
  'calibration class': [120, 110, 130],
  'zeroShot class': [150, 140, 151],
  'fdda class': [154, 146, 153],
  'fdda classAgnostic': [154, 140, 153],
};
const { experiment } = parseOptions(
  [
    '--bits 3 --first-last low --images-per-class 1 --generator-steps 400 --steps 60 --methods ptq,calibration,zero-shot,fdda',
    '--center class,class-agnostic --seeds 3 --learning-rates 1e-5,3e-5 --no-quality',
  ]
    .join(' ')
    .split(' '),
);
const book = new Workbook(experiment, 'source');

/** The first so many of 200 images, but for four that every method with a generator gets wrong: image 0 to 3. */
function rightOf(method: string, correct: number): string {
  const first = method === 'ptq' || method === 'calibration' ? 0 : 4;
  const answers = Array.from({ length: 200 }, (_, i) => Number(i >= first && i < first + correct));
  return encodeRight(rightAnswers(answers, new Uint8Array(200).fill(1)));
}

/** @param kept whether it is known which images were answered rightly */
function findings(until = Infinity, kept = true): Record<string, Found> {
  const result: Record<string, Found> = {};
  for (let i = 0; i < until;) {
    const tasks = book.ready(result, new Set());
    if (tasks.length === 0) break;
    for (const {
      id,
      kind,
      cell: { column, settings },
    } of tasks) {
      if (i++ >= until) break;
      const right =
        CORRECT[`${column.method} ${column.center}`][settings.seed - 1] -
        (column.method === 'ptq' || settings.studentLearningRate === 1e-5 ? 0 : 20);
      const test = { correct: right, n: 200, ...(kept && { right: rightOf(column.method, right) }) };
      if (kind === 'generator') result[id] = { kind, steps: 400, seconds: 60, engine: 'a' };
      if (kind === 'student')
        result[id] = { kind, steps: 60, seconds: 10, engine: 'a', test, validation: { correct: 2 * right, n: 400 } };
      if (kind === 'fullPrecision')
        result[id] = {
          kind,
          seconds: 1,
          engine: 'a',
          test: { correct: 188, n: 200 },
          validation: { correct: 399, n: 400 },
        };
    }
  }
  return result;
}

describe('the report of an experiment', () => {
  const all = summarize(book.results(findings()));

  it('has a row for every method and seed, with the chosen learning rate', () => {
    expect(all.rows).toHaveLength(15);
    expect(all.rows[3]).toEqual({
      method: 'calibration',
      center: 'class',
      weightBits: 3,
      activationBits: 3,
      firstLast: 'low',
      imagesPerClass: 1,
      generatorSteps: null,
      variant: {},
      seed: 1,
      n: 200,
      correct: 120,
      accuracy: 0.6,
      collapse: null,
      weightsHash: null,
      rateCap: null,
      right: rightOf('calibration', 120),
      validationAccuracy: 0.6,
      steps: 60,
      learningRate: 1e-5,
      seconds: 10,
      generatorSeconds: 0,
    });
    expect(all.rows[9]).toMatchObject({
      method: 'fdda',
      seed: 1,
      accuracy: 0.77,
      generatorSteps: 400,
      generatorSeconds: 60,
    });
    expect(all.rows[0]).toMatchObject({ method: 'ptq', learningRate: null });
  });

  it('has mean, spread and number of seeds', () => {
    const ptq = all.summary[0];
    expect(ptq).toMatchObject({ method: 'ptq', seeds: 3, n: 200, learningRate: null });
    expect(ptq.mean).toBeCloseTo(0.45, 12);
    expect(ptq.spread).toBeCloseTo(0.05, 12);
    expect(summarize(book.results(findings(9))).summary[0].spread).toBeCloseTo(0.05, 12);
  });

  it('compares paired by seed: with the baselines, and class centers with one center', () => {
    expect(
      all.comparisons.map(({ method, center, over }) => `${method} ${center} / ${over.method} ${over.center}`),
    ).toEqual([
      'zero-shot class / calibration class',
      'fdda class / calibration class',
      'fdda class / zero-shot class',
      'fdda class / fdda class-agnostic',
      'fdda class-agnostic / calibration class',
      'fdda class-agnostic / zero-shot class',
    ]);
    // Differences of 4, 6 and 2 of 200.
    const { mean, standardError, seeds } = all.comparisons[2];
    expect([mean, standardError, seeds]).toEqual([
      expect.closeTo(0.02, 12),
      expect.closeTo(0.01 / Math.sqrt(3), 12),
      3,
    ]);
  });

  it('compares paired by image: who alone is right, seed by seed and together', () => {
    // Four images only calibration gets right; fdda reaches 38, 40 and 27 images further.
    const { images, bySeed, overSeeds } = all.comparisons[1];
    expect(bySeed.map(({ seed, images: each }) => [seed, each?.onlyOver, each?.onlyMethod, each?.verdict])).toEqual([
      [1, 4, 38, 'ahead'],
      [2, 4, 40, 'ahead'],
      [3, 4, 27, 'ahead'],
    ]);
    expect(images).toMatchObject({ n: 200, onlyOver: 12, onlyMethod: 105, verdict: 'ahead' });
    expect(overSeeds.onTheseImages).toMatchObject({ df: 2, verdict: 'ahead' });
    // Differences of 34, 36 and 23 of 200 with mean 0.155; t of two degrees of freedom is 4.303.
    const error = Math.sqrt((9 + 25 + 64) / 2 / 3) / 200;
    expect(overSeeds.onTheseImages.interval![0]).toBeCloseTo(0.155 - 4.3027 * error, 5);
    expect(overSeeds.inGeneral!.interval![0]).toBeLessThan(overSeeds.onTheseImages.interval![0]);
    // Ahead in each seed, by 4, 6 and 2 images, each too few for the exact test.
    expect(all.comparisons[2].bySeed.map(({ images: each }) => [each!.onlyOver, each!.onlyMethod])).toEqual([
      [0, 4],
      [0, 6],
      [0, 2],
    ]);
    expect(all.comparisons[2].bySeed.map(({ images: each }) => each!.pValue)).toEqual(
      [0.125, 0.03125, 0.5].map((p) => expect.closeTo(p, 12)),
    );
  });

  it('compares by seed alone where it was not kept which images were answered rightly', () => {
    const old = summarize(book.results(findings(Infinity, false)));
    expect(old.rows[3]).toMatchObject({ accuracy: 0.6, right: null });
    const [known, unknown] = [all.comparisons[2], old.comparisons[2]];
    expect(unknown).toMatchObject({ mean: known.mean, images: null, overSeeds: { inGeneral: null } });
    expect(unknown.overSeeds.onTheseImages).toEqual(known.overSeeds.onTheseImages);
    expect(unknown.bySeed).toEqual(known.bySeed.map((each) => ({ ...each, images: null })));
    expect(JSON.parse(JSON.stringify(old))).toEqual(old);
  });

  it('compares every method with both baselines, once however many generator steps there are', () => {
    const methods = 'calibration,zero-shot,centralized,distorted,fdda,fdda-plus';
    const flags = `--methods ${methods} --generator-steps 400,800 --images-per-class 1 --seeds 2 --no-quality`;
    const wide = new Workbook(parseOptions(flags.split(' ')).experiment, 'source');
    const known: Record<string, Found> = {};
    for (let tasks = wide.ready(known, new Set()); tasks.length > 0; tasks = wide.ready(known, new Set())) {
      for (const { id, kind } of tasks) {
        const shared = { seconds: 1, engine: 'a', test: { correct: 5, n: 10 }, validation: { correct: 5, n: 10 } };
        if (kind === 'generator') known[id] = { kind, steps: 1, seconds: 1, engine: 'a' };
        if (kind === 'student') known[id] = { kind, steps: 1, ...shared };
        if (kind === 'fullPrecision') known[id] = { kind, ...shared };
      }
    }
    const names = summarize(wide.results(known)).comparisons.map(
      ({ method, generatorSteps, over }) => `${method} ${generatorSteps} / ${over.method}`,
    );
    const expected = [400, 800].flatMap((steps) => [
      `zero-shot ${steps} / calibration`,
      ...['centralized', 'distorted', 'fdda', 'fdda-plus'].flatMap((method) => [
        `${method} ${steps} / calibration`,
        `${method} ${steps} / zero-shot`,
      ]),
    ]);
    expect(names).toEqual(expected);
  });

  it('shows what learning rates were chosen from, without test images', () => {
    expect(all.grid.filter(({ method }) => method === 'calibration')).toMatchObject([
      { learningRate: 1e-5, validationAccuracy: expect.closeTo(0.6, 12), chosen: true },
      { learningRate: 3e-5, validationAccuracy: expect.closeTo(0.5, 12), chosen: false },
    ]);
  });

  it('says where a training failed', () => {
    const known = findings();
    const broken = book.results(known)[1].students[1];
    const [id] = Object.entries(known).find(([, each]) => each === broken.found)!;
    const { rows, failures } = summarize(
      book.results({ ...known, [id]: { kind: 'failed', message: 'Not finite at step 3.', seconds: 1, engine: 'a' } }),
    );
    // The failed seed counts as no correct answer when the learning rate is chosen: the other rate wins.
    expect(rows.find(({ method, seed }) => method === 'calibration' && seed === 2)).toMatchObject({
      learningRate: 3e-5,
    });
    expect(failures).toEqual([]);
    const single = new Workbook({ ...experiment, learningRates: [] }, 'source');
    const first = single
      .ready({}, new Set())
      .find(({ kind, cell }) => kind === 'student' && cell.column.method === 'calibration')!;
    expect(
      summarize(
        single.results({ [first.id]: { kind: 'failed', message: 'Not finite at step 3.', seconds: 1, engine: 'a' } }),
      ).failures,
    ).toMatchObject([{ method: 'calibration', seed: 1, message: 'Not finite at step 3.' }]);
  });

  it('can be read by people', () => {
    const report: Report = {
      ...settingsOf(experiment, ''),
      network: 'Net',
      dataset: 'Pictures',
      source: 'source',
      complete: true,
      wallSeconds: 4000,
      reused: 2,
      versions: { playground: '1.2.3', engine: 'abc', tfjs: '4', node: '20', backend: 'wasm', threads: 1 },
      fullPrecision: { correct: 188, n: 200, accuracy: 0.94 },
      ...all,
    };
    const text = asText(report);
    expect(text).toMatch(/^Net on Pictures: full precision 94.0 % of n = 200 test images/);
    expect(text).toMatch(/^ptq +W3A3 +1 +45.0 % +5.0 +3 +200 +- +- +10 s +-$/m);
    expect(text).toMatch(/^fdda, one center +W3A3 +1 +74.5 % +3.9 /m);
    expect(text).toMatch(/fdda over zero-shot \+2.0 \+- 0.6 \(3 seeds\)/);
    expect(text).toMatch(/^ +only fdda right 105, only calibration 12 of 3 x 200 images$/m);
    expect(text).toMatch(/^ +these students, other images: \+\d+\.\d to \+\d+\.\d, ahead$/m);
    expect(text).toMatch(/^ +other seeds, these 200 images: -0.5 to \+4.5, not clear$/m);
    expect(text).toMatch(/^ +in general, other seeds and images: [-+]\d+\.\d to \+\d+\.\d, not clear$/m);
    expect(text).toMatch(
      /^ +seed by seed: ahead 3 \(1 beyond chance\), behind 0 \(0 beyond chance\); McNemar's exact/m,
    );
    const old = asText({ ...report, ...summarize(book.results(findings(Infinity, false))) });
    expect(old).toMatch(/image by image: not known, an older state file/);
    expect(old).toMatch(/other seeds, these images: -0.5 to \+4.5, not clear/);
    expect(old).not.toMatch(/in general|seed by seed|undefined|NaN/);
    expect(text).toMatch(/zero-shot over calibration \+13.5/);
    expect(text).toMatch(/1e-5 60.0 % {2}chosen/);
    expect(text).toMatch(/67 min, with 2 results from before/);
    expect(text).toMatch(/Playground 1.2.3 \(engine abc\), tfjs 4, Node 20, wasm/);
    expect(text).toMatch(/On the page: \?v=1&generator-start=scratch&generator-steps=400/);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

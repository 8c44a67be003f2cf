import { describe, expect, it } from 'vitest';
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

function findings(until = Infinity): Record<string, Found> {
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
      const test = { correct: right, n: 200 };
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
    expect(text).toMatch(/zero-shot over calibration \+13.5/);
    expect(text).toMatch(/1e-5 60.0 % {2}chosen/);
    expect(text).toMatch(/67 min, with 2 results from before/);
    expect(text).toMatch(/Playground 1.2.3 \(engine abc\), tfjs 4, Node 20, wasm/);
    expect(text).toMatch(/On the page: \?v=1&generator-start=scratch&generator-steps=400/);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

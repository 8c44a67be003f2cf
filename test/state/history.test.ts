import { describe, expect, it } from 'vitest';
import type { AccuracyRow, RunFrame, SyntheticSnapshot } from '../../src/engine/runReport';
import type { Moment } from '../../src/state/history';
import { probeCount } from '../../src/engine/training/probeClasses';
import { addMoment, MAX_HISTORY_BYTES, nextMoment } from '../../src/state/history';
import { appendSamples, emptySeries, thin, thinned } from '../../src/state/series';

const frame = (values: Partial<RunFrame>): RunFrame => ({
  phase: 'generator',
  arm: 'fdda',
  step: 1,
  steps: 10,
  elapsedSeconds: 0,
  secondsPerStep: null,
  remainingSeconds: null,
  fraction: 0,
  generator: [],
  student: [],
  accuracy: [],
  synthetic: [],
  ...values,
});
/** A snapshot of so many bytes of images, of `looked` of `classes` classes and so many layers. */
function snapshot(bytes: number, looked = 0, classes = 0, layers = 0): SyntheticSnapshot {
  const points = (count: number) => ({
    count,
    xy: new Float32Array(layers * count * 2),
    labels: new Uint16Array(count),
  });
  const byLayer = () => new Float32Array(layers);
  const byClass = () => new Float32Array(layers * classes);
  return {
    arm: 'fdda',
    step: 0,
    perClass: 6,
    images: { count: 0, width: 0, height: 0, rgba: new Uint8ClampedArray(bytes) },
    verdicts: {
      labels: new Uint16Array(6 * looked),
      predicted: new Uint16Array(6 * looked),
      probability: new Float32Array(6 * looked),
    },
    points: points(6 * looked),
    batchPoints: points(looked),
    separation: {
      silhouette: byLayer(),
      intraClass: byLayer(),
      interClass: byLayer(),
      nearestCenterAccuracy: byLayer(),
    },
    distanceToOwnCenter: byClass(),
    distanceToNearestOther: byClass(),
    quality: {
      joint: { ownCenter: 0, nearestOther: 0, nearestCenterRate: 0 },
      silhouetteByClass: byClass(),
      spreadByClass: byClass(),
      bnsGap: byLayer(),
      teacherAccuracy: 0,
      teacherEntropy: 0,
      coverage: byLayer(),
    },
  };
}
const moment = (id: number, synthetic: SyntheticSnapshot | null = null): Moment => ({
  ...nextMoment(null, frame({ elapsedSeconds: id })),
  id,
  synthetic: synthetic ? { fdda: synthetic } : {},
});

describe('moments', () => {
  it('carry on what a frame does not repeat', () => {
    const row = (id: AccuracyRow['id'], accuracy: number): AccuracyRow => ({
      id,
      accuracy,
      correct: 1,
      n: 2,
      state: 'done',
      step: 0,
      steps: 0,
      curve: [],
      answers: Uint16Array.of(1, accuracy > 0.5 ? 1 : 0),
      weightsHash: null,
    });
    const images = snapshot(4);
    const first = nextMoment(
      null,
      frame({
        synthetic: [images],
        accuracy: [row('ptq', 0.5), row('fullPrecision', 0.9)],
        generator: [{ arm: 'fdda', step: 3 } as never],
      }),
    );
    const second = nextMoment(
      first,
      frame({ accuracy: [row('ptq', 0.6)], student: [{ arm: 'calibration', step: 8 } as never] }),
    );
    expect(second.synthetic).toEqual({ fdda: images });
    expect(second.synthetic.fdda).toBe(images);
    expect(second.generatorStep).toEqual({ fdda: 3 });
    expect(second.studentStep).toEqual({ calibration: 8 });
    expect(second.accuracy.map(({ id, accuracy }) => [id, accuracy])).toEqual([
      ['fullPrecision', 0.9],
      ['ptq', 0.6],
    ]);
    expect(first.accuracy[1].accuracy).toBe(0.5);
    expect(second.id).toBeGreaterThan(first.id);
    // The answers of one measurement are kept once, whatever frames say them again.
    const third = nextMoment(second, frame({ accuracy: [row('ptq', 0.6), row('fullPrecision', 0.9)] }));
    expect(third.accuracy[0].answers).toBe(second.accuracy[0].answers);
    expect(second.accuracy[1].answers).not.toBe(first.accuracy[1].answers);
  });

  it('keep what each arm showed last', () => {
    const of = (arm: 'fdda' | 'zeroShot') => ({ ...snapshot(4), arm });
    const [own, others, later] = [of('fdda'), of('zeroShot'), of('fdda')];
    const first = nextMoment(null, frame({ synthetic: [own] }));
    const second = nextMoment(first, frame({ arm: 'zeroShot', synthetic: [others] }));
    const third = nextMoment(second, frame({ synthetic: [later] }));
    expect(first.synthetic).toEqual({ fdda: own });
    expect([second.arm, second.synthetic.fdda, second.synthetic.zeroShot]).toEqual(['zeroShot', own, others]);
    expect([third.synthetic.fdda, third.synthetic.zeroShot]).toEqual([later, others]);
    expect(nextMoment(third, frame({})).synthetic).toBe(third.synthetic);
  });

  it('stay within their number, evenly spread, with first and last', () => {
    let history: readonly Moment[] = [];
    for (let id = 1; id <= 1000; id++) history = addMoment(history, moment(id), 50);
    expect(history).toHaveLength(50);
    expect(history[0].id).toBe(1);
    expect(history[49].id).toBe(1000);
    const gaps = history.slice(1).map(({ id }, i) => id - history[i].id);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4 * (1000 / 50));
  });

  it('stay within their memory, a shared snapshot counting once', () => {
    const shared = snapshot(1_000_000);
    let history: readonly Moment[] = [];
    for (let id = 1; id <= 20; id++) history = addMoment(history, moment(id, shared), 50, 5_000_000);
    expect(history).toHaveLength(20);
    for (let id = 21; id <= 60; id++) history = addMoment(history, moment(id, snapshot(1_000_000)), 50, 5_000_000);
    expect(new Set(history.map(({ synthetic }) => synthetic.fdda)).size).toBeLessThanOrEqual(5);
    expect(history.at(-1)!.id).toBe(60);
  });

  it.each([32, 224])('of 1000 classes of %i pixels stay within their memory, every array counted', (side) => {
    const shape = [side, side, 3];
    const looked = probeCount(1000, shape);
    let history: readonly Moment[] = [];
    for (let id = 1; id <= 60; id++) {
      const images = snapshot(looked * 6 * side * side * 4, looked, 1000, 60);
      history = addMoment(history, moment(id, images));
    }
    expect(history.length).toBeGreaterThan(5);
    const buffers = new Set<ArrayBufferLike>();
    const collect = (value: unknown): void => {
      if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
    };
    collect(history);
    const bytes = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(bytes).toBeLessThanOrEqual(MAX_HISTORY_BYTES);
    expect(bytes).toBeGreaterThan(MAX_HISTORY_BYTES / 3);
  });
});

describe('series', () => {
  const samples = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => ({ step: from + i }));

  it('keeps everything while there is room', () => {
    const series = appendSamples(emptySeries<{ step: number }>(), samples(1, 20), 50);
    expect(series.items).toHaveLength(20);
    expect(thinned(series, 100)).toEqual(samples(1, 20));
  });

  it('stays bounded and even, however long, with the first and the newest', () => {
    let series = emptySeries<{ step: number }>();
    for (let step = 1; step <= 10_000; step++) series = appendSamples(series, [{ step }], 300);
    expect(series.items.length).toBeLessThanOrEqual(300);
    expect(series.items.length).toBeGreaterThan(75);
    expect(series.items[0].step).toBe(1);
    expect(series.last).toEqual({ step: 10_000 });
    const gaps = series.items.slice(1).map(({ step }, i) => step - series.items[i].step);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000 / 75);
    const shown = thinned(series, 150);
    expect(shown.length).toBeLessThanOrEqual(150);
    expect(shown[0].step).toBe(1);
    expect(shown.at(-1)!.step).toBe(10_000);
  });

  it('drops what came after when the run goes back', () => {
    const series = appendSamples(appendSamples(emptySeries<{ step: number }>(), samples(1, 12)), samples(6, 8));
    expect(series.items.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(series.last).toEqual({ step: 8 });
  });

  /** Losses as they come: two values that go up and down, one of them nested, one that is not measured. */
  const loss = (step: number) => ({
    step,
    learningRate: 0.1 / step,
    terms: { ce: 1 + 0.1 * Math.sin(step), bns: 2 + 0.1 * Math.cos(1.7 * step), contrast: null },
  });

  it.each([200, 400, 3000])('shows one loss of a million among %i, wherever it is', (length) => {
    const missed: string[] = [];
    for (const [name, spike] of [
      ['ce', 1e6],
      ['bns', -1e6],
    ] as const)
      for (let at = 1; at <= length; at += length > 400 ? 111 : 1) {
        const all = Array.from({ length }, (_, i) => loss(i + 1));
        all[at - 1].terms[name] = spike;
        const shown = thinned(appendSamples(emptySeries<(typeof all)[number]>(), all), 150);
        if (!shown.some(({ step, terms }) => step === at && terms[name] === spike)) missed.push(`${name} ${at}`);
      }
    expect(missed).toEqual([]);
  });

  it('shows a gap of a single step, null or no number', () => {
    for (const hole of [null, NaN, Infinity])
      for (let at = 1; at <= 400; at++) {
        const all = Array.from({ length: 400 }, (_, i) => ({ step: i + 1, ce: Math.sin(i) as number | null }));
        all[at - 1].ce = hole;
        const shown = thinned(appendSamples(emptySeries<(typeof all)[number]>(), all), 150);
        expect(shown.length).toBeLessThanOrEqual(150);
        expect(shown.find(({ step }) => step === at)?.ce).toBe(hole);
      }
  });

  it('chooses as before while it grows, but for the end', () => {
    const all = Array.from({ length: 300 }, (_, i) => loss(i + 1));
    const [before, after] = [thin(all.slice(0, 290), 150), thin(all, 150)];
    const early = (chosen: typeof all) => chosen.filter(({ step }) => step < 256);
    expect(early(after)).toEqual(early(before));
  });
});

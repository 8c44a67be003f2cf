import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/engine/random';
import { planBatch } from '../../../src/engine/training/generatorBatch';
import { studentBatch } from '../../../src/engine/runSettings';
import { tinySettings } from './tiny';

const both = { needsMixed: true, needsSingle: true };

describe("a generator step's images", () => {
  it('with one class a step are a mixed batch and one of a single class', () => {
    const settings = tinySettings({ generatorBatch: 4, classesPerStep: 1 });
    const plan = planBatch(settings, [0, 2], both, new Random(1));
    expect(plan).toMatchObject({ groups: [4, 4], joint: false, drawn: 8, first: 0 });
    expect(plan.labels).toHaveLength(8);
    expect(plan.labels.every((label) => label === 0 || label === 2)).toBe(true);
    expect(plan.labels.slice(4)).toEqual(new Array(4).fill(plan.classes[0]));
    expect(Array.from(plan.averaging)).toEqual([
      ...new Array(4).fill(1 / 4),
      ...new Array(8).fill(0),
      ...new Array(4).fill(1 / 4),
    ]);
  });

  it('are the same whichever of the two batches is left out', () => {
    const settings = tinySettings({ generatorBatch: 4, classesPerStep: 1 });
    const [all, mixed, single] = [
      both,
      { needsMixed: true, needsSingle: false },
      { needsMixed: false, needsSingle: true },
    ].map((needs) => planBatch(settings, [0, 1, 2, 3], needs, new Random(1)));
    expect([...mixed.labels, ...single.labels]).toEqual(all.labels);
    expect([mixed.first, single.first]).toEqual([0, 4]);
    expect(single.groups).toEqual([4]);
  });

  it('with several classes are one batch, in which every class has the same share', () => {
    const plan = planBatch(tinySettings({ generatorBatch: 5, classesPerStep: 3 }), [0, 1, 2, 3], both, new Random(1));
    expect(plan).toMatchObject({ groups: [9], joint: true, drawn: 9, first: 0 });
    expect(new Set(plan.classes).size).toBe(3);
    expect(plan.labels).toEqual(plan.classes.flatMap((label) => [label, label, label]));
    const [all, ...classes] = Array.from({ length: 4 }, (_, r) =>
      Array.from(plan.averaging.subarray(9 * r, 9 * r + 9)),
    );
    expect(all.every((v) => Math.abs(v - 1 / 9) < 1e-7)).toBe(true);
    classes.forEach((row, g) => row.forEach((v, i) => expect(v).toBeCloseTo(Math.floor(i / 3) === g ? 1 / 3 : 0, 7)));
  });

  it('have no more classes than may be drawn, or than there are images', () => {
    expect(
      planBatch(tinySettings({ generatorBatch: 8, classesPerStep: 10 }), [1, 3], both, new Random(1)).classes.sort(),
    ).toEqual([1, 3]);
    expect(
      planBatch(tinySettings({ generatorBatch: 2, classesPerStep: 10 }), [0, 1, 2, 3, 4, 5], both, new Random(1))
        .labels,
    ).toHaveLength(4);
  });
});

describe("a student step's images", () => {
  const counts = (perClass: number, share: 'fixed' | 'byRealImages', hasGenerator = true, syntheticBatch = 16) =>
    Object.values(
      studentBatch({ calibrationBatch: 16, syntheticBatch, syntheticShare: share }, perClass, hasGenerator),
    );

  it('are as many as set', () => {
    expect(counts(1, 'fixed')).toEqual([16, 16]);
    expect(counts(32, 'fixed')).toEqual([16, 16]);
  });

  it('are the less synthetic the more real ones there are, and as many in all', () => {
    expect([1, 3, 4, 32].map((k) => counts(k, 'byRealImages'))).toEqual([
      [16, 16],
      [16, 16],
      [18, 14],
      [29, 3],
    ]);
    // Never more of them than set.
    expect([1, 4].map((k) => counts(k, 'byRealImages', true, 4))).toEqual([
      [16, 4],
      [16, 4],
    ]);
    expect(counts(1, 'byRealImages', true, 48)).toEqual([16, 48]);
    expect(counts(4, 'byRealImages', true, 48)).toEqual([37, 27]);
  });

  it('are real without a generator', () => {
    expect(counts(1, 'byRealImages', false)).toEqual([16, 0]);
    expect(counts(1, 'byRealImages', true, 0)).toEqual([16, 0]);
  });
});

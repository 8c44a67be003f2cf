import { describe, expect, it } from 'vitest';
import { Random } from '../../src/engine/random';
import { findClasses } from '../../src/ui/classes/findClasses';
import { cloudOf } from '../../src/ui/views/useShownClasses';
import { ofClasses } from '../../src/ui/views/qualityValues';
import { classChanges, confusion, MOST_CONFUSED } from '../../src/ui/workbench/confusion';

describe('looking for a class', () => {
  const names = [
    'tabby, tabby cat',
    'tiger cat',
    'Cat',
    'cathedral',
    'bobcat',
    ...Array.from({ length: 20 }, (_, i) => `rat ${i}`),
  ];

  it('finds it by its number, its name, its beginning, a word of it, a part of it, in that order', () => {
    expect(findClasses(names, 'cat').classes).toEqual([2, 3, 0, 1, 4]);
    expect(findClasses(names, ' 3 ').classes[0]).toBe(2);
    expect(findClasses(names, 'TIGER').classes).toEqual([1]);
  });

  it('says how many more there are, and of nothing finds nothing', () => {
    expect(findClasses(names, 'rat', 8)).toEqual({ classes: [5, 6, 7, 8, 9, 10, 11, 12], more: 12 });
    expect(findClasses(names, 'zebra')).toEqual({ classes: [], more: 0 });
    expect(findClasses(names, '  ')).toEqual({ classes: [], more: 0 });
    // Not a pattern.
    expect(findClasses(['a(b', 'c'], '(').classes).toEqual([0]);
  });
});

describe('what is shown of some classes', () => {
  it('points: theirs alone, and all of them as they are', () => {
    const cloud = { kind: 'center' as const, labels: Uint16Array.of(5, 900, 7), xy: Float32Array.of(1, 2, 3, 4, 5, 6) };
    expect(cloudOf(cloud, new Set([7, 5]))).toEqual({
      kind: 'center',
      labels: Uint16Array.of(5, 7),
      xy: Float32Array.of(1, 2, 5, 6),
    });
    expect(cloudOf(cloud, new Set([5, 7, 900]))).toBe(cloud);
  });

  it('cells of a map', () => {
    expect([...ofClasses(Float32Array.of(0, 1, 2, 10, 11, 12), 3, [0, 2])]).toEqual([0, 2, 10, 12]);
  });
});

describe('answers of many classes', () => {
  const random = new Random(3);
  const draw = (n: number) => Uint16Array.from({ length: n }, () => random.integer(1000));
  const [labels, full] = [draw(2000), draw(2000)];

  it('are a matrix of the classes confused most, with the rest together, and no answer lost', () => {
    const student = full.map((answer, i) => (answer === 17 ? 930 : i % 50 === 0 ? (answer + 1) % 1000 : answer));
    const { classes, others, counts } = confusion({ full, student }, 1000);
    expect(classes).toHaveLength(MOST_CONFUSED);
    expect(classes).toEqual(expect.arrayContaining([17, 930]));
    expect(others).toBe(true);
    expect(counts).toHaveLength((MOST_CONFUSED + 1) ** 2);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(2000);
    const [row, column] = [classes.indexOf(17), classes.indexOf(930)];
    expect(counts[row * (MOST_CONFUSED + 1) + column]).toBe(full.filter((answer) => answer === 17).length);
  });

  it('are a matrix of all of few', () => {
    const few = { full: Uint16Array.of(0, 1, 2, 2), student: Uint16Array.of(0, 2, 2, 1) };
    expect(confusion(few, 3)).toEqual({ classes: [0, 1, 2], others: false, counts: [1, 0, 0, 0, 0, 1, 0, 1, 1] });
  });

  it('tell which lost most', () => {
    const right = labels.slice();
    const student = labels.map((label) => (label === 44 || label === 45 ? 0 : label));
    const { worst, count } = classChanges(
      { labels, full: right, student, kl: new Float32Array(2000), n: 2000, split: 'test' } as never,
      1000,
      10,
    );
    expect(worst).toHaveLength(10);
    expect(count).toBe(new Set(labels).size);
    expect(worst.slice(0, 2).map(({ classIndex, difference }) => [classIndex, difference])).toEqual([
      [44, -1],
      [45, -1],
    ]);
  });
});

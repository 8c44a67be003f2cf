import { describe, expect, it } from 'vitest';
import type { RunOverview, SyntheticSnapshot } from '../../src/engine/runReport';
import type { ClassSample } from '../../src/state/classSample';
import { DEFAULT_SAMPLE, farness, MOST_PICKED, MOST_SHOWN, sampledClasses } from '../../src/state/classSample';

const CLASSES = 1000;
const LAYERS = 4;
const overview = {
  startLayer: 2,
  network: { numClasses: CLASSES, layers: Array.from({ length: LAYERS }) },
} as unknown as Pick<RunOverview, 'startLayer' | 'network'>;

/** A look at these classes, whose batches are so far from their own centers in the deep layers. */
function look(classes: readonly number[], far: (c: number) => number): SyntheticSnapshot {
  const own = new Float32Array(LAYERS * CLASSES).fill(NaN);
  for (const c of classes)
    // Earlier layers say the opposite, and do not count.
    for (let layer = 0; layer < LAYERS; layer++) own[layer * CLASSES + c] = layer < 2 ? 1000 - far(c) : 2 * far(c);
  return {
    batchPoints: { count: classes.length, xy: new Float32Array(0), labels: Uint16Array.from(classes) },
    distanceToOwnCenter: own,
    distanceToNearestOther: own.map((value) => (Number.isNaN(value) ? NaN : 2)),
  } as unknown as SyntheticSnapshot;
}

const looked = Array.from({ length: 48 }, (_, i) => 20 * i);
const by = (way: ClassSample['by'], picked: number[] = []): ClassSample => ({ by: way, picked });

describe('the classes that are shown', () => {
  it('are all of few', () => {
    const few = { ...overview, network: { ...overview.network, numClasses: MOST_SHOWN } };
    expect(sampledClasses(few, null, null, by('farthest', [3]), 4)).toHaveLength(MOST_SHOWN);
  });

  it('are evenly spread over all before any was looked at, and then over those that were', () => {
    const before = sampledClasses(overview, null, null, DEFAULT_SAMPLE, null);
    expect(before).toEqual(Array.from({ length: 20 }, (_, i) => 50 * i));
    const after = sampledClasses(
      overview,
      look(looked, () => 1),
      null,
      DEFAULT_SAMPLE,
      null,
    );
    expect(after).toHaveLength(20);
    expect(looked).toEqual(expect.arrayContaining([...after]));
    expect([after[0], after[19]]).toEqual([0, 20 * 45]);
  });

  it('have the chosen one and those that were looked for among them, looked at or not', () => {
    const shown = sampledClasses(
      overview,
      look(looked, () => 1),
      null,
      by('even', [7, 999]),
      333,
    );
    expect(shown).toHaveLength(20);
    expect(shown).toEqual(expect.arrayContaining([7, 333, 999]));
    expect([...shown]).toEqual([...shown].sort((a, b) => a - b));
    // A link may name a class that this network does not have.
    expect(sampledClasses(overview, null, null, by('even', [1500]), 2000)).toHaveLength(20);
    expect(MOST_PICKED).toBeLessThan(MOST_SHOWN);
  });

  it('are those farthest from their centers, in the layers that the center terms look at', () => {
    const snapshot = look(looked, (c) => (c % 100 === 0 ? 5 + c : 1));
    const far = farness(overview, snapshot);
    expect(far[100]).toBeCloseTo(105);
    expect(far[1]).toBeNaN();
    const shown = sampledClasses(overview, snapshot, null, by('farthest'), null);
    expect(shown).toEqual(expect.arrayContaining([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]));
  });

  it('are those that changed most, either way, since they were first looked at', () => {
    const first = look(looked, () => 10);
    const now = look(looked, (c) => (c === 40 ? 90 : c === 60 ? 1 : 10.5));
    const shown = sampledClasses(overview, now, first, by('changed', [2]), null);
    expect(shown).toEqual(expect.arrayContaining([2, 40, 60]));
    expect(shown).toHaveLength(20);
  });
});

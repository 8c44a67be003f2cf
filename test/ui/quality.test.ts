import { describe, expect, it } from 'vitest';
import { readLink } from '../../src/state/shareLink';
import { qualitySvg } from '../../src/ui/takeaway/qualitySvg';
import { coverageTable, qualityTable } from '../../src/ui/takeaway/tables';
import { labeledLayers, shadePaths } from '../../src/ui/views/qualityShapes';
import type { ShownQuality } from '../../src/ui/views/qualityValues';
import {
  cellsByShade,
  cellValues,
  qualityFigures,
  readingAt,
  SHADES,
  shadeOf,
  shownQuality,
} from '../../src/ui/views/qualityValues';
import { createFakeRun, FAKE_LAYERS } from '../worker/fakeRun';

const { settings } = readLink('?seed=3&images-per-class=2');
const run = createFakeRun(settings);
const snapshot = run.snapshot(10, settings);

/** Two layers, two classes; the second layer is the deep one. */
const report = { bnsGap: Float32Array.of(1, 3), teacherAccuracy: 0.5, teacherEntropy: 0.25 };
const shown: ShownQuality = {
  layers: 2,
  classes: 2,
  looked: 2,
  startLayer: 1,
  snapshot: {
    ...snapshot,
    distanceToOwnCenter: Float32Array.of(1, 4, 3, 6),
    distanceToNearestOther: Float32Array.of(2, 2, 3, 8),
  },
  synthetic: {
    ...report,
    joint: { ownCenter: 1, nearestOther: 2, nearestCenterRate: 0.5 },
    spreadByClass: Float32Array.of(1, 2, 1, NaN),
    silhouetteByClass: Float32Array.of(0, 0, 0.5, 0.25),
    coverage: Float32Array.of(0.5, 1),
  },
  real: {
    ...report,
    joint: { ownCenter: 1.5, nearestOther: 2.5, nearestCenterRate: 0.75 },
    spreadByClass: Float32Array.of(2, 2, 4, 1),
    silhouetteByClass: Float32Array.of(0, 0, 0.25, 0.75),
    distanceToOwnCenter: Float32Array.of(1, 1, 1, 1),
    distanceToNearestOther: Float32Array.of(2, 2, 2, 4),
    activations: ['a', 'b'],
    calibrationCoverage: Float32Array.of(0.25, 0.25),
  },
};

describe('quality as it is shown', () => {
  it('has a value for every layer and class', () => {
    expect([...cellValues('centers', shown)]).toEqual([0.5, 2, 1, 0.75]);
    expect([...cellValues('spread', shown)]).toEqual([0.5, 1, 0.25, NaN]);
    expect([...cellValues('silhouette', shown)]).toEqual([0, 0, 0.25, -0.5]);
  });

  it('has figures of the layers that the center terms look at, synthetic and real', () => {
    const figures = qualityFigures(shown);
    expect(figures.nearest).toEqual({ synthetic: 1, real: 1.5 });
    expect(figures.own).toEqual({ synthetic: 1, real: 1.5 });
    // Class 1 has no spread: what is not there counts for nothing.
    expect(figures.spread).toEqual({ synthetic: 0.25, real: 1 });
    expect(figures.silhouette).toEqual({ synthetic: 0.375, real: 0.5 });
    expect(figures.gap).toEqual({ synthetic: 2, real: 2 });
    expect(figures.ranges).toEqual({ synthetic: 0.75, real: 0.25 });
  });

  it('can be read at one layer, of a class or of all', () => {
    expect(readingAt(shown, 1, 0).own).toEqual({ synthetic: 3, real: 1 });
    expect(readingAt(shown, 1, null).own).toEqual({ synthetic: 4.5, real: 1 });
    expect(readingAt(shown, 1, null).other).toEqual({ synthetic: 5.5, real: 3 });
    expect(readingAt(shown, 0, 1).gap).toEqual({ synthetic: 1, real: 1 });
  });

  it('is nothing without synthetic images, and in a recording that does not have it', () => {
    expect(shownQuality(run.overview, null)).toBeNull();
    expect(shownQuality({ ...run.overview, quality: null }, snapshot)).toBeNull();
    expect(shownQuality(run.overview, { ...snapshot, quality: null })).toBeNull();
    expect(shownQuality(run.overview, snapshot)).toMatchObject({ layers: FAKE_LAYERS, classes: 10 });
  });
});

describe('the map of quality', () => {
  it('has its worse side beyond the dividing value, stronger with the distance', () => {
    expect([0.4, 0.9, 1, 1.1, 1.5, 9].map((value) => shadeOf('centers', value))).toEqual([
      0,
      SHADES - 1,
      SHADES - 1,
      SHADES,
      SHADES + 2,
      2 * SHADES - 1,
    ]);
    expect([9, 1, 0.99, 0.1].map((value) => shadeOf('spread', value))).toEqual([0, SHADES - 1, SHADES, 2 * SHADES - 1]);
    expect([1, 0, -0.01, -1].map((value) => shadeOf('silhouette', value))).toEqual([
      0,
      SHADES - 1,
      SHADES,
      2 * SHADES - 1,
    ]);
    expect(shadeOf('spread', NaN)).toBeNull();
    expect([shadeOf('centers', Infinity), shadeOf('centers', 0)]).toEqual([2 * SHADES - 1, 0]);
  });

  it('has each cell once, at its place, and dots on the worse ones alone', () => {
    const values = cellValues('spread', shown);
    const cells = cellsByShade('spread', values);
    expect(cells.flat().sort()).toEqual([0, 1, 2]);
    const paths = shadePaths('spread', values, {
      layers: 2,
      classes: 2,
      left: 100,
      top: 20,
      cellWidth: 30,
      cellHeight: 18,
    });
    expect(paths.find(({ dots }) => dots === null)!.cells).toBe('M100 38h29v17h-29z');
    const worse = paths.filter(({ dots }) => dots !== null);
    expect(worse.map(({ cells: path }) => path).join('')).toBe('M100 20h29v17h-29zM130 20h29v17h-29z');
    expect(worse.map(({ dots }) => dots!.match(/z/g)!.length).reduce((a, b) => a + b)).toBe(2);
  });

  it('names as many layers as there is room for', () => {
    expect(labeledLayers({ layers: 5, cellWidth: 40 })).toEqual([0, 1, 2, 3, 4]);
    expect(labeledLayers({ layers: 19, cellWidth: 15 })).toEqual([0, 1, 3, 5, 7, 9, 11, 13, 15, 17]);
    expect(labeledLayers({ layers: 12, cellWidth: 4 })).toEqual([0, 4, 9]);
  });
});

describe('quality that is taken away', () => {
  const all = shownQuality(run.overview, snapshot)!;

  it('is a table with a row for each layer and class', () => {
    const { header, rows } = qualityTable(run.overview, all);
    expect(rows).toHaveLength(FAKE_LAYERS * 10);
    const row = rows[3 * 10 + 7];
    expect(row).toHaveLength(header.length);
    expect(row.slice(0, 3)).toEqual([4, run.overview.network.layers[3].name, run.overview.network.classNames[7]]);
    expect(row[header.indexOf('spread [1]')]).toBe(snapshot.quality!.spreadByClass[37]);
    expect(row[header.indexOf('real_silhouette [1]')]).toBe(run.overview.quality!.silhouetteByClass[37]);
    expect(row[header.indexOf('layer_bns_gap [1]')]).toBe(snapshot.quality!.bnsGap[3]);
  });

  it('has a row for each activation', () => {
    const { rows } = coverageTable(shown);
    expect(rows).toEqual([
      ['a', 0.5, 0.25, 10],
      ['b', 1, 0.25, 10],
    ]);
  });

  it('is a picture with all classes and no hole in its numbers', () => {
    const { svg, width, height } = qualitySvg({
      title: 'Quality & more',
      description: 'A map.',
      footnote: 'seed 3',
      measure: 'spread',
      values: cellValues('spread', all),
      layers: FAKE_LAYERS,
      classNames: run.overview.network.classNames,
      classes: run.overview.network.classNames.map((_, c) => c),
      startLayer: 8,
      words: { layers: 'layer', deep: 'deep', marked: 'worse', unmarked: 'better' },
    });
    for (const name of run.overview.network.classNames) expect(svg).toContain(`>${name}</text>`);
    for (const words of ['Quality &amp; more', 'worse', 'better', 'deep', 'seed 3', `>${FAKE_LAYERS}</text>`])
      expect(svg).toContain(words);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect([width, height].every((size) => size > 200)).toBe(true);
  });
});

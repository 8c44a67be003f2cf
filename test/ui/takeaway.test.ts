import { describe, expect, it } from 'vitest';
import { readLink } from '../../src/state/shareLink';
import { appendSamples, emptySeries } from '../../src/state/series';
import type { GeneratorSample, StudentSample } from '../../src/engine/runReport';
import { pageBibtex, PAPER_BIBTEX } from '../../src/ui/share/citations';
import { embedCode } from '../../src/ui/share/embedCode';
import { lineColors, onPaper, classColor } from '../../src/ui/palette';
import { framed } from '../../src/ui/takeaway/chartPicture';
import { toCsv } from '../../src/ui/takeaway/csv';
import type { DrawnElement, Drawing } from '../../src/ui/takeaway/drawing';
import { mapSvg } from '../../src/ui/takeaway/mapSvg';
import { escapeXml, textWidth, wrapped } from '../../src/ui/takeaway/svg';
import {
  distancesTable,
  generatorTable,
  pointsTable,
  resultsTable,
  separationTable,
  studentTable,
  verdictsTable,
} from '../../src/ui/takeaway/tables';
import { dayOf, fileName } from '../../src/ui/takeaway/things';
import { movingClouds, stillClouds, trails } from '../../src/ui/views/scene';
import { en } from '../../src/ui/words/en';
import { createFakeRun, FAKE_LAYERS } from '../worker/fakeRun';

/** Computed properties of an element that no style sheet speaks of. */
const PLAIN = {
  fill: 'rgb(0, 0, 0)',
  stroke: 'none',
  'stroke-width': '1px',
  'stroke-dasharray': 'none',
  'stroke-linecap': 'butt',
  'stroke-linejoin': 'miter',
  'fill-opacity': '1',
  'stroke-opacity': '1',
  'paint-order': 'normal',
  'font-size': '16px',
  'font-weight': '400',
  'font-variant-numeric': 'normal',
  'text-anchor': 'start',
  'dominant-baseline': 'auto',
  opacity: '1',
};
/** #5aa9ff, the dark page's color of the first term. */
const LINE = {
  fill: 'none',
  stroke: 'rgb(90, 169, 255)',
  'stroke-width': '1.8px',
  'stroke-dasharray': '5px, 3px',
  'stroke-linecap': 'round',
  'stroke-opacity': '0.55',
};

const { settings } = readLink('?seed=3&images-per-class=2');
const run = createFakeRun(settings);
const snapshot = run.snapshot(10, settings);

/** Fields of each line of a CSV file, read as RFC 4180 says. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** Throws where markup is not well formed: tags that do not match, bare ampersands, text outside of the root. */
function wellFormed(svg: string): { names: string[]; texts: string[] } {
  const open: string[] = [];
  const names: string[] = [];
  const texts: string[] = [];
  const body = svg.replace(/^<\?xml[^>]*\?>\n/, '');
  let end = 0;
  for (const match of body.matchAll(/<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const between = body.slice(end, match.index);
    end = match.index + match[0].length;
    if (
      /[<>]|&(?!(amp|lt|gt|quot|#39);)/.test(
        between + match[3].replace(/"[^"]*"/g, (value) => value.replaceAll('>', '')),
      )
    )
      throw new Error(`Not well formed near: ${between}${match[0]}`);
    if (between.trim() !== '') texts.push(between.trim());
    const [, closing, name, , alone] = match;
    if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes something else.`);
    } else {
      names.push(name);
      if (!alone) open.push(name);
    }
  }
  if (open.length > 0 || body.slice(end).trim() !== '') throw new Error(`Not closed: ${open.join()}`);
  return { names, texts };
}

describe('CSV', () => {
  it('quotes what needs it and leaves the rest alone', () => {
    expect(
      toCsv({
        header: ['a', 'b [1]'],
        rows: [
          ['x,y', 'say "hi"'],
          ['two\nlines', ' edge'],
          [true, null],
          [NaN, -0.5],
        ],
      }),
    ).toBe('a,b [1]\r\n"x,y","say ""hi"""\r\n"two\nlines"," edge"\r\ntrue,\r\n,-0.5\r\n');
    const odd = ['a,"b"\r\n', '', ' ', '"', '√'];
    expect(parseCsv(toCsv({ header: ['h'], rows: odd.map((each) => [each]) })).slice(1)).toEqual(
      odd.map((each) => [each]),
    );
  });

  it('has no formulas: texts from files are texts, numbers stay numbers', () => {
    const texts = [
      '=1+1',
      '+cmd|calc',
      '-2+3',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      ' =1',
      '＝1',
      '＠a',
      '=HYPERLINK("http://x")',
    ];
    const rows = parseCsv(toCsv({ header: ['h'], rows: texts.map((each) => [each]) }));
    expect(rows.slice(1)).toEqual(texts.map((each) => [`'${each}`]));
    const numbers = ['-1.5', '+2', -3, 1e-7, 'a=b'];
    expect(toCsv({ header: ['=h'], rows: numbers.map((each) => [each]) })).toBe(
      `'=h\r\n${numbers.map((each) => `${each}\r\n`).join('')}`,
    );
  });

  it('keeps every digit', () => {
    const numbers = [Math.fround(0.1), 1 / 3, 1.2345678e-21, 2 ** 53, 6.02e23];
    const rows = parseCsv(toCsv({ header: ['n'], rows: numbers.map((value) => [value]) }));
    expect(rows.slice(1).map(([text]) => Number(text))).toEqual(numbers);
  });
});

describe('tables', () => {
  it('of losses hold every kept sample and the newest', () => {
    const samples = Array.from({ length: 900 }, (_, i) => run.generatorSample(i + 1, settings));
    const series = appendSamples(emptySeries<GeneratorSample>(), samples);
    const { header, rows } = generatorTable(series);
    expect(rows.every((row) => row.length === header.length)).toBe(true);
    expect(rows.length).toBeGreaterThanOrEqual(series.items.length);
    expect(rows[0].slice(0, 2)).toEqual([1, samples[0].terms.ceMixed]);
    expect(rows.at(-1)![0]).toBe(900);
    const student = appendSamples(emptySeries<StudentSample>(), [run.studentSample('fdda', 1, settings)]);
    expect(studentTable({ calibration: emptySeries(), fdda: student }).rows).toEqual([
      expect.arrayContaining(['fdda', 1]),
    ]);
  });

  it('of layers, classes, points, images and results have one row each', () => {
    const { overview } = run;
    const byLayer = separationTable(overview, snapshot);
    expect(byLayer.rows).toHaveLength(FAKE_LAYERS);
    expect(byLayer.rows[4].slice(0, 3)).toEqual([
      5,
      overview.network.layers[4].name,
      overview.separation.nearestCenterAccuracy[4],
    ]);
    expect(separationTable(overview, null).rows[0].slice(-2)).toEqual([null, null]);
    const distances = distancesTable(overview, snapshot).rows;
    expect(distances).toHaveLength(FAKE_LAYERS * 10);
    expect(distances[13][3]).toBe(snapshot.distanceToOwnCenter[13]);
    const points = pointsTable(stillClouds(overview, 2), overview.network.classNames, 2, 'pca');
    expect(points.rows.filter(([kind]) => kind === 'center')).toHaveLength(10);
    expect(points.rows.at(-1)).toEqual([
      'center',
      overview.network.classNames[9],
      9,
      expect.any(Number),
      expect.any(Number),
      3,
    ]);
    expect(verdictsTable(overview, snapshot).rows).toHaveLength(
      overview.calibration.images.count + snapshot.images.count,
    );
    const row = {
      id: 'fdda' as const,
      accuracy: 0.71,
      correct: 710,
      n: 1000,
      state: 'done' as const,
      step: 5,
      steps: 5,
      curve: [],
      answers: null,
      weightsHash: '0123456789abcdef',
    };
    expect(resultsTable([row], () => 'Own, combined', settings).rows).toEqual([
      [
        'fdda',
        'Own, combined',
        0.71,
        710,
        1000,
        'done',
        3,
        settings.weightBits,
        settings.activationBits,
        '0123456789abcdef',
      ],
    ]);
  });
});

describe('SVG files', () => {
  /** A drawing as it is read from the page in dark colors, and what a style sheet said of it. */
  const drawn = (name: string, attributes: Record<string, string>, looks: Record<string, string>, text = '') => ({
    name,
    attributes,
    style: { ...PLAIN, ...looks },
    text,
    children: [] as DrawnElement[],
  });
  const drawing: Drawing = {
    width: 300,
    height: 120,
    content: [
      {
        ...drawn('defs', {}, {}),
        children: [
          {
            ...drawn('clipPath', { id: 'plot' }, {}),
            children: [drawn('rect', { x: '30', y: '8', width: '260', height: '80' }, {})],
          },
        ],
      },
      {
        ...drawn('g', {}, { fill: 'rgb(1, 2, 3)', opacity: '0.8' }),
        children: [
          drawn('path', { d: 'M30,10L290,80', 'clip-path': 'url(#plot)' }, LINE),
          drawn('text', { x: '30', y: '100' }, { 'font-size': '11px', fill: 'rgba(85, 96, 110, 0.5)' }, 'CE & <D>'),
          drawn('line', { x1: '0', x2: '9' }, { stroke: 'rgb(230, 233, 238)', fill: 'rgba(0, 0, 0, 0)' }),
        ],
      },
      { ...drawn('g', {}, {}), children: [] },
    ],
  };
  const picture = framed(drawing, {
    title: 'Losses <1 & "more"',
    description: 'What\u0007 falls',
    footnote: 'seed 3',
    series: [
      { id: 'a', label: 'CE & D', color: lineColors.dark.ceMixed, dash: 'dashed', points: [[1, 1]] },
      { id: 'b', label: '分離', color: lineColors.dark.real, faint: true, points: [[1, null]] },
      { id: 'c', label: 'nothing', color: lineColors.dark.real, points: [] },
    ],
  });

  it('are well formed and stand by themselves', () => {
    const { names, texts } = wellFormed(picture.svg);
    expect(names[0]).toBe('svg');
    expect(names.slice(1, 4)).toEqual(['title', 'desc', 'rect']);
    expect(texts).toContain('Losses &lt;1 &amp; &quot;more&quot;');
    expect(texts).toContain('What falls');
    expect(texts).toContain('分離');
    expect(texts).not.toContain('nothing');
    expect(picture.svg).not.toMatch(/var\(|class=|style=|href|url\((?!#)|currentColor|<style|NaN|Infinity|undefined/);
    for (const [, id] of picture.svg.matchAll(/url\(#([^)]*)\)/g)) expect(picture.svg).toContain(`id="${id}"`);
    expect(picture.svg).toContain('font-family="system-ui');
    expect(picture.svg).toContain(`viewBox="0 0 ${picture.width} ${picture.height}"`);
  });

  it('say of each shape how it looks, and only what is not so anyway', () => {
    expect(picture.svg).toContain(
      `<path d="M30,10L290,80" clip-path="url(#plot)" fill="none" stroke="${lineColors.light.ceMixed}" stroke-width="1.8" stroke-dasharray="5, 3" stroke-linecap="round" stroke-opacity="0.55"/>`,
    );
    expect(picture.svg).toContain(
      '<text x="30" y="100" fill-opacity="0.5" fill="#55606e" font-size="11">CE &amp; &lt;D&gt;</text>',
    );
    expect(picture.svg).toContain('<line x1="0" x2="9" fill="none" stroke="#e6e9ee"/>');
    expect(picture.svg).toContain('<clipPath id="plot"><rect');
    expect(picture.svg).toContain('<g opacity="0.8">');
    expect(picture.svg).not.toContain('<g/>');
  });

  it('leave room for all of their words', () => {
    const long = framed(drawing, {
      title: 'word '.repeat(30),
      description: 'd',
      footnote: '長い脚注'.repeat(40),
      series: [],
    });
    const { texts } = wellFormed(long.svg);
    for (const line of texts) if (line !== 'd') expect(textWidth(line, 10)).toBeLessThan(Math.max(long.width, 900));
    expect(long.height).toBeGreaterThan(picture.height);
    expect(wrapped('one two  three', 10, 45)).toEqual(['one two', 'three']);
    expect(wrapped('', 10, 45)).toEqual([]);
  });

  it('have the colors of white paper, whatever the page has', () => {
    expect(picture.svg).toContain(lineColors.light.ceMixed);
    expect(picture.svg).not.toContain(lineColors.dark.ceMixed);
    for (const [name, color] of Object.entries(lineColors.dark))
      expect(onPaper(color)).toBe(lineColors.light[name as keyof typeof lineColors.light]);
    for (let c = 0; c < 10; c++) expect(onPaper(classColor(c, 'dark'))).toBe(classColor(c, 'light'));
    expect(onPaper(lineColors.light.ceMixed)).toBe(lineColors.light.ceMixed);
  });

  it('draw the map of centers as shapes, one for each point', () => {
    const { overview } = run;
    const still = stillClouds(overview, 5);
    const moving = movingClouds(snapshot, 5);
    // A class's name comes from a file and may be anything.
    const names = overview.network.classNames.map((name, i) => (i === 2 ? '<script>alert("1")</script>&' : name));
    const { svg } = mapSvg({
      title: 'Map <b>',
      description: 'd',
      footnote: 'f',
      still,
      moving,
      trails: trails([], null, 'fdda', 5),
      chosen: null,
      classes: names.map((_, c) => c),
      classNames: names,
      kindNames: { ...en.views.centers.kinds, pinned: en.compare.map.kind },
    });
    wellFormed(svg);
    expect(svg).not.toMatch(/<image|<script|<b>|NaN|currentColor|var\(/);
    const group = (kind: string) => svg.split(`data-kind="${kind}"`)[1].split('data-kind=')[0];
    for (const { kind, labels } of [...still.slice(0, 1), still[3], ...moving])
      expect(group(kind).match(/<g transform/g), kind).toHaveLength(labels.length);
    for (const name of names) expect(svg).toContain(`>${escapeXml(name)}</text>`);
  });
});

describe('files, code and citations', () => {
  it('are named by what they are, seed and day', () => {
    expect(dayOf(new Date(2026, 1, 3))).toBe('2026-02-03');
    expect(fileName('centers-layer15-t-SNE', { seed: 7, date: '2026-02-03' }, 'svg')).toBe(
      'fdda-centers-layer15-t-SNE-seed7-2026-02-03.svg',
    );
    expect(fileName('../ä b/', { seed: 7, date: '2026-02-03' }, 'csv')).toBe('fdda-..-b-seed7-2026-02-03.csv');
  });

  it('escape the address in the code for another page', () => {
    const code = embedCode('https://example.org/?embed=1&title="<x>', 'FDDA', 640, 480);
    expect(code).toContain('src="https://example.org/?embed=1&amp;title=&quot;&lt;x>"');
    expect(code).toContain('width="640" height="480"');
  });

  it('cite the paper with all its authors, and the page', () => {
    for (const name of [
      'Zhong, Yunshan',
      'Lin, Mingbao',
      'Nan, Gongrui',
      'Liu, Jianzhuang',
      'Zhang, Baochang',
      'Tian, Yonghong',
      'Ji, Rongrong',
    ])
      expect(PAPER_BIBTEX).toContain(name);
    expect(PAPER_BIBTEX).toContain('2109.04186');
    for (const entry of [
      PAPER_BIBTEX,
      pageBibtex('https://example.org/a{b}', '{FDDA} x', 'Accessed 2026-02-03', 2026),
    ]) {
      expect(entry.split('{').length).toBe(entry.split('}').length);
    }
  });
});

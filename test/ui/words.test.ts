import { describe, expect, it } from 'vitest';
import { inWords, say } from '../../src/engine/sentences';
import type { LinkNote } from '../../src/state/shareLink';
import { createFormat } from '../../src/ui/format';
import { en } from '../../src/ui/words/en';
import { ja } from '../../src/ui/words/ja';
import { loadWords } from '../../src/ui/words/loadWords';
import { className } from '../../src/ui/words/words';
import type { Words } from '../../src/ui/words/words';

/**
 * Entries whose parameters are not texts or numbers; they are tested by themselves, or their value decides between
 * texts.
 */
const PARAMETERS: Record<string, unknown[]> = {
  'status.running': ['generator', 'fdda'],
  'status.movingImages': ['fddaPlus'],
  'status.paused': ['student', 'fdda'],
  'timeline.at': ['generator', 'fdda', 17, '23 s'],
  'views.accuracy.gain': ['FDDA', '17.5', true],
  'link.note': [{ kind: 'clamped', key: 'weight-bits', given: '99', used: 8 }],
  'share.note': [{ kind: 'unreadable', key: 'lesson', given: 'x' }],
  'recordingTrouble.problem': [{ kind: 'version', found: '9', known: 1 }],
};
/** Parameters that choose a text, or are counted from 1 in it, and need not be in it. */
const CHOOSING: Record<string, number[]> = {
  'status.running': [0, 1],
  'status.movingImages': [0],
  'status.paused': [0, 1],
  'timeline.at': [0, 1],
  'views.accuracy.gain': [2],
  'link.note': [0],
  'views.layerOption': [0],
  'recordingTrouble.problem': [0],
  'share.note': [0],
  'compare.seeds.verdicts.shown': [2],
  'compare.seeds.ended.finished': [1],
  'paired.panel.kinds.onlyB': [0],
  'paired.panel.kinds.onlyA': [1],
  'paired.panel.kinds.neither': [0, 1],
  'paired.panel.kinds.both': [0, 1],
};

/** What is said in Japanese exactly as in English: names, symbols, numbers. */
const SAME_IN_JAPANESE = new Set([
  'FDDA+',
  'K',
  'FDDA',
  'PCA',
  't-SNE',
  'UMAP',
  'WebGPU',
  'WebGL',
  'WebAssembly',
  'BNS',
  'CE',
  'C',
  'D',
  'CSV',
  'ONNX',
  'tf.LayersModel',
  'Markdown',
  'https://arxiv.org/abs/2109.04186',
  'Fine-grained Data Distribution Alignment for Post-Training Quantization',
  '、',
]);
/** Signs, and functions that only put signs between their parameters. */
const SIGNS_ONLY = [
  'units.percent',
  'views.accuracy.of',
  'views.images.count',
  'sentences.webgpu',
  'sentences.webgl',
  'sentences.wasm',
  'sentences.listed',
  'views.centers.ofClass',
  'controls.stop',
  'recorded.versions',
  'argument.change',
  'argument.formulas',
  'compare.change',
  'lessons.verdict.answer',
  'tour.counter',
  'quality.ofClasses',
  'paired.panel.answer',
  'workbench.histogram.option',
  // BibTeX is English.
  'share.cite.accessed',
  'share.cite.pageTitle',
];

type Entry = [path: string, value: string | number | ((...parameters: unknown[]) => string)];

/**
 * All texts and functions, by their place; of lists the first, because another language may need another number of
 * lines.
 */
function entries(words: unknown, path = '', every = false): Entry[] {
  if (Array.isArray(words))
    return (every ? words : words.slice(0, 1)).flatMap((each, i) => entries(each, `${path}[${i}]`, every));
  if (typeof words === 'object' && words !== null) {
    return Object.entries(words).flatMap(([key, value]) => entries(value, path === '' ? key : `${path}.${key}`, every));
  }
  return [[path, words as Entry[1]]];
}

/** What a lesson found comes as an object of texts by name: here each is its own name. */
const FOUND = /^lessons\.list\.\w+\.found$/;
const named = new Proxy({}, { get: (_, name) => String(name) });

const parametersOf = (path: string, count: number): unknown[] =>
  PARAMETERS[path] ?? (FOUND.test(path) ? [named] : undefined) ?? Array.from({ length: count }, (_, i) => 41 + i);
const isJapanese = (text: string) => /[\u3040-\u30ff\u4e00-\u9fff]/.test(text);

/** A text as it is said: functions with some parameters. */
const spoken = ([path, value]: Entry): string =>
  typeof value === 'function' ? value(...parametersOf(path, value.length)) : String(value);

describe('the words of all languages', () => {
  it('are for the same places and take the same number of parameters', () => {
    const shape = (words: Words) =>
      Object.fromEntries(
        entries(words).map(([path, value]) => [path, typeof value === 'function' ? value.length : typeof value]),
      );
    const [english, japanese] = [shape(en), shape(ja)];
    for (const [path, kind] of Object.entries(english)) {
      // A language may do without a parameter, such as a count that only English needs for its plural.
      if (typeof kind === 'number') expect(japanese[path], path).toBeTypeOf('number');
      else expect(japanese[path], path).toBe(kind);
    }
    expect(Object.keys(japanese)).toHaveLength(Object.keys(english).length);
  });

  it.each([
    ['English', en],
    ['Japanese', ja],
  ] as [string, Words][])('%s: none is empty, and each says what it is given', (_, words) => {
    const all = entries(words, '', true);
    expect(all.length).toBeGreaterThan(300);
    for (const entry of all) {
      const [path, value] = entry;
      const text = spoken(entry);
      expect(text.trim(), path).not.toBe('');
      expect(text, path).not.toMatch(/undefined|NaN|\[object/);
      if (typeof value !== 'function') continue;
      parametersOf(path, value.length).forEach((parameter, i) => {
        if (!CHOOSING[path]?.includes(i) && parameter !== named) expect(text, path).toContain(String(parameter));
      });
    }
  });

  it('are Japanese in Japanese, but for names and signs', () => {
    const english = entries(ja, '', true)
      .filter(
        ([path, value]) =>
          typeof value !== 'number' && !SIGNS_ONLY.some((place) => path === place || path.startsWith(`${place}.`)),
      )
      .map((entry) => [entry[0], spoken(entry)])
      .filter(([, text]) => !isJapanese(text) && !SAME_IN_JAPANESE.has(text));
    expect(english).toEqual([]);
    expect(entries(en, '', true).filter((entry) => isJapanese(spoken(entry)))).toEqual([]);
  });

  it.each([
    ['校正画像', /較正|キャリブレーション/],
    ['揺らした中心、揺らし項', /歪/],
    ['チャンネル', /チャネル/],
    ['活性値', /活性(?![値化])/],
    ['統計量', /統計(?!量)/],
    ['生成器', /ジェネレータ/],
  ])('in Japanese a thing has one name everywhere: %s', (name, other) => {
    const texts = entries(ja, '', true).map((entry) => [entry[0], spoken(entry)] as const);
    expect(texts.filter(([, text]) => other.test(text))).toEqual([]);
    expect(texts.filter(([, text]) => text.includes(name.split('、')[0])).length).toBeGreaterThan(1);
  });

  it('are loaded by language', async () => {
    expect(await loadWords('en')).toBe(en);
    expect(await loadWords('ja')).toBe(ja);
  });
});

describe.each([
  ['English', en],
  ['Japanese', ja],
] as [string, Words][])('in %s', (_, words) => {
  it.each<[LinkNote, string[]]>([
    [{ kind: 'unknown', key: 'colour' }, ['colour']],
    [{ kind: 'invalid', key: 'seed', given: 'many', used: 1 }, ['seed', 'many', '1']],
    [{ kind: 'clamped', key: 'seed', given: '-4', used: 0 }, ['seed', '-4', '0']],
    [{ kind: 'rounded', key: 'seed', given: '2.6', used: 3 }, ['seed', '2.6', '3']],
    [{ kind: 'backend', key: 'without', given: 'abacus' }, ['without', 'abacus']],
    [{ kind: 'language', key: 'lang', given: 'tlh' }, ['lang', 'tlh']],
  ])('a note on a link says all of %o', (note, parts) => {
    for (const part of parts) expect(words.link.note(note)).toContain(part);
  });

  it('what the engine says is filled in, sentences within sentences too', () => {
    const said = say('backendFails', say('cpu'), say('wrongStep', '1 / 2', '3 / 4'));
    for (const part of [words.sentences.cpu(), '1 / 2', '3 / 4'])
      expect(inWords(said, words.sentences)).toContain(part);
    expect(inWords('as the browser put it', words.sentences)).toBe('as the browser put it');
  });

  it('classes of the bundled images have names, others keep theirs', () => {
    expect(className(words, ['circle'], 0)).toBe(words.classes.circle);
    expect(className(words, ['tabby cat'], 0)).toBe('tabby cat');
    expect(className(words, ['class 0', 'class 1'], 1)).toBe(words.unnamedClass('1'));
    expect(className(words, undefined, 3)).toBe(words.unnamedClass('3'));
  });
});

it('numbers and times are written as the language does', () => {
  const { percent, duration, large, span } = createFormat(ja.units);
  expect(percent(0.9123)).toBe('91.2%');
  expect([0.0842, 4.26, 42.4, 60, 75, 3700].map(duration)).toEqual([
    '84 ミリ秒',
    '4.3 秒',
    '42 秒',
    '1 分',
    '1 分 15 秒',
    '1 時間 1 分',
  ]);
  expect([900, 78_042, 10_400_000, 1_200_000_000].map(large)).toEqual(['900', '7.8 万', '1040 万', '12.0 億']);
  expect(span(4.4)).toBe('4 秒');
});

import { describe, expect, it } from 'vitest';
import { ARM_IDS } from '../../src/engine/methods/arms';
import { EMBED_PARTS } from '../../src/state/embed';
import { LESSON_IDS } from '../../src/state/lessons/lessons';
import type { DatasetRequest } from '../../src/engine/data/images/types';
import { DATASET_ENTRIES } from '../../src/state/hubEntries';
import type { LinkMaterial } from '../../src/state/linkMaterial';
import { DEFAULT_VIEW, MEASURES, PROJECTIONS } from '../../src/state/linkView';
import { clampNumber, defaultSettings, SETTING_KEYS, SETTINGS, withSetting } from '../../src/state/settings';
import type { Setting } from '../../src/state/settings';
import type { Link } from '../../src/state/shareLink';
import { BACKENDS, isShareNote, LINK_VERSION, readLink, writeLink } from '../../src/state/shareLink';
import { en } from '../../src/ui/words/en';
import { ja } from '../../src/ui/words/ja';
import { seededRandom } from '../worker/fakeRun';

const plain: Omit<Link, 'notes'> = {
  settings: defaultSettings(),
  backend: null,
  without: [],
  language: null,
  view: DEFAULT_VIEW,
  lesson: null,
  embed: null,
  material: null,
};

const random = seededRandom(20261124);
const upTo = (count: number) => Math.floor(random() * count);
const maybe = <Value>(value: () => Value): Value | null => (random() < 0.5 ? value() : null);
const some = <Value>(values: readonly Value[]): Value[] => values.filter(() => random() < 0.3);

/** Of the hub, or an address. */
function anyMaterial(): LinkMaterial {
  const network = maybe(
    () => ['timm/resnet18.a1_in1k', 'resnet', 'a/b@v1.0', 'https://files.test/a%20b/model.onnx?x=1&y=2#z'][upTo(4)],
  );
  const { name: _, ...entry } = DATASET_ENTRIES[upTo(DATASET_ENTRIES.length)];
  const own = (): DatasetRequest => ({
    source: ['owner/pictures', entry.source][upTo(2)],
    ...(random() < 0.5 ? { config: '64 px, ä' } : {}),
    ...(random() < 0.5 ? { label: 'fine_label' } : {}),
    imagesPerClass: 3 + upTo(998),
  });
  const images = network === null || random() < 0.5 ? (random() < 0.5 ? entry : own()) : null;
  return { network, images };
}

/** Any link that the page could write. */
function anyLink(): Omit<Link, 'notes'> {
  let settings = defaultSettings();
  for (const key of some(SETTING_KEYS)) {
    const setting: Setting = SETTINGS[key];
    const value =
      setting.kind === 'boolean'
        ? random() < 0.5
        : setting.kind === 'choice'
          ? setting.options[upTo(setting.options.length)].value
          : setting.kind === 'set'
            ? some(setting.options.map((option) => option.value))
            : setting.kind === 'list'
              ? some(['weight:a=2', 'activation:Stem%20ReLU=full'])
              : clampNumber(
                  setting,
                  setting.log
                    ? Math.exp(Math.log(setting.max) * random()) * (setting.min || 1e-6)
                    : setting.min + random() * (setting.max - setting.min),
                );
    settings = withSetting(settings, key, value);
  }
  return {
    settings,
    backend: maybe(() => BACKENDS[upTo(4)]),
    without: some(BACKENDS),
    language: maybe(() => (random() < 0.5 ? 'en' : 'ja')),
    view: {
      layer: maybe(() => upTo(999)),
      classIndex: maybe(() => upTo(999)),
      arm: maybe(() => ARM_IDS[upTo(ARM_IDS.length)]),
      projection: PROJECTIONS[upTo(3)],
      measure: MEASURES[upTo(4)],
    },
    lesson: maybe(() => LESSON_IDS[upTo(LESSON_IDS.length)]),
    material: maybe(anyMaterial),
    embed: maybe(() => ({
      hidden: some(EMBED_PARTS),
      locked: random() < 0.3 ? SETTING_KEYS : some(SETTING_KEYS),
      autostart: random() < 0.5,
    })),
  };
}

const KEYS = [
  'v',
  'embed',
  'hide',
  'lock',
  'autostart',
  'layer',
  'class',
  'projection',
  'separation',
  'lesson',
  'network',
  'images',
  'images-version',
  'images-label',
  'pictures-per-class',
  'backend',
  'without',
  'lang',
  'nonsense',
  ...SETTING_KEYS.map((key) => SETTINGS[key].url),
];
const VALUES = [
  '',
  '1',
  '0',
  '-3',
  '7.5',
  '1e9',
  'NaN',
  'all',
  'all,seed',
  'seed,images,controls',
  'umap',
  'batch',
  'wasm,webgl',
  'ja',
  'on',
  '%',
  '🦆',
  '<b>',
  '__proto__',
  ' 4 ',
  '+2',
  'a'.repeat(50),
  '2',
  'Infinity',
  '0x10',
  ',,',
];

describe('share links', () => {
  it('are empty when everything is at its default', () => {
    expect(writeLink(plain)).toBe('');
    expect(readLink('')).toEqual({ ...plain, notes: [] });
  });

  it('name their version', () => {
    expect(LINK_VERSION).toBe(1);
    expect(writeLink({ ...plain, settings: { ...defaultSettings(), seed: 42 } })).toBe('?v=1&seed=42');
  });

  it('bring everything back exactly, whatever it is', () => {
    for (let i = 0; i < 500; i++) {
      const link = anyLink();
      const query = writeLink(link);
      expect(readLink(query)).toEqual({ ...link, notes: [] });
      expect(writeLink(readLink(query))).toBe(query);
    }
  });

  it('that are garbage are read to something that is written and read again without a note', () => {
    let noted = 0;
    for (let i = 0; i < 1000; i++) {
      const query = `?${Array.from({ length: 1 + upTo(8) }, () => `${KEYS[upTo(KEYS.length)]}=${random() < 0.2 ? VALUES[upTo(VALUES.length)] : encodeURIComponent(VALUES[upTo(VALUES.length)])}`).join('&')}`;
      const { notes, ...link } = readLink(query);
      noted += notes.length;
      const canonical = writeLink(link);
      expect(readLink(canonical), query).toEqual({ ...link, notes: [] });
      expect(writeLink(readLink(canonical)), query).toBe(canonical);
      for (const note of notes) {
        for (const { share, link: words } of [en, ja])
          expect(isShareNote(note) ? share.note(note) : words.note(note)).toContain(
            note.kind === 'newer' ? note.given : note.key,
          );
      }
    }
    expect(noted).toBeGreaterThan(500);
  });

  it('without a version are those that were sent before there were versions', () => {
    expect(readLink('?seed=42&backend=wasm&without=webgpu')).toMatchObject({
      settings: { seed: 42 },
      backend: 'wasm',
      without: ['webgpu'],
      view: DEFAULT_VIEW,
      embed: null,
      notes: [],
    });
  });

  it('of a newer version are taken as far as they are understood', () => {
    const { settings, notes } = readLink('?v=2&seed=7&warp=9');
    expect(settings.seed).toBe(7);
    expect(notes).toEqual([
      { kind: 'newer', key: 'v', given: '2' },
      { kind: 'unknown', key: 'warp' },
    ]);
    expect(readLink('?v=zero').notes).toEqual([{ kind: 'unreadable', key: 'v', given: 'zero' }]);
  });

  it('note a language that the page does not speak', () => {
    expect(readLink('?lang=tlh')).toMatchObject({
      language: null,
      notes: [{ kind: 'language', key: 'lang', given: 'tlh' }],
    });
    expect(readLink('?lang=JA-jp')).toMatchObject({ language: 'ja', notes: [] });
  });

  it('note backends that do not exist, and take the rest', () => {
    const { backend, without, notes } = readLink('?backend=quantum&without=webgpu,,abacus, WebGL&bogus=1');
    expect(backend).toBeNull();
    expect(without).toEqual(['webgpu', 'webgl']);
    expect(notes).toEqual([
      { kind: 'unknown', key: 'bogus' },
      { kind: 'backend', key: 'without', given: 'abacus' },
      { kind: 'backend', key: 'backend', given: 'quantum' },
    ]);
  });

  it('of earlier versions lock the setting that took the place of the one they name', () => {
    const { embed, notes } = readLink('?embed=1&lock=compare-calibration-only,seed');
    expect(embed!.locked).toEqual(['seed', 'beside']);
    expect(notes).toEqual([]);
  });

  it('hold layer and class to what can be, and note what is no place, map or measure', () => {
    expect(readLink('?layer=3&class=10&projection=UMAP&separation=batch').view).toEqual({
      layer: 2,
      classIndex: 9,
      arm: null,
      projection: 'umap',
      measure: 'batch',
    });
    const { view, notes } = readLink('?layer=0&class=two&projection=globe&separation=5');
    expect(view).toEqual({ ...DEFAULT_VIEW, layer: 0 });
    expect(notes).toEqual([
      { kind: 'clamped', key: 'layer', given: '0', used: 1 },
      { kind: 'unreadable', key: 'class', given: 'two' },
      { kind: 'unreadable', key: 'projection', given: 'globe' },
      { kind: 'unreadable', key: 'separation', given: '5' },
    ]);
  });

  it('carry a lesson by its name', () => {
    expect(readLink('?lesson=images')).toMatchObject({ lesson: 'images', notes: [] });
    expect(readLink('?lesson=Some Lesson')).toMatchObject({
      lesson: null,
      notes: [{ kind: 'unreadable', key: 'lesson', given: 'Some Lesson' }],
    });
  });
});

describe('links that embed the page', () => {
  it('say what is hidden and locked', () => {
    const { embed, notes } = readLink('?embed&hide=losses,controls&lock=weight-bits,seed&autostart=1');
    expect(embed).toEqual({ hidden: ['controls', 'losses'], locked: ['seed', 'weightBits'], autostart: true });
    expect(notes).toEqual([]);
    expect(writeLink({ ...plain, embed })).toBe('?v=1&embed=1&hide=controls,losses&lock=seed,weight-bits&autostart=1');
    expect(readLink('?embed=1&lock=all').embed?.locked).toEqual(SETTING_KEYS);
    expect(readLink('?embed=0').embed).toBeNull();
  });

  it('note parts and settings that do not exist, and options without the page being embedded', () => {
    expect(readLink('?embed&hide=everything&lock=sed').notes).toEqual([
      { kind: 'unreadable', key: 'hide', given: 'everything' },
      { kind: 'unreadable', key: 'lock', given: 'sed' },
    ]);
    expect(readLink('?lock=all&hide=controls')).toMatchObject({
      embed: null,
      notes: [
        { kind: 'needsEmbed', key: 'hide' },
        { kind: 'needsEmbed', key: 'lock' },
      ],
    });
  });
});

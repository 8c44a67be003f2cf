import type { RunSettings } from '../engine/runSettings';
import type { BackendName } from '../worker/protocol';
import type { Embed, EmbedNote } from './embed';
import { EMBED_KEYS, readEmbed, writeEmbed } from './embed';
import type { Language } from './language';
import { matchLanguage } from './language';
import type { LessonId } from './lessons/lessons';
import { isLessonId } from './lessons/lessons';
import type { LinkView } from './linkView';
import type { LinkMaterial } from './linkMaterial';
import { MATERIAL_KEYS, readMaterial, writeMaterial } from './linkMaterial';
import { lastOf, readView, VIEW_KEYS, writeView } from './linkView';
import type { SettingNote } from './settings';
import { parseSearchParams, toSearchParams } from './settings';

/** Of the links that this page writes. Links without a version are read as version 1. */
export const LINK_VERSION = 1;

/** URL keys that are not settings of a run. */
const OTHER_KEYS: readonly string[] = [
  'v',
  'backend',
  'without',
  'lang',
  'lesson',
  ...VIEW_KEYS,
  ...EMBED_KEYS,
  ...MATERIAL_KEYS,
];
export const BACKENDS: readonly BackendName[] = ['webgpu', 'webgl', 'wasm', 'cpu'];

/** Something about the run or the page that was not taken as it stood. */
export type LinkNote =
  SettingNote | { kind: 'backend'; key: string; given: string } | { kind: 'language'; key: string; given: string };

/** The same about what is shared beyond that: version, view, lesson, embedding. */
export type ShareNote =
  | EmbedNote
  /** Written by a newer version of the page. */
  | { kind: 'newer'; key: string; given: string };

export const isShareNote = (note: LinkNote | ShareNote): note is ShareNote =>
  ['unreadable', 'beyond', 'needsEmbed', 'newer'].includes(note.kind);

export interface Link {
  settings: RunSettings;
  /** Use this backend instead of the fastest. */
  backend: BackendName | null;
  /** Backends not to be tried. */
  without: BackendName[];
  /** Show the page in this language instead of the visitor's own. */
  language: Language | null;
  view: LinkView;
  /** Open this lesson; the settings then take the place of the lesson's own. */
  lesson: LessonId | null;
  embed: Embed | null;
  /** Network and images of the hub that it is about; null: those that come with the page. */
  material: LinkMaterial | null;
  notes: (LinkNote | ShareNote)[];
}

const isBackend = (name: string): name is BackendName => (BACKENDS as readonly string[]).includes(name);

/** What a link asks for. Never fails: what it does not understand is in `notes`. */
export function readLink(search: string): Link {
  const params = new URLSearchParams(search);
  const { settings, notes: settingNotes } = parseSearchParams(params, OTHER_KEYS);
  const notes: Link['notes'] = [];
  const note = (each: LinkNote | ShareNote) => notes.push(each);

  const version = lastOf(params, 'v');
  if (version !== null && !/^[1-9]\d*$/.test(version)) note({ kind: 'unreadable', key: 'v', given: version });
  else if (Number(version) > LINK_VERSION) note({ kind: 'newer', key: 'v', given: version! });
  notes.push(...settingNotes);

  const backendsOf = (key: string) =>
    (params.get(key) ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '')
      .filter((name): name is BackendName => {
        if (!isBackend(name)) note({ kind: 'backend', key, given: name });
        return isBackend(name);
      });
  const without = backendsOf('without');
  const backend = backendsOf('backend')[0] ?? null;
  const asked = params.get('lang');
  const language = matchLanguage(asked);
  if (asked !== null && language === null) note({ kind: 'language', key: 'lang', given: asked });
  const view = readView(params, note);
  const named = lastOf(params, 'lesson');
  const lesson = isLessonId(named) ? named : null;
  if (named !== null && lesson === null) note({ kind: 'unreadable', key: 'lesson', given: named });
  const material = readMaterial(params, note);
  return { settings, backend, without, language, view, lesson, embed: readEmbed(params, note), material, notes };
}

export type LinkParts = Pick<Link, 'settings'> & Partial<Omit<Link, 'settings' | 'notes'>>;

/** The query of a link to all this, '' when everything is at its default. Reading it gives the same again. */
export function writeLink(link: LinkParts): string {
  const params = new URLSearchParams();
  if (link.embed) writeEmbed(params, link.embed);
  for (const [key, value] of toSearchParams(link.settings)) params.set(key, value);
  if (link.view) writeView(params, link.view);
  if (link.backend) params.set('backend', link.backend);
  if (link.without && link.without.length > 0) params.set('without', link.without.join());
  if (link.language) params.set('lang', link.language);
  if (link.lesson) params.set('lesson', link.lesson);
  if (link.material) writeMaterial(params, link.material);
  const query = params.toString();
  // Commas separate, and may stand in a query as they are.
  return query === '' ? '' : `?v=${LINK_VERSION}&${query.replaceAll('%2C', ',')}`;
}

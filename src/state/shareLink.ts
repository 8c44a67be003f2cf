import type { RunSettings } from '../engine/training/runSettings';
import type { BackendName } from '../worker/protocol';
import type { Language } from './language';
import { matchLanguage } from './language';
import type { LessonId } from './lessons/lessons';
import { isLessonId } from './lessons/lessons';
import type { SettingNote } from './settings';
import { parseSearchParams, toSearchParams } from './settings';

/** URL keys that are not settings of a run. */
const OTHER_KEYS = ['backend', 'without', 'lang', 'lesson'] as const;
export const BACKENDS: readonly BackendName[] = ['webgpu', 'webgl', 'wasm', 'cpu'];

export type LinkNote = SettingNote | { kind: 'backend'; key: string; given: string } | { kind: 'language'; key: string; given: string };

export interface Link {
  settings: RunSettings;
  /** Use this backend instead of the fastest. */
  backend: BackendName | null;
  /** Backends not to be tried. */
  without: BackendName[];
  /** Show the page in this language instead of the visitor's own. */
  language: Language | null;
  /** Open this lesson; the settings then take the place of the lesson's own. */
  lesson: LessonId | null;
  notes: LinkNote[];
}

const isBackend = (name: string): name is BackendName => (BACKENDS as readonly string[]).includes(name);

/** What a link asks for. Never fails: what it does not understand is in `notes`. */
export function readLink(search: string): Link {
  const params = new URLSearchParams(search);
  const { settings, notes: settingNotes } = parseSearchParams(params, OTHER_KEYS);
  const notes: LinkNote[] = [...settingNotes];
  const backendsOf = (key: string) =>
    (params.get(key) ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '')
      .filter((name): name is BackendName => {
        if (!isBackend(name)) notes.push({ kind: 'backend', key, given: name });
        return isBackend(name);
      });
  const without = backendsOf('without');
  const backend = backendsOf('backend')[0] ?? null;
  const asked = params.get('lang');
  const language = matchLanguage(asked);
  if (asked !== null && language === null) notes.push({ kind: 'language', key: 'lang', given: asked });
  const lessonAsked = params.get('lesson');
  const lesson = isLessonId(lessonAsked) ? lessonAsked : null;
  if (lessonAsked !== null && lesson === null) notes.push({ kind: 'invalid', key: 'lesson', given: lessonAsked, used: 'none' });
  return { settings, backend, without, language, lesson, notes };
}

/** The query of a link to these settings, '' when everything is at its default. Reading it gives the same again. */
export function writeLink(link: Pick<Link, 'settings' | 'backend' | 'without'> & Partial<Pick<Link, 'language' | 'lesson'>>): string {
  const params = toSearchParams(link.settings);
  if (link.backend !== null) params.set('backend', link.backend);
  if (link.without.length > 0) params.set('without', link.without.join(','));
  if (link.language) params.set('lang', link.language);
  if (link.lesson) params.set('lesson', link.lesson);
  const query = params.toString();
  return query === '' ? '' : `?${query}`;
}

import type { RunSettings } from '../engine/training/runSettings';
import type { BackendName } from '../worker/protocol';
import type { SettingNote } from './settings';
import { parseSearchParams, toSearchParams } from './settings';

/** URL keys that are not settings of a run. */
const OTHER_KEYS = ['backend', 'without'] as const;
export const BACKENDS: readonly BackendName[] = ['webgpu', 'webgl', 'wasm', 'cpu'];

export type LinkNote = SettingNote | { kind: 'backend'; key: string; given: string };

export interface Link {
  settings: RunSettings;
  /** Use this backend instead of the fastest. */
  backend: BackendName | null;
  /** Backends not to be tried. */
  without: BackendName[];
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
  return { settings, backend: backendsOf('backend')[0] ?? null, without, notes };
}

/** The query of a link to these settings, '' when everything is at its default. Reading it gives the same again. */
export function writeLink(link: Pick<Link, 'settings' | 'backend' | 'without'>): string {
  const params = toSearchParams(link.settings);
  if (link.backend !== null) params.set('backend', link.backend);
  if (link.without.length > 0) params.set('without', link.without.join(','));
  const query = params.toString();
  return query === '' ? '' : `?${query}`;
}

import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/state/settings';
import { readLink, writeLink } from '../../src/state/shareLink';

describe('share links', () => {
  it('are empty when everything is at its default', () => {
    expect(writeLink({ settings: defaultSettings(), backend: null, without: [] })).toBe('');
    expect(readLink('')).toEqual({ settings: defaultSettings(), backend: null, without: [], language: null, lesson: null, notes: [] });
  });

  it('bring settings, backend, exclusions, language and lesson back exactly', () => {
    const link = { settings: { ...defaultSettings(), seed: 42, studentLearningRate: 1.2345678e-6 }, backend: 'wasm' as const, without: ['webgpu' as const, 'webgl' as const], language: 'ja' as const, lesson: 'images' as const };
    expect(readLink(writeLink(link))).toEqual({ ...link, notes: [] });
  });

  it('note a language that the page does not speak', () => {
    expect(readLink('?lang=tlh')).toMatchObject({ language: null, notes: [{ kind: 'language', key: 'lang', given: 'tlh' }] });
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
});

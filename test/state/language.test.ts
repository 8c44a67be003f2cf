import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseLanguage, matchLanguage, rememberedLanguage, rememberLanguage } from '../../src/state/language';

describe('the language', () => {
  it('of a tag is its first part', () => {
    expect(['ja', 'ja-JP', 'JA_jp', ' en-GB '].map(matchLanguage)).toEqual(['ja', 'ja', 'ja', 'en']);
    for (const tag of ['jav', 'fr', '', null, undefined]) expect(matchLanguage(tag)).toBeNull();
  });

  it('is what the address asks for, else what was chosen before, else the first of the browser’s that is spoken', () => {
    const wishes = { asked: null, remembered: null, preferred: ['fr-FR', 'ja', 'en'] };
    expect(chooseLanguage(wishes)).toBe('ja');
    expect(chooseLanguage({ ...wishes, remembered: 'en' })).toBe('en');
    expect(chooseLanguage({ ...wishes, remembered: 'tlh' })).toBe('ja');
    expect(chooseLanguage({ ...wishes, remembered: 'en', asked: 'ja' })).toBe('ja');
    expect(chooseLanguage({ ...wishes, preferred: ['fr'] })).toBe('en');
    expect(chooseLanguage({ ...wishes, preferred: [] })).toBe('en');
  });

  describe('that was chosen', () => {
    afterEach(() => vi.unstubAllGlobals());

    it('is remembered', () => {
      const kept = new Map<string, string>();
      vi.stubGlobal('localStorage', {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => kept.set(key, value),
      });
      expect(rememberedLanguage()).toBeNull();
      rememberLanguage('ja');
      expect(rememberedLanguage()).toBe('ja');
    });

    it('is forgotten without a complaint where nothing may be stored', () => {
      const refuse = () => {
        throw new DOMException('denied', 'SecurityError');
      };
      vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
      expect(() => rememberLanguage('ja')).not.toThrow();
      expect(rememberedLanguage()).toBeNull();
    });
  });
});

import { createContext, useContext } from 'react';
import type { Language } from '../state/language';
import type { Format } from './format';
import type { Words } from './words/words';

/** Each language in its own name, so that whoever came to the wrong one finds home. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', ja: '日本語' };

export interface Speech {
  language: Language;
  words: Words;
  format: Format;
  /** A language that was chosen and could not be loaded. */
  missing: Language | null;
  choose: (language: Language) => void;
}

export const LanguageContext = createContext<Speech | null>(null);

/** The page's language and how to change it. */
export function useLanguage(): Speech {
  const speech = useContext(LanguageContext);
  if (!speech) throw new Error('There is no language around this component.');
  return speech;
}

/** Every word of the page, in its language. */
export const useWords = (): Words => useLanguage().words;

/** Numbers and times as the page's language writes them. */
export const useFormat = (): Format => useLanguage().format;

import type { Language } from '../../state/language';
import { en } from './en';
import type { Words } from './words';

/** Loads a language's words. Only English is part of the page's first script. */
export async function loadWords(language: Language): Promise<Words> {
  switch (language) {
    case 'en':
      return en;
    case 'ja':
      return (await import('./ja')).ja;
  }
}

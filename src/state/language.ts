/** The languages that the page speaks. */
export const LANGUAGES = ['en', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = 'fdda-language';

/** The page's language for a language tag: `ja-JP` and `JA` are `ja`. Null where the page does not speak it. */
export function matchLanguage(tag: string | null | undefined): Language | null {
  const base = tag?.trim().toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((language) => language === base) ?? null;
}

export interface LanguageWishes {
  /** What the address asks for. */
  asked: Language | null;
  /** What the visitor chose before. */
  remembered: string | null;
  /** The browser's languages, the dearest first. */
  preferred: readonly string[];
}

/**
 * The address has the first word, then the visitor's earlier choice, then the browser; English where none of them
 * speaks.
 */
export function chooseLanguage({ asked, remembered, preferred }: LanguageWishes): Language {
  return (
    asked ?? matchLanguage(remembered) ?? preferred.map(matchLanguage).find((language) => language !== null) ?? 'en'
  );
}

/** What the visitor chose before; null too where the browser lets nothing be stored. */
export function rememberedLanguage(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Remembers a choice for the next visit, where the browser lets it. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // A browser that stores nothing forgets the choice when the page is closed.
  }
}

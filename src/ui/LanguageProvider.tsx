import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Language } from '../state/language';
import { rememberLanguage } from '../state/language';
import { createFormat } from './format';
import { LanguageContext } from './language';
import type { Words } from './words/words';
import { loadWords } from './words/loadWords';

/** The address is where a reload looks first: when it names a language it must name the one that was chosen. */
function correctAddress(language: Language): void {
  const url = new URL(location.href);
  if (!url.searchParams.has('lang')) return;
  url.searchParams.set('lang', language);
  history.replaceState(history.state, '', url);
}

/** Gives all that is below the words of one language, and lets the visitor change it. */
export function LanguageProvider({
  initial,
  children,
}: {
  initial: { language: Language; words: Words };
  children: ReactNode;
}) {
  const [{ language, words }, setSpoken] = useState(initial);
  const [missing, setMissing] = useState<Language | null>(null);
  const wanted = useRef(initial.language);

  const choose = useCallback((next: Language) => {
    wanted.current = next;
    setMissing(null);
    loadWords(next).then(
      (words) => {
        if (wanted.current !== next) return;
        setSpoken({ language: next, words });
        rememberLanguage(next);
        correctAddress(next);
      },
      () => wanted.current === next && setMissing(next),
    );
  }, []);

  useEffect(() => {
    document.documentElement.lang = language;
    document.title = words.title;
  }, [language, words]);

  const speech = useMemo(
    () => ({ language, words, format: createFormat(words.units), missing, choose }),
    [language, words, missing, choose],
  );
  return <LanguageContext value={speech}>{children}</LanguageContext>;
}

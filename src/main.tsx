import { createTheme, MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { createComparison } from './state/compare/comparison';
import { createPlayground } from './state/runStore';
import { chooseLanguage, rememberedLanguage } from './state/language';
import { readLink } from './state/shareLink';
import { ComparisonContext } from './ui/compare/comparison';
import { LanguageProvider } from './ui/LanguageProvider';
import { PlaygroundContext } from './ui/playground';
import './ui/styles';
import { en } from './ui/words/en';
import { loadWords } from './ui/words/words';
import { spawnEngine } from './worker/spawn';

const theme = createTheme({ primaryColor: 'indigo', primaryShade: { light: 7, dark: 8 }, defaultRadius: 'sm', cursorType: 'pointer', components: { Button: { defaultProps: { fw: 550 } } } });

const link = readLink(location.search);
const language = chooseLanguage({ asked: link.language, remembered: rememberedLanguage(), preferred: navigator.languages });

const playground = createPlayground({
  link,
  baseUrl: new URL('./', document.baseURI).href,
  spawn: spawnEngine,
});

const comparison = createComparison(playground);

/** Shows the page; in English when the words of another language cannot be had. */
async function show(): Promise<void> {
  const initial = await loadWords(language).then((words) => ({ language, words }), () => ({ language: 'en' as const, words: en }));
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <LanguageProvider initial={initial}>
          <PlaygroundContext value={playground}>
            <ComparisonContext value={comparison}>
              <App />
            </ComparisonContext>
          </PlaygroundContext>
        </LanguageProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void show();
playground.actions.start();

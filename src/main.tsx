import { createTheme, MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { createComparison } from './state/compare/comparison';
import { createPlayground } from './state/runStore';
import { chooseLanguage, rememberedLanguage } from './state/language';
import { loadShipped } from './state/recording/shipped';
import { readLink } from './state/shareLink';
import { ComparisonContext } from './ui/compare/comparison';
import { UpdateNotice } from './ui/offline/UpdateNotice';
import { AddressFollower } from './ui/share/AddressFollower';
import { EmbedPage } from './ui/EmbedPage';
import { LanguageProvider } from './ui/LanguageProvider';
import { PlaygroundContext } from './ui/playground';
import './ui/styles';
import { en } from './ui/words/en';
import { loadWords } from './ui/words/words';
import { spawnEngine } from './worker/spawn';

// First of all: the page shows it while the engine is still on its way.
const shipped = loadShipped(document.baseURI);

const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  components: { Button: { defaultProps: { fw: 550 } } },
});

const link = readLink(location.search);
const language = chooseLanguage({
  asked: link.language,
  remembered: rememberedLanguage(),
  preferred: navigator.languages,
});

const playground = createPlayground({
  link,
  baseUrl: new URL('./', document.baseURI).href,
  spawn: spawnEngine,
  versions: { playground: __PLAYGROUND_VERSION__, tfjs: __TFJS_VERSION__ },
});

const comparison = createComparison(playground);

/** Shows the page; in English when the words of another language cannot be had. */
async function show(): Promise<void> {
  const initial = await loadWords(language).then(
    (words) => ({ language, words }),
    () => ({ language: 'en' as const, words: en }),
  );
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <LanguageProvider initial={initial}>
          <PlaygroundContext value={playground}>
            <ComparisonContext value={comparison}>{link.embed ? <EmbedPage /> : <App />}</ComparisonContext>
            <AddressFollower />
            {!link.embed && <UpdateNotice />}
          </PlaygroundContext>
        </LanguageProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void show();

shipped
  .then((text) => text !== null && playground.actions.showShipped(text))
  .catch((error: unknown) => {
    // The page works without it.
    console.warn('The recorded run cannot be shown:', error);
  });
playground.actions.start();

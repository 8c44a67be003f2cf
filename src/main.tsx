import { createTheme, MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { link, playground } from './playground';
import { createComparison } from './state/compare/comparison';
import { chooseLanguage, rememberedLanguage } from './state/language';
import { createKeeper } from './state/kept/keeper';
import { loadShipped } from './state/recording/shipped';
import { ComparisonContext } from './ui/compare/comparison';
import { UpdateNotice } from './ui/offline/UpdateNotice';
import { AddressFollower } from './ui/share/AddressFollower';
import { KeeperContext } from './ui/kept/keeper';
import { EmbedPage } from './ui/EmbedPage';
import { LanguageProvider } from './ui/LanguageProvider';
import { PlaygroundContext } from './ui/playground';
import './ui/styles';
import { en } from './ui/words/en';
import { loadWords } from './ui/words/loadWords';

// The page shows it while the engine is still on its way.
const shipped = loadShipped(document.baseURI);

const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  components: { Button: { defaultProps: { fw: 550 } } },
});

const language = chooseLanguage({
  asked: link.language,
  remembered: rememberedLanguage(),
  preferred: navigator.languages,
});

const comparison = createComparison(playground);
// A page inside another one is somebody else's, and leaves nothing behind.
const keeper = link.embed ? null : createKeeper(playground, comparison);

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
            <ComparisonContext value={comparison}>
              <KeeperContext value={keeper}>{link.embed ? <EmbedPage /> : <App />}</KeeperContext>
            </ComparisonContext>
            <AddressFollower />
            {!link.embed && <UpdateNotice />}
          </PlaygroundContext>
        </LanguageProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void show().then(() => keeper?.actions.start());
document.addEventListener(
  'visibilitychange',
  () => document.visibilityState === 'hidden' && void keeper?.actions.flush(),
);

await shipped
  .then((text) => text !== null && playground.actions.showShipped(text))
  .catch((error: unknown) => {
    // The page works without it.
    console.warn('The recorded run cannot be shown:', error);
  });

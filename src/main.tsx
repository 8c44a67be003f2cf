import { createTheme, MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { createPlayground } from './state/runStore';
import { loadShipped } from './state/recording/shipped';
import { readLink } from './state/shareLink';
import { firstPicture } from './ui/firstPicture';
import { PlaygroundContext } from './ui/playground';
import './ui/styles';
import { spawnEngine } from './worker/spawn';

// First of all: the page shows it while the engine is still on its way.
const shipped = loadShipped(document.baseURI);

const theme = createTheme({ primaryColor: 'indigo', primaryShade: { light: 7, dark: 8 }, defaultRadius: 'sm', cursorType: 'pointer', components: { Button: { defaultProps: { fw: 550 } } } });

const playground = createPlayground({
  link: readLink(location.search),
  baseUrl: new URL('./', document.baseURI).href,
  spawn: spawnEngine,
  versions: { playground: __PLAYGROUND_VERSION__, tfjs: __TFJS_VERSION__ },
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <PlaygroundContext value={playground}>
        <App />
      </PlaygroundContext>
    </MantineProvider>
  </StrictMode>,
);

/** The engine takes every core while it finds its backend: the first picture goes before it, unless that is long in coming. */
const PATIENCE_MS = 3000;
const shown = shipped
  .then((text) => text !== null && playground.actions.showShipped(text))
  .catch((error: unknown) => {
    // The page works without it.
    console.warn('The recorded run cannot be shown:', error);
    return false;
  })
  .then((isShown) => (isShown ? firstPicture : undefined));
await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
playground.actions.start();

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

/** The engine takes every core while it finds its backend: the first picture goes before it. A slow network is not waited for. */
const PATIENCE_MS = 1500;
const text = await Promise.race([shipped, new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null))]);
try {
  if (text !== null && (await playground.actions.showShipped(text))) {
    await Promise.race([firstPicture, new Promise((resolve) => setTimeout(resolve, 2 * PATIENCE_MS))]);
  }
} catch (error) {
  // The page works without it.
  console.warn('The recorded run cannot be shown:', error);
}
playground.actions.start();

import { createTheme, MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { createPlayground } from './state/runStore';
import { readLink } from './state/shareLink';
import { PlaygroundContext } from './ui/playground';
import './ui/styles';
import { spawnEngine } from './worker/spawn';

const theme = createTheme({ primaryColor: 'indigo', primaryShade: { light: 7, dark: 8 }, defaultRadius: 'sm', cursorType: 'pointer', components: { Button: { defaultProps: { fw: 550 } } } });

const playground = createPlayground({
  link: readLink(location.search),
  baseUrl: new URL('./', document.baseURI).href,
  spawn: spawnEngine,
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
playground.actions.start();

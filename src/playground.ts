/**
 * The page's state and its engine: there before what is seen of them, so that the engine gets ready while the page is
 * still being built.
 */
import { createPlayground } from './state/runStore';
import { readLink } from './state/shareLink';
import { spawnEngine, spawnHub } from './worker/spawn';

export const link = readLink(location.search);

export const playground = createPlayground({
  link,
  baseUrl: new URL('./', document.baseURI).href,
  spawn: spawnEngine,
  spawnHub,
  versions: { playground: __PLAYGROUND_VERSION__, tfjs: __TFJS_VERSION__ },
});

playground.actions.start();

import type { Plugin } from 'vite';
import { ISOLATION_HEADERS, PAGE_POLICY, workerPolicy } from './src/serviceWorker/headers.ts';

/**
 * The page's Content Security Policy, written into the built page so that every host has it; and what the preview server says with
 * its files: isolation, and the policy of the engine's worker, which has its own. Not while developing: the dev server's page has
 * scripts inline.
 */
export function security(): Plugin {
  return {
    name: 'security',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { server }) =>
        server
          ? html
          : {
              html,
              tags: [
                {
                  tag: 'meta',
                  attrs: { 'http-equiv': 'Content-Security-Policy', content: PAGE_POLICY },
                  injectTo: 'head-prepend',
                },
              ],
            },
    },
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.headers['sec-fetch-dest'] === 'worker')
          response.setHeader('Content-Security-Policy', workerPolicy(request.url ?? ''));
        next();
      });
    },
    config: () => ({ server: { headers: ISOLATION_HEADERS }, preview: { headers: ISOLATION_HEADERS } }),
  };
}

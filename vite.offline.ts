import path from 'node:path';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** Also where tests build it: they should have what is shipped, not Workbox's talkative kind. */
const asShipped: Plugin = {
  name: 'service-worker-as-shipped',
  config: () => ({ define: { 'process.env.NODE_ENV': JSON.stringify('production') } }),
};

/**
 * Makes the build installable and usable without a network: a web manifest, and a service worker that stores every file of
 * the build, each with its revision. A page is served from one build only: a new build's files are stored beside the old ones,
 * take over together when the visitor agrees (`src/ui/offline`), and the old ones are deleted then. What it does is in
 * src/serviceWorker.
 */
export function offline(): Plugin[] {
  return VitePWA({
    strategies: 'injectManifest',
    // Wherever the page's root is: the tests build a page of their own.
    srcDir: path.join(import.meta.dirname, 'src/serviceWorker'),
    // Its address, where those who have the page already look for the next one.
    filename: 'service-worker.ts',
    registerType: 'prompt',
    // The page registers it itself, and not where it is embedded.
    injectRegister: false,
    manifest: {
      name: 'FDDA playground',
      short_name: 'FDDA',
      description:
        'Watch fine-grained data distribution alignment (FDDA) quantize a neural network after training, in your browser.',
      start_url: './',
      scope: './',
      display: 'standalone',
      background_color: '#eef0f4',
      theme_color: '#1b2a41',
      categories: ['education'],
      icons: [
        { src: 'favicon.svg', sizes: 'any', type: 'image/svg+xml' },
        { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
        { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
        { src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
      ],
    },
    injectManifest: {
      rollupFormat: 'iife',
      buildPlugins: { vite: [asShipped] },
      globPatterns: ['**/*'],
      // 14 MB that only the check of an ONNX file needs: fetched for it, and left to the browser's own cache.
      globIgnores: ['**/*.map', '**/ort-wasm*'],
      maximumFileSizeToCacheInBytes: 64 * 2 ** 20,
      // Their names change with their content.
      dontCacheBustURLsMatching: /assets\/.*-[\w-]{8}\.\w+$/,
      sourcemap: false,
    },
  });
}

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { ISOLATION_HEADERS } from './src/serviceWorker/headers.ts';
import { offline } from './vite.offline.ts';
import { security } from './vite.security.ts';
import { preloadPage } from './vite.start.ts';

const WASM_BINARIES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

/**
 * Puts TensorFlow.js's wasm binaries, which it fetches by name while running, at `<base>/wasm/`: served from node_modules
 * by the dev server, copied into the build. The engine is told of them by `setWasmPaths(baseUrl + 'wasm/')`.
 */
function tfjsWasmBinaries(): Plugin {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  const binary = (name: string) => path.join(path.dirname(entry), name);
  return {
    name: 'tfjs-wasm-binaries',
    configureServer(server) {
      server.middlewares.use(`${server.config.base}wasm`, (request, response, next) => {
        const name = request.url?.replace(/^\/|\?.*$/g, '') ?? '';
        if (!WASM_BINARIES.includes(name)) return next();
        response.writeHead(200, { ...ISOLATION_HEADERS, 'Content-Type': 'application/wasm' });
        createReadStream(binary(name)).pipe(response);
      });
    },
    async generateBundle() {
      for (const name of WASM_BINARIES) {
        this.emitFile({ type: 'asset', fileName: `wasm/${name}`, source: await readFile(binary(name)) });
      }
    },
  };
}

/**
 * Two repairs to the threaded wasm backend's loader, each on text that must occur exactly once.
 *
 * 1. It starts its threads from the text of its own factory function (`factory.toString()` in a Blob). The factory looks
 *    at `_scriptDir`, declared outside of it, behind a `typeof` guard; a minifier, which sees the declaration, drops the
 *    guard, and every thread dies of a ReferenceError. Declared inside, it travels with the text; its value (the script's
 *    URL) is needed by nobody, because tfjs passes `mainScriptUrlOrBlob` and `locateFile`.
 * 2. The binary allows at most half as many threads as there are logical cores, whatever `setThreadsCount` asks for: one
 *    on a machine with two. Told of twice as many, it leaves the choice to the caller (up to 8).
 */
function tfjsWasmThreads(): Plugin {
  const repairs = [
    ['function(WasmBackendModuleThreadedSimd) {', 'function(WasmBackendModuleThreadedSimd) { var _scriptDir;'],
    ['return navigator["hardwareConcurrency"]', 'return 2*navigator["hardwareConcurrency"]'],
  ];
  return {
    name: 'tfjs-wasm-threads',
    transform: {
      filter: { id: /tfjs-backend-wasm-threaded-simd\.js$/ },
      handler(code) {
        for (const [before, after] of repairs) {
          if (code.split(before).length !== 2)
            this.error(`expected "${before}" once: has @tensorflow/tfjs-backend-wasm changed?`);
          code = code.replace(before, after);
        }
        return { code, map: null };
      },
    },
  };
}

/** KaTeX offers each font in three formats; every browser that runs this page reads the first, and the build holds no other. */
function katexFonts(): Plugin {
  return {
    name: 'katex-fonts',
    enforce: 'pre',
    transform: {
      filter: { id: /katex[^?]*\.css$/ },
      handler(code) {
        const kept = code.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)/g, '');
        if (/\.(?:woff|ttf)\)/.test(kept) || !kept.includes('.woff2)'))
          this.error('the fonts are listed in another way: has KaTeX changed?');
        return { code: kept, map: null };
      },
    },
  };
}

/** Vite's size report has no gzip column for the worker, which holds TensorFlow.js and is the largest file by far. */
function workerSize(): Plugin {
  return {
    name: 'worker-size',
    apply: 'build',
    writeBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.js')) continue;
        const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(2)} kB`;
        const size = `${kilobytes(Buffer.byteLength(file.source))}, gzip ${kilobytes(gzipSync(file.source).length)}`;
        this.info(`worker ${file.fileName}: ${size}`);
      }
    },
  };
}

const port = Number(process.env.PORT) || undefined;

const packageVersion = (name: string) => (createRequire(import.meta.url)(name) as { version: string }).version;

/** For the page, which must not import what it names the version of. */
export const VERSIONS = {
  __PLAYGROUND_VERSION__: JSON.stringify(packageVersion('./package.json')),
  __TFJS_VERSION__: JSON.stringify(packageVersion('@tensorflow/tfjs-core/package.json')),
};

/**
 * Leaves out what is not used of a package that does not say of itself that this may be done: it would bring Google's
 * dictionary along, and start a WebAssembly module when it is loaded.
 */
const partsOfCompressors = (): Plugin => ({
  name: 'parts-of-compressors',
  transform: (code, id) =>
    id.includes('/hyparquet-compressors/') ? { code, map: null, moduleSideEffects: false } : undefined,
});

export default defineConfig({
  // Relative, so that the build also works from a subfolder of a web server.
  base: './',
  // No fallback to index.html: a file that is not there (a model, say) is a 404.
  appType: 'mpa',
  define: VERSIONS,
  plugins: [
    react(),
    preloadPage('/src/playground.ts', '/src/main.tsx'),
    katexFonts(),
    tfjsWasmBinaries(),
    workerSize(),
    security(),
    offline(),
  ],
  worker: { format: 'es', plugins: () => [tfjsWasmThreads(), partsOfCompressors()] },
  // Found only in the worker, which the dev server's first look at the imports misses: it would reload the page over them.
  optimizeDeps: {
    include: [
      ...[
        'core',
        'core/dist/register_all_gradients.js',
        'backend-cpu',
        'backend-wasm',
        'backend-webgl',
        'backend-webgpu',
        'layers',
      ].map((name) => `@tensorflow/tfjs-${name}`),
      'jpeg-js',
      'hyparquet',
      'hyparquet-compressors',
      'umap-js',
    ],
    // They look for their own binaries beside their own code.
    exclude: ['onnxruntime-web', '@jsquash/jpeg'],
    rolldownOptions: { plugins: [tfjsWasmThreads()] },
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 1000 },
  server: { port: port ?? 5173 },
  preview: { port: port ?? 4173 },
});

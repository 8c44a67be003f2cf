/**
 * What a server should say with the page's files. Where it does not (a static host that lets nobody choose), the
 * service worker says it from the second load on, and the page has its policy in itself (vite.security.ts).
 */

/** With these a page is cross-origin isolated: SharedArrayBuffer exists and wasm may use threads. */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const policy = (directives: Record<string, string>) =>
  Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');

const COMMON = {
  'default-src': "'self'",
  // Pictures and files that the page makes itself.
  'img-src': "'self' data: blob:",
  'font-src': "'self' data:",
  // Formulas, charts and Mantine set styles of single elements.
  'style-src': "'self' 'unsafe-inline'",
  'connect-src': "'self'",
  // tfjs and this project's module start their threads from Blobs.
  'worker-src': "'self' blob:",
  'object-src': "'none'",
  'base-uri': "'self'",
  'form-action': "'none'",
};

/** Content Security Policy of the page: nothing but its own scripts, none of them inline or made from text. */
export const PAGE_POLICY = policy({ ...COMMON, 'script-src': "'self' 'wasm-unsafe-eval'" });

/** Of the engine's worker and its threads, which tfjs has load their script from a Blob. */
const ENGINE_POLICY = policy({ ...COMMON, 'script-src': "'self' blob: 'wasm-unsafe-eval'" });

/**
 * Of the worker that downloads networks and images that the visitor asks for: the only one that may connect to other
 * servers. It starts with the first such request, and runs no code but its own.
 */
const HUB_POLICY = policy({
  ...COMMON,
  'script-src': "'self'",
  'connect-src': "'self' https: http://localhost:* http://127.0.0.1:*",
});

/** Content Security Policy of a worker, by the address of its script. */
export const workerPolicy = (url: string): string => (/\/serverHub\b[^/]*$/.test(url) ? HUB_POLICY : ENGINE_POLICY);

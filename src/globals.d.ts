/** Put in by the build: see vite.config.ts. */
declare const __PLAYGROUND_VERSION__: string;
declare const __TFJS_VERSION__: string;

/**
 * Lets tfjs's wasm backend (and this project's module beside it) use threads in Node, where tfjs itself says it cannot.
 * Its threaded build knows Node's worker threads, but is handed its scripts as Blobs, which those do not load: here a
 * Blob is a file.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';

/** For every script: the Blobs' texts are at their paths. */
const BLOBS = `
URL.createObjectURL = ({ path }) => path;
URL.revokeObjectURL = () => {};
`;
/**
 * For tfjs's: the names its bundle for Node has its imports under, to which its threads' script refers without bringing
 * them.
 */
const TFJS = `
Object.assign(globalThis, {
  require$$0: require('fs'), require$$1: require('path'), require$$3: require('perf_hooks'), require$$4: require('os'), commonjsGlobal: globalThis,
});
`;
/** For scripts that know browsers only: what a browser's worker has and a Node thread has not. */
const BROWSER = `
globalThis.self = globalThis;
require('node:worker_threads').parentPort.on('message', (data) => globalThis.onmessage({ data }));
`;

function forNode(script: string): string {
  if (script.startsWith('var WasmBackendModule')) return script;
  return BLOBS + (script.includes('parentPort') ? TFJS : BROWSER) + script;
}

/**
 * To be called before the backend starts, in a program of its own: it replaces globals, for good.
 *
 * @param threads how many, the caller included
 */
export function enableThreads(threads: number): void {
  const folder = mkdtempSync(join(os.tmpdir(), 'wasm-threads-'));
  let files = 0;
  class FileBlob {
    readonly path: string;
    constructor(parts: string[]) {
      this.path = join(folder, `${files++}.js`);
      writeFileSync(this.path, forNode(parts.join('')));
    }
  }
  const workers: Worker[] = [];
  class BackgroundWorker extends Worker {
    constructor(path: string) {
      super(path);
      // A thread that sleeps for its next job must not keep the program alive.
      this.unref();
      workers.push(this);
    }
  }
  Object.assign(globalThis, { Blob: FileBlob, Worker: BackgroundWorker });
  Object.assign(URL, { createObjectURL: ({ path }: FileBlob) => path, revokeObjectURL: () => {} });
  // The binary takes at most half as many threads as there are cores, whatever it is asked for.
  const cores = os.cpus();
  os.cpus = () => Array.from({ length: 2 * threads }, () => cores[0]);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
  setThreadsCount(threads);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { Versions } from './report';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What computes: this program, its engine's source files (a hash of them), tfjs and Node. */
export function versions(backend: string, threads: number): Versions {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return {
    playground: version,
    engine: engineHash(),
    tfjs: tf.version_core,
    node: process.versions.node,
    backend,
    threads,
  };
}

/** Names a version of the engine. */
export function engineHash(): string {
  const folder = join(ROOT, 'src/engine');
  const names = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 8);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { engineHash } from './engineHash';
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

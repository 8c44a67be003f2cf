/** A process that works on one task at a time; started by `pool.ts`. */
import { startBackend, type HeadlessBackend } from '../backend';
import { enableThreads } from '../threads';
import { Laboratory } from './laboratory';
import { loadSource, type SourcePlace } from './source';
import { GeneratorStore } from './store';
import type { Finding, Task } from './work';

/** The one argument, as JSON. */
export interface WorkerSetup {
  place: SourcePlace;
  /** Folder of the generators. */
  generators: string;
  backend: HeadlessBackend;
  threads: number;
}

export type ToWorker = { type: 'work'; task: Task } | { type: 'stop' };
export type FromWorker =
  | { type: 'ready' }
  | { type: 'progress'; fraction: number }
  /** null: stopped before its end. */
  | { type: 'done'; finding: Finding | null }
  | { type: 'error'; message: string };

const PROGRESS_EVERY_MS = 500;

const { place, generators, backend, threads } = JSON.parse(process.argv[2]) as WorkerSetup;
const send = (message: FromWorker) => process.send?.(message);
let stopped = false;

// The parent says when to stop; Ctrl-C reaches all processes of a terminal at once.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(1));

try {
  if (threads > 1) enableThreads(threads);
  await startBackend(backend);
  const laboratory = new Laboratory(await loadSource(place), new GeneratorStore(generators));
  process.on('message', (message: ToWorker) => {
    if (message.type === 'stop') stopped = true;
    else void work(laboratory, message.task);
  });
  send({ type: 'ready' });
} catch (error) {
  send({ type: 'error', message: (error as Error).message });
}

async function work(laboratory: Laboratory, task: Task): Promise<void> {
  let told = performance.now();
  try {
    const finding = await laboratory.work(task, {
      stopped: () => stopped,
      progress: (fraction) => {
        if (performance.now() - told < PROGRESS_EVERY_MS) return;
        told = performance.now();
        send({ type: 'progress', fraction });
      },
    });
    send({ type: 'done', finding });
  } catch (error) {
    send({ type: 'error', message: (error as Error).message });
  }
}

/** The benchmark's flags. */
import { parseArgs } from 'node:util';
import type { Clock, Effort } from './measure';

export type BenchBackend = 'wasm' | 'cpu' | 'webgpu';
export const PARTS = ['kernels', 'steps', 'scaling', 'replay'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  backend: BenchBackend;
  json: boolean;
  quick: boolean;
  threads: number;
  clock: Clock;
  effort: Effort;
  parts: Part[];
  /** A Python with PyTorch; null: no comparison. */
  pytorch: string | null;
  pytorchBatches: number[];
  /** Whether the steps are compared with jax-js, on the same kind of backend. */
  jax: boolean;
  /** Only replayed beside eager training steps: see replay.ts. */
  replay: boolean;
}

export const HELP = `npm run bench -- [flags]
  --json              one JSON object instead of tables
  --backend NAME      wasm (default), cpu, or webgpu (needs: npm install --no-save webgpu)
  --threads N         threads of wasm and of PyTorch (default 1)
  --only PARTS        of ${PARTS.join(', ')}; separated by commas (default all)
  --repeats N         rounds at most (default 15; never fewer than 3)
  --seconds S         no further round of one comparison after this long (default 8)
  --clock cpu         the processor's time instead of elapsed time: for a machine that does other things too; 1 thread only
  --pytorch PYTHON    compare the steps with PyTorch, which this Python has
  --batches LIST      images in each of a step's two batches in that comparison (default 16,64)
  --jax               compare the steps with jax-js, on the same backend (wasm with one thread, or webgpu); a step of its
                      takes 9 to 16 s on wasm with the bundled network, and longer with the reference network
  --replay            only the part "replay": training steps on WebGPU, replayed and as they are written, on Dawn's null
                      backend, which takes JavaScript's and Dawn's own time and needs no GPU; with --backend webgpu on
                      the adapter there is, results first, and with the GPU's own clock (both need: npm install
                      --no-save webgpu)
  --quick             tiny shapes, 3 rounds: only shows that everything runs`;

/** @throws Error in words for people */
export function parseOptions(argv: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      backend: { type: 'string', default: 'wasm' },
      threads: { type: 'string', default: '1' },
      only: { type: 'string', default: PARTS.join() },
      repeats: { type: 'string' },
      seconds: { type: 'string' },
      clock: { type: 'string', default: 'wall' },
      pytorch: { type: 'string' },
      batches: { type: 'string' },
      jax: { type: 'boolean', default: false },
      replay: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const number = (name: string, text: string) => {
    const value = Number(text);
    if (!(value > 0)) throw new Error(`--${name} needs a positive number, not "${text}"`);
    return value;
  };
  const one = <T extends string>(name: string, text: string, allowed: readonly T[]): T => {
    if (!allowed.includes(text as T)) throw new Error(`--${name} is one of ${allowed.join(', ')}, not "${text}"`);
    return text as T;
  };
  const backend = one('backend', values.backend, ['wasm', 'cpu', 'webgpu'] as const);
  const threads = number('threads', values.threads);
  const clock = one('clock', values.clock, ['wall', 'cpu'] as const);
  if (clock === 'cpu' && (threads > 1 || backend === 'webgpu'))
    throw new Error('--clock cpu adds up all threads: it is for one thread on the processor');
  if (values.jax && (backend === 'cpu' || threads > 1))
    throw new Error('--jax is for wasm with one thread, which is all that jax-js has in Node, and for webgpu');
  return {
    backend,
    json: values.json,
    quick: values.quick,
    threads,
    clock,
    effort: {
      repeats: number('repeats', values.repeats ?? (values.quick ? '3' : '15')),
      seconds: number('seconds', values.seconds ?? (values.quick ? '0.05' : '8')),
    },
    parts: values.only.split(',').map((part) => one('only', part, PARTS)),
    replay: values.replay,
    jax: values.jax,
    pytorch: values.pytorch ?? null,
    pytorchBatches: (values.batches ?? (values.quick ? '2' : '16,64'))
      .split(',')
      .map((text) => number('batches', text)),
  };
}

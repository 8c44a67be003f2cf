/** The same steps in PyTorch: a Python process that runs one step at a time, in turn with the engine's. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Fixture, REFERENCE, type FixtureOptions } from './fixture';
import { race, secondsOf, type Effort, type Timing, type Variant } from './measure';
import { engineGenerator, engineStudent } from './steps';

export interface PytorchVersions {
  torch: string;
  python: string;
  threads: number;
}

export interface PytorchResult {
  step: 'generatorStep' | 'studentStep';
  /** Images in each of the step's two batches. */
  batch: number;
  engine: Timing;
  pytorch: Timing;
  /** Median by median. */
  ratio: number;
}

/** A Python that has PyTorch. Call `close`. */
export class Pytorch {
  private readonly process;
  private readonly lines: AsyncIterator<string>;
  private complaint = '';

  /** @param python its executable */
  constructor(
    private readonly python: string,
    threads: number,
    clock: 'wall' | 'cpu',
  ) {
    this.process = spawn(python, [fileURLToPath(new URL('steps.py', import.meta.url)), String(threads), clock], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.process.on('error', (error) => (this.complaint = error.message));
    this.process.stdin.on('error', () => {});
    this.process.stderr.on('data', (text) => (this.complaint += text));
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error with what Python said where it gives no answer */
  private async ask(line: string): Promise<string> {
    this.process.stdin.write(`${line}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.python} did not answer "${line}": ${this.complaint.trim().split('\n').pop()}`);
    return value;
  }

  async versions(): Promise<PytorchVersions> {
    return JSON.parse(await this.ask('versions')) as PytorchVersions;
  }

  /** Runs something once; see steps.py. @returns its seconds */
  async seconds(what: string): Promise<number> {
    return Number(await this.ask(what));
  }

  close(): void {
    this.process.stdin.end();
  }
}

/** Seconds of PyTorch's product of two 1024 x 1024 matrices. */
export async function pytorchProduct(pytorch: Pytorch, effort: Effort): Promise<Timing> {
  const { product } = await race({ product: { run: () => {} } }, effort, () => pytorch.seconds('matrixProduct'));
  return product;
}

/**
 * Generator and student step of the engine (kernels as registered) and of PyTorch, in turn.
 *
 * @param batches images in each of a step's two batches
 */
export async function benchPytorch(
  pytorch: Pytorch,
  batches: readonly number[],
  effort: Effort,
  options: FixtureOptions = REFERENCE,
  onResult: (result: PytorchResult) => void = () => {},
): Promise<PytorchResult[]> {
  const results: PytorchResult[] = [];
  for (const batch of batches) {
    const fixture = new Fixture({ ...options, batch });
    try {
      for (const step of ['generatorStep', 'studentStep'] as const) {
        const engine = step === 'generatorStep' ? engineGenerator(fixture) : await engineStudent(fixture);
        const theirs: Variant = { run: () => {} };
        try {
          const times = await race({ engine: { run: () => engine.step() }, pytorch: theirs }, effort, (variant) =>
            variant === theirs ? pytorch.seconds(`${step} ${batch}`) : secondsOf(variant),
          );
          const result = { step, batch, ...times, ratio: times.engine.median / times.pytorch.median };
          results.push(result);
          onResult(result);
        } finally {
          engine.dispose();
        }
      }
    } finally {
      fixture.dispose();
    }
  }
  return results;
}

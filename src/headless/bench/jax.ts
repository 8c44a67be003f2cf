/** The same steps in jax-js, in turn with the engine's, on the same kind of backend: wasm, or the same WebGPU adapter. */
import { readFileSync } from 'node:fs';
import { Fixture, type FixtureOptions } from './fixture';
import { race, type Effort, type Timing } from './measure';
import { engineGenerator, engineStudent, expectSameSteps, type Runner } from './steps';

export type JaxDevice = 'wasm' | 'webgpu';

export interface JaxResult {
  step: 'generatorStep' | 'studentStep';
  /** Network and generator. */
  what: string;
  engine: Timing;
  jax: Timing;
  /** Median by median. */
  ratio: number;
  /** Of jax-js's first step, which traces and compiles it; elapsed. */
  compileSeconds: number;
}

/**
 * Starts jax-js. It knows no threads in Node.
 *
 * @returns its version
 * @throws Error where it cannot be loaded, or does not start on this device
 */
export async function startJax(device: JaxDevice): Promise<string> {
  let jax;
  try {
    jax = await import('@jax-js/jax');
  } catch (error) {
    throw new Error(`jax-js cannot be loaded ("npm install" brings it): ${(error as Error).message}`, { cause: error });
  }
  // It asks for the browser's name, which Node's navigator may lack.
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  if (navigator && navigator.userAgent === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: { ...navigator, userAgent: 'Node' }, configurable: true });
  }
  const started = await jax.init(device);
  if (!started.includes(device)) throw new Error(`jax-js does not start on ${device} here.`);
  jax.defaultDevice(device);
  const file = new URL('../package.json', import.meta.resolve('@jax-js/jax'));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/**
 * Generator and student step of the engine (kernels as registered) and of jax-js (started), in turn.
 *
 * @param onResult called after every step
 * @throws Error where the two sides' numbers differ: that step is not timed
 */
export async function benchJax(
  options: FixtureOptions,
  effort: Effort,
  onResult: (result: JaxResult) => void = () => {},
): Promise<JaxResult[]> {
  const { jaxGenerator, jaxStudent } = await import('./jaxTrainers');
  const fixture = new Fixture(options);
  const results: JaxResult[] = [];
  const theirs = async (on: Fixture, step: JaxResult['step']): Promise<Runner> => {
    const generator = on.generator();
    try {
      if (step === 'generatorStep') return await jaxGenerator(on, generator);
      const student = await on.student();
      const ranges = await student.ranges();
      student.dispose();
      return await jaxStudent(on, generator, ranges);
    } finally {
      generator.dispose();
    }
  };
  const own = async (on: Fixture, step: JaxResult['step']): Promise<Runner> =>
    step === 'generatorStep' ? engineGenerator(on) : await engineStudent(on);
  try {
    for (const step of ['generatorStep', 'studentStep'] as const) {
      let compileSeconds: number | null = null;
      const named = { ...options, name: `${options.name} beside jax-js` };
      await expectSameSteps(named, step, async (on) => {
        const jax = await theirs(on, step);
        const timed = async () => {
          const began = performance.now();
          const numbers = await jax.step();
          compileSeconds ??= (performance.now() - began) / 1000;
          return numbers;
        };
        return { ours: await own(on, step), theirs: { step: timed, dispose: () => jax.dispose() } };
      });
      const engine = await own(fixture, step);
      const jax = await theirs(fixture, step);
      try {
        const times = await race({ engine: { run: () => engine.step() }, jax: { run: () => jax.step() } }, effort);
        const ratio = times.engine.median / times.jax.median;
        const result = { step, what: options.name, ...times, ratio, compileSeconds: compileSeconds! };
        results.push(result);
        onResult(result);
      } finally {
        engine.dispose();
        jax.dispose();
      }
    }
  } finally {
    fixture.dispose();
  }
  return results;
}

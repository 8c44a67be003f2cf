/**
 * npm run bench: how fast the engine is beside plain tfjs (PyTorch, jax-js), measured in one run and one process. `--help`
 * says the rest.
 */
import { benchKernels } from './bench/kernels';
import { startBenchBackend, startForReplay } from './bench/backend';
import { BUNDLED, REFERENCE, TINY } from './bench/fixture';
import { benchJax, startJax } from './bench/jax';
import { bestMatrixProduct, describeMachine } from './bench/machine';
import { setClock } from './bench/measure';
import { HELP, parseOptions, type BenchOptions } from './bench/options';
import { benchPytorch, Pytorch, pytorchProduct } from './bench/pytorch';
import { formatReport, summarize, type BenchReport } from './bench/report';
import { benchReplay, benchReplayApart, formatReplay } from './bench/replay';
import { benchScaling } from './bench/scaling';
import { benchSteps } from './bench/steps';
import { NoBackend } from './webgpu';

/**
 * @param progress gets a line now and then
 * @throws NoBackend where this machine has no such backend; Error where results differ from the baseline's
 */
export async function bench(options: BenchOptions, progress: (line: string) => void = () => {}): Promise<BenchReport> {
  const machine = describeMachine();
  setClock(options.clock);
  const { registry, detail } = await startBenchBackend(options.backend, options.threads);
  const { backend, quick, effort, parts, clock } = options;
  const matrixProduct = await bestMatrixProduct(effort, quick);
  const reference = quick ? TINY : REFERENCE;
  const steps = [];
  if (parts.includes('steps')) {
    for (const fixture of quick ? [TINY] : [REFERENCE, BUNDLED]) {
      steps.push(
        ...(await benchSteps(registry, fixture, effort, ({ step, what, ratio }) =>
          progress(`${step}, ${what}: ${ratio.toFixed(3)}`),
        )),
      );
    }
  }
  let pytorch: BenchReport['pytorch'] = null;
  if (options.pytorch) {
    const python = new Pytorch(options.pytorch, options.threads, clock);
    try {
      pytorch = {
        versions: await python.versions(),
        matrixProduct: await pytorchProduct(python, effort),
        results: await benchPytorch(python, options.pytorchBatches, effort, reference, ({ step, batch, ratio }) =>
          progress(`${step} ${batch} beside PyTorch: ${ratio.toFixed(2)}`),
        ),
      };
    } finally {
      python.close();
    }
  }
  let jax: BenchReport['jax'] = null;
  if (options.jax && backend !== 'cpu') {
    const version = await startJax(backend);
    const results = [];
    for (const fixture of quick ? [TINY] : [REFERENCE, BUNDLED]) {
      results.push(
        ...(await benchJax(fixture, effort, ({ step, what, ratio }) =>
          progress(`${step}, ${what} beside jax-js: ${ratio.toFixed(3)}`),
        )),
      );
    }
    jax = { version, results };
  }
  const kernels = parts.includes('kernels')
    ? await benchKernels(registry, effort, quick, ({ kernel, shape, ratio }) =>
        progress(`${kernel} ${shape}: ${ratio.toFixed(3)}`),
      )
    : [];
  const scaling = parts.includes('scaling')
    ? await benchScaling(quick ? [3, 6] : [10, 100, 1000], effort, ({ classes }) => progress(`${classes} classes`))
    : [];
  const replay = parts.includes('replay') ? await benchReplayApart(options) : null;
  return summarize(
    { machine, backend, detail, clock, matrixProduct, kernels, steps, scaling, pytorch, jax, replay },
    reference.name,
  );
}

if (process.argv[1]?.endsWith('bench.ts')) {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === 'help') {
      console.log(HELP);
    } else if (options.replay) {
      const on = options.backend === 'webgpu' ? 'webgpu' : 'null';
      const detail = await startForReplay(on);
      const report = await benchReplay({ ...options, on }, detail, ({ step, what, ratio }) =>
        process.stderr.write(`${step}, ${what}: ${ratio.toFixed(3)}\n`),
      );
      console.log(options.json ? JSON.stringify(report) : formatReplay(report));
    } else {
      const report = await bench(options, (line) => process.stderr.write(`${line}\n`));
      console.log(options.json ? JSON.stringify(report) : formatReport(report));
    }
    process.exit(0);
  } catch (error) {
    console.error((error as Error).message);
    // Without an adapter there is nothing to measure, which is no fault.
    process.exit(error instanceof NoBackend ? 0 : 1);
  }
}

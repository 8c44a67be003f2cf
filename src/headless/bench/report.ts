/** What a run of the benchmark found: the object that --json prints, and tables for people. */
import type { JaxResult } from './jax';
import type { KernelResult } from './kernels';
import type { Machine, MatrixProduct } from './machine';
import type { Timing } from './measure';
import type { PytorchResult, PytorchVersions } from './pytorch';
import { formatReplay, type ReplayReport } from './replay';
import type { ScalingRow } from './scaling';
import type { StepResult } from './steps';
import { table } from './table';

export interface BenchReport {
  machine: Machine;
  backend: string;
  /** Adapter or threads. */
  detail: string;
  clock: 'wall' | 'cpu';
  /** Time of the engine by time of the baseline (medians), by name: below 1 the engine is faster. */
  ratios: Record<string, number>;
  launches: Record<string, { engine: number; tfjs: number }>;
  /** Multiply-accumulates a second, counted the plain way; `matrixProduct` is the backend's practical peak. */
  macsPerSecond: Record<string, number>;
  /** Share of the practical peak. */
  ofPeak: Record<string, number>;
  matrixProduct: MatrixProduct;
  kernels: KernelResult[];
  steps: StepResult[];
  scaling: ScalingRow[];
  pytorch: { versions: PytorchVersions; matrixProduct: Timing; results: PytorchResult[] } | null;
  jax: { version: string; results: JaxResult[] } | null;
  /** Null: not asked for, or Node has no WebGPU. */
  replay: ReplayReport | null;
}

/**
 * What a ratio's baseline is called: on wasm, tfjs has no filter gradient, and its place has the straightforward one.
 */
export const baselineName = (backend: string) => (backend === 'wasm' ? 'naive' : 'tfjs');

/**
 * Fills the tables by name from the results. The reference network's steps have the plain names, others their network's
 * added.
 */
export function summarize(
  parts: Omit<BenchReport, 'ratios' | 'launches' | 'macsPerSecond' | 'ofPeak'>,
  referenceName: string,
): BenchReport {
  const { backend } = parts;
  const ratios: BenchReport['ratios'] = {};
  const launches: BenchReport['launches'] = {};
  const macsPerSecond: BenchReport['macsPerSecond'] = { matrixProduct: parts.matrixProduct.macsPerSecond };
  for (const { kernel, network, shape, ratio } of parts.kernels)
    ratios[`${backend}/kernel/${kernel}/${network}/${shape}`] = ratio;
  for (const step of parts.steps) {
    const suffix = step.what === referenceName ? '' : `/${step.what}`;
    ratios[`${backend}/${step.step}/${baselineName(backend)}${suffix}`] = step.ratio;
    launches[`${step.step}${suffix}`] = { engine: step.work.engine.launches, tfjs: step.work.baseline.launches };
    macsPerSecond[`${step.step}${suffix}`] = step.macsPerSecond;
  }
  Object.assign(ratios, parts.replay?.ratios);
  for (const { step, batch, ratio } of parts.pytorch?.results ?? []) ratios[`pytorch/${step}/${batch}`] = ratio;
  for (const { step, what, ratio } of parts.jax?.results ?? []) {
    ratios[`${backend}/${step}/jax${what === referenceName ? '' : `/${what}`}`] = ratio;
  }
  const ofPeak = Object.fromEntries(
    Object.entries(macsPerSecond).map(([name, value]) => [name, value / macsPerSecond.matrixProduct]),
  );
  return { ...parts, ratios, launches, macsPerSecond, ofPeak };
}

const ms = (seconds: number) => (seconds * 1000).toPrecision(3);
const spread = ({ median, min, max, n }: Timing) => `${ms(median)} (${ms(min)} to ${ms(max)}, ${n})`;
const giga = (value: number | null) => (value === null ? '' : (value / 1e9).toFixed(1));
const mega = (bytes: number) => (bytes / 2 ** 20).toFixed(1);

/** The whole report for people. Times in milliseconds: median (min to max, how often). */
export function formatReport(report: BenchReport): string {
  const { machine, backend, detail, clock, matrixProduct, kernels, steps, scaling, pytorch, jax, replay } = report;
  const baseline = baselineName(backend);
  const parts = [
    `${machine.processor}, ${machine.cores} cores, ${machine.system}; Node ${machine.node}, tfjs ${machine.tfjs}; ${machine.date}; load ${machine.load.toFixed(1)}\n` +
      `${backend} (${detail}), ${clock === 'cpu' ? 'processor time' : 'elapsed time'}; ms: median (min to max, rounds); ratio: engine / ${baseline}\n` +
      `best plain matrix product: ${giga(matrixProduct.macsPerSecond)} GMAC/s at [${matrixProduct.shape.join(' x ')}]`,
  ];
  if (kernels.length > 0) {
    parts.push(
      table(
        ['kernel', 'shape', 'engine', baseline, 'ratio', 'GMAC/s', '/ forward', '/ tfjs forward'],
        kernels.map((k) => [
          k.kernel,
          k.shape,
          spread(k.engine),
          spread(k.baseline),
          k.ratio.toFixed(3),
          giga(k.macsPerSecond),
          k.overForward?.toFixed(2) ?? '',
          k.overTfjsForward?.toFixed(2) ?? '',
        ]),
      ),
    );
  }
  if (steps.length > 0) {
    parts.push(
      table(
        [
          'step',
          'engine',
          baseline,
          'ratio',
          'GMAC/s (plain)',
          'of peak',
          'launches',
          baseline,
          'kB read',
          baseline,
          'peak MB',
          baseline,
        ],
        steps.map(({ step, what, engine, baseline: other, ratio, macsPerSecond, work }) => [
          `${step}, ${what}`,
          spread(engine),
          spread(other),
          ratio.toFixed(3),
          giga(macsPerSecond),
          (macsPerSecond / matrixProduct.macsPerSecond).toFixed(2),
          `${work.engine.launches}`,
          `${work.baseline.launches}`,
          (work.engine.readBack / 1000).toFixed(1),
          (work.baseline.readBack / 1000).toFixed(1),
          mega(work.engine.peakBytes),
          mega(work.baseline.peakBytes),
        ]),
      ),
    );
  }
  if (pytorch) {
    const { torch, threads } = pytorch.versions;
    parts.push(
      `PyTorch ${torch}, ${threads} thread${threads === 1 ? '' : 's'}; its product of 1024 x 1024: ${giga(1024 ** 3 / pytorch.matrixProduct.min)} GMAC/s\n` +
        table(
          ['step, two batches of', 'engine', 'PyTorch', 'ratio'],
          pytorch.results.map(({ step, batch, engine, pytorch: theirs, ratio }) => [
            `${step}, ${batch}`,
            spread(engine),
            spread(theirs),
            ratio.toFixed(2),
          ]),
        ),
    );
  }
  if (jax) {
    parts.push(
      `jax-js ${jax.version}, ${backend}\n` +
        table(
          ['step', 'engine', 'jax-js', 'ratio', 'compiled in s'],
          jax.results.map(({ step, what, engine, jax: theirs, ratio, compileSeconds }) => [
            `${step}, ${what}`,
            spread(engine),
            spread(theirs),
            ratio.toFixed(3),
            compileSeconds.toFixed(1),
          ]),
        ),
    );
  }
  if (replay) parts.push(formatReplay(replay));
  if (scaling.length > 0) {
    parts.push(
      table(
        [
          'classes',
          'statistics',
          'ms a class',
          'centres',
          'peak tensor MB',
          'result MB',
          'history: ms a moment',
          'moments',
          'MB',
        ],
        scaling.map((row) => [
          `${row.classes}`,
          spread(row.statistics),
          ms(row.statistics.median / row.classes),
          spread(row.centers),
          mega(row.peakTensorBytes),
          mega(row.resultBytes),
          spread(row.moment),
          `${row.moments}`,
          mega(row.historyBytes),
        ]),
      ),
    );
  }
  return parts.join('\n\n');
}

/** What an experiment found, for machines and for people. */
import type { RunSettings } from '../../engine/runSettings';
import { SETTINGS } from '../../state/settings';
import { comparisons, sharedBy, type Comparison } from './comparisons';
import { comparisonLines, lined, nameOf, percent, points, rate, variantText } from './text';
import { asFlags, centerName, linkedSettings, linkTo } from './flags';
import { isTrained, methodName, trainsGenerator, type Column, type Experiment } from './plan';
import { duration } from './progress';
import type { Quality } from './quality';
import type { Group, Row } from './rows';
import type { ColumnFindings, Count, Found } from './work';

export interface Summary extends Group {
  /** Seeds that are done. */
  seeds: number;
  n: number;
  mean: number;
  /** Standard deviation over seeds; null for one. */
  spread: number | null;
  learningRate: number | null;
  seconds: number;
  generatorSeconds: number;
}

export interface Versions {
  playground: string;
  /** Of the engine's source files. */
  engine: string;
  tfjs: string;
  node: string;
  backend: string;
  threads: number;
}

export interface Report {
  settings: RunSettings;
  /** The page's query, and flags, for the settings of the last method. */
  link: string;
  flags: string;
  network: string;
  dataset: string;
  /** Of the files. */
  source: string;
  versions: Versions;
  seeds: number[];
  /** False where it was interrupted. */
  complete: boolean;
  wallSeconds: number;
  /** Findings that earlier programs left in the state file. */
  reused: number;
  fullPrecision: (Count & { accuracy: number }) | null;
  rows: Row[];
  summary: Summary[];
  comparisons: Comparison[];
  /** Mean validation accuracy of every learning rate that was tried. */
  grid: (Group & { learningRate: number; validationAccuracy: number | null; chosen: boolean })[];
  quality: (Group & { seed: number; quality: Quality })[];
  failures: (Group & { seed: number; learningRate: number | null; message: string })[];
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Sample standard deviation; null of fewer than two. */
function spreadOf(values: number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - middle) ** 2, 0) / (values.length - 1));
}

function groupOf({ method, center, variant, settings }: Column): Group {
  const shown = ['weightBits', 'activationBits', 'firstLast', 'imagesPerClass', 'generatorSteps'];
  const others = Object.entries(variant).filter(([key]) => !shown.includes(key));
  return {
    method: methodName(method),
    center: centerName(center),
    weightBits: settings.weightBits,
    activationBits: settings.activationBits,
    firstLast: settings.firstLast,
    imagesPerClass: settings.imagesPerClass,
    generatorSteps: trainsGenerator(settings) ? settings.generatorSteps : null,
    // No list is an axis of an experiment: its methods are compared in another way.
    variant: Object.fromEntries(
      others.map(([key, value]) => [SETTINGS[key as keyof RunSettings].url, value as string | number | boolean]),
    ),
  };
}

type Part = Pick<Report, 'rows' | 'summary' | 'comparisons' | 'grid' | 'quality' | 'failures'>;

/** The parts of a report that come from the findings. */
export function summarize(columns: readonly ColumnFindings[]): Part {
  const groups = columns.map(rowsOf);
  return {
    rows: groups.flat(),
    summary: groups.filter((rows) => rows.length > 0).map(summaryOf),
    comparisons: comparisons(groups.filter((rows) => rows.length > 0)),
    grid: columns.flatMap(({ column, grid }) =>
      grid.map(({ validation, ...each }) => ({ ...groupOf(column), ...each, validationAccuracy: validation })),
    ),
    quality: columns.flatMap(({ column, students }) =>
      students.flatMap(({ cell, quality }) =>
        quality?.kind === 'quality' ? [{ ...groupOf(column), seed: cell.settings.seed, quality: quality.quality }] : [],
      ),
    ),
    failures: columns.flatMap(({ column, learningRate, students }) =>
      students.flatMap(({ cell, found }) =>
        found?.kind === 'failed'
          ? [{ ...groupOf(column), seed: cell.settings.seed, learningRate, message: found.message }]
          : [],
      ),
    ),
  };
}

function rowsOf({ column, learningRate, students }: ColumnFindings): Row[] {
  return students.flatMap(({ cell, found, generator }): Row[] =>
    found?.kind !== 'student'
      ? []
      : [
          {
            ...groupOf(column),
            seed: cell.settings.seed,
            n: found.test.n,
            correct: found.test.correct,
            accuracy: found.test.correct / found.test.n,
            right: found.test.right ?? null,
            validationAccuracy: found.validation.correct / found.validation.n,
            collapse: found.collapse ?? null,
            weightsHash: found.weightsHash ?? null,
            rateCap: found.rateCap ?? null,
            steps: found.steps,
            learningRate: isTrained(column) ? learningRate : null,
            seconds: found.seconds,
            generatorSeconds: generator?.seconds ?? 0,
          },
        ],
  );
}

function summaryOf(rows: Row[]): Summary {
  const accuracies = rows.map(({ accuracy }) => accuracy);
  return {
    ...sharedBy(rows),
    seeds: rows.length,
    n: rows[0].n,
    mean: mean(accuracies),
    spread: spreadOf(accuracies),
    learningRate: rows[0].learningRate,
    seconds: mean(rows.map(({ seconds }) => seconds)),
    generatorSeconds: mean(rows.map(({ generatorSeconds }) => generatorSeconds)),
  };
}

/** Settings, link and flags of an experiment. */
export function settingsOf(
  experiment: Experiment,
  address: string,
): Pick<Report, 'settings' | 'link' | 'flags' | 'seeds'> {
  const settings = linkedSettings(experiment);
  return {
    settings: experiment.settings,
    link: linkTo(settings, address),
    flags: asFlags(settings),
    seeds: Array.from({ length: experiment.seeds }, (_, i) => experiment.settings.seed + i),
  };
}

// ---- for people --------------------------------------------------------------------------------------------------

function summaryTable(summary: Summary[]): string {
  const header = [
    'method',
    'bits',
    'images a class',
    'accuracy',
    'sd',
    'seeds',
    'n',
    'learning rate',
    'generator steps',
    'student time',
    'generator time',
  ];
  const table = lined(
    header,
    summary.map((each) => [
      nameOf(each),
      variantText(each),
      String(each.imagesPerClass),
      percent(each.mean),
      each.spread === null ? '-' : points(each.spread),
      String(each.seeds),
      String(each.n),
      rate(each.learningRate),
      String(each.generatorSteps ?? '-'),
      duration(each.seconds),
      each.generatorSeconds === 0 ? '-' : duration(each.generatorSeconds),
    ]),
  );
  return `${table}\n\naccuracy: mean over seeds; sd: over seeds, in points; times: wall, mean over seeds (rows may share a generator)`;
}

function qualityTable(quality: Report['quality']): string {
  const header = [
    'method',
    'images a class',
    'seed',
    'steps',
    'nearest',
    'real',
    'own',
    'other',
    'teacher agrees',
    'entropy',
  ];
  // Columns that differ in bits only share one look at one generator.
  const different = quality.filter((each, i) => quality.findIndex((other) => other.quality === each.quality) === i);
  return lined(
    header,
    different.map(({ quality: { synthetic, real }, ...each }) => [
      nameOf(each),
      String(each.imagesPerClass),
      String(each.seed),
      String(each.generatorSteps ?? '-'),
      percent(synthetic.joint.nearestCenterRate),
      percent(real.joint.nearestCenterRate),
      synthetic.joint.ownCenter.toFixed(2),
      synthetic.joint.nearestOther.toFixed(2),
      percent(synthetic.teacherAccuracy),
      synthetic.teacherEntropy.toFixed(2),
    ]),
  );
}

function gridText(each: Report['grid'][number]): string {
  const where = `${nameOf(each)} ${variantText(each)}, ${each.imagesPerClass} a class`;
  const accuracy = each.validationAccuracy === null ? 'not done' : percent(each.validationAccuracy);
  return `  ${where}: ${rate(each.learningRate)} ${accuracy}${each.chosen ? '  chosen' : ''}`;
}

/** The report as a table, with what is needed to repeat it. */
export function asText(report: Report): string {
  const { summary, comparisons: compared, grid, failures, quality, versions, fullPrecision } = report;
  const precise = fullPrecision
    ? `: full precision ${percent(fullPrecision.accuracy)} of n = ${fullPrecision.n} test images`
    : '';
  const parts = [
    `${report.network} on ${report.dataset}${precise}`,
    summary.length === 0 ? 'No row is finished.' : summaryTable(summary),
  ];
  if (compared.length > 0) {
    parts.push(
      [
        'Differences in points (mean +- standard error over seeds), with 95 % intervals:',
        ...compared.flatMap(comparisonLines),
      ].join('\n'),
    );
  }
  if (quality.length > 0) {
    const what = "deep layers together; nearest: single-class batches that lie nearest to their own class's center";
    parts.push(`Synthetic images (${what}):\n${qualityTable(quality)}`);
  }
  if (grid.length > 0) {
    parts.push(
      ['Learning rates by mean accuracy on validation images (no test image chooses):', ...grid.map(gridText)].join(
        '\n',
      ),
    );
  }
  for (const each of failures) {
    const where = `${nameOf(each)} ${variantText(each)}, seed ${each.seed}, learning rate ${rate(each.learningRate)}`;
    parts.push(`${where}: failed. ${each.message}`);
  }
  const reused = report.reused > 0 ? `, with ${report.reused} results from before` : '';
  parts.push(
    [
      `Playground ${versions.playground} (engine ${versions.engine}), tfjs ${versions.tfjs}, Node ${versions.node}, ${versions.backend}, ` +
        `${versions.threads} thread(s) a job.`,
      `Seeds ${report.seeds.join(', ')}; ${report.complete ? 'complete' : 'interrupted'}; ${duration(report.wallSeconds)}${reused}.`,
      `Settings: ${report.flags === '' ? "the table's defaults" : report.flags}`,
      `On the page: ${report.link}`,
    ].join('\n'),
  );
  return parts.join('\n\n');
}

/** Programs whose findings these are, beside this one. */
export function otherEngines(columns: readonly ColumnFindings[], engine: string): number {
  const found: (Found | null)[] = columns.flatMap(({ students }) =>
    students.flatMap((each) => [each.found, each.generator, each.quality]),
  );
  return found.filter((each) => each !== null && each.engine !== engine).length;
}

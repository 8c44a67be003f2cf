/**
 * npm run experiment: the methods on a network and its images, over seeds, in Node; a table, or --json. `--help` lists
 * the flags; docs/experiments.md says what is run, docs/results.md what came out.
 */
import { availableParallelism } from 'node:os';
import { inspectNetwork } from '../engine/network/inspect';
import { flagsHelp } from '../state/settings';
import { startBackend } from './backend';
import { fitToLargeImages } from './experiment/machine';
import { fitToSource } from './experiment/fit';
import { FlagError, parseOptions } from './experiment/flags';
import { OWN_HELP } from './experiment/ownFlags';
import { columnsOf, METHODS, methodName } from './experiment/plan';
import { Pool, type Running } from './experiment/pool';
import { describeTask, duration, Progress } from './experiment/progress';
import { asText, otherEngines, settingsOf, summarize, type Report } from './experiment/report';
import { loadSource } from './experiment/source';
import { Store } from './experiment/store';
import { versions } from './experiment/versions';
import { Workbook } from './experiment/work';

const HELP = `npm run experiment -- [flags]

  --methods LIST         of ${METHODS.map(methodName).join(', ')}; custom: the terms as the settings have them
  --bits LIST            bits of weights and activations both
  --seeds N              seeds from --seed on
  --steps N, --batch N   student steps; images of all three batches
  --learning-rates LIST  student learning rates; each method takes the one that is best on validation images
  --selection-seeds N    seeds that choose the learning rate (all of them)
  --center LIST          class, class-agnostic: what the terms about centers aim at
${OWN_HELP}
  --data DIR             CIFAR-10's binary files (train.bin or data_batch_*.bin, test.bin or test_batch.bin), with
  --weights FILE         a CIFAR ResNet with option-A shortcuts in PyTorch's layout (.safetensors)
  --preset NAME          interactive or paper: all settings at once, as the page's two buttons; flags count more
  --link URL             settings of a link copied from the page; flags count more
  --state FILE           keeps what is found, and generators and half-trained students in FILE.generators; another run
                         goes on from there
  --jobs N, --threads N  processes at a time, threads of each
  --backend NAME         wasm (the default), or webgpu: a GPU, for which Node needs "npm install --no-save webgpu"
  --json                 one JSON object instead of the table
  --no-quality           leaves the quality of synthetic images out

Every setting of the page, too; several values with commas (not of --seed) are all run:
${flagsHelp(['beside'])}`;

const say = (text: string) => process.stderr.write(`${text}\n`);

async function main(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    console.log(HELP);
    return 0;
  }
  const began = performance.now();
  const options = parseOptions(argv);
  options.notes.forEach(say);
  await startBackend();
  const place = {
    ...(options.own ? { own: options.own } : {}),
    data: options.data,
    weights: options.weights,
    checkpoint: columnsOf(options.experiment).some(({ settings }) => settings.generatorStart === 'checkpoint'),
  };
  const source = await loadSource(place);
  source.notes.forEach(say);
  const { experiment } = options;
  const facts = inspectNetwork(source.network);
  const { definition } = source.network;
  fitToLargeImages(options, definition, facts).forEach(say);
  fitToSource(options, { dataset: source.dataset, checkpoint: source.checkpoint !== null }).forEach(say);
  const book = new Workbook(experiment, source.fingerprint);
  const store = new Store(options.state);
  const cores = availableParallelism();
  const jobs = Math.min(options.jobs ?? cores, Math.max(1, book.remaining(store.findings).length));
  const threads = options.backend === 'webgpu' ? 1 : (options.threads ?? Math.max(1, Math.floor(cores / jobs)));
  const used = versions(options.backend, threads);
  const shared = settingsOf(experiment, options.address);
  const report = (complete: boolean): Report => {
    const columns = book.results(store.findings);
    const found = store.findings[book.fullPrecision().id];
    return {
      ...shared,
      network: definition.name,
      dataset: source.dataset.name,
      source: source.fingerprint,
      versions: used,
      complete,
      wallSeconds: (performance.now() - began) / 1000,
      reused: store.reused,
      ...summarize(columns),
      fullPrecision:
        found?.kind === 'fullPrecision' ? { ...found.test, accuracy: found.test.correct / found.test.n } : null,
    };
  };

  say(
    `${definition.name} on ${source.dataset.name}; ${jobs} job(s) ${options.backend === 'webgpu' ? 'on webgpu' : `of ${threads} thread(s)`}. On the page: ${shared.link}`,
  );
  const [imageSize, , imageChannels] = definition.inputShape;
  const sizes = { macs: facts.macs, imageSize, imageChannels, numClasses: definition.numClasses };
  const progress = new Progress(book, store.findings, sizes, jobs);
  const line = statusLine();
  const tell = (running: readonly Running[], begun = false) => {
    const { tasks, tasksLeft, fraction, secondsLeft } = progress.estimate(store.findings, running);
    const left = secondsLeft === null ? '' : `, about ${duration(secondsLeft)} left`;
    const what = running
      .map(({ task, fraction: part }) => `${describeTask(task)} ${(100 * part).toFixed(0)} %`)
      .join('; ');
    line(
      `${tasks - tasksLeft} of ${tasks} done, ${(100 * fraction).toFixed(0)} %${left}${what && `: ${what}`}`,
      begun || tasksLeft === 0,
    );
  };
  const pool = new Pool(
    book,
    store,
    { place, generators: store.generators.folder, backend: options.backend, threads },
    used.engine,
    {
      begun: (running) => tell(running, true),
      progress: (running) => tell(running),
      finished: (task, finding, running) => {
        progress.add(task, finding.seconds);
        tell(running);
      },
    },
  );
  let interrupted = 0;
  const interrupt = () => {
    // One Ctrl-C may arrive twice: from the terminal, and handed on by whoever started this.
    if (interrupted > 0 && performance.now() - interrupted > 1000) process.exit(130);
    if (interrupted > 0) return;
    interrupted = performance.now();
    say('\nStopping; once more ends at once.');
    pool.stop();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    await pool.work(jobs);
    if (process.stderr.isTTY) say('');
    const strangers = otherEngines(book.results(store.findings), used.engine);
    if (strangers > 0)
      say(`Note: ${strangers} of the results come from another version of the engine (they are in ${options.state}).`);
    const result = report(interrupted === 0);
    console.log(options.json ? JSON.stringify(result) : asText(result));
    if (interrupted > 0) {
      const { state } = options;
      say(
        state
          ? `The same command goes on from here (--state ${state}).`
          : 'Nothing was kept: with --state FILE it could go on.',
      );
    }
    return interrupted > 0 ? 130 : 0;
  } finally {
    store.close();
  }
}

/**
 * Writes a line that replaces the last one on a terminal; elsewhere a line when something begins or all is done, and
 * one a minute.
 */
function statusLine(): (text: string, important: boolean) => void {
  let last = -Infinity;
  return (text, important) => {
    const now = performance.now();
    if (process.stderr.isTTY) {
      if (now - last < 200 && !important) return;
      process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns ?? 120) - 1)}`);
    } else {
      if (now - last < 60_000 && !important) return;
      say(text);
    }
    last = now;
  };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, stack, hint } = error as Error & { hint?: string };
  say((process.env.DEBUG ? stack : undefined) ?? (hint ? `${message} ${hint}` : message));
  process.exitCode = error instanceof FlagError ? 2 : 1;
}

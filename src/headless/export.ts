/**
 * npm run export: a student as a file, checked by running it, without a page. `--help` lists the flags.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { settingsForDataset } from '../engine/data/settingsForDataset';
import { inWords } from '../engine/sentences';
import { Run } from '../engine/training/run';
import { Teacher } from '../engine/training/teacher';
import { exportStudent } from '../engine/workbench/exports';
import {
  ENOUGH_SAME,
  EXPORT_FORMATS,
  IMAGE_SOURCES,
  LOGIT_TOLERANCE,
  REPAIRS,
  verdictOf,
  type Exported,
  type ExportFormat,
  type ImageSource,
  type RepairName,
} from '../engine/workbench/report';
import { describeNote, flagsHelp, parseFlags } from '../state/settings';
import { startBackend } from './backend';
import { OWN_HELP, takeOwn } from './experiment/ownFlags';
import { loadSource } from './experiment/source';

const HELP = `npm run export -- [flags]

  --bits N         bits of weights and activations both
  --format NAME    ${EXPORT_FORMATS.join(', ')} (onnx)
  --out PATH       the file; of several files the folder
  --images N       test images that the file is run on beside the student (1000)
  --trained        the student after a whole run; without it, as plain quantization makes it
  --repairs NAMES  what is done to it before it is written, of ${REPAIRS.join(',')}
  --repair-images NAME  images that the repairs look at: ${IMAGE_SOURCES.join(', ')} (both)
${OWN_HELP}
  --data DIR, --weights FILE  another network and its images, as for npm run experiment
  --json           one JSON object: bytes, agreement, maxDifference, n

Every setting of the page, too:
${flagsHelp(['beside'])}`;

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Flags that cannot be used; says which and what they may be. */
class UsageError extends Error {}

function optionsOf(argv: readonly string[]) {
  // A number after --images is how many, anything else is which.
  const { own, rest: others } = takeOwn(argv, (name, words) => name === 'network' || !/^\d+$/.test(words.join()));
  const { settings: given, notes, rest } = parseFlags(others);
  const { values } = parseArgs({
    args: rest,
    options: {
      bits: { type: 'string' },
      format: { type: 'string', default: 'onnx' },
      out: { type: 'string' },
      images: { type: 'string', default: '1000' },
      trained: { type: 'boolean', default: false },
      repairs: { type: 'string', default: '' },
      'repair-images': { type: 'string', default: 'both' },
      data: { type: 'string' },
      weights: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const number = (name: string, text: string, from: number, to: number) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < from || value > to)
      throw new UsageError(`--${name} is a whole number from ${from} to ${to}, not "${text}".`);
    return value;
  };
  const oneOf = <Name extends string>(name: string, text: string, names: readonly Name[]): Name => {
    const found = names.find((each) => each === text);
    if (found === undefined) throw new UsageError(`--${name} is one of ${names.join(', ')}, not "${text}".`);
    return found;
  };
  if ((values.data === undefined) !== (values.weights === undefined))
    throw new UsageError('--data DIR and --weights FILE belong together: images, and the network trained for them.');
  if (own && values.data !== undefined)
    throw new UsageError('--data and --weights say the same as --images and --network: leave one pair out.');
  if (notes.some(({ kind }) => kind === 'invalid' || kind === 'unknown'))
    throw new UsageError(notes.map(describeNote).join(' '));
  const bits = values.bits === undefined ? {} : both(number('bits', values.bits, 2, 8));
  return {
    ...values,
    own,
    format: oneOf<ExportFormat>('format', values.format, EXPORT_FORMATS),
    repairs: {
      names:
        values.repairs === ''
          ? []
          : values.repairs.split(',').map((name) => oneOf<RepairName>('repairs', name, REPAIRS)),
      source: oneOf<ImageSource>('repair-images', values['repair-images'], IMAGE_SOURCES),
    },
    images: number('images', values.images, 1, 1e6),
    settings: { ...given, ...bits, beside: [], testImages: 0 },
    notes: notes.map(describeNote),
  };
}

const both = (bits: number) => ({ weightBits: bits, activationBits: bits });

function write({ files }: Exported, out: string): void {
  const places = files.length === 1 ? [out] : files.map(({ name }) => join(out, name));
  files.forEach(({ bytes }, i) => {
    mkdirSync(dirname(places[i]), { recursive: true });
    writeFileSync(places[i], bytes);
  });
}

async function main(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    console.log(HELP);
    return 0;
  }
  const { settings: asked, format, images, notes, repairs, ...options } = optionsOf(argv);
  notes.forEach(say);
  await startBackend();
  const source = await loadSource({
    ...(options.own ? { own: options.own } : {}),
    data: options.data ?? null,
    weights: options.weights ?? null,
    checkpoint: asked.generatorStart === 'checkpoint',
  });
  source.notes.forEach(say);
  // As on the page, few images are no reason for a refusal.
  const fitted = options.own ? settingsForDataset(asked, source.dataset) : { settings: asked, notes: [] };
  fitted.notes.forEach((note) => say(inWords(note)));
  const { settings } = fitted;
  const teacher = new Teacher(source.network);
  const run = (await Run.create(teacher, source.dataset, settings, source.checkpoint))!;
  if (options.trained) while (!run.finishedAll) await run.advance();
  const exported = await exportStudent(
    {
      source: {
        network: source.network,
        dataset: source.dataset,
        calibration: run.prepared.calibrationSet,
        studentNow: () => run.studentNow(),
        syntheticImages: (perClass) => run.syntheticImages(perClass),
      },
      settings,
      pause: async () => undefined,
    },
    { format, images, changes: { repairs } },
  );
  run.dispose();
  teacher.dispose();
  const { bytes, fullBytes, check } = exported;
  const usable = !check || verdictOf(check) !== 'differs';
  if (options.out !== undefined && usable) write(exported, options.out);
  const facts = {
    format,
    bytes,
    fullBytes,
    agreement: check && check.same / check.n,
    maxDifference: check && check.maxDifference,
    n: check?.n ?? 0,
    close: check && check.close / check.n,
    largestLogit: check && check.largestLogit,
    unoptimized: check?.unoptimized ?? null,
    runtime: check?.runtime ?? null,
    verdict: check && verdictOf(check),
  };
  if (options.json) console.log(JSON.stringify(facts));
  else {
    console.log(`${bytes} bytes${fullBytes === null ? '' : ` (parameters as float32: ${fullBytes})`}`);
    if (check)
      console.log(
        `${check.runtime}: same class on ${check.same} of ${check.n} test images, logits within ${LOGIT_TOLERANCE * 100} % of the largest on ${check.close}, all within ${check.maxDifference.toExponential(1)} (largest logit ${check.largestLogit.toFixed(1)})`,
      );
  }
  if (usable) return 0;
  say(
    `Not written: on fewer than ${ENOUGH_SAME * 100} % of the images ${check.runtime} gives the student's answer, also where the student itself is not undecided. Choose other bits or another format.`,
  );
  return 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, hint } = error as Error & { hint?: string };
  say(hint ? `${message} ${hint}` : message);
  process.exitCode = 1;
}

/** The command line: settings of the page's table, lists of them, and the experiment's own flags. */
import { parseArgs } from 'node:util';
import { METHOD_IDS } from '../../engine/methods';
import type { CenterTargets } from '../../engine/training/prepare';
import type { RunSettings } from '../../engine/runSettings';
import { presetOf } from '../../state/presets';
import {
  allowedInWords,
  describeNote,
  parseFlags,
  SETTING_KEYS,
  SETTINGS,
  toSearchParams,
  type SettingKey,
} from '../../state/settings';
import { applySetup, SETUPS } from '../../state/setups';
import { isShareNote, readLink, writeLink } from '../../state/shareLink';
import { takeOwn } from './ownFlags';
import { columnsOf, METHODS, methodName, type Experiment, type Method, type Variant } from './plan';
import type { OwnPlace } from './source';

/** Something on the command line that cannot be done; the message is for the user. */
export class FlagError extends Error {}

export interface Options {
  experiment: Experiment;
  /** Folder of CIFAR-10's binary files; null: the bundled images. */
  data: string | null;
  /** Weights for `data`. */
  weights: string | null;
  /** Network and images as the page opens them; null: those of `data`, or the bundled ones. */
  own: OwnPlace | null;
  /** File in which results are kept. */
  state: string | null;
  /** What computes. */
  backend: (typeof BACKENDS)[number];
  /** Processes at a time; null: as many as there are cores. */
  jobs: number | null;
  /** Of each process; null: what the jobs leave. */
  threads: number | null;
  json: boolean;
  /** Settings that flags or a link gave. */
  given: ReadonlySet<SettingKey>;
  /** What was changed on the way, for the user. */
  notes: string[];
  /** Address of the page that the link came from; '' without one. */
  address: string;
}

const OWN_FLAGS = {
  data: { type: 'string' },
  weights: { type: 'string' },
  methods: { type: 'string' },
  seeds: { type: 'string' },
  'learning-rates': { type: 'string' },
  'selection-seeds': { type: 'string' },
  center: { type: 'string' },
  link: { type: 'string' },
  preset: { type: 'string' },
  state: { type: 'string' },
  jobs: { type: 'string' },
  threads: { type: 'string' },
  backend: { type: 'string' },
  json: { type: 'boolean' },
  'no-quality': { type: 'boolean' },
} as const;

/** Flags that stand for settings of the table: one for several. */
const ALIASES: Record<string, SettingKey[]> = {
  steps: ['studentSteps'],
  batch: ['generatorBatch', 'calibrationBatch', 'syntheticBatch'],
  bits: ['weightBits', 'activationBits'],
};
const BACKENDS = ['wasm', 'webgpu'] as const;
const CENTERS: Record<string, CenterTargets> = { class: 'class', 'class-agnostic': 'classAgnostic' };
const keyOfUrl = new Map(SETTING_KEYS.map((key) => [SETTINGS[key].url, key]));

/** What a flag takes, in words. A flag that stands for other settings says which of them. */
function taken(name: string, key: SettingKey): string {
  const { url } = SETTINGS[key];
  const allowed = key === 'testImages' ? 'a whole number from 1 to as many as there are' : allowedInWords(key);
  return name === url ? `--${name} takes ${allowed}` : `--${name} sets ${url}, which is ${allowed}`;
}

/** One setting from its text. @throws FlagError where the table does not take it as it stands */
function settingValue(name: string, key: SettingKey, text: string): Variant {
  // How many test images there are depends on the data, not on the page's slider: `fitToSource` looks at it.
  if (key === 'testImages' && /^ *0*[1-9]\d{0,8} *$/.test(text)) return { testImages: Number(text) };
  const { settings, notes } = parseFlags([`--${SETTINGS[key].url}=${text}`]);
  if (notes.length > 0) throw new FlagError(`${taken(name, key)}, not "${text.trim()}".`);
  return { [key]: settings[key] };
}

/** The variants that a comma-separated list of a flag's values stands for. */
function variantsOf(name: string, keys: SettingKey[], text: string): Variant[] {
  return distinct(
    text.split(',').map((part): Variant => Object.assign({}, ...keys.map((key) => settingValue(name, key, part)))),
  );
}

/** Takes the words about settings out of the command line. */
function takeSettings(argv: readonly string[]): { variants: Map<string, Variant[]>; rest: string[] } {
  const variants = new Map<string, Variant[]>();
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const [, negated, name = '', , inline] = /^--(no-)?([a-z0-9-]+)(=(.*))?$/s.exec(argv[i]) ?? [];
    const key = keyOfUrl.get(name);
    const keys = ALIASES[name] ?? (key === undefined ? null : [key]);
    if (keys === null) {
      rest.push(argv[i]);
      continue;
    }
    if (key === 'beside')
      throw new FlagError('--methods says what is compared; --beside is for the page and npm run record.');
    const isSwitch = SETTINGS[keys[0]].kind === 'boolean';
    if (negated && !isSwitch)
      throw new FlagError(`--no-${name} means nothing, for ${name} is no switch: ${taken(name, keys[0])}.`);
    const follows = i + 1 < argv.length && !argv[i + 1].startsWith('--');
    const text = inline ?? (isSwitch ? (negated ? 'off' : 'on') : follows ? argv[++i] : null);
    if (text === null) throw new FlagError(`--${name} needs a value: ${taken(name, keys[0])}.`);
    // Of a flag given twice, or under its other name, the last counts.
    for (const other of variants.keys()) {
      if ((ALIASES[other] ?? [keyOfUrl.get(other)!]).every((each) => keys.includes(each))) variants.delete(other);
    }
    variants.set(name, variantsOf(name, keys, text));
  }
  return { variants, rest };
}

function ownPlace(argv: readonly string[]) {
  try {
    return takeOwn(argv);
  } catch (error) {
    throw new FlagError((error as Error).message);
  }
}

function ownFlags(words: string[]) {
  try {
    return parseArgs({ args: words, options: OWN_FLAGS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new FlagError((error as Error).message.split('. ')[0] + '. --help lists all flags.');
  }
}

function wholeNumber(name: string, text: string | undefined, fallback: number, max = 1000): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new FlagError(`--${name} takes a whole number from 1 to ${max}, not "${text}".`);
  }
  return value;
}

function listOf<T>(name: string, text: string, known: ReadonlyMap<string, T>): T[] {
  const values = text.split(',').map((part) => {
    const value = known.get(part.trim());
    if (value === undefined)
      throw new FlagError(`--${name} does not know "${part.trim()}". It knows ${[...known.keys()].join(', ')}.`);
    return value;
  });
  return [...new Set(values)];
}

/** The methods that a link's page shows. */
function methodsOf(settings: RunSettings): Method[] {
  const own = presetOf(settings) ?? 'custom';
  return [...new Set<Method>(['ptq', ...settings.beside, own])];
}

/**
 * @param argv the words after the command
 * @throws FlagError with a sentence for the user. A value out of range is refused, not mended: what runs for hours
 *   should be what was asked for. (In a link it is mended with a note, as on the page.)
 */
export function parseOptions(argv: readonly string[]): Options {
  const { own: place, rest: others } = ownPlace(argv);
  const { variants, rest } = takeSettings(others);
  const own = ownFlags(rest);
  const notes: string[] = [];
  const given = new Set<SettingKey>();
  if (own.preset !== undefined && own.link !== undefined)
    throw new FlagError('--preset and --link both say all settings: leave one of them out.');
  const linked = own.link === undefined ? null : readLink(queryOf(own.link));
  let settings = linked?.settings ?? parseFlags([]).settings;
  if (own.preset !== undefined) {
    const [setup] = listOf('preset', own.preset, new Map(SETUPS.map((name) => [name, name])));
    settings = applySetup(settings, setup);
  }
  if (linked) {
    for (const note of linked.notes) {
      // Reports are English, whatever the page speaks.
      if (note.kind === 'language') continue;
      if (isShareNote(note)) {
        // What is looked at and how the page is embedded is nothing to an experiment.
        if (note.kind === 'newer')
          notes.push(`Link: it was made by a newer version of the page (${note.given}); what is known of it is used.`);
        continue;
      }
      notes.push(`Link: ${note.kind === 'backend' ? `there is no backend “${note.given}”.` : describeNote(note)}`);
    }
    if (linked.backend !== null && linked.backend !== (own.backend ?? 'wasm')) {
      notes.push(
        `Link: experiments run on ${own.backend ?? 'wasm'}, not on ${linked.backend}${linked.backend === 'webgpu' ? ', unless --backend webgpu says so' : ''}.`,
      );
    }
    for (const key of SETTING_KEYS) given.add(key);
  }
  const axes: Variant[][] = [];
  const lists = [...variants].filter(([, list]) => list.length > 1);
  for (const [name, list] of lists) {
    const clash = [...variants].find(
      ([other, { 0: one }]) => other !== name && Object.keys(one).some((key) => key in list[0]),
    );
    if (clash)
      throw new FlagError(
        `--${name} and --${clash[0]} say different things about the same setting: leave one of them out.`,
      );
  }
  for (const [name, list] of variants) {
    for (const key of ALIASES[name] ?? [keyOfUrl.get(name)!]) given.add(key);
    settings = { ...settings, ...list[0] };
    if (list.length === 1) continue;
    if (name === 'seed') throw new FlagError('--seed takes one seed, the first; --seeds N says how many.');
    axes.push(list);
  }
  // The shipped generator was trained with one method's loss: no start for a comparison of methods, unless asked for.
  if (!given.has('generatorStart')) settings.generatorStart = 'scratch';
  const seeds = wholeNumber('seeds', own.seeds, 1);
  const lastSeed = settings.seed + seeds - 1;
  if (lastSeed > SETTINGS.seed.max) {
    throw new FlagError(
      `${seeds} seeds from ${settings.seed} on end beyond ${SETTINGS.seed.max}: take a smaller --seed.`,
    );
  }
  const selectionSeeds = wholeNumber('selection-seeds', own['selection-seeds'], seeds);
  if (selectionSeeds > seeds) {
    notes.push(`--selection-seeds: there are ${seeds} seeds, not ${selectionSeeds}: all of them choose.`);
  }
  const learningRates = (own['learning-rates']?.split(',') ?? []).map(
    (part) => settingValue('learning-rates', 'studentLearningRate', part).studentLearningRate!,
  );
  if (place && (own.data !== undefined || own.weights !== undefined))
    throw new FlagError('--data and --weights say the same as --images and --network: leave one pair out.');
  if (own.data === undefined && own.weights !== undefined)
    throw new FlagError('--weights belongs to --data DIR, the folder of the images that its network was trained for.');
  if (own.data !== undefined && own.weights === undefined) {
    throw new FlagError('--data needs --weights FILE.safetensors: the network to quantize.');
  }
  return {
    experiment: {
      settings,
      axes: ordered(axes),
      seeds,
      methods:
        own.methods === undefined
          ? linked
            ? methodsOf(settings)
            : ['ptq', 'calibration', 'zeroShot', 'fdda']
          : listOf('methods', own.methods, new Map(METHODS.map((method) => [methodName(method), method]))),
      centers: listOf('center', own.center ?? 'class', new Map(Object.entries(CENTERS))),
      learningRates: [...new Set(learningRates)].sort((a, b) => a - b),
      selectionSeeds: Math.min(seeds, selectionSeeds),
      quality: !own['no-quality'],
    },
    data: own.data ?? null,
    weights: own.weights ?? null,
    own: place,
    state: own.state ?? null,
    json: own.json ?? false,
    backend:
      own.backend === undefined
        ? 'wasm'
        : listOf('backend', own.backend, new Map(BACKENDS.map((name) => [name, name])))[0],
    jobs: own.jobs === undefined ? null : wholeNumber('jobs', own.jobs, 1, 256),
    threads: own.threads === undefined ? null : wholeNumber('threads', own.threads, 1, 64),
    given,
    notes,
    address: own.link === undefined ? '' : own.link.replace(/[?#].*$/s, ''),
  };
}

/** Each variant once, where it first stands. */
export function distinct(variants: readonly Variant[]): Variant[] {
  const texts = variants.map((variant) => JSON.stringify(variant));
  return variants.filter((_, i) => texts.indexOf(texts[i]) === i);
}

const queryOf = (link: string) => /\?[^#]*/s.exec(link)?.[0] ?? '';

/** The table's order: bits and first and last layer, number of images, then whatever else. */
function ordered(axes: Variant[][]): Variant[][] {
  const rank = (axis: Variant[]) =>
    ['weightBits', 'activationBits', 'firstLast', 'imagesPerClass'].findIndex((key) => key in axis[0]);
  return [...axes].sort((a, b) => ((rank(a) + 9) % 9) - ((rank(b) + 9) % 9));
}

/** The page's query for these settings. */
export function linkTo(settings: RunSettings, address = ''): string {
  return `${address}${writeLink({ settings, backend: null, without: [] })}` || '?';
}

/** The settings that differ from the table's defaults, as flags. */
export function asFlags(settings: RunSettings): string {
  return [...toSearchParams(settings)].map(([key, value]) => `--${key}=${value}`).join(' ');
}

/** Methods and centres as flags name them. */
export const centerName = (center: CenterTargets) => Object.keys(CENTERS).find((name) => CENTERS[name] === center)!;

/** Settings that belong to what a link shows: the last method's, first of every list. */
export function linkedSettings(experiment: Experiment): RunSettings {
  const { settings } = columnsOf({ ...experiment, axes: experiment.axes.map((axis) => axis.slice(0, 1)) }).at(-1)!;
  const rate = experiment.learningRates.length === 1 ? { studentLearningRate: experiment.learningRates[0] } : {};
  const others: readonly Method[] = experiment.methods;
  return { ...settings, ...rate, beside: METHOD_IDS.filter((id) => others.includes(id) && id !== presetOf(settings)) };
}

/** Hands a reader one damaged file after the other and keeps count of how it takes them. */
import { Random } from '../../src/engine/random';

/** One kind of file that somebody else may have written. */
export interface FuzzTarget<Sample = unknown> {
  name: string;
  /** Whole files to begin with. */
  samples: readonly Sample[];
  mutate(sample: Sample, random: Random): Sample;
  /** Bytes of a file: what memory is measured against. */
  size(sample: Sample): number;
  /** As the program reads it. */
  read(sample: Sample): unknown;
  /** Whether this error is one that the reader means, with words for people. */
  isRefusal(error: unknown): boolean;
}

/** More is a hang, in milliseconds. */
export const LONGEST_MS = 2000;
/** Memory that may be taken: this many times the file's size, and what a file of any size needs. */
const TIMES_SIZE = 4;
const ALLOWANCE = 24 * 2 ** 20;

export interface FuzzFailure {
  kind: 'raw error' | 'hang' | 'memory' | 'prototype';
  what: string;
  /** The first mutants that show it. */
  mutants: number[];
  count: number;
}

export interface FuzzResult {
  reader: string;
  seed: number;
  mutants: number;
  read: number;
  refused: number;
  slowestMs: number;
  failures: FuzzFailure[];
}

export interface FuzzOptions {
  seed: number;
  /** The first mutant's number. */
  from?: number;
  mutants?: number;
  milliseconds?: number;
  /** So many are read however long it takes: a busy machine is no failure. */
  atLeast?: number;
  /** Before each mutant, by its number. */
  onMutant?: (index: number) => void;
}

/** Mutant `index` of a reader and a seed, whatever came before it. */
export function mutantOf<Sample>(target: FuzzTarget<Sample>, seed: number, index: number): Sample {
  const random = new Random(seed).fork(target.name).fork(index);
  return target.mutate(random.pick([...target.samples]), random);
}

const inUse = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** Words of an error without what differs from file to file, so that those of one kind are counted together. */
const kindOf = (error: unknown): string => {
  const { name, message, stack } = error as Error;
  const place = /\((?:file:\/\/)?\/?.*?\/((?:src|node_modules)\/[^)]*?):\d+\)/.exec(stack ?? '')?.[1] ?? '';
  return `${name}: ${String(message).slice(0, 100)} (${place})`;
};

interface Reading {
  error: unknown;
  ms: number;
  bytes: number;
}

/** Time that passes for a piece of work, in milliseconds: what other work takes of the machine does not count. */
export function stopwatch(): () => number {
  const [began, { user, system }] = [performance.now(), process.cpuUsage()];
  return () => {
    const now = process.cpuUsage();
    return Math.min(performance.now() - began, (now.user - user + now.system - system) / 1000);
  };
}

async function readOnce<Sample>(target: FuzzTarget<Sample>, sample: Sample): Promise<Reading> {
  const [before, elapsed] = [inUse(), stopwatch()];
  let error: unknown = null;
  try {
    await target.read(sample);
  } catch (thrown) {
    error = thrown ?? new Error('nothing was thrown');
  }
  return { error, ms: elapsed(), bytes: inUse() - before };
}

/** Reads mutants until so many are read or the time is over. */
export async function fuzz<Sample>(target: FuzzTarget<Sample>, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, from = 0, mutants = Infinity, milliseconds = Infinity, atLeast = 0, onMutant } = options;
  const result: FuzzResult = { reader: target.name, seed, mutants: 0, read: 0, refused: 0, slowestMs: 0, failures: [] };
  const fail = (kind: FuzzFailure['kind'], what: string, index: number) => {
    let failure = result.failures.find((each) => each.kind === kind && each.what === what);
    if (!failure) result.failures.push((failure = { kind, what, mutants: [], count: 0 }));
    failure.count++;
    if (failure.mutants.length < 5) failure.mutants.push(index);
  };
  const end = performance.now() + milliseconds;
  for (let index = from; index < from + mutants && (index < from + atLeast || performance.now() < end); index++) {
    onMutant?.(index);
    const sample = mutantOf(target, seed, index);
    const allowed = ALLOWANCE + TIMES_SIZE * target.size(sample);
    let reading = await readOnce(target, sample);
    // Once more where it is too much: other work of the machine, or what was left to be cleared away, counts as well.
    if (reading.ms > LONGEST_MS || reading.bytes > allowed) {
      const again = await readOnce(target, sample);
      reading = {
        error: again.error,
        ms: Math.min(reading.ms, again.ms),
        bytes: Math.min(reading.bytes, again.bytes),
      };
    }
    result.mutants++;
    result.slowestMs = Math.max(result.slowestMs, reading.ms);
    if (reading.error === null) result.read++;
    else if (target.isRefusal(reading.error)) result.refused++;
    else fail('raw error', kindOf(reading.error), index);
    const outcome = reading.error === null ? 'read' : kindOf(reading.error);
    if (reading.ms > LONGEST_MS) fail('hang', outcome, index);
    if (reading.bytes > allowed) fail('memory', outcome, index);
    if ('polluted' in {}) {
      fail('prototype', outcome, index);
      delete (Object.prototype as Record<string, unknown>).polluted;
    }
  }
  return result;
}

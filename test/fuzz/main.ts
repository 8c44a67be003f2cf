/**
 * `npm run fuzz -- [--minutes 1] [--mutants N] [--reader NAME] [--seed S] [--from I]`: damaged files for every reader,
 * in turn, each in a process of its own that is ended when one mutant takes 20 s. Prints a table and every kind of
 * failure with the number of a mutant that shows it; exits 1 where there is one.
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { fuzz, type FuzzResult } from './fuzz';
import { prepareTargets, TARGETS } from './targets';
import { use } from '../engine/backends';

const STUCK_MS = 20_000;

interface Job {
  reader: string;
  seed: number;
  from: number;
  mutants: number;
  milliseconds: number;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    mutants: { type: 'string' },
    reader: { type: 'string' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    job: { type: 'string' },
  },
});

/** In the process of its own. */
async function work(job: Job): Promise<void> {
  await use('cpu');
  await prepareTargets();
  const target = TARGETS.find(({ name }) => name === job.reader)!;
  const result = await fuzz(target, { ...job, onMutant: (index) => process.send!({ index }) });
  process.send!({ result }, () => process.exit(0));
}

function run(job: Job): Promise<FuzzResult> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, ['--job', JSON.stringify(job)], { execArgv: process.execArgv });
    let [index, at, done] = [job.from, performance.now() + STUCK_MS, false];
    const stuck = setInterval(() => {
      if (performance.now() - at < STUCK_MS) return;
      done = true;
      child.kill('SIGKILL');
      const failures = [{ kind: 'hang' as const, what: `more than ${STUCK_MS / 1000} s`, mutants: [index], count: 1 }];
      resolve({
        reader: job.reader,
        seed: job.seed,
        mutants: index - job.from + 1,
        read: 0,
        refused: 0,
        slowestMs: STUCK_MS,
        failures,
      });
    }, 500);
    child.on('message', (message: { index?: number; result?: FuzzResult }) => {
      if (message.index !== undefined) [index, at] = [message.index, performance.now()];
      if (!message.result) return;
      done = true;
      resolve(message.result);
    });
    child.on('exit', (code, signal) => {
      clearInterval(stuck);
      if (!done)
        reject(
          new Error(`${job.reader}: the process ended with ${code ?? signal} at mutant ${index} of seed ${job.seed}`),
        );
    });
  });
}

const positive = (name: 'minutes' | 'mutants' | 'seed' | 'from', fallback: number): number => {
  const given = values[name];
  const value = given === undefined ? fallback : Number(given);
  if (!(value >= 0)) throw new Error(`--${name} must be a number, not ${given}.`);
  return value;
};

async function main(): Promise<void> {
  const known = TARGETS.map(({ name }) => name);
  if (values.reader !== undefined && !known.includes(values.reader))
    throw new Error(`There is no reader "${values.reader}"; there are ${known.join(', ')}.`);
  const readers = values.reader === undefined ? known : [values.reader];
  const limited = values.mutants !== undefined;
  const mutants = positive('mutants', Number.MAX_SAFE_INTEGER);
  const minutes = limited && values.minutes === undefined ? 24 * 60 : positive('minutes', 1);
  let failed = false;
  console.log('reader       mutants     read  refused  slowest ms  failures');
  for (const reader of readers) {
    const share = (minutes * 60_000) / readers.length;
    const job = { reader, seed: positive('seed', 1), from: positive('from', 0), mutants, milliseconds: share };
    const result = await run(job);
    const count = result.failures.reduce((sum, failure) => sum + failure.count, 0);
    const cells = [result.mutants, result.read, result.refused, Math.round(result.slowestMs), count];
    console.log(reader.padEnd(11) + cells.map((cell, i) => String(cell).padStart([9, 9, 9, 12, 10][i])).join(''));
    for (const { kind, what, mutants: shown, count: times } of result.failures)
      console.log(`  ${kind}, ${times} times, e.g. mutant ${shown.join(', ')}: ${what}`);
    failed ||= count > 0;
  }
  if (failed) process.exitCode = 1;
}

if (values.job === undefined) {
  try {
    await main();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
} else await work(JSON.parse(values.job) as Job);

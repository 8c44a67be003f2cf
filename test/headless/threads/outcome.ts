/** The same numbers whatever the number of threads: programs of their own, each with as many. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { Outcome } from './runOnThreads';

const run = promisify(execFile);

/** @param threads 0: tfjs's binary without any */
export async function outcomeWith(threads: number, ...flags: string[]): Promise<Outcome> {
  const { stdout } = await run(
    process.execPath,
    ['--import', 'tsx', resolve(import.meta.dirname, 'runOnThreads.ts'), String(threads), ...flags],
    { cwd: resolve(import.meta.dirname, '../../..'), maxBuffer: 1e8 },
  );
  return JSON.parse(stdout) as Outcome;
}

/** Says the first kernel call in which two outcomes differ: what comes after it differs because of it. */
export function expectSame({ calls, through }: Outcome, alone: Outcome): void {
  const first = calls.findIndex((call, i) => call !== alone.calls[i]);
  expect(first < 0 ? null : { place: first, with: calls[first], alone: alone.calls[first] }).toBeNull();
  expect(calls).toHaveLength(alone.calls.length);
  expect(through).toEqual(alone.through);
}

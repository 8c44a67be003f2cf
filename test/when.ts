/**
 * Tests of one file that belong to two commands: `it` to `npm test`, `itLong` to `npm run test:long`, which finds them by
 * a file beside it that is named `.long.test.ts` and imports it. A group whose tests all belong to one of the commands
 * says so itself, for vitest takes an empty group for a failure.
 */
import { describe, it as always } from 'vitest';

/** From vitest.config.ts; projects do not know vitest's mode. */
const isLong = process.env.TESTS === 'long';

/** Not even listed: a test that is skipped looks like one that is missing. */
const never = Object.assign(() => undefined, { each: () => () => undefined });

export const it = isLong ? (never as unknown as typeof always) : always;
export const itLong = isLong ? always : (never as unknown as typeof always);
export const describeShort = isLong ? (never as unknown as typeof describe) : describe;
export const describeLong = isLong ? describe : (never as unknown as typeof describe);

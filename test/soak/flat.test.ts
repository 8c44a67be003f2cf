import { describe, expect, it } from 'vitest';
import { verdictOf, type Sample } from './flat';

const TOLERANCE = { share: 0.1, amount: 0 };
/** Four samples a run. */
const samples = (runs: number, value: (run: number, at: number) => number): Sample[] =>
  Array.from({ length: 4 * runs }, (_, i) => {
    const run = Math.floor(i / 4);
    return { at: 10 * i, run, values: { heap: value(run, i) } };
  });

describe('what stays flat', () => {
  it('goes up and down within each run', () => {
    const verdict = verdictOf(
      samples(6, (_, at) => 100 + 50 * (at % 4)),
      'heap',
      false,
      TOLERANCE,
    );
    expect(verdict).toEqual({ series: 'heap', early: 250, late: 250, flat: true });
  });

  it('is not what grows with every run', () => {
    expect(
      verdictOf(
        samples(6, (run) => 100 + 20 * run),
        'heap',
        false,
        TOLERANCE,
      ),
    ).toMatchObject({ flat: false });
    expect(
      verdictOf(
        samples(6, (run) => 100 + run),
        'heap',
        false,
        TOLERANCE,
      ),
    ).toMatchObject({ flat: true });
  });

  it('is not what grows in one long run', () => {
    const one = (value: (at: number) => number) =>
      samples(6, (_, at) => value(at)).map((each) => ({ ...each, run: 0 }));
    expect(
      verdictOf(
        one((at) => 100 + at),
        'heap',
        true,
        TOLERANCE,
      ),
    ).toMatchObject({ early: 107, late: 123, flat: false });
    expect(
      verdictOf(
        one(() => 100),
        'heap',
        true,
        TOLERANCE,
      ),
    ).toMatchObject({ flat: true });
  });

  it('cannot be told of less than two whole runs', () => {
    expect(
      verdictOf(
        samples(3, () => 1),
        'heap',
        false,
        TOLERANCE,
      ),
    ).toBeNull();
    expect(
      verdictOf(
        samples(1, () => 1),
        'heap',
        true,
        TOLERANCE,
      ),
    ).toBeNull();
  });
});

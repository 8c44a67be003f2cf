/** Whether what was measured again and again has stayed where it was. */

export interface Sample {
  /** Seconds since the page was opened. */
  at: number;
  /** Runs that were finished before it. */
  run: number;
  values: Record<string, number>;
}

export interface Verdict {
  series: string;
  /** Largest value at the beginning and at the end. */
  early: number;
  late: number;
  flat: boolean;
}

/** What a series may grow by and count as flat: a share of it, and an amount of its own. */
export interface Tolerance {
  share: number;
  amount: number;
}

const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, value), -Infinity);

/**
 * A value goes up and down within a run, so that whole runs are compared: the largest one of the earlier half of them
 * with that of the later half. In one long run it is the first and the last third of the time.
 *
 * @param samples after the time that does not count
 * @returns null where there are fewer than two whole runs (or six samples of one) to compare
 */
export function verdictOf(
  samples: readonly Sample[],
  series: string,
  long: boolean,
  { share, amount }: Tolerance,
): Verdict | null {
  const groups = long ? thirds(samples) : wholeRuns(samples);
  if (groups.length < 2 || groups.some((group) => group.length === 0)) return null;
  const tops = groups.map((group) => largest(group.map(({ values }) => values[series])));
  const half = Math.floor(tops.length / 2);
  const early = largest(tops.slice(0, half));
  const late = largest(tops.slice(-half));
  return { series, early, late, flat: late <= early * (1 + share) + amount };
}

function thirds(samples: readonly Sample[]): Sample[][] {
  const length = Math.floor(samples.length / 3);
  return length < 2 ? [] : [0, 1, 2].map((i) => samples.slice(i * length, (i + 1) * length));
}

/** Without the runs in which the counted time begins and ends. */
function wholeRuns(samples: readonly Sample[]): Sample[][] {
  const runs = [...new Set(samples.map(({ run }) => run))].slice(1, -1);
  return runs.map((run) => samples.filter((sample) => sample.run === run));
}

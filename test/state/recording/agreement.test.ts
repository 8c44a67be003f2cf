import { describe, expect, it } from 'vitest';
import type { RunSettings } from '../../../src/engine/runSettings';
import { agreementOf, referenceOf, type Compared } from '../../../src/state/recording/agreement';
import type { Recording } from '../../../src/state/recording/format';
import { readRecording } from '../../../src/state/recording/read';
import { writeRecording } from '../../../src/state/recording/write';
import { sampleRecording } from './sample';

const HASH = '0123456789abcdef';

/** A run as recorded, with hashes of its students. */
function hashed(recording: Recording, hash: string | null): Recording {
  const accuracy = recording.record.live.accuracy.map((row) => ({
    ...row,
    weightsHash: row.id === 'fullPrecision' || row.id === 'ptq' ? null : hash,
  }));
  return { ...recording, record: { ...recording.record, live: { ...recording.record.live, accuracy } } };
}

/** The recording as a file that was written and opened, beside the engine's run `own`. */
async function compare(recorded: Recording, own: Recording, change: Partial<Compared> = {}) {
  const { overview, live, generatorLosses, studentLosses } = own.record;
  return agreementOf({
    reference: referenceOf(await readRecording(await writeRecording(withHistory(recorded)))),
    recorded: null,
    applied: own.settings,
    status: 'finished',
    overview,
    live,
    generatorLosses,
    studentLosses,
    ...change,
  });
}

/** The file keeps the moments of the history: its last one is what is live. */
const withHistory = ({ record, ...rest }: Recording): Recording => ({
  ...rest,
  record: { ...record, history: [...record.history.slice(0, -1), record.live] },
});

/** The same run with one of its samples changed by a share. */
function changed(recording: Recording, of: 'generator' | 'student', step: number, share: number): Recording {
  const key = of === 'generator' ? ('generatorLosses' as const) : ('studentLosses' as const);
  const series = recording.record[key].fdda!;
  const items = series.items.map((each) => (each.step === step ? { ...each, total: each.total * (1 + share) } : each));
  return { ...recording, record: { ...recording.record, [key]: { fdda: { ...series, items } } } };
}

describe('a run beside the recording of its settings', () => {
  const run = hashed(sampleRecording(), HASH);

  it('is the same where every hash is, and alike where the recording has none', async () => {
    expect(await compare(run, run)).toEqual({ kind: 'same' });
    expect(await compare(sampleRecording(), run)).toEqual({ kind: 'alike' });
  });

  it('says where it first differs, as precisely as recordings are', async () => {
    expect(await compare(run, changed(run, 'student', 3, 1e-3))).toEqual({
      kind: 'loss',
      of: 'student',
      arm: 'fdda',
      step: 3,
    });
    const both = changed(changed(run, 'student', 2, 1e-3), 'generator', 5, -1e-3);
    expect(await compare(run, both)).toEqual({ kind: 'loss', of: 'generator', arm: 'fdda', step: 5 });
    expect(await compare(run, both, { status: 'running' })).toMatchObject({ step: 5 });
    // Below the fifth digit nothing can be said of a loss.
    expect(await compare(run, changed(run, 'student', 3, 1e-8))).toEqual({ kind: 'same' });
  });

  it('knows another student that no loss betrays', async () => {
    expect(await compare(run, hashed(run, HASH.replace('0', 'f')))).toEqual({ kind: 'end', arm: 'fdda' });
    const worse = hashed(sampleRecording(), null);
    const fdda = worse.record.live.accuracy.find(({ id }) => id === 'fdda')!;
    fdda.correct! -= 1;
    expect(await compare(sampleRecording(), worse)).toEqual({ kind: 'end', arm: 'fdda' });
  });

  it.each<[string, Partial<Compared>]>([
    ['while it runs and nothing differs', { status: 'running' }],
    ['without a recording', { reference: null }],
    ['of other settings', { applied: { ...run.settings, seed: 2 } as RunSettings }],
    [
      'of another network',
      { overview: { ...run.record.overview, network: { ...run.record.overview.network, name: 'other' } } },
    ],
    ['before it has begun', { live: null }],
  ])('has nothing to say %s', async (_, change) => {
    expect(await compare(run, run, change)).toBeNull();
  });
});

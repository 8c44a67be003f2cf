import { useEffect, useRef, useState } from 'react';
import type { TaskOptions, TriedRange } from '../../engine/workbench/report';
import { failureOf } from '../../state/failures';
import type { Failure } from '../../worker/protocol';
import { useActions } from '../playground';

/** What is tried: a quantizer's range, or null for its own. Another object is another drag. */
export type Tried = Omit<TaskOptions<'triedRange'>, 'from' | 'milliseconds'>;

/** Of the slices so far. */
export interface TriedAccuracy extends Omit<TriedRange, 'from'> {
  of: Tried;
}

/** What a slice may take: the first one's number is painted within 100 ms then, while the range is dragged. */
const SLICE_MS = 25;
/** Rest after which all images are gone through. */
const REST_MS = 150;
/** A range whose number is not there by then has none yet. */
const LATE_MS = 400;
/** The engine had to stop it, because a run is being replaced. */
const AGAIN_MS = 500;

const added = (sum: TriedAccuracy | null, of: Tried, slice: TriedRange): TriedAccuracy => {
  const { from: _, ...counts } = slice;
  // A student that was taken anew has answers of its own.
  if (!sum || sum.step !== slice.step) return { ...counts, of };
  return {
    ...counts,
    of,
    n: sum.n + slice.n,
    full: sum.full + slice.full,
    student: sum.student + slice.student,
    onlyFull: sum.onlyFull + slice.onlyFull,
    onlyStudent: sum.onlyStudent + slice.onlyStudent,
  };
};

const isOfSame = (one: Tried, other: Tried | null): boolean =>
  one.quantizer.kind === other?.quantizer.kind &&
  one.quantizer.node === other.quantizer.node &&
  one.look === other.look;

/**
 * The accuracy with a range that may be dragged: at once on a few images, then, when it rests, on more and more of them.
 * A drag that comes meanwhile ends that. While a first slice is on its way, of all that is dragged the latest is next.
 *
 * @param tried null: nothing is measured
 */
export function useTriedRange(tried: Tried | null): {
  accuracy: TriedAccuracy | null;
  /** The accuracy is that of the range as it is. */
  current: boolean;
  /** It is not, and has not been for a while. */
  late: boolean;
  failure: Failure | null;
} {
  const { workbench } = useActions();
  const [accuracy, setAccuracy] = useState<TriedAccuracy | null>(null);
  const [lateWith, setLateWith] = useState<TriedAccuracy | null>(null);
  const [failed, setFailed] = useState<{ of: Tried; failure: Failure | null } | null>(null);
  const wanted = useRef<Tried | null>(null);
  const wake = useRef<() => void>(() => undefined);
  /** What is being measured, and what ends that. */
  const going = useRef<{ of: Tried; stop: AbortController } | null>(null);

  useEffect(() => {
    const gone = new AbortController();
    let woken = () => {};
    const change = () => new Promise<void>((resolve) => (woken = resolve));
    const changeOrRest = (milliseconds: number) =>
      Promise.race([change(), new Promise((resolve) => setTimeout(resolve, milliseconds))]);
    wake.current = () => woken();
    const measure = async (of: Tried, signal: AbortSignal) => {
      let sum: TriedAccuracy | null = null;
      let from = 0;
      do {
        const options = { ...of, from, milliseconds: SLICE_MS };
        const slice = await workbench('triedRange', options, () => undefined, signal);
        if (signal.aborted) return;
        if (!slice) {
          await changeOrRest(AGAIN_MS);
          continue;
        }
        setAccuracy((sum = added(sum, of, slice)));
        from += slice.n;
        if (from >= slice.total) return;
        if (from === slice.n) await changeOrRest(REST_MS);
      } while (wanted.current === of && !signal.aborted);
    };
    const go = async () => {
      let done: Tried | null = null;
      while (!gone.signal.aborted) {
        const of = wanted.current;
        if (of === null || of === done) {
          await change();
          continue;
        }
        const stop = new AbortController();
        going.current = { of, stop };
        await measure(of, stop.signal).catch((error: unknown) => {
          if (!stop.signal.aborted) setFailed({ of, failure: failureOf(error) });
        });
        going.current = null;
        done = of;
      }
    };
    void go();
    return () => {
      gone.abort();
      going.current?.stop.abort();
      woken();
    };
  }, [workbench]);

  useEffect(() => {
    wanted.current = tried;
    // With a large network the first images take seconds, and of another layer nobody waits for them.
    if (going.current && !isOfSame(going.current.of, tried)) going.current.stop.abort();
    wake.current();
  }, [tried]);

  const current = accuracy !== null && accuracy.of === tried;
  useEffect(() => {
    if (current) return;
    const timer = setTimeout(() => setLateWith(accuracy), LATE_MS);
    return () => clearTimeout(timer);
  }, [current, accuracy]);
  return {
    accuracy,
    current,
    late: !current && lateWith === accuracy,
    failure: failed && failed.of === tried ? failed.failure : null,
  };
}

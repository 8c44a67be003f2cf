import type { GeneratorSample, RunFrame, RunOverview, StudentSample } from '../engine/runReport';
import type { Moment } from './history';
import { addMoment, nextMoment } from './history';
import type { Series } from './series';
import { appendSamples, emptySeries } from './series';

/** All that a run has shown so far, in bounded memory: everything that the views draw. */
export interface RunRecord {
  overview: RunOverview | null;
  generatorLosses: Series<GeneratorSample>;
  studentLosses: Record<StudentSample['method'], Series<StudentSample>>;
  /** The newest moment. */
  live: Moment | null;
  history: readonly Moment[];
}

export function emptyRecord(overview: RunOverview | null = null): RunRecord {
  return {
    overview,
    generatorLosses: emptySeries<GeneratorSample>(),
    studentLosses: { calibration: emptySeries<StudentSample>(), fdda: emptySeries<StudentSample>() },
    live: null,
    history: [],
  };
}

/** What `frame` changes of a record. The page's own runs and the recorder go through here alike. */
export function afterFrame(record: RunRecord, frame: RunFrame): Omit<RunRecord, 'overview'> {
  const live = nextMoment(record.live, frame);
  const ofMethod = (method: StudentSample['method']) => frame.student.filter((sample) => sample.method === method);
  return {
    live,
    history: addMoment(record.history, live),
    generatorLosses: appendSamples(record.generatorLosses, frame.generator),
    studentLosses:
      frame.student.length === 0
        ? record.studentLosses
        : {
            calibration: appendSamples(record.studentLosses.calibration, ofMethod('calibration')),
            fdda: appendSamples(record.studentLosses.fdda, ofMethod('fdda')),
          },
  };
}

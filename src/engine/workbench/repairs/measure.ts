/** Repairs, measured before and after. */
import type { Student } from '../../quantization/student';
import { fullLogits } from '../answers';
import { checkTogether, createChangedTrial } from '../changed';
import { imageBatches, logProbabilities, measured, topClasses, type Measured } from '../images';
import { LossCount } from '../layers';
import { joinedImages } from '../lookedImages';
import { REPAIRS, type Repaired, type RepairName, type RepairRow, type TaskOptions } from '../report';
import type { TaskContext } from '../source';
import { repair } from '.';

/** Share of the work that comes before the first repair. */
const BEFORE = 0.05;

/** Nothing done, each repair alone, and, of several, all together. */
export async function repairs(
  context: TaskContext,
  { names, images: wanted, source: from, changes = {} }: TaskOptions<'repairs'>,
): Promise<Repaired> {
  const { source } = context;
  const on = measured(source.dataset, wanted);
  checkTogether({ ...changes, repairs: { names, source: from } });
  const images = joinedImages(source, from);
  const asked = REPAIRS.filter((name) => names.includes(name));
  const sets: RepairName[][] = [[], ...asked.map((name) => [name]), ...(asked.length > 1 ? [asked] : [])];
  const rows: RepairRow[] = [];
  let [correctFull, step] = [0, 0];
  try {
    // Of the network itself: a trained student's own weights, not rounded, answer otherwise.
    const full = await fullLogits(source, on, (fraction) => context.pause(BEFORE * fraction));
    for (const set of sets) {
      const pause = (fraction: number) =>
        context.pause(BEFORE + ((1 - BEFORE) * (rows.length + fraction)) / sets.length);
      const { student, ...trial } = await createChangedTrial(context, changes);
      step = trial.step;
      try {
        const told = { ...context, pause: (fraction: number) => pause(0.9 * fraction) };
        const changed = await repair(student, set, images, told, changes.calibration);
        const after = await logitsOf(context, student, on, (fraction) => pause(0.9 + 0.1 * fraction));
        const loss = new LossCount();
        const { classes, labels } = after;
        const answers = topClasses(full, classes);
        loss.add({ log: logProbabilities(full, classes), answers }, after.logits, labels, classes);
        const right = (of: Uint16Array) => of.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0);
        correctFull = right(answers);
        rows.push({
          names: set,
          changed: changed.size,
          correct: right(topClasses(after.logits, classes)),
          loss: loss.result,
        });
        await pause(0);
      } finally {
        student.dispose();
      }
    }
    return { step, ...on, correctFull, images: images.count, rows };
  } finally {
    images.dispose();
  }
}

async function logitsOf(
  { source }: TaskContext,
  student: Student,
  { split, n }: Measured,
  pause: (fraction: number) => Promise<void>,
) {
  const { definition } = student;
  const classes = definition.numClasses;
  const [logits, labels] = [new Float32Array(n * classes), new Uint16Array(n)];
  for (const batch of imageBatches(source.dataset, source.network, split, n)) {
    const values = student.forward(batch.images);
    batch.images.dispose();
    logits.set((await values.data().finally(() => values.dispose())) as Float32Array, batch.start * classes);
    labels.set(batch.labels, batch.start);
    if (batch.start + batch.labels.length < n) await pause((batch.start + batch.labels.length) / n);
  }
  return { logits, labels, classes };
}

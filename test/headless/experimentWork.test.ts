import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../src/headless/experiment/flags';
import { cellOf, columnsOf, generatorKey, studentKey, type Method } from '../../src/headless/experiment/plan';
import { Workbook, type Found, type Task } from '../../src/headless/experiment/work';

const experimentOf = (line: string) => parseOptions(line.split(' ')).experiment;
const bookOf = (line: string) => new Workbook(experimentOf(line), 'source');

/** The cell of one method with some flags. */
function cell(method: Method, flags = '', rate: number | null = null, center = 'class') {
  const experiment = experimentOf(
    `--generator-steps 400 --methods ${method === 'zeroShot' ? 'zero-shot' : method} --center ${center} ${flags}`.trim(),
  );
  return cellOf(columnsOf(experiment)[0], experiment.settings.seed, rate);
}
const generator = (...args: Parameters<typeof cell>) => generatorKey('source', cell(...args));
const student = (...args: Parameters<typeof cell>) => studentKey('source', cell(...args));

const found = (task: Task, correct = 5): Found => {
  const shared = { seconds: 2, engine: 'e' };
  switch (task.kind) {
    case 'generator':
      return { ...shared, kind: 'generator', steps: 1 };
    case 'quality':
      return { ...shared, kind: 'quality', quality: {} as never };
    case 'fullPrecision':
      return { ...shared, kind: 'fullPrecision', test: { correct: 9, n: 10 }, validation: { correct: 9, n: 10 } };
    case 'student':
      return { ...shared, kind: 'student', steps: 1, test: { correct, n: 10 }, validation: { correct, n: 10 } };
  }
};
const names = (tasks: Task[]) =>
  tasks.map(({ kind, cell: { column, settings } }) => `${kind} ${column.method} ${settings.seed}`);

describe('a generator', () => {
  it('is shared by bit widths, students, learning rates and what is only measured', () => {
    for (const flags of [
      '--bits 4',
      '--first-last 8',
      '--steps 250',
      '--calibration-batch 4',
      '--test-images 500',
      '--activation-range mse',
      '--observation-per-class 50',
    ]) {
      expect(generator('fdda', flags)).toBe(generator('fdda'));
    }
    expect(generator('fdda', '', 1e-5)).toBe(generator('fdda'));
    expect(generator('fdda', '--generator-steps 800')).toBe(generator('fdda'));
  });

  it('is another one for another seed, network, term, calibration set or center', () => {
    const keys = [
      generator('fdda'),
      generator('fdda', '--seed 2'),
      generator('fdda', '--images-per-class 4'),
      generator('fdda', '--distorted-weight 0.5'),
      generator('fdda', '--generator-batch 8'),
      generator('fdda', '--start-layer 3'),
      generator('fdda', '--no-label-rule'),
      generator('zeroShot'),
      generator('centralized'),
      generator('distorted'),
      generator('fdda', '', null, 'class-agnostic'),
      generatorKey('other', cell('fdda')),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('does not depend on weights of terms that are off, nor on calibration images that no term looks at', () => {
    expect(generator('zeroShot', '--distorted-weight 0.5 --distortion-mean 2 --start-layer 3')).toBe(
      generator('zeroShot'),
    );
    expect(generator('zeroShot', '--images-per-class 32')).toBe(generator('zeroShot'));
    // Measured noise is its own generator, whatever the two numbers say that do not count then.
    const measured = '--distortion-scale scatter';
    expect(generator('custom', measured)).not.toBe(generator('custom'));
    expect(generator('custom', `${measured} --distortion-mean 2`)).toBe(generator('custom', measured));
    expect(generator('custom', `${measured} --no-distorted`)).toBe(generator('custom', '--no-distorted'));
    // From the sixth epoch on the label rule leaves out classes that the teacher misreads in these images.
    const long = '--steps-per-epoch 10';
    expect(generator('zeroShot', `--images-per-class 32 ${long}`)).not.toBe(generator('zeroShot', long));
    expect(generator('zeroShot', `--images-per-class 32 --no-label-rule ${long}`)).toBe(
      generator('zeroShot', `--no-label-rule ${long}`),
    );
    expect(generator('fdda', '--images-per-class 32')).not.toBe(generator('fdda'));
  });
});

describe('a student', () => {
  it('of plain quantization depends on no training, and of calibration images on no generator', () => {
    expect(student('ptq', '--momentum 0.5 --generator-steps 40', 1e-5)).toBe(student('ptq'));
    expect(student('calibration', '--generator-steps 40 --distorted-weight 0.1')).toBe(student('calibration'));
    expect(student('calibration', '--momentum 0.5')).not.toBe(student('calibration'));
    // The student's learning rate may follow epochs too.
    expect(student('calibration', '--steps-per-epoch 10')).not.toBe(student('calibration'));
    // The program's moving average looks at a generator's images.
    const moving = '--activation-range movingAverage';
    expect(student('ptq', `${moving} --generator-channels 32`)).not.toBe(student('ptq', moving));
  });

  it('depends on its generator, the number of its steps, and its own settings', () => {
    const keys = [
      student('fdda'),
      student('fdda', '--generator-steps 800'),
      student('fdda', '--distorted-weight 0.5'),
      student('fdda', '--bits 4'),
      student('fdda', '', 1e-5),
      student('fdda', '--images-per-class 4'),
      student('zeroShot'),
      student('zeroShot', '--images-per-class 4'),
      student('zeroShot', '--no-label-rule'),
      student('fdda', '--test-images 500'),
      student('fdda', '', null, 'class-agnostic'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(student('fdda', '--observation-per-class 50')).toBe(student('fdda'));
  });
});

describe('the work of an experiment', () => {
  it('has each generator once, before what needs it', () => {
    const book = bookOf(
      '--methods ptq,calibration,zero-shot,fdda --bits 3,4 --images-per-class 1,4 --seeds 2 --no-quality',
    );
    const tasks = book.remaining({});
    const count = (kind: Task['kind']) => tasks.filter((task) => task.kind === kind).length;
    // Zero-shot style: one a seed; FDDA: one a seed and number of images.
    expect([count('fullPrecision'), count('generator'), count('student')]).toEqual([1, 2 + 4, 2 * 2 * 4 * 2]);
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
    const ready = book.ready({}, new Set());
    expect(ready.some(({ kind, generator: key }) => kind === 'student' && key !== null)).toBe(false);
    const first = ready.find(({ kind }) => kind === 'generator')!;
    const later = book.ready({ [first.id]: found(first) }, new Set());
    expect(later.filter(({ kind, generator: key }) => kind === 'student' && key === first.generator)).toHaveLength(4);
    expect(book.ready({}, new Set([first.id])).map(({ id }) => id)).not.toContain(first.id);
  });

  it('looks at each generator from each calibration set', () => {
    const tasks = bookOf('--methods zero-shot --images-per-class 1,4 --bits 3,4').remaining({});
    expect(tasks.filter(({ kind }) => kind === 'generator')).toHaveLength(1);
    expect(tasks.filter(({ kind }) => kind === 'quality')).toHaveLength(2);
  });

  it('trains a generator for many steps after that for few, which it goes on from', () => {
    const book = bookOf('--methods fdda --generator-steps 800,400');
    const steps = (tasks: Task[]) =>
      tasks.filter(({ kind }) => kind === 'generator').map((task) => task.cell.settings.generatorSteps);
    const ready = book.ready({}, new Set());
    expect(steps(ready)).toEqual([400]);
    const short = ready.find(({ kind }) => kind === 'generator')!;
    expect(steps(book.ready({ [short.id]: found(short) }, new Set()))).toEqual([800]);
  });

  it('chooses the learning rate by the mean on validation images, the smaller of equals, and runs the other seeds with it', () => {
    const book = bookOf('--methods calibration --learning-rates 1e-5,3e-5,1e-4 --seeds 3 --selection-seeds 2');
    const findings: Record<string, Found> = {};
    const accuracy: Record<string, number> = {
      '0.00001 1': 3,
      '0.00001 2': 6,
      '0.00003 1': 5,
      '0.00003 2': 4,
      '0.0001 1': 9,
      '0.0001 2': 0,
    };
    const students = () => book.ready(findings, new Set()).filter(({ kind }) => kind === 'student');
    expect(students()).toHaveLength(6);
    for (const task of students()) {
      expect(book.results(findings)[0].learningRate).toBeNull();
      findings[task.id] = found(task, accuracy[`${task.cell.settings.studentLearningRate} ${task.cell.settings.seed}`]);
    }
    expect(book.results(findings)[0].grid.map(({ validation, chosen }) => [validation, chosen])).toEqual([
      [0.45, true],
      [0.45, false],
      [0.45, false],
    ]);
    const last = students();
    expect(last.map(({ cell: { settings } }) => [settings.seed, settings.studentLearningRate])).toEqual([[3, 1e-5]]);
    findings[last[0].id] = found(last[0], 7);
    const [result] = book.results(findings);
    expect(result.learningRate).toBe(1e-5);
    expect(result.students.map(({ found: each }) => each?.kind === 'student' && each.test.correct)).toEqual([3, 6, 7]);
    expect(names(book.remaining(findings))).toEqual(['fullPrecision calibration 1']);
  });

  it('takes a training that failed for the worst', () => {
    const book = bookOf('--methods calibration --learning-rates 1e-5,1e-2');
    const findings: Record<string, Found> = {};
    for (const task of book.ready({}, new Set()).filter(({ kind }) => kind === 'student')) {
      findings[task.id] =
        task.cell.settings.studentLearningRate === 1e-5
          ? found(task, 1)
          : { kind: 'failed', message: 'NaN', seconds: 1, engine: 'e' };
    }
    expect(book.results(findings)[0].learningRate).toBe(1e-5);
  });

  it('does not choose for plain quantization, nor from one learning rate', () => {
    const book = bookOf('--methods ptq,calibration --learning-rates 1e-4 --seeds 2');
    expect(names(book.ready({}, new Set()).filter(({ kind }) => kind === 'student'))).toEqual([
      'student ptq 1',
      'student ptq 2',
      'student calibration 1',
      'student calibration 2',
    ]);
    expect(book.results({}).map(({ learningRate }) => learningRate)).toEqual([null, 1e-4]);
    expect(book.results({})[1].students[0].cell.settings.studentLearningRate).toBe(1e-4);
  });
});

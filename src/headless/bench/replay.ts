/**
 * Training steps replayed beside the same steps run as they are written. On Dawn's null backend, which computes nothing,
 * what is left is the time of JavaScript and of Dawn itself; on a real adapter it is the whole step, its results
 * compared first.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { replaySteps } from '../../engine/kernels/replay/repeatedStep';
import { recordingsInUse } from '../../engine/kernels/replay/recorder';
import { NotFiniteError } from '../../engine/training/notFinite';
import { BUNDLED, Fixture, REFERENCE, TINY, type FixtureOptions } from './fixture';
import { describeMachine, type Machine } from './machine';
import { finish, timing, type Effort, type Timing } from './measure';
import { table } from './table';

/** What one step asks of the GPU, and writes to it. */
export interface StepCost {
  launches: number;
  submits: number;
  bytesWritten: number;
  /** Of all buffers there are while it is repeated. */
  bytesHeld: number;
}

export interface ReplayRow {
  step: 'generatorStep' | 'studentStep';
  /** Network and generator. */
  what: string;
  /** Seconds a step; what is read back every tenth step is not in it. */
  eager: Timing;
  replayed: Timing;
  /** replayed / eager, median by median. */
  ratio: number;
  /** Seconds of the step that is recorded. */
  recording: number;
  costs: { eager: StepCost; replayed: StepCost };
  /** Bytes that the recording keeps. */
  bytesKept: number;
  /** Nanoseconds of the GPU's own clock by kernel, the longest first, each launch alone; null where there is no clock. */
  kernels: { name: string; launches: number; nanoseconds: number }[] | null;
}

export interface ReplayReport {
  machine: Machine;
  /** Adapter. */
  detail: string;
  /** `replay/<step>`: the bundled network's; others with their network added. */
  ratios: Record<string, number>;
  replay: ReplayRow[];
}

interface Stepping {
  step(): void;
  /** The numbers of the steps since the last call. */
  read(): Promise<number[]>;
  /** All weights, and what the optimizer remembers. */
  state(): Promise<number[]>;
  dispose(): void;
}

const flat = (values: object): number[] =>
  Object.values(values).flatMap((each) =>
    ArrayBuffer.isView(each)
      ? Array.from(each as unknown as Float32Array)
      : each && typeof each === 'object'
        ? flat(each as object)
        : [],
  );

async function stepping(fixture: Fixture, step: ReplayRow['step']): Promise<Stepping> {
  const generator = fixture.generator();
  if (step === 'generatorStep') {
    const trainer = fixture.generatorTrainer(generator);
    return {
      step: () => trainer.step(fixture.settings),
      read: async () => (await trainer.drain()).map(({ total }) => total),
      state: async () => flat(await trainer.snapshot()),
      dispose: () => trainer.dispose(),
    };
  }
  const trainer = fixture.studentTrainer(await fixture.student(), generator);
  // As a run does it: bench/steps.ts leaves it out, because plain tfjs has it no other way.
  const settings = { ...fixture.settings, augment: true };
  return {
    step: () => trainer.step(settings),
    read: async () => (await trainer.drain()).map(({ total }) => total),
    state: async () => flat(await trainer.snapshot()),
    dispose() {
      trainer.dispose();
      generator.dispose();
    },
  };
}

interface Counted {
  queue: { submit(commands: object[]): void; writeBuffer(...args: unknown[]): void };
  device: { createBuffer(descriptor: { size: number; mappedAtCreation?: boolean }): object };
  memory(): { numBytesAllocatedInGPU: number };
}

/** Runs a step TOGETHER times and counts: a step's share. */
function costOf(step: () => void): Omit<StepCost, 'bytesHeld'> {
  const { queue, device } = tf.backend() as unknown as Counted;
  const pass = (
    globalThis as unknown as { GPUComputePassEncoder: { prototype: { dispatchWorkgroups(...n: number[]): void } } }
  ).GPUComputePassEncoder.prototype;
  const { submit, writeBuffer } = queue;
  const { createBuffer } = device;
  const { dispatchWorkgroups } = pass;
  const count = { launches: 0, submits: 0, bytesWritten: 0 };
  const own = {
    submit(commands: object[]) {
      count.submits++;
      submit.call(queue, commands);
    },
    writeBuffer(...args: unknown[]) {
      count.bytesWritten += args[4] as number;
      writeBuffer.apply(queue, args);
    },
  };
  Object.assign(queue, own);
  // Values of tensors are written into mapped buffers.
  device.createBuffer = (descriptor) => {
    if (descriptor.mappedAtCreation) count.bytesWritten += descriptor.size;
    return createBuffer.call(device, descriptor);
  };
  pass.dispatchWorkgroups = function (...n) {
    count.launches++;
    dispatchWorkgroups.apply(this, n);
  };
  try {
    for (let i = 0; i < TOGETHER; i++) step();
  } finally {
    for (const name of Object.keys(own)) delete (queue as unknown as Record<string, unknown>)[name];
    delete (device as unknown as Record<string, unknown>).createBuffer;
    pass.dispatchWorkgroups = dispatchWorkgroups;
  }
  return Object.fromEntries(
    Object.entries(count).map(([name, all]) => [name, all / TOGETHER]),
  ) as unknown as typeof count;
}

/** Steps that are compared before anything is timed. */
const COMPARED_STEPS = 20;
/** Steps of one round. */
const STEPS = 24;
/** Replayed steps that are submitted together, once some are done: they are timed, and counted, together. */
const TOGETHER = 8;

/** @throws Error where 20 replayed steps and 20 that are not differ in any bit */
async function compare(fixture: Fixture, step: ReplayRow['step']): Promise<void> {
  const numbers: number[][] = [];
  for (const replayed of [false, true]) {
    replaySteps(replayed);
    const it = await stepping(fixture, step);
    for (let i = 0; i < COMPARED_STEPS; i++) it.step();
    numbers.push([...(await it.read()), ...(await it.state())]);
    it.dispose();
  }
  const [eager, replayed] = numbers;
  const at = eager.findIndex((value, i) => !Object.is(value, replayed[i]));
  if (at >= 0 || eager.length !== replayed.length)
    throw new Error(
      `${step}, ${fixture.options.name}: number ${at} is ${replayed[at]} replayed, and ${eager[at]} not.`,
    );
}

/** @param computes false: the null backend */
async function row(fixture: Fixture, step: ReplayRow['step'], effort: Effort, computes: boolean): Promise<ReplayRow> {
  if (computes) await compare(fixture, step);
  const backend = tf.backend() as unknown as Counted;
  const it: Partial<Record<'eager' | 'replayed', Stepping>> = {};
  const costs: Partial<ReplayRow['costs']> = {};
  let recording = 0;
  for (const name of ['eager', 'replayed'] as const) {
    replaySteps(name === 'replayed');
    it[name] = await stepping(fixture, step);
    const began = performance.now();
    it[name].step();
    if (name === 'replayed') recording = (performance.now() - began) / 1000;
    // How long steps take must be known, and then some are done, before as many as may be are submitted together.
    it[name].step();
    await finish();
    for (let i = 1; i < TOGETHER; i++) it[name].step();
    costs[name] = { ...costOf(() => it[name]!.step()), bytesHeld: backend.memory().numBytesAllocatedInGPU };
    await finish();
  }
  const times: Record<'eager' | 'replayed', number[]> = { eager: [], replayed: [] };
  const began = performance.now();
  const spent = () => (performance.now() - began) / 1000;
  for (let round = 0; round < effort.repeats && (round < 3 || spent() < effort.seconds); round++) {
    for (const name of ['eager', 'replayed'] as const) {
      replaySteps(name === 'replayed');
      times[name].push(...(await (computes ? roundOf(it[name]!) : stepsOf(it[name]!))));
    }
    for (const side of Object.values(it)) await (computes ? side.read() : side.read().catch(ignoreNumbers));
  }
  const [eager, replayed] = [timing(times.eager), timing(times.replayed)];
  const [recorded] = recordingsInUse();
  const launches = computes ? await recorded.time() : null;
  const result: ReplayRow = {
    step,
    what: fixture.options.name,
    eager,
    replayed,
    ratio: replayed.median / eager.median,
    recording,
    costs: costs as ReplayRow['costs'],
    bytesKept: recorded.cost.bytesKept,
    kernels: launches && byName(launches),
  };
  for (const side of Object.values(it)) side.dispose();
  return result;
}

/** [1] seconds of a step, the GPU's work included: of some together, as nothing waits for it in a run. */
async function roundOf(it: Stepping): Promise<number[]> {
  const began = performance.now();
  for (let i = 0; i < STEPS; i++) it.step();
  await finish();
  return [(performance.now() - began) / 1000 / STEPS];
}

/** [STEPS / TOGETHER] seconds of a step where there is nothing to wait for. */
async function stepsOf(it: Stepping): Promise<number[]> {
  const seconds: number[] = [];
  for (let i = 0; i < STEPS; i += TOGETHER) {
    const began = performance.now();
    for (let k = 0; k < TOGETHER; k++) it.step();
    seconds.push((performance.now() - began) / 1000 / TOGETHER);
  }
  await finish();
  return seconds;
}

/** The null backend computes nothing: whatever it reads is no result. */
function ignoreNumbers(error: unknown): void {
  if (!(error instanceof NotFiniteError)) throw error;
}

function byName(launches: { name: string; nanoseconds: number }[]): ReplayRow['kernels'] {
  const names = new Map<string, { name: string; launches: number; nanoseconds: number }>();
  for (const { name, nanoseconds } of launches) {
    const known = names.get(name) ?? { name, launches: 0, nanoseconds: 0 };
    names.set(name, { name, launches: known.launches + 1, nanoseconds: known.nanoseconds + nanoseconds });
  }
  return [...names.values()].sort((a, b) => b.nanoseconds - a.nanoseconds);
}

export interface ReplayOptions {
  /** 'null': time without a GPU; 'webgpu': on the adapter there is. */
  on: 'null' | 'webgpu';
  quick: boolean;
  effort: Effort;
}

/**
 * To be called with WebGPU as the current backend.
 *
 * @param detail the adapter
 * @throws Error where results differ
 */
export async function benchReplay(
  { on, quick, effort }: ReplayOptions,
  detail: string,
  onRow: (row: ReplayRow) => void = () => {},
): Promise<ReplayReport> {
  const machine = describeMachine();
  const computes = on === 'webgpu';
  // The null backend has half a gigabyte, too little for the reference network twice.
  const fixtures: FixtureOptions[] = quick ? [TINY] : computes ? [BUNDLED, REFERENCE] : [BUNDLED];
  const rows: ReplayRow[] = [];
  try {
    for (const options of fixtures) {
      const fixture = new Fixture(options);
      for (const step of ['generatorStep', 'studentStep'] as const) {
        rows.push(await row(fixture, step, effort, computes));
        onRow(rows[rows.length - 1]);
      }
      fixture.dispose();
    }
  } finally {
    replaySteps(true);
  }
  const ratios = Object.fromEntries(
    rows.map(({ step, what, ratio }) => [`replay/${step}${what === fixtures[0].name ? '' : `/${what}`}`, ratio]),
  );
  return { machine, detail, ratios, replay: rows };
}

const ms = (seconds: number) => (seconds * 1000).toPrecision(3);
const mega = (bytes: number) => (bytes / 2 ** 20).toFixed(0);

/** For people. Times in milliseconds: median (min to max, how often). */
export function formatReplay({ machine, detail, replay }: Omit<ReplayReport, 'ratios'>): string {
  const spread = ({ median, min, max, n }: Timing) => `${ms(median)} (${ms(min)} to ${ms(max)}, ${n})`;
  const pair = (costs: ReplayRow['costs'], name: keyof StepCost, text = String as (n: number) => string) =>
    `${text(costs.eager[name])} / ${text(costs.replayed[name])}`;
  const parts = [
    `${machine.processor}, ${machine.cores} cores, ${machine.system}; Node ${machine.node}; ${machine.date}; load ${machine.load.toFixed(1)}\n` +
      `${detail}; ms a step: median (min to max, how often); as written / replayed`,
    table(
      [
        'step',
        'as written',
        'replayed',
        'ratio',
        'recording',
        'launches',
        'submits',
        'kB written',
        'MB held',
        'MB kept',
      ],
      replay.map(({ step, what, eager, replayed, ratio, recording, costs, bytesKept }) => [
        `${step}, ${what}`,
        spread(eager),
        spread(replayed),
        ratio.toFixed(3),
        ms(recording),
        pair(costs, 'launches'),
        pair(costs, 'submits'),
        pair(costs, 'bytesWritten', (n) => (n / 1000).toFixed(1)),
        pair(costs, 'bytesHeld', mega),
        mega(bytesKept),
      ]),
    ),
  ];
  for (const { step, what, kernels } of replay) {
    if (!kernels) continue;
    const all = kernels.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
    parts.push(
      `${step}, ${what}: ${(all / 1e6).toFixed(3)} ms in kernels, each launch by itself\n` +
        table(
          ['kernel', 'launches', 'ms', 'share'],
          kernels
            .slice(0, 15)
            .map((each) => [
              each.name,
              `${each.launches}`,
              (each.nanoseconds / 1e6).toFixed(3),
              (each.nanoseconds / all).toFixed(2),
            ]),
        ),
    );
  }
  return parts.join('\n\n');
}

/**
 * The same in a program of its own, which brings WebGPU up on Dawn's null backend.
 *
 * @returns null where Node has no WebGPU
 */
export async function benchReplayApart({
  quick,
  effort,
}: Pick<ReplayOptions, 'quick' | 'effort'>): Promise<ReplayReport | null> {
  const program = fileURLToPath(new URL('../bench.ts', import.meta.url));
  const flags = ['--replay', '--json', '--repeats', `${effort.repeats}`, '--seconds', `${effort.seconds}`];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', program],
    ...flags,
    ...(quick ? ['--quick'] : []),
  ]);
  return stdout.trim() === '' ? null : (JSON.parse(stdout) as ReplayReport);
}

/** Records the steps of one kind of work, and replays them: what is the same on every backend. */
import * as tf from '@tensorflow/tfjs-core';
import {
  registerReplaying,
  runOnce,
  signature,
  type Replaying,
  type StepBody,
  type StepInputs,
  type StepRecorder,
} from './repeatedStep';

/** A step that cannot be replayed: it breaks a rule of docs/replay.md. */
export class NotReplayable extends Error {
  constructor(message: string) {
    super(`This step cannot be replayed: ${message}`);
    this.name = 'NotReplayable';
  }
}

/** What one replay costs. */
export interface Cost {
  launches: number;
  copies: number;
  /** Brought from the CPU. */
  bytesWritten: number;
  bytesKept: number;
}

/** One recorded step. Owns what it keeps: call `dispose`. */
export interface Recording {
  /** Tensors from outside that it uses. */
  readonly outside: ReadonlySet<tf.DataId>;
  readonly cost: Cost;
  /** Whether everything from outside is still where it was. */
  isValid(): boolean;
  /** The step again. @returns what it returns; the caller's */
  replay(inputs: StepInputs): tf.Tensor;
  /** The backend's own clock, launch by launch; null where it has none. */
  time(): Promise<{ name: string; nanoseconds: number }[] | null>;
  dispose(): void;
}

/** How a backend records. */
export interface Recorders extends Pick<Replaying, 'place'> {
  pin(variables: readonly tf.Variable[]): void;
  /**
   * Runs a step and records it.
   *
   * @returns what the step returns, the caller's, and the recording, or null instead of it where it would keep more
   *   than `budget` bytes
   * @throws NotReplayable where the step leaves something behind
   */
  record<I extends StepInputs>(
    inputs: I,
    body: StepBody<I>,
    budget: number,
  ): { result: tf.Tensor; recording: Recording | null };
}

/** Recordings of one kind of work that are kept: a term may be switched off and on, images are mirrored or not. */
const KEPT = 2;
/** Bytes that one recording may keep; beyond, its steps run as they are written. */
const BUDGET = 2 ** 30;

let budget = BUDGET;
let notReplayed = (mebibytes: number): void =>
  console.warn(`A step would keep more than ${mebibytes} MiB of memory: it is not replayed.`);
let made = 0;
/** Recorders that are in use: what tests and benchmarks ask. */
const inUse = new Set<Recorder>();

interface Entry {
  recording: Recording;
  /** Of the declared variables when it was recorded. */
  variables: tf.DataId[];
}

class Recorder implements StepRecorder {
  /** By kind and shapes, the last used one last. */
  readonly entries = new Map<string, Entry>();
  /** Kinds that would keep too much. */
  private readonly tooLarge = new Set<string>();

  constructor(
    private readonly variables: () => tf.Variable[],
    private readonly how: Recorders,
  ) {
    inUse.add(this);
  }

  run<I extends StepInputs>(kind: string, inputs: I, body: StepBody<I>): tf.Tensor {
    const key = `${kind}; ${signature(inputs)}`;
    if (this.tooLarge.has(key)) return runOnce(inputs, body, this.how);
    const known = this.entries.get(key);
    this.entries.delete(key);
    if (known && this.isValid(known)) {
      this.entries.set(key, known);
      return known.recording.replay(inputs);
    }
    known?.recording.dispose();
    this.makeRoom();
    return this.record(key, inputs, body);
  }

  private isValid({ recording, variables }: Entry): boolean {
    const now = this.variables();
    return (
      now.length === variables.length && now.every(({ dataId }, i) => dataId === variables[i]) && recording.isValid()
    );
  }

  private record<I extends StepInputs>(key: string, inputs: I, body: StepBody<I>): tf.Tensor {
    const declared = this.variables();
    this.how.pin(declared);
    const { result, recording } = this.how.record(inputs, body, budget);
    made++;
    if (!recording) {
      this.tooLarge.add(key);
      notReplayed(Math.round(budget / 2 ** 20));
      return result;
    }
    const known = new Set(declared);
    for (const variable of Object.values(tf.engine().state.registeredVariables)) {
      if (known.has(variable) || !recording.outside.has(variable.dataId)) continue;
      recording.dispose();
      result.dispose();
      throw new NotReplayable(`it uses the variable ${variable.name} [${variable.shape}], which is not declared.`);
    }
    this.entries.set(key, { recording, variables: declared.map(({ dataId }) => dataId) });
    return result;
  }

  private makeRoom(): void {
    for (const [key, { recording }] of this.entries) {
      if (this.entries.size < KEPT) return;
      recording.dispose();
      this.entries.delete(key);
    }
  }

  dispose(): void {
    for (const { recording } of this.entries.values()) recording.dispose();
    this.entries.clear();
    inUse.delete(this);
  }
}

/** Makes a backend's steps recorded from now on. */
export function registerRecorders(backend: string, how: Recorders): void {
  registerReplaying(backend, {
    createRecorder: (variables) => new Recorder(variables, how),
    place: how.place,
  });
}

/** Who is told, once for each kind of step that would keep more than so many mebibytes; at first the console. */
export function whenNotReplayed(listener: (mebibytes: number) => void): void {
  notReplayed = listener;
}

/** Bytes that one recording may keep from now on; left out: as at the start. For tests. */
export function limitRecordings(bytes: number = BUDGET): void {
  budget = bytes;
}

/** Steps that were recorded since the start. */
export function recordingsMade(): number {
  return made;
}

/** Every recording that is kept at this moment. */
export function recordingsInUse(): Recording[] {
  return [...inUse].flatMap(({ entries }) => [...entries.values()].map(({ recording }) => recording));
}

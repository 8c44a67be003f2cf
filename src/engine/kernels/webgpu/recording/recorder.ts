/** Records the steps of one kind of work on WebGPU, and replays them. */
import * as tf from '@tensorflow/tfjs-core';
import {
  registerReplaying,
  runOnce,
  signature,
  type StepBody,
  type StepInputs,
  type StepRecorder,
} from '../../repeatedStep';
import type { Gpu } from '../gpu';
import { Recording, type Cost } from './recording';

/** Recordings of one kind of work that are kept: a term may be switched off and on, images are mirrored or not. */
const KEPT = 2;
/** Bytes that one recording may keep; beyond, its steps run as they are written. */
const BUDGET = 2 ** 30;

/** Recorders that are in use: what a benchmark asks. */
const inUse = new Set<WebgpuStepRecorder>();

class WebgpuStepRecorder implements StepRecorder {
  /** By kind and shapes, the last used one last. */
  readonly recordings = new Map<string, Recording>();
  /** Kinds that would keep too much. */
  private readonly tooLarge = new Set<string>();

  constructor(private readonly variables: () => tf.Variable[]) {
    inUse.add(this);
  }

  run<I extends StepInputs>(kind: string, inputs: I, body: StepBody<I>): tf.Tensor {
    const key = `${kind}; ${signature(inputs)}`;
    if (this.tooLarge.has(key)) return runOnce(inputs, body, replaying);
    const known = this.recordings.get(key);
    this.recordings.delete(key);
    if (known?.isValid()) {
      this.recordings.set(key, known);
      return known.replay(inputs);
    }
    known?.dispose();
    this.makeRoom();
    const { result, recording } = Recording.make(gpuInUse(), this.variables, inputs, body, budget);
    made++;
    if (recording) this.recordings.set(key, recording);
    else {
      this.tooLarge.add(key);
      console.warn(`A step would keep more than ${Math.round(budget / 2 ** 20)} MiB on the GPU: it is not replayed.`);
    }
    return result;
  }

  private makeRoom(): void {
    for (const [key, recording] of this.recordings) {
      if (this.recordings.size < KEPT) return;
      recording.dispose();
      this.recordings.delete(key);
    }
  }

  dispose(): void {
    for (const recording of this.recordings.values()) recording.dispose();
    this.recordings.clear();
    inUse.delete(this);
  }
}

const gpuInUse = () => tf.backend() as unknown as Gpu;
let budget = BUDGET;
let made = 0;

const replaying = {
  createRecorder: (variables: () => tf.Variable[]) => new WebgpuStepRecorder(variables),
  place: ({ dataId }: tf.Tensor) => gpuInUse().uploadToGPU(dataId),
};

/** Makes steps on WebGPU recorded. */
export function registerRecording(): void {
  registerReplaying('webgpu', replaying);
}

/** Bytes that one recording may keep from now on; left out: as at the start. For tests. */
export function limitRecordings(bytes: number = BUDGET): void {
  budget = bytes;
}

/** Steps that were recorded since the start. */
export function recordingsMade(): number {
  return made;
}

/** Every recording that is kept at this moment, with what its replay costs. */
export function recordingsInUse(): { cost: Cost; time: Recording['time'] }[] {
  return [...inUse].flatMap(({ recordings }) =>
    [...recordings.values()].map((recording) => ({ cost: recording.cost, time: () => recording.time() })),
  );
}

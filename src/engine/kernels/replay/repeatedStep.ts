/**
 * Work that is done again and again in the same way: a training step, a forward pass. Where the current backend can, it
 * is recorded the first time and replayed afterwards (webgpu/recording); everywhere else it runs as it is written.
 */
import * as tf from '@tensorflow/tfjs-core';

/** What changes from one time to the next: values that were worked out for it, or a tensor (which stays the caller's). */
export type StepInput = { values: Float32Array | Int32Array; shape: number[] } | tf.Tensor;

export type StepInputs = Record<string, StepInput>;

/**
 * What a step does. It depends on its inputs, on declared variables, on tensors that never change, and on nothing else;
 * it leaves nothing behind but what it returns and what it assigns to declared variables.
 */
export type StepBody<I extends StepInputs> = (inputs: { [name in keyof I]: tf.Tensor }) => tf.Tensor;

/** Records and replays on one backend. */
export interface StepRecorder {
  /** See `RepeatedStep.run`. */
  run<I extends StepInputs>(kind: string, inputs: I, body: StepBody<I>): tf.Tensor;
  dispose(): void;
}

/** How a backend replays. */
export interface Replaying {
  createRecorder(variables: () => tf.Variable[]): StepRecorder;
  /** Puts an input where a recording would have it, for a step that is not recorded: it is to compute the same. */
  place(input: tf.Tensor): void;
}

const replaying = new Map<string, Replaying>();
let wanted = true;

/** Makes a backend's steps recorded from now on. */
export function registerReplaying(backend: string, how: Replaying): void {
  replaying.set(backend, how);
}

/** Whether steps are recorded where they can be (as at the start), or all run as they are written. */
export function replaySteps(on: boolean): void {
  wanted = on;
}

export const floats = (values: Float32Array, shape: number[]): StepInput => ({ values, shape });
export const integers = (values: Int32Array, shape: number[]): StepInput => ({ values, shape });

/** Owns what was recorded: call `dispose`. Belongs to the backend on which it first runs. */
export class RepeatedStep {
  private recorder: StepRecorder | null = null;

  /**
   * @param variables every variable that the step reads or assigns, as they are whenever it is asked
   * @param where 'gpu': it is a pass over many images, in which whatever is not arithmetic counts on a GPU only;
   *   elsewhere it would keep memory for nothing
   */
  constructor(
    private readonly variables: () => tf.Variable[],
    private readonly where: 'everywhere' | 'gpu' = 'everywhere',
  ) {}

  /**
   * @param kind says everything that decides which operations the body runs, and every number in them that is no input;
   *   shapes of the inputs need not be in it
   * @returns what the body returns; the caller's
   */
  run<I extends StepInputs>(kind: string, inputs: I, body: StepBody<I>): tf.Tensor {
    const how = replaying.get(tf.getBackend());
    const isWorth = this.where === 'everywhere' || tf.getBackend() === 'webgpu';
    if (!how || !wanted || !isWorth) return runOnce(inputs, body, how);
    this.recorder ??= how.createRecorder(this.variables);
    return this.recorder.run(kind, inputs, body);
  }

  /** Forgets what was recorded, and with it the memory; the next run records anew. */
  dispose(): void {
    this.recorder?.dispose();
    this.recorder = null;
  }
}

/** A step that is not recorded, its inputs where a recording would have them. */
export function runOnce<I extends StepInputs>(inputs: I, body: StepBody<I>, how?: Pick<Replaying, 'place'>): tf.Tensor {
  return tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([name, input]) => {
      const tensor = input instanceof tf.Tensor ? input : asTensor(input);
      how?.place(tensor);
      return [name, tensor];
    });
    return body(Object.fromEntries(tensors) as { [name in keyof I]: tf.Tensor });
  });
}

/** An input's values as a tensor; the caller's. */
export function asTensor({ values, shape }: Exclude<StepInput, tf.Tensor>): tf.Tensor {
  return tf.tensor(values, shape, values instanceof Int32Array ? 'int32' : 'float32');
}

/** Which inputs a body gets, as far as a recording depends on it. */
export function signature(inputs: StepInputs): string {
  return Object.entries(inputs)
    .map(([name, { shape }]) => `${name} ${shape.join('x')}`)
    .join(', ');
}

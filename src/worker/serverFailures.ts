import { CheckpointError } from '../engine/generator/checkpoint';
import { NetworkError } from '../engine/network/networkError';
import { NotFiniteError } from '../engine/training/notFinite';
import { DatasetMismatch } from '../engine/training/prepare';
import type { Failure, FailureCode } from './protocol';

/** Browsers word a full memory in many ways, and wasm's allocator in yet another. */
const OUT_OF_MEMORY = /out of memory|memory allocation|allocation failed|array buffer allocation|cannot enlarge memory|OOM/i;
const DEVICE_LOST = /device.*lost|lost.*device|context lost/i;

/** Something the worker does not do; it knows itself what to say. */
export class Refusal extends Error {
  constructor(readonly code: FailureCode, message: string, readonly hint: string) {
    super(message);
    this.name = 'Refusal';
  }
}

export function isDeviceLost(error: unknown): boolean {
  return DEVICE_LOST.test(messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What the page should say about an error: what was wrong and what to do.
 *
 * @param snapshotStep step of the last snapshot, where there is one
 */
export function describeFailure(error: unknown, snapshotStep?: number): Failure {
  const message = messageOf(error);
  const snapshot = snapshotStep === undefined ? {} : { snapshotStep };
  if (error instanceof NotFiniteError) {
    const back = snapshotStep === undefined ? 'Press Reset' : `Go back to the snapshot of step ${snapshotStep}`;
    return {
      code: 'notFinite', message, term: error.term, step: error.step, ...snapshot,
      hint: `${back}, lower the learning rate or the weight of this term, and go on.`,
    };
  }
  if (error instanceof Refusal) return { code: error.code, message, hint: error.hint };
  if (error instanceof DatasetMismatch) {
    return { code: 'network', message, hint: 'Open a network that was trained on images of this size and so many classes; the one you had is still there.' };
  }
  if (error instanceof NetworkError) return { code: 'network', message, hint: error.hint };
  if (error instanceof CheckpointError) return { code: 'settings', message, hint: 'Start the generator from scratch instead of the checkpoint.' };
  if (OUT_OF_MEMORY.test(message)) {
    return {
      code: 'outOfMemory', message: 'There is not enough memory for this run.', ...snapshot,
      // Not only a reset: what a step had in memory when it failed is not given back.
      hint: 'Choose smaller batches or fewer generator channels, then restart the engine.',
    };
  }
  if (isDeviceLost(error)) {
    return { code: 'deviceLost', message: 'The graphics device was lost.', hint: 'Choose another backend; your settings are kept.', ...snapshot };
  }
  if (error instanceof RangeError) return { code: 'settings', message, hint: 'Change this setting and try again; the run you had is still there.' };
  return { code: 'internal', message, hint: 'Press Reset. If it happens again, choose another backend.', ...snapshot };
}

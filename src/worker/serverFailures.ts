import { ExportError } from '../engine/export/exportError';
import { CheckpointError } from '../engine/generator/checkpoint';
import { DatasetError } from '../engine/data/images/datasetError';
import { NetworkError } from '../engine/network/networkError';
import { OutputChoice } from '../engine/network/outputs';
import { inWords, say, saidOf, type Said } from '../engine/sentences';
import { SessionError } from '../engine/session/checks';
import { CollapseError, NotFiniteError } from '../engine/training/notFinite';
import { DatasetMismatch } from '../engine/training/prepare';
import type { Failure, FailureCode } from './protocol';

/** Browsers word a full memory in many ways, and wasm's allocator in yet another. */
const OUT_OF_MEMORY =
  /out of memory|memory allocation|allocation failed|allocation size overflow|array buffer allocation|invalid (typed )?array (buffer )?length|cannot enlarge memory|memory access out of bounds|unable to grow|failed to grow|OOM/i;
const DEVICE_LOST = /device.*lost|lost.*device|context lost/i;

/** Something the worker does not do; it knows itself what to say. */
export class Refusal extends Error {
  readonly hint: string;
  constructor(
    readonly code: FailureCode,
    readonly said: Said,
    readonly saidHint: Said,
  ) {
    super(inWords(said));
    this.hint = inWords(saidHint);
    this.name = 'Refusal';
  }
}

/** A newer request has made this one pointless; it is answered all the same. */
export class Superseded extends Error {}

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
  const snapshot = snapshotStep === undefined ? {} : { snapshotStep };
  const failure = (code: FailureCode, hint: Said, what = saidOf(error)) => failureOf(code, what, hint);
  if (error instanceof NotFiniteError) {
    const hint = snapshotStep === undefined ? say('notFiniteResetHint') : say('notFiniteSnapshotHint', snapshotStep);
    return { ...failure('notFinite', hint), term: error.term, step: error.step, ...snapshot };
  }
  if (error instanceof CollapseError) {
    const hint = snapshotStep === undefined ? say('collapsedHint') : say('collapsedSnapshotHint', snapshotStep);
    return { ...failure('collapsed', hint), step: error.step, ...snapshot };
  }
  if (error instanceof Refusal) return failure(error.code, error.saidHint);
  if (error instanceof DatasetMismatch) return failure('network', say('mismatchHint'));
  if (error instanceof DatasetError) return failure('images', error.saidHint);
  if (error instanceof SessionError) return failure('session', error.saidHint);
  if (error instanceof OutputChoice) return { ...failure('network', error.saidHint!), outputs: error.outputs };
  if (error instanceof NetworkError)
    return error.saidHint
      ? failure('network', error.saidHint)
      : { code: 'network', message: error.message, hint: error.hint };
  if (error instanceof ExportError) return failure('settings', error.saidHint);
  if (error instanceof CheckpointError) return failure('settings', say('checkpointHint'));
  if (OUT_OF_MEMORY.test(messageOf(error))) {
    // Not only a reset: what a step had in memory when it failed is not given back.
    return { ...failure('outOfMemory', say('noMemoryHint'), say('noMemory')), ...snapshot };
  }
  if (isDeviceLost(error)) return { ...failure('deviceLost', say('keptSettingsHint'), say('deviceLost')), ...snapshot };
  if (error instanceof RangeError) return failure('settings', say('changeSettingHint'));
  return { ...failure('internal', say('internalHint')), ...snapshot };
}

/** A failure in English, and for other languages where what is said has a name. */
export function failureOf(code: FailureCode, what: Said | string, hint: Said): Failure {
  const named = typeof what === 'string' ? {} : { message: what };
  return { code, message: inWords(what), hint: inWords(hint), said: { ...named, hint } };
}

import type { Sentences } from '../engine/sentences';
import { inWords } from '../engine/sentences';
import { EngineFailure, EngineGone } from '../worker/connection';
import type { Failure } from '../worker/protocol';

/** What a request failed with; null when its engine was stopped, which is reported by itself. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof EngineGone) return null;
  if (error instanceof EngineFailure) return error.failure;
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), hint: '' };
}

/** Whether the page itself has no more memory: what browsers throw then, each in its words. */
export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof RangeError || (error instanceof Error && /out of memory|allocation failed/i.test(error.message));

/** What was wrong and what to do, in a language; in English where the page does not know the sentence. */
export function sentencesOf({ message, hint, said }: Failure, sentences: Sentences): { message: string; hint: string } {
  return { message: inWords(said?.message ?? message, sentences), hint: inWords(said?.hint ?? hint, sentences) };
}

import { inWords, say, type Said } from '../sentences';

/** A network cannot be written in a format; says why and what to do. */
export class ExportError extends Error {
  constructor(
    readonly said: Said,
    readonly saidHint: Said = say('exportHint'),
  ) {
    super(inWords(said));
    this.name = 'ExportError';
  }
}

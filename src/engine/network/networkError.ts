import { inWords, type Said } from '../sentences';

/** A network that cannot be used: `message` says what is wrong with it, `hint` what would help. */
export class NetworkError extends Error {
  readonly hint: string;
  /** The same for other languages, where the page can come across the error. */
  readonly said: Said | undefined;
  readonly saidHint: Said | undefined;
  constructor(message: Said | string, hint: Said | string) {
    super(inWords(message));
    this.name = 'NetworkError';
    this.hint = inWords(hint);
    this.said = typeof message === 'string' ? undefined : message;
    this.saidHint = typeof hint === 'string' ? undefined : hint;
  }
}

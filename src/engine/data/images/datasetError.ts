import { inWords, type Said } from '../../sentences';

/** Images that cannot be used: `message` says what is wrong with them, `hint` what would help. */
export class DatasetError extends Error {
  readonly hint: string;
  constructor(
    readonly said: Said,
    readonly saidHint: Said,
  ) {
    super(inWords(said));
    this.name = 'DatasetError';
    this.hint = inWords(saidHint);
  }
}

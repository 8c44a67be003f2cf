import { inWords, type Said } from '../sentences';

/** Something that could not be had from elsewhere: `message` says what, `hint` what would help. */
export class HubError extends Error {
  readonly hint: string;
  constructor(
    readonly said: Said,
    readonly saidHint: Said,
  ) {
    super(inWords(said));
    this.name = 'HubError';
    this.hint = inWords(saidHint);
  }
}

/** The user has stopped it. */
export class Cancelled extends Error {
  constructor() {
    super('The download was stopped.');
    this.name = 'Cancelled';
  }
}

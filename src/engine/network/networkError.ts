/** A network that cannot be used: `message` says what is wrong with it, `hint` what would help. */
export class NetworkError extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.name = 'NetworkError';
    this.hint = hint;
  }
}

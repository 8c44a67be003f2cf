/** What can be wrong with a saved session, each value by its place in the file. */
import { inWords, say, type Said } from '../sentences';

/** A file that cannot be opened as a session: `message` says what is wrong with it. */
export class SessionError extends Error {
  readonly saidHint = say('sessionHint');
  readonly hint = inWords(this.saidHint);
  constructor(readonly said: Said) {
    super(inWords(said));
    this.name = 'SessionError';
  }
}

/** @throws SessionError that names a place in the file */
export function fail(path: string, what: string): never {
  throw new SessionError(say('sessionField', path, what));
}

/** A value of parsed JSON with its path. */
export class Json {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  static parse(path: string, bytes: Uint8Array): Json {
    try {
      return new Json(JSON.parse(new TextDecoder().decode(bytes)), path);
    } catch {
      return fail(path, 'is not JSON');
    }
  }

  /** The value at a key, undefined where there is none. */
  get(key: string): Json {
    const { value, path } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(path, 'is no object');
    return new Json(Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined, `${path}: ${key}`);
  }

  items(most: number): Json[] {
    if (!Array.isArray(this.value)) return fail(this.path, 'is no list');
    if (this.value.length > most) return fail(this.path, `has more than ${most} entries`);
    return this.value.map((value: unknown, i) => new Json(value, `${this.path}[${i}]`));
  }

  text(most: number): string {
    if (typeof this.value !== 'string' || this.value.length > most) return fail(this.path, 'is no text');
    return this.value;
  }

  number(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !(value >= least && value <= most))
      return fail(this.path, `is no number from ${least} to ${most}`);
    return value;
  }

  integer(least: number, most: number): number {
    const value = this.number(least, most);
    return Number.isInteger(value) ? value : fail(this.path, 'is no whole number');
  }
}

/** What can be wrong with a file that is to be opened as a recorded run. The page has the words for each. */
export type RecordingProblem =
  | { kind: 'unreadable'; detail: string }
  /** It comes with the page, which could not get it. */
  | { kind: 'notLoaded' }
  | { kind: 'tooLarge'; bytes: number; most: number }
  | { kind: 'empty' }
  /** Not JSON at all. */
  | { kind: 'notJson' }
  /** Begins as JSON and breaks off. */
  | { kind: 'truncated' }
  /** JSON of something else. */
  | { kind: 'foreign' }
  | { kind: 'version'; found: string; known: number }
  /** A field, by its path in the file, is not there, not of its kind, not a value allowed, or contradicts another. */
  | { kind: 'field'; path: string; fault: 'missing' | 'type' | 'range' | 'length' | 'packed' | 'contradiction' };

export type FieldFault = Extract<RecordingProblem, { kind: 'field' }>['fault'];

export class RecordingError extends Error {
  constructor(readonly problem: RecordingProblem) {
    super(problem.kind === 'field' ? `${problem.path}: ${problem.fault}` : problem.kind);
    this.name = 'RecordingError';
  }
}

/** One value of a parsed file together with its path, so that whatever is wrong with it can be named. */
export class Field {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  fail(fault: FieldFault): never {
    throw new RecordingError({ kind: 'field', path: this.path, fault: this.value === undefined ? 'missing' : fault });
  }

  object(): Record<string, unknown> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail('type');
    return this.value as Record<string, unknown>;
  }

  get(key: string): Field {
    const object = this.object();
    // Not what every object has by itself.
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    return new Field(value, this.path === '' ? key : `${this.path}.${key}`);
  }

  has(key: string): boolean {
    return typeof this.value === 'object' && this.value !== null && Object.hasOwn(this.value, key);
  }

  get isNull(): boolean {
    return this.value === null;
  }

  number(min = -Infinity, max = Infinity): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) this.fail('type');
    if (this.value < min || this.value > max) this.fail('range');
    return this.value;
  }

  integer(min: number, max: number): number {
    if (!Number.isInteger(this.number(min, max))) this.fail('type');
    return this.value as number;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') this.fail('type');
    return this.value;
  }

  text(most: number): string {
    if (typeof this.value !== 'string') this.fail('type');
    if (this.value.length > most) this.fail('length');
    return this.value;
  }

  oneOf<T extends string>(allowed: readonly T[]): T {
    if (typeof this.value !== 'string') this.fail('type');
    const found = allowed.find((each) => each === this.value);
    return found ?? this.fail('range');
  }

  /** The elements of an array. @param length exactly so many, or at most `most` */
  items({ length, most = length }: { length?: number; most?: number }): Field[] {
    const { value } = this;
    if (!Array.isArray(value)) this.fail('type');
    if ((length !== undefined && value.length !== length) || (most !== undefined && value.length > most))
      this.fail('length');
    return value.map((each: unknown, i) => new Field(each, `${this.path}[${i}]`));
  }

  /** Whatever `work` throws that is no word on a field is said of this one. */
  async unpacked<T>(work: (text: string) => Promise<T>, mostText: number): Promise<T> {
    const text = this.text(mostText);
    try {
      return await work(text);
    } catch {
      return this.fail('packed');
    }
  }
}

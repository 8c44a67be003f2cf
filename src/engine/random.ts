/**
 * Seeded random numbers. Everything random in the engine is drawn from streams of this class, so that a seed names a
 * run.
 *
 * Generator: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021).
 * Its 128 bits of state come from MurmurHash3 (x86, 32 bit, Appleby) of the seed and the stream's names, one lane a
 * word. Numbers are the same on every JavaScript engine (portableMath.ts).
 */

import { cosineOfSmall, logOfShare, sineOfSmall, turn } from './portableMath';

/** A stream at one moment: plain JSON. */
export interface RandomState {
  /** What the stream is derived from: a hash of seed and names. */
  key: [number, number, number, number];
  /** State of xoshiro128**. */
  words: [number, number, number, number];
  /** The second number of a Box-Muller pair whose first one was taken, or null. */
  spareNormal: number | null;
}

/** Seeds of the four hash lanes (digits of the golden ratio, pi, e and the square root of 2). */
const LANES = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667] as const;

/** Told apart so that fork(1) and fork('1') are different streams. */
const SEED_TAG = 0;
const NUMBER_TAG = 1;
const STRING_TAG = 2;

const TWO_TO_32 = 4294967296;
/** Of 2^-32 turns. */
const RADIANS = (2 * Math.PI) / TWO_TO_32;
/** For the words that normal numbers are made of. */
const WORDS = new Uint32Array(512);

/** How far from 0 two normal numbers are together, of a drawn word; 2^32 less it lies above 0, so no logarithm of 0. */
function radiusOf(word: number): number {
  return Math.sqrt(-2 * logOfShare(TWO_TO_32 - word));
}

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** MurmurHash3 (x86, 32 bit) of 32-bit words; the same as hashing their little-endian bytes. */
export function hashWords(words: readonly number[], seed: number): number {
  let h = seed | 0;
  for (const word of words) {
    const k = Math.imul(rotateLeft(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    h = (Math.imul(rotateLeft(h ^ k, 13), 5) + 0xe6546b64) | 0;
  }
  h ^= words.length * 4;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function integerWords(value: number): [number, number] {
  return [value >>> 0, Math.floor(value / TWO_TO_32) >>> 0];
}

function hashKey(words: readonly number[]): RandomState['key'] {
  const [a, b, c, d] = LANES;
  return [hashWords(words, a), hashWords(words, b), hashWords(words, c), hashWords(words, d)];
}

/** One stream of random numbers. */
export class Random {
  private key: RandomState['key'] = [0, 0, 0, 0];
  private s0 = 0;
  private s1 = 0;
  private s2 = 0;
  private s3 = 0;
  private spareNormal: number | null = null;

  /** @param seed non-negative safe integer; RangeError otherwise. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`A seed must be an integer of at least 0, not ${seed}.`);
    }
    this.start(hashKey([SEED_TAG, ...integerWords(seed)]));
  }

  /** A stream that goes on where `state` was taken. */
  static fromState(state: RandomState): Random {
    const random = new Random(0);
    random.restore(state);
    return random;
  }

  private start(key: RandomState['key']): void {
    this.key = key;
    [this.s0, this.s1, this.s2, this.s3] = key.map((word) => word | 0) as RandomState['key'];
    // All zeros is the one state that xoshiro never leaves.
    if ((this.s0 | this.s1 | this.s2 | this.s3) === 0) this.s0 = 1;
    this.spareNormal = null;
  }

  /**
   * An independent stream named `name`. It depends on the seed and on the names that lead to it only, never on how many
   * numbers were drawn, so that a new consumer does not change what the others get.
   * @param name string, or safe integer (RangeError otherwise); fork(1) and fork('1') differ.
   */
  fork(name: string | number): Random {
    const words: number[] = [...this.key];
    if (typeof name === 'number') {
      if (!Number.isSafeInteger(name)) throw new RangeError(`A stream's number must be a safe integer, not ${name}.`);
      words.push(NUMBER_TAG, ...integerWords(name));
    } else {
      words.push(STRING_TAG);
      for (let i = 0; i < name.length; i++) words.push(name.charCodeAt(i));
    }
    const child = new Random(0);
    child.start(hashKey(words));
    return child;
  }

  /** 32 random bits as an integer, 0 to 2^32 - 1. */
  nextUint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.s1, 5), 7), 9) >>> 0;
    const t = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= t;
    this.s3 = rotateLeft(this.s3, 11);
    return result;
  }

  /** What as many calls of `nextUint32` would return: where the state is in local variables, a third of their time. */
  private fillWords(words: Uint32Array, count: number): void {
    let { s0, s1, s2, s3 } = this;
    for (let i = 0; i < count; i++) {
      words[i] = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9);
      const t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = rotateLeft(s3, 11);
    }
    [this.s0, this.s1, this.s2, this.s3] = [s0, s1, s2, s3];
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  next(): number {
    return this.nextUint32() / TWO_TO_32;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Uniform integer, 0 to n - 1, without bias. RangeError unless 1 <= n <= 2^32. */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_TO_32) {
      throw new RangeError(`integer(n) needs an integer n from 1 to 2^32, not ${n}.`);
    }
    const limit = TWO_TO_32 - (TWO_TO_32 % n);
    let bits = this.nextUint32();
    while (bits >= limit) bits = this.nextUint32();
    return bits % n;
  }

  /** One of the items, each as likely. RangeError on an empty list. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)] as T;
  }

  /** Standard normal number (Box and Muller 1958, basic form: two uniforms give two normals, the second is kept). */
  normal(): number {
    if (this.spareNormal !== null) {
      const spare = this.spareNormal;
      this.spareNormal = null;
      return spare;
    }
    const radius = radiusOf(this.nextUint32());
    const { sine, cosine } = turn(this.next());
    this.spareNormal = radius * sine;
    return radius * cosine;
  }

  /** Fills with what as many calls of `normal` would return, rounded to float32. Returns its argument. */
  fillNormal(values: Float32Array): Float32Array {
    let i = 0;
    if (this.spareNormal !== null && values.length > 0) values[i++] = this.normal();
    // Two at a time, without a stop in `spareNormal`; the angle as `turn` does it, in whole numbers and without a branch.
    while (i + 1 < values.length) {
      const count = Math.min(WORDS.length, (values.length - i) & ~1);
      this.fillWords(WORDS, count);
      for (let k = 0; k < count; k += 2, i += 2) {
        const radius = radiusOf(WORDS[k]);
        const turns = WORDS[k + 1];
        const quarters = (turns + 0x20000000) >>> 30;
        const angle = ((turns - (quarters << 30)) | 0) * RADIANS;
        const swap = quarters & 1;
        values[i + swap] = radius * cosineOfSmall(angle) * (1 - (quarters & 2));
        values[i + 1 - swap] = radius * sineOfSmall(angle) * (1 - ((quarters + 1) & 2));
      }
    }
    if (i < values.length) values[i] = this.normal();
    return values;
  }

  /** Shuffles in place (Fisher-Yates, Durstenfeld's form); returns its argument. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return items;
  }

  /** Where the stream is; `restore` and `fromState` go back there. */
  state(): RandomState {
    return {
      key: [...this.key],
      words: [this.s0 >>> 0, this.s1 >>> 0, this.s2 >>> 0, this.s3 >>> 0],
      spareNormal: this.spareNormal,
    };
  }

  /** Goes back to a state taken from any stream; forks then are those of that stream. */
  restore(state: RandomState): void {
    this.key = [...state.key];
    [this.s0, this.s1, this.s2, this.s3] = state.words.map((word) => word | 0) as RandomState['words'];
    this.spareNormal = state.spareNormal;
  }
}

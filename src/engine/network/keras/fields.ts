/** A layer's configuration, of which every field is asked for, known to change nothing, or refused. */
import { brief } from '../../json';
import { say, type Said } from '../../sentences';

/** They say how a network is trained, made or called, not what it computes. */
const WITHOUT_EFFECT =
  /^(name|trainable|seed|momentum|input_dtype|input_spec|autocast|build_config|batch_size|batch_input_shape|batch_shape|input_shape|input_dim|noise_shape|.*_initializer|.*_regularizer|.*_constraint)$/;
const FLOATS = /^(float16|float32|float64|bfloat16|mixed_float16|mixed_bfloat16)$/;

const snake = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export class LayerFields {
  private readonly values: Map<string, unknown>;
  private readonly asked = new Set<string>();

  /** @param refuse is handed the reason why the layer cannot be used, and throws */
  constructor(
    config: Record<string, unknown>,
    private readonly refuse: (why: Said) => never,
  ) {
    // tfjs reads both spellings.
    this.values = new Map(Object.entries(config).map(([key, value]) => [snake(key), value]));
  }

  /** As the file has it, undefined where it has not. */
  get(key: string): unknown {
    this.asked.add(key);
    return this.values.get(key);
  }

  number(key: string, fallback: number): number {
    const value = this.get(key) ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) this.wrong(key);
    return value as number;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.get(key) ?? fallback;
    if (typeof value !== 'boolean') this.wrong(key);
    return value as boolean;
  }

  /** One of some words. */
  word<T extends string>(key: string, known: readonly T[], fallback: T): T {
    const value = this.get(key) ?? fallback;
    if (!known.includes(value as T)) this.wrong(key);
    return value as T;
  }

  /** Two positive whole numbers, or one that counts for both. */
  pair(key: string, fallback: number | [number, number]): [number, number] {
    const value = this.get(key) ?? fallback;
    const [first, second, ...more] = Array.isArray(value) ? value : [value, value];
    for (const v of [first, second]) if (!Number.isInteger(v) || v < 1) this.wrong(key);
    if (more.length > 0) this.wrong(key);
    return [first, second];
  }

  /** One number, or a list of them however deep. */
  numbers(key: string): number[] | null {
    const value = this.get(key);
    if (value === undefined || value === null) return null;
    const list = [value].flat(8) as unknown[];
    if (list.length === 0 || list.some((v) => typeof v !== 'number' || !Number.isFinite(v))) this.wrong(key);
    return list as number[];
  }

  /** The field may have this value only: nothing else is supported. */
  expect(key: string, ...values: unknown[]): void {
    const value = this.get(key);
    if (value !== undefined && value !== null && !values.includes(value)) this.wrong(key);
  }

  wrong(key: string): never {
    return this.refuse(say('fieldUnusable', key, brief(this.values.get(key) ?? null)));
  }

  /** These fields do not matter here, whatever they say. */
  ignore(...keys: string[]): void {
    for (const key of keys) this.asked.add(key);
  }

  /** No other field matters, whatever it says. */
  ignoreRest(): void {
    for (const key of this.values.keys()) this.asked.add(key);
  }

  /** Refuses what nobody has asked for and what is not known to be without effect. */
  finish(): void {
    const dtype = this.get('dtype');
    const name = (dtype as { config?: { name?: unknown } } | null)?.config?.name ?? dtype;
    if (name !== undefined && name !== null && !(typeof name === 'string' && FLOATS.test(name))) this.wrong('dtype');
    for (const [key, value] of this.values) {
      if (this.asked.has(key) || WITHOUT_EFFECT.test(key)) continue;
      // What is switched off does nothing, whatever it is.
      if (value === null || value === undefined || value === false) continue;
      this.refuse(say('fieldUnknown', key, brief(value)));
    }
  }
}

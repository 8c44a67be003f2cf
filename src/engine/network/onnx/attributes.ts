/** A node's attributes, of which every one is asked for or refused. */
import { say, type Said } from '../../sentences';
import type { OnnxNode } from './model';

export class NodeAttributes {
  private readonly asked = new Set<string>();

  /** @param refuse is handed the reason why the node cannot be used, and throws */
  constructor(
    private readonly node: OnnxNode,
    private readonly refuse: (why: Said) => never,
  ) {}

  private get(key: string) {
    this.asked.add(key);
    return this.node.attributes.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  number(key: string, fallback: number): number {
    return this.get(key)?.number ?? fallback;
  }

  text(key: string, fallback: string): string {
    return this.get(key)?.text ?? fallback;
  }

  numbers(key: string): number[] | null {
    return this.get(key)?.numbers ?? null;
  }

  /** [vertical, horizontal]; other than two is another kind of operation. */
  pair(key: string, fallback: [number, number]): [number, number] {
    const value = this.numbers(key) ?? fallback;
    if (value.length !== 2 || value.some((v) => v < 1)) this.wrong(key, value);
    return value as [number, number];
  }

  tensor(key: string) {
    return this.get(key)?.tensor;
  }

  /** Only these values are supported. */
  expect(key: string, fallback: number | string, ...values: (number | string)[]): void {
    const attribute = this.get(key);
    const value = attribute?.text ?? attribute?.number ?? fallback;
    if (!values.includes(value)) this.wrong(key, value);
  }

  /** These make no difference. */
  ignore(...keys: string[]): void {
    for (const key of keys) this.asked.add(key);
  }

  wrong(key: string, value: unknown): never {
    return this.refuse(say('fieldUnusable', key, JSON.stringify(value)));
  }

  finish(): void {
    for (const [key, { number, numbers, text }] of this.node.attributes) {
      if (!this.asked.has(key))
        this.refuse(say('fieldUnknown', key, JSON.stringify(number ?? numbers ?? text ?? '...')));
    }
  }
}

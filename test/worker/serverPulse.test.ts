import { beforeEach, describe, expect, it } from 'vitest';
import { ServerPulse } from '../../src/worker/serverPulse';

let now: number;
let said: number[];
let pulse: ServerPulse;
beforeEach(() => {
  now = 0;
  said = [];
  pulse = new ServerPulse(
    (seconds) => said.push(seconds),
    () => now,
  );
});

/** One step of so many seconds, announced before. */
function step(seconds: number, place = 'a', expected: number | null = null, compiles = false) {
  pulse.before(place, expected, compiles);
  now += seconds * 1000;
  pulse.after(seconds);
}

describe('what the page may expect', () => {
  it('is a minute for a first step of which nothing is known, and what it takes from then on', () => {
    step(0.8);
    expect(said).toEqual([61]);
    step(0.8);
    expect(said.at(-1)).toBeCloseTo(3.4, 6);
  });

  it('is what its multiply-accumulates say for the first step of another stage, before that begins', () => {
    for (let i = 0; i < 5; i++) step(0.1);
    step(20, 'b', 20);
    expect(said.at(-1)).toBeCloseTo(61, 6);
    step(20, 'b');
    expect(said.at(-1)).toBeCloseTo(61, 6);
    step(0.1, 'c', 0.1, true);
    expect(said.at(-1)).toBeCloseTo(61.3, 6);
  });

  it('is said at most twice a second, but at once where it grows', () => {
    for (let i = 0; i < 100; i++) step(0.01);
    expect(said.length).toBeLessThan(6);
    step(3);
    const before = said.length;
    step(0.01);
    expect(said.length).toBe(before + 1);
    expect(said.at(-1)).toBeCloseTo(10, 6);
  });

  it('forgets a long step after a while: the machine may have slept in it', () => {
    step(28_800);
    for (let i = 0; i < 40; i++) step(0.6);
    expect(said.at(-1)).toBeCloseTo(2.8, 6);
  });
});

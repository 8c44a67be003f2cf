/** Every reader on files with random damage: a network, or a sentence that says what is wrong; quickly either way. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/engine/network/networkError';
import type { NetworkFile } from '../../../src/engine/network/networkFile';
import { openNetwork } from '../../../src/engine/network/openNetwork';
import { Random } from '../../../src/engine/random';
import { use } from '../backends';

beforeAll(() => use('cpu'));

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const load = (folder: string, names: string[]): NetworkFile[] =>
  names.map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(join(FIXTURES, folder, name))).buffer as ArrayBuffer,
  }));
const layersModel = (name: string) =>
  load(
    `networks/${name}`,
    readdirSync(join(FIXTURES, 'networks', name)).filter((file) => file !== 'expected.json'),
  );

/** Some bytes changed, or a piece cut out, doubled or put elsewhere. */
function damaged(bytes: ArrayBuffer, random: Random): ArrayBuffer {
  const source = new Uint8Array(bytes);
  const place = () => Math.floor(random.next() * source.length);
  const kind = Math.floor(random.next() * 4);
  if (kind === 0) return source.slice(0, place()).buffer as ArrayBuffer;
  const copy = source.slice();
  if (kind === 1) {
    for (let i = 0; i < 4; i++) copy[place()] = Math.floor(random.next() * 256);
    return copy.buffer as ArrayBuffer;
  }
  const [from, to, length] = [place(), place(), Math.min(place(), 40)];
  const piece = source.slice(from, from + length);
  if (kind === 2) copy.set(piece.subarray(0, copy.length - to), to);
  else return new Uint8Array([...source.slice(0, to), ...piece, ...source.slice(to)]).buffer as ArrayBuffer;
  return copy.buffer as ArrayBuffer;
}

/** In JSON: a value somewhere becomes another one. */
function changedJson(bytes: ArrayBuffer, random: Random): ArrayBuffer {
  const json = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  const values = [null, -1, 1e9, 'other', [], {}, true, [[1, 2], 3], NaN];
  const places: [Record<string, unknown>, string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      visit((value as Record<string, unknown>)[key]);
    }
  };
  visit(json);
  const [holder, key] = places[Math.floor(random.next() * places.length)];
  if (random.next() < 0.2) delete holder[key];
  else holder[key] = values[Math.floor(random.next() * values.length)];
  return new TextEncoder().encode(JSON.stringify(json)).buffer as ArrayBuffer;
}

const CASES: [string, () => NetworkFile[]][] = [
  ['a layers model', () => layersModel('nested-sequential')],
  ['a layers model of Keras 3', () => layersModel('keras3-functional')],
  ['ONNX', () => load('onnx', ['mobile.onnx'])],
  ['safetensors', () => load('pytorch', ['regnet-x-timm.safetensors'])],
];
const SECONDS = 3;

describe('damaged files', () => {
  it.each(CASES)('%s', { timeout: 60_000 }, async (_, make) => {
    const random = new Random(17);
    const began = performance.now();
    let [opened, refused] = [0, 0];
    const unclear = new Map<string, number>();
    for (let i = 0; i < 400 && performance.now() - began < 1000 * SECONDS; i++) {
      const files = make();
      const at = Math.floor(random.next() * files.length);
      const file = files[at];
      const change = file.name.endsWith('.json') && random.next() < 0.8 ? changedJson : damaged;
      files[at] = { ...file, bytes: change(file.bytes, random) };
      try {
        await openNetwork(files);
        opened++;
      } catch (error) {
        expect(error).toBeInstanceOf(NetworkError);
        const { message, hint } = error as NetworkError;
        expect(hint.length).toBeGreaterThan(10);
        if (/undefined|null \(|is not a function|not iterable|The file cannot be read/.test(message)) {
          unclear.set(message, (unclear.get(message) ?? 0) + 1);
        }
        refused++;
      }
    }
    expect([...unclear]).toEqual([]);
    expect(refused).toBeGreaterThan(10);
    // Damage of weights' values does not show, and some of what is written says nothing.
    expect(opened + refused).toBeGreaterThan(20);
  });
});

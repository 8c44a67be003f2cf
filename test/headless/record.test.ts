/** `npm run record` of a network of one's own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsForDataset } from '../../src/engine/data/settingsForDataset';
import { inWords } from '../../src/engine/sentences';
import { loadSource } from '../../src/headless/experiment/source';
import { recordRun } from '../../src/headless/recordRun';
import { readRecording } from '../../src/state/recording/read';
import { use } from '../engine/backends';
import { manyClassNetwork, manyClassPictures } from '../manyClasses';
import { defaultSettings } from '../../src/state/settings';

const folder = mkdtempSync(join(tmpdir(), 'record-'));
beforeAll(() => use('wasm'));
afterAll(() => rmSync(folder, { recursive: true }));

const QUICK = {
  testImages: 20,
  generatorSteps: 3,
  studentSteps: 2,
  generatorChannels: 16,
  generatorStart: 'scratch',
} as const;

/** A network and pictures in a folder, read as the command reads them. */
async function sourceOf(classes: number) {
  const place = (kind: string) => join(folder, `${kind}-${classes}`);
  mkdirSync(place('network'));
  for (const { name, bytes } of manyClassNetwork(classes, 8)) writeFileSync(join(place('network'), name), bytes);
  for (const { name, bytes } of manyClassPictures(classes, 6, 8)) {
    mkdirSync(join(place('images'), name, '..'), { recursive: true });
    writeFileSync(join(place('images'), name), bytes);
  }
  const own = { network: [place('network')], images: [place('images')], options: {} };
  return loadSource({ own, data: null, weights: null, checkpoint: true });
}

describe('a recorded run of a network of one’s own', () => {
  it.each([7, 60])('of %i classes is opened without it, and shows what the run showed', async (classes) => {
    const source = await sourceOf(classes);
    const asked = { ...defaultSettings(), ...QUICK };
    const { settings, notes } = settingsForDataset(asked, source.dataset);
    expect(notes.map((note) => inWords(note)).join(' ')).toContain('Images for looking only');
    const lines: string[] = [];
    const { text, read, moments } = await recordRun(source, { settings, asked }, '0.0.0', (line) => lines.push(line));
    expect(lines.some((line) => line.startsWith('generator'))).toBe(true);
    expect(moments).toBeGreaterThan(1);
    expect(read.finished).toBe(true);
    const again = await readRecording(text);
    const { overview, live } = again.record;
    expect(overview.network).toMatchObject({ name: `Net of ${classes} classes`, inputShape: [8, 8, 1] });
    expect(overview.network.classNames[classes - 1]).toBe(source.dataset.classNames[classes - 1]);
    const [snapshot] = Object.values(live.synthetic);
    expect(snapshot.step).toBe(3);
    expect(snapshot.batchPoints.count).toBe(Math.min(48, classes));
    const measured = live.accuracy.find(({ id }) => id === 'fullPrecision')!;
    expect([measured.n, measured.answers?.length]).toEqual([20, 20]);
  });
});

import { describe, expect, it } from 'vitest';
import { rightAnswers } from '../../src/engine/evaluation/rightAnswers';
import type { Result } from '../../src/state/compare/results';
import { readSessionTexts, writeSessionTexts } from '../../src/state/sessionTexts';
import { defaultSettings } from '../../src/state/settings';

const labels = Uint16Array.from([0, 1, 1, 0]);
const test = { labels, inputShape: [8, 8, 3], classNames: ['round', 'square'] };
const result: Result = {
  number: 3,
  run: 7,
  settings: { ...defaultSettings(), seed: 5 },
  networkName: 'mine',
  network: 'mine 8x8x3',
  backend: null,
  accuracy: {
    ptq: { accuracy: 0.25, correct: 1, n: 4, right: null, test: null },
    calibration: { accuracy: 0.5, correct: 2, n: 4, right: rightAnswers(Uint16Array.from([0, 1, 0, 1]), labels), test },
    fdda: { accuracy: 0.75, correct: 3, n: 4, right: null, test, rateCap: 1e-5 },
  },
  seconds: 12.5,
  changedMidway: true,
};

describe('the table of results in a saved session', () => {
  it('comes back as it was, but of no run of this visit', async () => {
    const { settings, results, recording } = await readSessionTexts(
      writeSessionTexts(result.settings, [result, { ...result, number: 4 }], null),
    );
    expect(settings).toEqual(result.settings);
    expect(recording).toBeNull();
    expect(results).toEqual([
      { ...result, run: -1 },
      { ...result, number: 4, run: -2 },
    ]);
    expect(results[0].accuracy.ptq).not.toHaveProperty('rateCap');
  });

  it.each([
    ['more right answers than images', { correct: 5 }],
    ['an accuracy above 1', { accuracy: 1.5 }],
    ['a learning rate below 0', { rateCap: -1 }],
    ['a learning rate that is no number', { rateCap: 'low' }],
  ])('with %s is not taken over', async (_, wrong) => {
    const damaged = { ...result, accuracy: { fdda: { ...result.accuracy.fdda!, ...wrong } } } as unknown as Result;
    await expect(readSessionTexts(writeSessionTexts(result.settings, [damaged], null))).rejects.toThrow('results.json');
  });
});

import { describe, expect, it } from 'vitest';
import { packAnswers, unpackAnswers } from '../../../src/state/recording/answers';

describe('answers in a recorded run', () => {
  it.each([2, 10, 256, 257, 1000])('come back as they were with %i classes', async (classes) => {
    const labels = Uint16Array.from({ length: 200 }, (_, i) => (i * 37) % classes);
    const answers = labels.map((label, i) => (i % 3 === 0 ? (label * 31 + i) % classes : label));
    const text = await packAnswers(answers, labels, classes);
    expect(await unpackAnswers(text, 200, classes, labels)).toEqual(answers);
    expect(await unpackAnswers(await packAnswers(labels, null, classes), 200, classes, null)).toEqual(labels);
    await expect(unpackAnswers(text, 201, classes, labels)).rejects.toThrow();
  });
});

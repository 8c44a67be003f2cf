import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../src/state/settings';
import { fromPosition, POSITIONS, toPosition } from '../../src/ui/controls/sliderScale';
import { createFormat, exact, short, storage } from '../../src/ui/format';
import { classColor, classMarker } from '../../src/ui/palette';
import type { Cloud } from '../../src/ui/views/scene';
import { en } from '../../src/ui/words/en';
import { countOutside, frameOf, hitTest, place } from '../../src/ui/views/scene';

describe('numbers', () => {
  it('are short to read and exact on demand', () => {
    expect([0.123456, 1.23456, 12.3456, 123.456, 0, -0.5].map(short)).toEqual([
      '0.123',
      '1.23',
      '12.3',
      '123',
      '0',
      '−0.500',
    ]);
    expect([512, 52_610, 999_900, 44_734_248].map(storage)).toEqual(['0.5 kB', '52.6 kB', '999.9 kB', '44.7 MB']);
    expect(short(0.0000312)).toBe('3.12e-5');
    expect(short(NaN)).toBe('–');
    expect(exact(Math.fround(0.1))).toBe('0.100000001');
    const { percent, duration, large } = createFormat(en.units);
    expect(percent(0.9123)).toBe('91.2 %');
    expect([0.0842, 4.26, 42.4, 75, 3700].map(duration)).toEqual(['84 ms', '4.3 s', '42 s', '1 min 15 s', '1 h 1 min']);
    expect([78042, 10_400_000].map(large)).toEqual(['78,042', '10.4 million']);
  });
});

describe('logarithmic sliders', () => {
  it.each(['generatorSteps', 'studentLearningRate', 'weightDecay', 'generatorLearningRate', 'studentSteps'] as const)(
    'of %s reach both ends and keep their value',
    (key) => {
      const setting = SETTINGS[key];
      expect(toPosition(setting, setting.min)).toBe(0);
      expect(toPosition(setting, setting.max)).toBe(POSITIONS);
      expect(fromPosition(setting, 0)).toBeCloseTo(setting.min, 12);
      expect(fromPosition(setting, POSITIONS)).toBeCloseTo(setting.max, 9);
      for (let position = 0; position <= POSITIONS; position += 10) {
        const value = fromPosition(setting, position);
        expect(value).toBeGreaterThanOrEqual(setting.min);
        expect(value).toBeLessThanOrEqual(setting.max);
        expect(fromPosition(setting, toPosition(setting, value))).toBeCloseTo(value, 12);
      }
    },
  );
});

/** sRGB hex -> linear RGB. */
const linear = (hex: string) =>
  [1, 3, 5]
    .map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
const luminance = ([r, g, b]: number[]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
function lab([r, g, b]: number[]): number[] {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [x, y, z] = [
    f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505),
    f(0.2126 * r + 0.7152 * g + 0.0722 * b),
    f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089),
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
/** Machado et al. 2009, severity 1. */
const VISION: Record<string, number[][]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

describe.each(['light', 'dark'] as const)('class colors on %s', (scheme) => {
  const colors = Array.from({ length: 10 }, (_, i) => linear(classColor(i, scheme)));

  it.each(Object.keys(VISION))('stay apart with %s', (vision) => {
    const seen = colors.map((color) =>
      lab(
        VISION[vision].map((row) =>
          Math.min(1, Math.max(0, row[0] * color[0] + row[1] * color[1] + row[2] * color[2])),
        ),
      ),
    );
    for (let i = 0; i < 10; i++) {
      for (let j = 0; j < i; j++)
        expect(Math.hypot(...seen[i].map((value, k) => value - seen[j][k])), `${i} and ${j}`).toBeGreaterThan(15);
    }
  });

  it('stand out from the card', () => {
    const card = luminance(linear(scheme === 'light' ? '#ffffff' : '#1a1d22'));
    for (const color of colors) {
      const [bright, dim] = [Math.max(card, luminance(color)), Math.min(card, luminance(color))];
      expect((bright + 0.05) / (dim + 0.05)).toBeGreaterThan(3);
    }
  });
});

describe('class markers', () => {
  it('differ among the first ten, and change when colors come again', () => {
    expect(new Set(Array.from({ length: 10 }, (_, i) => classMarker(i))).size).toBe(10);
    expect(classColor(13, 'light')).toBe(classColor(3, 'light'));
    expect(classMarker(13)).not.toBe(classMarker(3));
  });
});

describe('the map of centers', () => {
  const cloud = (kind: Cloud['kind'], points: number[][]): Cloud => ({
    kind,
    xy: Float32Array.from(points.flat()),
    labels: Uint16Array.from(points, (_, i) => i),
  });
  const still = [
    cloud('observation', [
      [-1, -1],
      [1, 1],
    ]),
    cloud('distorted', [[50, 50]]),
    cloud('center', [[0, 0]]),
  ];

  it('fits all real points, whatever the distorted targets do', () => {
    const frame = frameOf(still, [], 200, 100);
    for (const [x, y] of [
      [-1, -1],
      [1, 1],
    ])
      expect(place(frame, x, y).outside).toBe(false);
    expect(place(frame, 0, 0)).toEqual({ px: 100, py: 50, outside: false });
    expect(place(frame, 50, 50).outside).toBe(true);
  });

  it('widens in steps for batches far away, up to a limit, and counts what is beyond', () => {
    const near = frameOf(still, [cloud('batch', [[1.05, 0]])], 100, 100);
    const same = frameOf(still, [cloud('batch', [[1.2, 0]])], 100, 100);
    expect(near.scale).toBe(same.scale);
    expect(near.scale).toBeLessThan(frameOf(still, [], 100, 100).scale);
    const lost = [cloud('batch', [[400, 0]])];
    const frame = frameOf(still, lost, 100, 100);
    expect(countOutside(frame, lost)).toBe(1);
    expect(place(frame, 400, 0)).toMatchObject({ px: 95, outside: true });
  });

  it('finds the point under the pointer, of several the topmost', () => {
    const frame = frameOf(still, [], 200, 100);
    expect(hitTest(frame, [...still, cloud('batch', [[0, 0]])], 101, 51)).toMatchObject({
      kind: 'batch',
      index: 0,
      x: 0,
      y: 0,
    });
    expect(hitTest(frame, still, 3, 97)).toBeNull();
  });

  it('survives points that are no numbers', () => {
    const frame = frameOf([cloud('observation', [[NaN, NaN]])], [cloud('batch', [[NaN, 0]])], 100, 100);
    expect(Number.isFinite(frame.scale) && Number.isFinite(frame.centerX)).toBe(true);
  });
});

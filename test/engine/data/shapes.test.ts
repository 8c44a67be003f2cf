import { describe, expect, it } from 'vitest';
import { SPLITS } from '../../../src/engine/data/dataset';
import { drawOutline, polygon, SHAPE_NAMES } from '../../../src/engine/data/shapeOutlines';
import { colourDistance, drawPalette, oklab, toRgb } from '../../../src/engine/data/shapePaint';
import { createShapes, SHAPES_SEED } from '../../../src/engine/data/shapes';
import { Random } from '../../../src/engine/random';

const shapes = createShapes();
/**
 * Bytes 0, 777, 1554, 2331 and 3071 of some images. They change with any constant of the data; a network trained on the
 * old images then no longer fits and has to be trained again.
 */
const PINNED = [
  ['train', 0, [0, 0, 75, 0, 69]],
  ['calibration', 15, [86, 114, 102, 105, 0]],
  ['test', 4999, [154, 179, 169, 184, 78]],
] as const;

const regular = { cornerJitter: 0, rounding: 0, waviness: 0 };

/** Points of a grid over the square from -1.5 to 1.5. */
const grid = Array.from({ length: 31 * 31 }, (_, i) => [((i % 31) - 15) / 10, (Math.floor(i / 31) - 15) / 10] as const);

describe('Shapes', () => {
  it('has 32x32 RGB images of ten classes', () => {
    expect(shapes.classNames).toEqual([...SHAPE_NAMES]);
    expect(shapes.classNames.length).toBe(10);
    expect(shapes.imageShape).toEqual([32, 32, 3]);
    for (const split of SPLITS) {
      expect(shapes.image(split, 3).pixels).toHaveLength(32 * 32 * 3);
      expect(shapes.image(split, shapes.size(split) - 1).pixels).toBeInstanceOf(Uint8Array);
    }
  });

  it('is the same whatever was asked for before', () => {
    const other = createShapes(SHAPES_SEED);
    const expected = [4, 0, 17].map((index) => shapes.image('train', index));
    expect([17, 0, 4].map((index) => other.image('train', index)).reverse()).toEqual(expected);
    expect(createShapes(1).image('train', 4).pixels).not.toEqual(expected[0].pixels);
  });

  it('is the data that the bundled network was trained on', () => {
    for (const [split, index, bytes] of PINNED) {
      const { pixels } = shapes.image(split, index);
      // The last bit of sine and cosine is the JavaScript engine's own.
      [0, 777, 1554, 2331, 3071].forEach((at, i) => expect(Math.abs(pixels[at] - bytes[i])).toBeLessThanOrEqual(1));
    }
  });

  it('has no image twice, within or across splits', () => {
    const seen = new Set<string>();
    for (const split of SPLITS) {
      for (let i = 0; i < 200; i++) seen.add(shapes.image(split, i).pixels.join());
    }
    expect(seen.size).toBe(4 * 200);
  });

  it('has each class as often', () => {
    for (const split of SPLITS) {
      const counts = new Array<number>(10).fill(0);
      for (let i = 0; i < shapes.size(split); i++) counts[shapes.label(split, i)]++;
      expect(new Set(counts)).toEqual(new Set([shapes.size(split) / 10]));
    }
    expect(shapes.image('test', 13).label).toBe(shapes.label('test', 13));
  });

  it('has as many calibration images as the largest calibration and observation sets need', () => {
    expect(shapes.size('calibration') / 10).toBeGreaterThanOrEqual(32 + 100);
  });

  it('names an image that does not exist', () => {
    expect(() => shapes.image('test', shapes.size('test'))).toThrow(/Shapes has no image 5000 in 'test'/);
    expect(() => shapes.image('train', -1)).toThrow(RangeError);
    expect(() => shapes.label('train', 0.5)).toThrow(RangeError);
  });

  it('tells nothing of the class by its mean colour', () => {
    const meanColour = (index: number) => {
      const sum = [0, 0, 0];
      shapes.image('validation', index).pixels.forEach((value, i) => (sum[i % 3] += value / 1024));
      return sum;
    };
    const colours = Array.from({ length: 2000 }, (_, i) => meanColour(i));
    const centres = SHAPE_NAMES.map((_, label) => {
      const own = colours.filter((_, i) => i < 1000 && i % 10 === label);
      return [0, 1, 2].map((c) => own.reduce((sum, colour) => sum + colour[c], 0) / own.length);
    });
    let correct = 0;
    for (let i = 1000; i < 2000; i++) {
      const distances = centres.map((centre) => Math.hypot(...centre.map((value, c) => value - colours[i][c])));
      if (distances.indexOf(Math.min(...distances)) === i % 10) correct++;
    }
    // Chance is 100 of 1000 with a deviation of 9.5.
    expect(correct).toBeLessThan(150);
  });

  it('has images of one class that differ visibly', () => {
    for (let label = 0; label < 10; label++) {
      const images = Array.from({ length: 12 }, (_, i) => shapes.image('train', i * 10 + label).pixels);
      for (let i = 1; i < images.length; i++) {
        const difference =
          images[i].reduce((sum, value, p) => sum + Math.abs(value - images[i - 1][p]), 0) / images[i].length;
        expect(difference).toBeGreaterThan(15);
      }
    }
  });
});

describe('outlines', () => {
  it('of a polygon are exact distances, in corners and notches too', () => {
    const square = polygon([-1, -1, 1, -1, 1, 1, -1, 1]);
    expect(square(0, 0)).toBe(-1);
    expect(square(0.75, 0.5)).toBe(-0.25);
    expect(square(3, 0)).toBe(2);
    expect(square(2, 2)).toBeCloseTo(Math.SQRT2, 12);
    // An L: the missing quarter is outside.
    const l = polygon([-1, -1, 1, -1, 1, 0, 0, 0, 0, 1, -1, 1]);
    expect(l(0.5, 0.5)).toBe(0.5);
    expect(l(-0.5, 0.75)).toBe(-0.25);
  });

  it.each(SHAPE_NAMES)('of a %s: a distance, mirror-symmetric, of a size like the others', (name) => {
    const random = new Random(1);
    for (let example = 0; example < 5; example++) {
      const outline = drawOutline(name, regular, random);
      let [steepest, area, asymmetryX, asymmetryY] = [0, 0, 0, 0];
      for (const [x, y] of grid) {
        const d = outline(x, y);
        steepest = Math.max(steepest, Math.hypot(outline(x + 1e-4, y) - d, outline(x, y + 1e-4) - d) / 1e-4);
        asymmetryX = Math.max(asymmetryX, Math.abs(d - outline(-x, y)));
        asymmetryY = Math.max(asymmetryY, Math.abs(d - outline(x, -y)));
        if (d < 0) area += 0.01;
        // Nothing reaches beyond what the renderer looks at.
        if (Math.hypot(x, y) > 1.35) expect(d).toBeGreaterThan(0);
      }
      // Never steeper than a distance (beside the creases, where the two differences belong to different sides).
      expect(steepest).toBeLessThan(Math.SQRT2 + 1e-3);
      // So that a flipped image keeps its label.
      expect(Math.min(asymmetryX, asymmetryY)).toBeLessThan(1e-9);
      expect(area).toBeGreaterThan(0.7);
      expect(area).toBeLessThan(2.9);
    }
  });

  it('tell ring from circle and cross from square', () => {
    const at = (name: (typeof SHAPE_NAMES)[number], x: number, y: number) =>
      drawOutline(name, regular, new Random(2))(x, y);
    expect(at('circle', 0, 0)).toBeCloseTo(-0.92, 12);
    expect(at('ring', 0, 0)).toBeGreaterThan(0.4);
    expect(at('square', 0.7, 0.0)).toBeLessThan(0);
    expect(at('cross', 0.6, 0.6)).toBeGreaterThan(0);
    expect(at('heart', 0, -0.6)).toBeGreaterThan(at('heart', 0, 0.6));
  });
});

describe('colours', () => {
  it('are OKLab', () => {
    const close = (colour: readonly number[], expected: number[]) =>
      colour.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 3));
    close(toRgb({ lightness: 1, a: 0, b: 0 }), [1, 1, 1]);
    close(toRgb({ lightness: 0, a: 0, b: 0 }), [0, 0, 0]);
    // sRGB red and blue in OKLab, from the definition's table of examples.
    close(toRgb({ lightness: 0.627955, a: 0.224863, b: 0.125846 }), [1, 0, 0]);
    close(toRgb({ lightness: 0.452014, a: -0.032457, b: -0.311528 }), [0, 0, 1]);
    expect(oklab(0.5, 0.1, Math.PI / 2).b).toBeCloseTo(0.1, 12);
  });

  it('of figure and background are apart', () => {
    const random = new Random(3);
    for (let i = 0; i < 300; i++) {
      const { background, background2, figure } = drawPalette(0.25, 0.1, random);
      expect(colourDistance(figure, background)).toBeGreaterThanOrEqual(0.25);
      expect(colourDistance(figure, background2)).toBeGreaterThanOrEqual(0.25);
    }
  });
});

/**
 * Sizes as torchvision's and timm's transforms make them with Pillow, to the bit: with antialiasing, first along rows
 * and then along columns, whole numbers in between, weights in fixed point. Without antialiasing, pixels differ by up to
 * a third of their range.
 */
import type { Interpolation } from '../../network/resizing';
import type { DecodedImage } from './types';

export interface Resizing {
  /** Of the shorter side; left out: as it is. */
  resize?: number;
  /** Left out: bilinear. */
  interpolation?: Interpolation;
  /** Height and width of what is cut out of the middle; left out: all. */
  crop?: [number, number];
}

/** What a pixel counts by its distance from the middle, up to `support`; both in pixels of the smaller picture. */
const FILTERS: Record<Interpolation, { support: number; weight: (x: number) => number }> = {
  bilinear: { support: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  // Keys' cubic with a = -1/2.
  bicubic: {
    support: 2,
    weight: (x: number) => {
      const [a, t] = [-0.5, Math.abs(x)];
      if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    },
  },
  lanczos: { support: 3, weight: (x: number) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Weights are whole numbers of 1 / 2^22. */
const FIXED = 2 ** 22;

/** As `Compose([Resize(resize, interpolation), CenterCrop(crop)])`. */
export function resized(image: DecodedImage, { resize, crop, interpolation = 'bilinear' }: Resizing): DecodedImage {
  let result = image;
  if (resize !== undefined) {
    const short = Math.min(image.width, image.height);
    const long = (side: number) => (side === short ? resize : Math.floor((resize * side) / short));
    result = scaled(image, long(image.width), long(image.height), interpolation);
  }
  return crop ? centerCrop(result, crop) : result;
}

/** Each output pixel is a weighted mean of the input pixels under the filter, which is as wide as the scale. */
function weightsOf(from: number, to: number, by: Interpolation): { first: number; weights: Float64Array }[] {
  const filter = FILTERS[by];
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const support = filter.support * stretch;
  return Array.from({ length: to }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const last = Math.min(from, Math.trunc(center + support + 0.5));
    const weights = Float64Array.from({ length: last - first }, (_w, k) =>
      filter.weight((first + k - center + 0.5) / stretch),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    // Rounded half away from zero.
    return { first, weights: weights.map((w) => Math.trunc((w / sum) * FIXED + (w < 0 ? -0.5 : 0.5))) };
  });
}

const byte = (sum: number) => Math.min(255, Math.max(0, Math.floor(sum / FIXED + 0.5)));

function scaled(
  { width, height, rgb }: DecodedImage,
  toWidth: number,
  toHeight: number,
  by: Interpolation,
): DecodedImage {
  if (toWidth === width && toHeight === height) return { width, height, rgb };
  const across = new Uint8Array(height * toWidth * 3);
  weightsOf(width, toWidth, by).forEach(({ first, weights }, x) => {
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * rgb[(y * width + first + k) * 3 + c];
        across[(y * toWidth + x) * 3 + c] = byte(sum);
      }
    }
  });
  const result = new Uint8Array(toHeight * toWidth * 3);
  const row = toWidth * 3;
  weightsOf(height, toHeight, by).forEach(({ first, weights }, y) => {
    for (let i = 0; i < row; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * across[(first + k) * row + i];
      result[y * row + i] = byte(sum);
    }
  });
  return { width: toWidth, height: toHeight, rgb: result };
}

/** Python's round: halves to the even number. */
const roundHalfEven = (value: number) => {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor & 1) : Math.round(value);
};

/** The middle; what is smaller is surrounded with black. */
function centerCrop({ width, height, rgb }: DecodedImage, [toHeight, toWidth]: [number, number]): DecodedImage {
  const offset = (from: number, to: number) =>
    from >= to ? roundHalfEven((from - to) / 2) : -Math.floor((to - from) / 2);
  const [top, left] = [offset(height, toHeight), offset(width, toWidth)];
  const result = new Uint8Array(toHeight * toWidth * 3);
  for (let y = 0; y < toHeight; y++) {
    const from = y + top;
    if (from < 0 || from >= height) continue;
    const [start, end] = [Math.max(0, left), Math.min(width, left + toWidth)];
    result.set(rgb.subarray((from * width + start) * 3, (from * width + end) * 3), (y * toWidth + start - left) * 3);
  }
  return { width: toWidth, height: toHeight, rgb: result };
}

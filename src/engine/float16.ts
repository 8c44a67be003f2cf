/** Half precision, IEEE 754 binary16: files of weights are written in it. Float16Array is too young to be relied on. */

const HALF = new DataView(new ArrayBuffer(4));

/**
 * A number as IEEE 754 binary16, rounded to the nearest, halves to even. Beyond 65519 it becomes infinite.
 *
 * @returns its 16 bits
 */
export function toHalf(value: number): number {
  HALF.setFloat32(0, value);
  const bits = HALF.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 is halfway between the largest half, 65504, and the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  const exponent = (magnitude >>> 23) - 112;
  if (exponent <= 0) {
    // Subnormal: multiples of 2^-24. The scaling is exact, so this is the only rounding.
    const scaled = Math.abs(Math.fround(value)) * 16777216;
    const floor = Math.floor(scaled);
    const rest = scaled - floor;
    return sign | (floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0));
  }
  const mantissa = magnitude & 0x7fffff;
  const rest = mantissa & 0x1fff;
  const half = (exponent << 10) | (mantissa >>> 13);
  // A carry out of the mantissa goes into the exponent, as it should.
  return sign | (half + (rest > 0x1000 || (rest === 0x1000 && half % 2 === 1) ? 1 : 0));
}

/** The number whose IEEE 754 binary16 bits these are. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

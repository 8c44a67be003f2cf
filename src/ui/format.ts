/** A number at reading precision: three significant digits, thin on zeros. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 10000 || size < 0.001) return value.toExponential(size >= 10000 ? 1 : 2).replace('e+', 'e').replace(/\.?0+e/, 'e').replace('-', size === -value ? '−' : '-');
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace('-', '−');
}

/** All digits that a 32-bit number holds. */
export function exact(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(9))) : String(value);
}

/** 1234567 -> 1,234,567 */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** 10400000 -> 10.4 million */
export function large(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} billion`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} million`;
  return grouped(value);
}

export const percent = (fraction: number, digits = 1): string => `${(fraction * 100).toFixed(digits)} %`;

/** 0.0842 -> 84 ms; 75 -> 1 min 15 s */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds - 60 * minutes)} s`.replace(' 0 s', '');
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A time span for people who wait: whole seconds. */
export const span = (seconds: number): string => duration(Math.max(1, Math.round(seconds))).replace('.0 s', ' s');

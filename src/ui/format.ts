/** A number at reading precision: three significant digits, thin on zeros. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 10000 || size < 0.001)
    return value
      .toExponential(size >= 10000 ? 1 : 2)
      .replace('e+', 'e')
      .replace(/\.?0+e/, 'e')
      .replace('-', size === -value ? '−' : '-');
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace('-', '−');
}

/** All digits that a 32-bit number holds. */
export function exact(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(9))) : String(value);
}

/** Bytes of a file: "52.6 kB", "44.7 MB". */
export const storage = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${Number((bytes / 1e6).toPrecision(3))} MB`;

/** 1234567 -> 1,234,567 */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** How a language writes units; part of its words. */
export interface Units {
  percent: (value: string) => string;
  milliseconds: (value: string) => string;
  seconds: (value: string) => string;
  minutes: (minutes: string, seconds: string) => string;
  hours: (hours: string, minutes: string) => string;
  /** Names of large numbers, the largest first. */
  large: readonly { from: number; name: (value: string) => string }[];
}

/** Numbers and times as one language writes them. */
export interface Format {
  /** 10400000 -> 10.4 million */
  large(value: number): string;
  percent(fraction: number, digits?: number): string;
  /** 0.0842 -> 84 ms; 75 -> 1 min 15 s */
  duration(seconds: number): string;
  /** A time span for people who wait: whole seconds. */
  span(seconds: number): string;
}

export function createFormat(units: Units): Format {
  const long = (seconds: number): string => {
    if (seconds < 60) return units.seconds(String(Math.round(seconds)));
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return units.minutes(String(minutes), String(Math.floor(seconds - 60 * minutes)));
    return units.hours(String(Math.floor(minutes / 60)), String(minutes % 60));
  };
  return {
    large(value) {
      const unit = units.large.find(({ from }) => value >= from);
      if (!unit) return grouped(value);
      const count = value / unit.from;
      return unit.name(count.toFixed(count >= 100 ? 0 : 1));
    },
    percent: (fraction, digits = 1) => units.percent((fraction * 100).toFixed(digits)),
    duration(seconds) {
      if (seconds < 1) return units.milliseconds(String(Math.round(seconds * 1000)));
      return seconds < 10 ? units.seconds(seconds.toFixed(1)) : long(seconds);
    },
    span: (seconds) => long(Math.max(1, Math.round(seconds))),
  };
}

/** A map from values to pixels, with places for its ticks. */
export interface Scale {
  (value: number): number;
  domain: [number, number];
  ticks: number[];
  invert(pixel: number): number;
}

/** Round numbers (1, 2, 5 times a power of ten) within the domain, about `count` of them. */
export function niceTicks(from: number, to: number, count: number): number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999)!;
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

export function linearScale(domain: [number, number], range: [number, number], count: number, integers = false): Scale {
  const [from, to] = domain[0] === domain[1] ? [domain[0] - 0.5, domain[1] + 0.5] : domain;
  const factor = (range[1] - range[0]) / (to - from);
  const ticks = niceTicks(from, to, count).filter((tick) => !integers || Number.isInteger(tick));
  return Object.assign((value: number) => range[0] + (value - from) * factor, {
    domain: [from, to] as [number, number],
    ticks,
    invert: (pixel: number) => from + (pixel - range[0]) / factor,
  });
}

/** Of positive values; ticks at powers of ten, with 2 and 5 between them where there is room. */
export function logScale(domain: [number, number], range: [number, number], count: number): Scale {
  const [from, to] = [Math.log10(domain[0]), Math.log10(domain[1])];
  const inner = linearScale([from, to], range, count);
  const [low, high] = inner.domain;
  const digits = high - low < count / 3 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((high - low) / count));
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    if (power % every !== 0) continue;
    for (const digit of digits) {
      const tick = Number(`${digit}e${power}`);
      if (Math.log10(tick) >= low - 1e-9 && Math.log10(tick) <= high + 1e-9) ticks.push(tick);
    }
  }
  return Object.assign((value: number) => inner(Math.log10(value)), {
    domain,
    ticks,
    invert: (pixel: number) => 10 ** inner.invert(pixel),
  });
}

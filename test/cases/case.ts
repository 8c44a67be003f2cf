/**
 * A case is one numeric check that any backend can run: it computes with the engine and says what should have come out.
 * Node runs every case on cpu and wasm, headless Chromium on webgpu (test/engine/cases.test.ts, test/browser/engine).
 */
export interface Comparison {
  name: string;
  actual: ArrayLike<number>;
  expected: ArrayLike<number>;
  /** |actual - expected| <= absolute + relative * |expected|, element by element. */
  absolute: number;
  relative: number;
}

export interface Case {
  name: string;
  /** Tensors made inside must be gone when the promise resolves. */
  run(): Promise<Comparison[]>;
  /** Backends where the case is skipped, and why (too slow on a software adapter, say). */
  except?: Partial<Record<'cpu' | 'wasm' | 'webgpu' | 'webgl', string>>;
  /** Takes long on a software adapter: there it belongs to `npm run test:long`. */
  long?: true;
}

/** What is wrong with a comparison, or null. */
export function disagreement({ name, actual, expected, absolute, relative }: Comparison): string | null {
  if (actual.length !== expected.length) return `${name}: ${actual.length} values, expected ${expected.length}`;
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < expected.length; i++) {
    const over = Math.abs(actual[i] - expected[i]) / (absolute + relative * Math.abs(expected[i]));
    if (!(over <= 1) && !(over <= excess)) {
      worst = i;
      excess = over;
    }
  }
  return worst < 0
    ? null
    : `${name}[${worst}]: ${actual[worst]}, expected ${expected[worst]} (${excess.toFixed(1)} times the tolerance)`;
}

/** Matrices side by side (../columns.ts): as many as a shader may bind in each launch. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { flatGroups, FLAT_GROUP, launch, type WebgpuBackend } from './program';

/** Matrices in a launch; with the wide one that is the number of arrays every adapter allows. */
const AT_ONCE = 7;
/** Invocations of a workgroup. Not tuned on a real adapter. */
const THREADS = 256;

interface Place {
  /** Its first column in the wide matrix. */
  first: number;
  width: number;
}

/**
 * One invocation for every element of a few neighbours. `copy` is WGSL for element `at` of one and `i` of the wide
 * matrix.
 */
function source(pieces: number, copy: (name: string) => string): string {
  const cases = Array.from(
    { length: pieces },
    (_, k) => `
    if (column < u.end${k}) {
      let at = row * (u.end${k} - ${k === 0 ? 'u.first' : `u.end${k - 1}`}) + column - ${k === 0 ? 'u.first' : `u.end${k - 1}`};
      ${copy(`part${k}`)}
      return;
    }`,
  );
  return `
    ${FLAT_GROUP}
    fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
      let item = flatGroup(group, groups) * ${THREADS}u + lane;
      if (item >= u.count) { return; }
      let row = item / u.width;
      let column = u.first + item % u.width;
      let i = row * u.columns + column;
      ${cases.join('')}
    }`;
}

function specOf(pieces: Place[], rows: number, columns: number) {
  const first = pieces[0].first;
  const width = pieces.reduce((sum, piece) => sum + piece.width, 0);
  return {
    variant: String(pieces.length),
    threads: THREADS,
    groups: flatGroups(Math.ceil((rows * width) / THREADS)),
    integers: {
      count: rows * width,
      columns,
      first,
      width,
      ...Object.fromEntries(pieces.map((piece, k) => [`end${k}`, piece.first + piece.width])),
    },
  };
}

/** As many at a time as a launch takes. */
function batches<T>(values: T[]): T[][] {
  return Array.from({ length: Math.ceil(values.length / AT_ONCE) }, (_, i) =>
    values.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
}

function placed(widths: number[]): Place[] {
  let first = 0;
  return widths.map((width) => {
    first += width;
    return { first: first - width, width };
  });
}

export function concatColumns(backend: WebgpuBackend, parts: TensorInfo[]): TensorInfo {
  const rows = parts[0].shape[0];
  const pieces = placed(parts.map(({ shape }) => shape[1])).map((place, i) => ({ ...place, info: parts[i] }));
  const columns = pieces.reduce((sum, { width }) => sum + width, 0);
  const into = backend.makeTensorInfo([rows, columns], 'float32');
  for (const batch of batches(pieces)) {
    launch(backend, {
      ...specOf(batch, rows, columns),
      name: 'ConcatColumns',
      inputs: Object.fromEntries(batch.map(({ info }, k) => [`part${k}`, info])),
      outputs: { wide: into },
      source: () => source(batch.length, (part) => `wide[i] = ${part}[at];`),
    });
  }
  return into;
}

export function splitColumns(backend: WebgpuBackend, wide: TensorInfo, widths: number[]): TensorInfo[] {
  const [rows, columns] = wide.shape;
  return batches(placed(widths)).flatMap((batch) =>
    launch(backend, {
      ...specOf(batch, rows, columns),
      name: 'SplitColumns',
      inputs: { wide },
      outputs: Object.fromEntries(batch.map(({ width }, k) => [`part${k}`, [rows, width]])),
      source: () => source(batch.length, (part) => `${part}[at] = wide[i];`),
    }),
  );
}

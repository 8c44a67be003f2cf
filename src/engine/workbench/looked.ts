/** What activations reach on some images, and the ranges that each method makes of it. */
import * as tf from '@tensorflow/tfjs-core';
import { activationNodes } from '../network/activationRanges';
import { FULL_PRECISION } from '../quantization/layerBits';
import { calibratedRange, CALIBRATION_METHODS } from '../quantization/rangeMethods';
import { movingAverage, sampleValues, type Range } from '../quantization/ranges';
import type { Student } from '../quantization/student';
import { lookedImages, type LookedImages } from './lookedImages';
import type { RangeMethod, StudentChanges } from './report';
import type { WorkbenchSource } from './source';

/** All that there are. */
export const RANGE_METHODS: readonly RangeMethod[] = [...CALIBRATION_METHODS, 'movingAverage'];

/** Activations that are quantized, in network order. */
export const quantizedActivations = ({ definition, plan }: Student): string[] =>
  activationNodes(definition)
    .map(({ name }) => name)
    .filter((name) => plan.activationBits[name] !== FULL_PRECISION);

/** Values of one activation that are looked at. */
export const SAMPLE = 65536;
/** Images and updates of the authors' moving average. */
const AVERAGE_BATCH = 16;
const AVERAGE_UPDATES = 50;

/** Of one set of images, by activation: some values, and the smallest and largest of each image. */
export interface Looked {
  images: number;
  values: Map<string, Float32Array>;
  ends: Map<string, Range[]>;
}

/**
 * @param images stay the caller's
 * @param pause is called between two passes
 */
export async function look(
  student: Student,
  images: LookedImages,
  nodes: ReadonlySet<string>,
  pause: (fraction: number) => Promise<void>,
): Promise<Looked> {
  const all: Looked = { images: 0, values: new Map(), ends: new Map() };
  const parts: Looked[] = [];
  for (const pass of images.passes()) {
    parts.push(await lookOnce(student, pass, nodes, (SAMPLE * pass.shape[0]) / images.count));
    all.images += pass.shape[0];
    if (all.images < images.count) await pause(all.images / images.count);
  }
  for (const node of nodes) {
    const values = parts.map((part) => part.values.get(node)!);
    all.values.set(node, values.length === 1 ? values[0] : Float32Array.from(values.flatMap((each) => [...each])));
    all.ends.set(
      node,
      parts.flatMap((part) => part.ends.get(node)!),
    );
  }
  return all;
}

/** In one pass. @param sample values of each activation @param images stay the caller's */
export async function lookOnce(
  student: Student,
  images: tf.Tensor4D,
  nodes: ReadonlySet<string>,
  sample: number,
): Promise<Looked> {
  const kept: [string, tf.Tensor][] = [];
  try {
    tf.tidy(() => {
      student.forwardWith(images, {
        activation: ({ name }, x) => {
          if (!nodes.has(name)) return x;
          const rows = tf.reshape(x, [x.shape[0], -1]);
          kept.push([name, tf.keep(sampleValues(x, Math.ceil(sample)))]);
          kept.push([name, tf.keep(tf.stack([tf.min(rows, 1), tf.max(rows, 1)], 1))]);
          return x;
        },
      });
    });
    const read = await Promise.all(kept.map(([, tensor]) => tensor.data() as Promise<Float32Array>));
    const [values, ends] = [new Map<string, Float32Array>(), new Map<string, Range[]>()];
    kept.forEach(([name], i) => {
      if (i % 2 === 0) values.set(name, read[i]);
      else
        ends.set(
          name,
          Array.from({ length: read[i].length / 2 }, (_, k) => ({ lo: read[i][2 * k], hi: read[i][2 * k + 1] })),
        );
    });
    return { images: images.shape[0], values, ends };
  } finally {
    tf.dispose(kept.map(([, tensor]) => tensor));
  }
}

export const united = (ranges: readonly Range[]): Range => ({
  lo: Math.min(...ranges.map(({ lo }) => lo)),
  hi: Math.max(...ranges.map(({ hi }) => hi)),
});

/** The authors' moving average over batches of these images, taken in turn. @param ends of each image */
export function averagedRange(ends: readonly Range[]): Range {
  let range: Range = { lo: 0, hi: 0 };
  for (let update = 0; update < AVERAGE_UPDATES; update++) {
    const batch = Array.from({ length: AVERAGE_BATCH }, (_, i) => ends[(update * AVERAGE_BATCH + i) % ends.length]);
    range = movingAverage(range, united(batch));
  }
  return range;
}

/** The range of one activation. @param sets of images, at least one, all of which have the node */
export function rangeBy(method: RangeMethod, sets: readonly Looked[], node: string, bits: number): Range {
  const ends = sets.flatMap((set) => set.ends.get(node)!);
  if (method === 'movingAverage') return averagedRange(ends);
  if (method === 'minMax') return united(ends);
  return calibratedRange(
    method,
    sets.flatMap((set) => Array.from(set.values.get(node)!)),
    bits,
  );
}

/** All ranges of activations anew. */
export async function calibrate(
  student: Student,
  source: WorkbenchSource,
  { method, source: from }: NonNullable<StudentChanges['calibration']>,
  pause: (fraction: number) => Promise<void>,
): Promise<void> {
  const names = quantizedActivations(student);
  const sets: Looked[] = [];
  const parts = lookedImages(source, from);
  try {
    for (const images of parts)
      sets.push(await look(student, images, new Set(names), (each) => pause((sets.length + each) / parts.length)));
  } finally {
    for (const images of parts) images.dispose();
  }
  const { activationBits } = student.plan;
  student.setRanges(Object.fromEntries(names.map((name) => [name, rangeBy(method, sets, name, activationBits[name])])));
}

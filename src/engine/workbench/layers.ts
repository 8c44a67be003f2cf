/** Every quantizer by itself: what it clips, what error it makes, alone and with all before it, and what that costs. */
import * as tf from '@tensorflow/tfjs-core';
import type { QuantizationGrid } from '../kernels/fakeQuantize';
import type { ForwardHooks } from '../network/executor';
import { inspectNetwork } from '../network/inspect';
import type { Network, NetworkDefinition } from '../network/types';
import { FULL_PRECISION, quantizerId, type QuantizerKind } from '../quantization/layerBits';
import type { PlannedQuantizer } from '../quantization/plan';
import type { Range } from '../quantization/ranges';
import type { Student } from '../quantization/student';
import { ROUNDING } from './gridError';
import { divergences, imageBatches, logProbabilities, measured, topClasses, type Measured } from './images';
import type { Distortion, LayerRow, LayerTable, Loss, Sensitivities, TaskOptions } from './report';
import type { TaskContext } from './source';
import { createTrial, type Trial } from './trial';

/** Sums over values x at full precision and y quantized, of which a `Distortion` is made. */
interface Sums {
  xx: number;
  noise: number;
  xy: number;
  yy: number;
}

const NO_SUMS: Sums = { xx: 0, noise: 0, xy: 0, yy: 0 };

/** @returns [4]: sum x^2, sum (x - y)^2, sum x y, sum y^2 */
function sumsOf(x: tf.Tensor, y: tf.Tensor): tf.Tensor1D {
  return tf.tidy(() => {
    const noise = tf.sub(x, y);
    return tf.stack([
      tf.sum(tf.mul(x, x)),
      tf.sum(tf.mul(noise, noise)),
      tf.sum(tf.mul(x, y)),
      tf.sum(tf.mul(y, y)),
    ]) as tf.Tensor1D;
  });
}

const added = (a: Sums, [xx, noise, xy, yy]: ArrayLike<number> & Iterable<number>): Sums => ({
  xx: a.xx + xx,
  noise: a.noise + noise,
  xy: a.xy + xy,
  yy: a.yy + yy,
});

export function distortionOf({ xx, noise, xy, yy }: Sums): Distortion {
  return {
    sqnr: noise === 0 ? Infinity : 10 * Math.log10(xx / noise),
    cosine: noise === 0 && xx > 0 ? 1 : xy / Math.sqrt(xx * yy),
  };
}

/** Gathers a network's answers beside those at full precision. */
export class LossCount {
  private kl = 0;
  private squares = 0;
  private n = 0;
  private onlyFull = 0;
  private onlyThis = 0;

  add(full: BatchAnswers, logits: Float32Array, labels: ArrayLike<number>, classes: number): void {
    const answers = topClasses(logits, classes);
    divergences(full.log, logProbabilities(logits, classes), classes).forEach((kl, i) => {
      this.kl += kl;
      this.squares += kl * kl;
      const [right, fullRight] = [answers[i] === labels[i], full.answers[i] === labels[i]];
      if (fullRight && !right) this.onlyFull++;
      if (right && !fullRight) this.onlyThis++;
    });
    this.n += answers.length;
  }

  get result(): Loss {
    const { n, onlyFull, onlyThis } = this;
    const kl = this.kl / n;
    const variance = n > 1 ? Math.max(0, this.squares - n * kl * kl) / (n - 1) : NaN;
    return { kl, klError: Math.sqrt(variance / n), onlyFull, onlyThis };
  }
}

export interface BatchAnswers {
  log: Float64Array;
  answers: Uint16Array;
}

/** What is found out of one quantizer. */
interface Found {
  quantizer: PlannedQuantizer;
  isolated: Sums;
  accumulated: Sums;
  clipped: number;
  loss: LossCount;
}

/** A forward pass: logits and what was gathered on the way, read back; nothing stays on the backend. */
async function pass(
  student: Student,
  images: tf.Tensor4D,
  hooks: ForwardHooks,
  gather: (keep: (name: string, tensor: tf.Tensor) => void) => ForwardHooks['output'],
): Promise<{ logits: Float32Array; gathered: Map<string, Float32Array> }> {
  const kept = new Map<string, tf.Tensor>();
  try {
    const output = gather((name, tensor) => kept.set(name, tf.keep(tensor)));
    kept.set('', student.forwardWith(images, { ...hooks, output }));
    const names = [...kept.keys()];
    const values = await Promise.all([...kept.values()].map((tensor) => tensor.data() as Promise<Float32Array>));
    const gathered = new Map(names.map((name, i) => [name, values[i]]));
    return { logits: gathered.get('')!, gathered };
  } finally {
    tf.dispose([...kept.values()]);
  }
}

/**
 * Runs the images through the student once at full precision, once with everything quantized and once for each
 * quantizer alone, which begins where that quantizer is.
 *
 * @param weigh how much of the whole task this is: fractions from, to
 */
export async function inspectQuantizers(
  context: TaskContext,
  { student }: Trial,
  { split, n }: Measured,
  [from, to]: readonly [number, number] = [0, 1],
): Promise<{ found: Found[]; all: Loss; correctFull: number }> {
  const { definition } = student;
  const classes = definition.numClasses;
  const quantizers = student.plan.quantizers.filter(({ bits }) => bits !== FULL_PRECISION);
  const placeOf = new Map(definition.nodes.map(({ name }, i) => [name, i]));
  const quantized = new Set(quantizers.map(({ node }) => node));
  const found = quantizers.map((quantizer): Found => ({
    quantizer,
    isolated: NO_SUMS,
    accumulated: NO_SUMS,
    clipped: 0,
    loss: new LossCount(),
  }));
  const all = new LossCount();
  let correctFull = 0;
  const passes = quantizers.length + 2;
  const own = student.hooks();
  // Beside a pass there are the outputs that it is compared with.
  for (const { start, images, labels } of imageBatches(context.source.dataset, context.source.network, split, n, 0.5)) {
    const reference = new Map<string, tf.Tensor>();
    let done = 0;
    const pause = () => {
      const ofBatch = (start + (++done / passes) * labels.length) / n;
      return context.pause(from + (to - from) * Math.min(1, ofBatch));
    };
    try {
      const { logits } = await pass(student, images, {}, () => ({ name }, y) => {
        reference.set(name, tf.keep(tf.clone(y)));
      });
      const full: BatchAnswers = { log: logProbabilities(logits, classes), answers: topClasses(logits, classes) };
      correctFull += full.answers.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0);
      await pause();
      const together = await pass(student, images, own, (keep) => ({ name }, y) => {
        if (quantized.has(name)) keep(name, sumsOf(reference.get(name)!, y));
      });
      all.add(full, together.logits, labels, classes);
      await pause();
      for (const each of found) {
        const { node, kind } = each.quantizer;
        each.accumulated = added(each.accumulated, together.gathered.get(node)!);
        const place = placeOf.get(node)!;
        const alone = await pass(
          student,
          images,
          {
            known: ({ name }) => (placeOf.get(name)! < place ? reference.get(name) : undefined),
            kernel: (at, kernel) => (kind === 'weight' && at.name === node ? own.kernel!(at, kernel) : kernel),
            activation: (at, x) => (kind === 'activation' && at.name === node ? own.activation!(at, x) : x),
          },
          (keep) =>
            ({ name }, y) => {
              if (name !== node) return;
              keep('sums', sumsOf(reference.get(name)!, y));
              if (kind === 'activation') keep('clipped', clippedShare(reference.get(name)!, student, kind, node));
            },
        );
        each.isolated = added(each.isolated, alone.gathered.get('sums')!);
        if (kind === 'activation') each.clipped += (alone.gathered.get('clipped')![0] * labels.length) / n;
        each.loss.add(full, alone.logits, labels, classes);
        await pause();
      }
    } finally {
      tf.dispose([...reference.values()]);
      images.dispose();
    }
  }
  for (const each of found) {
    const { node, kind } = each.quantizer;
    if (kind !== 'weight') continue;
    const share = clippedShare(student.kernelOf(node), student, kind, node);
    each.clipped = (await share.data())[0];
    share.dispose();
  }
  return { found, all: all.result, correctFull };
}

/** Share of values beyond the grid's ends by more than half a step: what is clipped, and not only rounded. */
function clippedShare(x: tf.Tensor, student: Student, kind: QuantizerKind, node: string): tf.Scalar {
  const grid = student.gridOf(kind, node)!;
  const half = 2 ** (grid.bits - 1);
  const share = tf.tidy(() => {
    const lowest = tf.div(tf.sub(grid.zero, half), grid.scale);
    const highest = tf.div(tf.add(grid.zero, half - 1), grid.scale);
    const beyond = tf.maximum(tf.sub(lowest, x), tf.sub(x, highest));
    const allowed = tf.add(tf.div(0.5, grid.scale), tf.mul(tf.abs(x), ROUNDING));
    return tf.mean(tf.cast(tf.greater(beyond, allowed), 'float32')) as tf.Scalar;
  });
  tf.dispose([grid.scale, grid.zero]);
  return share;
}

/** From the lowest level to the highest one, over all channels. @param grid is disposed */
export async function gridRange({ scale, zero, bits }: QuantizationGrid): Promise<Range> {
  const half = 2 ** (bits - 1);
  const ends = tf.tidy(() =>
    tf.stack([tf.min(tf.div(tf.sub(zero, half), scale)), tf.max(tf.div(tf.add(zero, half - 1), scale))]),
  );
  const [lo, hi] = await ends.data();
  tf.dispose([ends, scale, zero]);
  return { lo, hi };
}

/** Quantized layers by name -> the BatchNorm layer that reads (kernels) or feeds (activations) them. */
function batchNormOf({ nodes }: NetworkDefinition): Map<string, number> {
  const result = new Map<string, number>();
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const order = nodes.filter(({ op }) => op === 'batchNorm').map(({ name }) => name);
  for (const node of nodes) {
    if (node.op === 'batchNorm') result.set(node.inputs[0], order.indexOf(node.name));
    // Behind a sum it is the last of the sum's that counts.
    let before = byName.get(node.inputs[0] ?? '');
    while (before && (before.op === 'add' || before.op === 'pad')) before = byName.get(before.inputs[0]);
    if (before?.op === 'batchNorm' && node.op !== 'batchNorm') result.set(node.name, order.indexOf(before.name));
  }
  return result;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Values of a kernel, or of one image's activation, by quantizer. */
function valuesOf(network: Network): (quantizer: PlannedQuantizer) => number {
  const { shapes } = inspectNetwork(network);
  const kernels = new Map(
    network.definition.nodes.flatMap((node) => ('kernel' in node ? [[node.name, node.kernel]] : [])),
  );
  return ({ kind, node }) =>
    kind === 'weight' ? network.weights[kernels.get(node)!].values.length : sizeOf(shapes.get(node)!);
}

/** The whole table, on validation images: bits are chosen by it, and accuracies are reported on others. */
export async function layerTable(context: TaskContext, { images }: TaskOptions<'layers'>): Promise<LayerTable> {
  const { network, dataset } = context.source;
  const on = measured(dataset, images);
  const trial = await createTrial(context);
  const { student } = trial;
  try {
    const { found, all, correctFull } = await inspectQuantizers(context, trial, on);
    const layers = batchNormOf(network.definition);
    const values = valuesOf(network);
    const byId = new Map(found.map((each) => [quantizerId(each.quantizer), each]));
    const rows: LayerRow[] = [];
    for (const quantizer of student.plan.quantizers) {
      const { node, kind, role, bits } = quantizer;
      const each = byId.get(quantizerId(quantizer));
      const grid = student.gridOf(kind, node);
      rows.push({
        id: quantizerId(quantizer),
        kind,
        node,
        role,
        bits,
        layer: layers.get(node) ?? null,
        values: values(quantizer),
        grids: grid?.scale.size ?? 0,
        range: grid && (await gridRange(grid)),
        clipped: each?.clipped ?? null,
        isolated: each ? distortionOf(each.isolated) : null,
        accumulated: each ? distortionOf(each.accumulated) : null,
        sensitivity: each?.loss.result ?? null,
      });
    }
    const kernels = rows.reduce((sum, { kind, values: count }) => sum + (kind === 'weight' ? count : 0), 0);
    const parameters = Object.values(network.weights).reduce((sum, { values: all }) => sum + all.length, 0);
    return { step: trial.step, ...on, correctFull, rows, all, otherBytes: 4 * (parameters - kernels) };
  } finally {
    student.dispose();
  }
}

/** What each quantizer costs alone at each of some bits. */
export async function sensitivities(
  context: TaskContext,
  { images, bits }: TaskOptions<'sensitivities'>,
): Promise<Sensitivities> {
  const on = measured(context.source.dataset, images);
  const kl: Record<string, number[]> = {};
  for (const [i, each] of bits.entries()) {
    const settings = {
      ...context.settings,
      weightBits: each,
      activationBits: each,
      firstLast: 'low',
      layerBits: [],
    } as const;
    const trial = await createTrial({ ...context, settings });
    try {
      const share = [i / bits.length, (i + 1) / bits.length] as const;
      const { found } = await inspectQuantizers(context, trial, on, share);
      for (const { quantizer, loss } of found) (kl[quantizerId(quantizer)] ??= []).push(loss.result.kl);
    } finally {
      trial.student.dispose();
    }
  }
  return { ...on, bits, kl };
}

/**
 * The accuracy with one range after another in the place of a quantizer's own, fast enough to be watched while the
 * range is dragged: what is computed before the quantizer stays the same and is kept, and images come slice by slice.
 */
import * as tf from '@tensorflow/tfjs-core';
import { fakeQuantizeOnGrid, type QuantizationGrid } from '../kernels/fakeQuantize';
import { uploadWeights, type ForwardHooks, type WeightTensors } from '../network/executor';
import { inspectNetwork } from '../network/inspect';
import type { NetworkDefinition } from '../network/types';
import { FULL_PRECISION } from '../quantization/layerBits';
import { fullLogits } from './answers';
import { changedGrid } from './changed';
import { imageBatch, imagesInPass, measured, topClasses, type Measured } from './images';
import type { TaskOptions, TriedRange } from './report';
import type { TaskContext, WorkbenchSource } from './source';
import { createTrial, type Trial } from './trial';

/** What may be kept of the first images. The others are computed as a whole. */
export const KEPT_BYTES = 32 * 2 ** 20;
/** Images that are gone through. */
const MOST_IMAGES = 2000;
/**
 * Images of a pass: of fewer than ten an accuracy says nothing. Few numbers, so that a drag has the same images although
 * no two passes take equally long.
 */
const SIZES = [10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200, 300, 500, 1000, MOST_IMAGES] as const;
const FIRST_SIZE = SIZES[0];
/** Passes that are made only to find out how many images fit. */
const REHEARSALS = 4;
/** So many times what is allowed are no reason for fewer images if it was once: other programs want the processor too. */
const ONCE = 3;
const OVER = 1.25;
/** A slice that takes longer lets others in between its passes; a run's step in a shorter one would take longer than it. */
const AT_ONCE_MS = 200;

/** Lets others in, where it has not been done for a while. @throws where the slice is to stop */
type Rest = () => Promise<void>;

function resting(pause: TaskContext['pause']): Rest {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < AT_ONCE_MS) return;
    // How far it is nobody asks: the first number comes when it comes.
    await pause(0);
    since = performance.now();
  };
}

/** How many images fit a time, from what passes took. */
export class Pace {
  size: number = FIRST_SIZE;
  private late = false;

  /** What a pass over so many images took of what it was allowed to. A little over or under changes nothing. */
  took(images: number, milliseconds: number, allowed: number): void {
    // The last slice is a small one.
    if (images < this.size) return;
    const fitting = (images * allowed) / Math.max(milliseconds, 0.1);
    const late = milliseconds > OVER * allowed;
    const fewer = late && (this.late || milliseconds > ONCE * allowed);
    this.late = late && !fewer;
    if (fewer || fitting >= 1.5 * this.size)
      this.size = [...SIZES].reverse().find((size) => size <= fitting) ?? SIZES[0];
  }
}

/** The nodes that one node's kernel or output has a part in, its own and the last one included, and what they read of others. */
export function nodesBehind({ nodes }: NetworkDefinition, node: string): { behind: Set<string>; read: Set<string> } {
  const behind = new Set([node, nodes[nodes.length - 1].name]);
  for (const { name, inputs } of nodes) if (inputs.some((input) => behind.has(input))) behind.add(name);
  const readers = nodes.filter(({ name }) => behind.has(name));
  return { behind, read: new Set(readers.flatMap(({ inputs }) => inputs.filter((input) => !behind.has(input)))) };
}

/** Some images' way to the quantizer. */
interface Kept {
  labels: Uint16Array;
  /** Node that is read behind the quantizer -> its outputs for these images. */
  outputs: ReadonlyMap<string, tf.Tensor>;
}

interface Passed {
  labels: Uint16Array;
  /** [n, classes] */
  logits: Float32Array;
}

/** One quantizer of one student. Owns the student and what is kept. */
class Look {
  /** Without a gap, from the first image. */
  private readonly kept: Kept[] = [];
  private readonly nodes: ReturnType<typeof nodesBehind>;
  private readonly mostKept: number;
  private readonly paces = new Map<string, Pace>();
  private readonly kernels = new Map<string, tf.Tensor>();
  private rehearsals = REHEARSALS;
  /** What the latest first slice was allowed to take. */
  private firstMs = 0;
  /** Of the full-precision network, as long as its answers are not known. */
  private full: WeightTensors | null = null;

  private constructor(
    private readonly source: WorkbenchSource,
    private readonly trial: Trial,
    private readonly quantizer: TaskOptions<'triedRange'>['quantizer'],
    private readonly on: Measured,
  ) {
    this.nodes = nodesBehind(source.network.definition, quantizer.node);
    const { shapes } = inspectNetwork(source.network);
    const values = [...this.nodes.read].map((name) => shapes.get(name)!.reduce((a, b) => a * b, 1));
    this.mostKept = Math.floor(KEPT_BYTES / (4 * values.reduce((a, b) => a + b, 0)));
  }

  /** @throws RangeError for a quantizer that is not there */
  static async create(context: TaskContext, quantizer: TaskOptions<'triedRange'>['quantizer']): Promise<Look> {
    const trial = await createTrial(context);
    const { kind, node } = quantizer;
    const bits = trial.student.plan[kind === 'weight' ? 'weightBits' : 'activationBits'][node];
    if (bits === undefined || bits === FULL_PRECISION) {
      trial.student.dispose();
      throw new RangeError(`${trial.student.definition.name} has no quantizer of kind '${kind}' at '${node}'.`);
    }
    return new Look(context.source, trial, quantizer, measured(context.source.dataset, MOST_IMAGES));
  }

  async accuracy(
    { channel, range, from, milliseconds }: TaskOptions<'triedRange'>,
    pause: TaskContext['pause'],
  ): Promise<TriedRange> {
    const { split, n: total } = this.on;
    if (!Number.isInteger(from) || from < 0 || from >= total)
      throw new RangeError(`A slice begins at 0 to ${total - 1}, not ${from}.`);
    const grid = range && changedGrid(this.trial.student, { ...this.quantizer, channel, range });
    const rest = resting(pause);
    try {
      const kept = from < this.keptImages;
      const pace = this.pace(kept, milliseconds);
      const n = Math.min(pace.size, (kept ? this.keptImages : total) - from);
      const began = performance.now();
      const { logits, labels } = await this.pass(kept, from, n, grid, rest);
      pace.took(n, performance.now() - began, milliseconds);
      if (from === 0) this.firstMs = milliseconds;
      if (!kept && !grid && this.rehearsals > 0) await this.rehearse(rest);
      const full = await this.fullLogits(from + n, rest);
      return { step: this.trial.step, split, from, n, total, ...this.count(logits, full, from, labels) };
    } finally {
      if (grid) tf.dispose([grid.scale, grid.zero]);
    }
  }

  /** Of passes behind the quantizer only, or of whole ones, that may take so long. */
  private pace(kept: boolean, milliseconds: number): Pace {
    const key = `${kept} ${milliseconds}`;
    const pace = this.paces.get(key) ?? new Pace();
    this.paces.set(key, pace);
    return pace;
  }

  /** The first range that is dragged should have as many images as those after it. */
  private async rehearse(rest: Rest): Promise<void> {
    this.rehearsals--;
    const pace = this.pace(true, this.firstMs);
    const n = Math.min(pace.size, this.keptImages);
    if (n === 0) return;
    const began = performance.now();
    await this.pass(true, 0, n, null, rest);
    pace.took(n, performance.now() - began, this.firstMs);
  }

  private count(logits: Float32Array, fullLogits: Float32Array, from: number, labels: Uint16Array) {
    const { numClasses: classes } = this.source.network.definition;
    const answers = topClasses(logits, classes);
    const fullAnswers = topClasses(fullLogits.subarray(from * classes), classes);
    const result = { full: 0, student: 0, onlyFull: 0, onlyStudent: 0 };
    labels.forEach((label, i) => {
      const [right, fullRight] = [answers[i] === label, fullAnswers[i] === label];
      result.full += Number(fullRight);
      result.student += Number(right);
      result.onlyFull += Number(fullRight && !right);
      result.onlyStudent += Number(right && !fullRight);
    });
    return result;
  }

  /** Answers at full precision to the first `n` images. */
  private async fullLogits(n: number, rest: Rest): Promise<Float32Array> {
    this.full ??= uploadWeights(this.source.network);
    return fullLogits(this.source, { split: this.on.split, n }, rest, this.full);
  }

  /** The student's own but for one grid. Kernels that do not change are quantized once. */
  private hooks(grid: QuantizationGrid | null): ForwardHooks {
    const { kernel, activation } = this.trial.student.hooks();
    const { kind, node } = this.quantizer;
    const changes = (of: typeof kind, name: string): boolean => grid !== null && of === kind && name === node;
    return {
      activation: (at, x) => (changes('activation', at.name) ? fakeQuantizeOnGrid(x, grid!) : activation!(at, x)),
      kernel: (at, x) => {
        if (changes('weight', at.name)) return fakeQuantizeOnGrid(x, grid!);
        const before = this.kernels.get(at.name);
        if (before) return before;
        const quantized = kernel!(at, x);
        // One that is not quantized stays the student's.
        if (quantized !== x) this.kernels.set(at.name, tf.keep(quantized));
        return quantized;
      },
    };
  }

  /** The student's answers to some images, as many at a time as fit. @param kept their way to the quantizer is known */
  private async pass(
    kept: boolean,
    from: number,
    n: number,
    grid: QuantizationGrid | null,
    rest: Rest,
  ): Promise<Passed> {
    const size = imagesInPass(this.source.network);
    const parts: Passed[] = [];
    for (let start = from; start < from + n; start += size) {
      const count = Math.min(size, from + n - start);
      parts.push(await (kept ? this.passKept(start, count, grid) : this.passWhole(start, count, grid)));
      await rest();
    }
    if (parts.length === 1) return parts[0];
    return {
      labels: Uint16Array.from(parts.flatMap(({ labels }) => [...labels])),
      logits: Float32Array.from(parts.flatMap(({ logits }) => [...logits])),
    };
  }

  /** Of images whose way to the quantizer is known: only what is behind it. */
  private async passKept(from: number, n: number, grid: QuantizationGrid | null) {
    const { behind, read } = this.nodes;
    const { labels, outputs } = this.keptRows(from, n);
    try {
      // Nobody reads the others' outputs.
      const [nothing] = outputs.values();
      const { inputShape } = this.trial.student.definition;
      const logits = tf.tidy(() =>
        this.trial.student.forwardWith(tf.zeros([1, ...inputShape]), {
          ...this.hooks(grid),
          known: ({ name }) => (behind.has(name) ? undefined : read.has(name) ? outputs.get(name)! : nothing),
        }),
      );
      return { labels, logits: await valuesOf(logits) };
    } finally {
      tf.dispose([...outputs.values()]);
    }
  }

  /** Whole images; the way of the first ones to the quantizer is kept. */
  private async passWhole(from: number, n: number, grid: QuantizationGrid | null) {
    const { student } = this.trial;
    const { images, labels } = imageBatch(this.source.dataset, student.definition, this.on.split, from, from + n);
    const outputs = new Map<string, tf.Tensor>();
    const keeps = from === this.keptImages && from + n <= this.mostKept;
    const logits = student.forwardWith(images, {
      ...this.hooks(grid),
      ...(keeps && {
        output: ({ name }, y) => {
          if (this.nodes.read.has(name)) outputs.set(name, tf.keep(tf.clone(y)));
        },
      }),
    });
    images.dispose();
    if (keeps) this.kept.push({ labels, outputs });
    return { labels, logits: await valuesOf(logits) };
  }

  private get keptImages(): number {
    return this.kept.reduce((sum, { labels }) => sum + labels.length, 0);
  }

  /** @returns tensors of the caller's */
  private keptRows(from: number, n: number): Kept {
    const parts: { kept: Kept; from: number; n: number }[] = [];
    let start = 0;
    for (const kept of this.kept) {
      const end = start + kept.labels.length;
      const [first, last] = [Math.max(from, start), Math.min(from + n, end)];
      if (first < last) parts.push({ kept, from: first - start, n: last - first });
      start = end;
    }
    const rows = (name: string) =>
      tf.tidy(() => {
        const each = parts.map(({ kept: { labels, outputs }, from: at, n: count }) => {
          const y = outputs.get(name)!;
          const { rank } = y;
          if (count === labels.length) return tf.clone(y);
          return tf.slice(y, [at, ...Array<number>(rank - 1).fill(0)], [count, ...y.shape.slice(1)]);
        });
        return each.length === 1 ? each[0] : tf.concat(each, 0);
      });
    return {
      labels: Uint16Array.from(
        parts.flatMap(({ kept, from: at, n: count }) => [...kept.labels.subarray(at, at + count)]),
      ),
      outputs: new Map([...this.nodes.read].map((name) => [name, rows(name)])),
    };
  }

  dispose(): void {
    this.trial.student.dispose();
    for (const { outputs } of this.kept) tf.dispose([...outputs.values()]);
    tf.dispose([...this.kernels.values()]);
    if (this.full) tf.dispose(this.full);
  }
}

const valuesOf = (logits: tf.Tensor): Promise<Float32Array> =>
  logits.data().finally(() => logits.dispose()) as Promise<Float32Array>;

/** What trying ranges works with. */
export interface TriedContext extends TaskContext {
  /** What is kept between two ranges that are tried: its owner disposes of it. Left out: nothing is kept. */
  tried?: TriedRanges;
}

/** What is kept from one range to the next that is tried: one quantizer of one student at a time. */
export class TriedRanges {
  private current: { of: string; look: Look } | null = null;

  async accuracy(context: TaskContext, options: TaskOptions<'triedRange'>): Promise<TriedRange> {
    const of = JSON.stringify([options.look, options.quantizer, context.settings]);
    if (this.current?.of !== of) {
      this.dispose();
      this.current = { of, look: await Look.create(context, options.quantizer) };
    }
    return this.current.look.accuracy(options, context.pause);
  }

  /** Not while an accuracy is on its way. */
  dispose(): void {
    this.current?.look.dispose();
    this.current = null;
  }
}

export async function triedRange(context: TriedContext, options: TaskOptions<'triedRange'>): Promise<TriedRange> {
  if (context.tried) return context.tried.accuracy(context, options);
  const own = new TriedRanges();
  return own.accuracy(context, options).finally(() => own.dispose());
}

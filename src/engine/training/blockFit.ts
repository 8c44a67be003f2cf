/** Fits one block of a student to the teacher's: what `ReconstructionTrainer` does at a time. */
import * as tf from '@tensorflow/tfjs-core';
import { areLarge } from '../data/amounts';
import { differentiable } from '../kernels/differentiable';
import { floats, integers, RepeatedStep, runOnce, type StepInputs } from '../kernels/replay/repeatedStep';
import { isActivation } from '../network/activationRanges';
import { blockDefinition, networkUpTo, type NetworkBlock } from '../network/blocks';
import type { ForwardHooks } from '../network/executor';
import type { NetworkDefinition, NetworkNode } from '../network/types';
import { FULL_PRECISION } from '../quantization/layerBits';
import { betaAt, LearnedRounding, undecided } from '../quantization/learnedRounding';
import { isWeighted } from '../quantization/plan';
import type { Student } from '../quantization/student';
import type { Random } from '../random';
import type { RunSettings } from '../runSettings';
import { Adam, type OptimizerSnapshot } from './optimizers';
import { cosineFactor } from './schedules';
import { batchImages, batchOf, drawBatch, type StudentData } from './studentImages';
import type { Teacher } from './teacher';

/** How a block is fitted. */
export interface ReconstructionOptions {
  /** Images that it is fitted on, drawn once for it. */
  images: number;
  /** Values of one of their tensors at most, which keeps memory in bounds: then there are fewer images. */
  values: number;
  /** Adam's rate for V. */
  roundingRate: number;
  /** For the activations' step sizes, in shares of where they began; falls to 0 by half a cosine, as the next does. */
  stepRate: number;
  /** For gammas, betas and biases; 0: they stay. */
  affineRate: number;
  /** Weight of the term that drives weights to their levels. */
  lambda: number;
  /** Exponent of that term, from its first to its last step. */
  beta: readonly [from: number, to: number];
  /** Share of the steps without that term. */
  warmUp: number;
  /** Share of an activation's values, and of the block's input, that stay at full precision in a step. */
  drop: number;
}

/**
 * lambda, beta, warm-up and drop as published (AdaRound, BRECQ, QDrop); rates ten times those of BRECQ, for blocks of
 * some hundred steps instead of 20,000.
 */
export const RECONSTRUCTION: ReconstructionOptions = {
  images: 512,
  values: 2 ** 24,
  roundingRate: 1e-2,
  stepRate: 2e-3,
  affineRate: 1e-3,
  lambda: 0.01,
  beta: [20, 2],
  warmUp: 0.2,
  drop: 0.5,
};
/**
 * Different patterns of dropped values, of which each image of a step has one at each activation: at most so many, with
 * at most so many values together.
 */
const [PATTERNS, PATTERN_VALUES] = [128, 2 ** 21];
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** A block that is being fitted, beside what is the student's. */
export interface BlockSnapshot {
  /** Node -> V of its kernel. */
  rounding: Record<string, Float32Array>;
  optimizers: OptimizerSnapshot[];
}

export interface BlockParts {
  student: Student;
  teacher: Teacher;
  data: StudentData;
  /** Of this block. */
  steps: number;
  random: Random;
  options?: ReconstructionOptions;
}

/** The block's input in the student and in the teacher, and the teacher's output: [n, ...] each. */
interface Examples {
  quantized: tf.Tensor;
  full: tf.Tensor;
  target: tf.Tensor;
}

/** Owns all but the student, the teacher and the data. */
export class BlockFit {
  private readonly rounding = new Map<string, LearnedRounding>();
  private readonly optimizers: { variables: Record<string, tf.Variable>; rate: number; adam: Adam; anneals: boolean }[];
  private readonly activations: string[];
  private readonly repeated: RepeatedStep;
  private readonly options: ReconstructionOptions;
  private definition: NetworkDefinition | null = null;
  private gathered: Examples[] = [];
  private examples: Examples | null = null;
  private patterns: tf.Tensor2D | null = null;

  constructor(
    private readonly block: NetworkBlock,
    private readonly parts: BlockParts,
  ) {
    const { student } = parts;
    this.options = parts.options ?? RECONSTRUCTION;
    const { plan, variables } = student;
    const affine: Record<string, tf.Variable> = {};
    for (const node of block.nodes) {
      if (isWeighted(node) && plan.weightBits[node.name] !== FULL_PRECISION) {
        const grid = student.gridOf('weight', node.name)!;
        this.rounding.set(node.name, new LearnedRounding(student.kernelOf(node.name), grid));
        tf.dispose([grid.scale, grid.zero]);
      }
      for (const key of keysOf(node)) if (variables[key]) affine[key] = variables[key];
    }
    this.activations = block.nodes
      .filter((node) => isActivation(node) && plan.activationBits[node.name] !== FULL_PRECISION)
      .map(({ name }) => name);
    const ratios = student.stepRatios;
    const groups: [Record<string, tf.Variable>, number, boolean][] = [
      [Object.fromEntries([...this.rounding].map(([name, { v }]) => [name, v])), this.options.roundingRate, false],
      [Object.fromEntries(this.activations.map((name) => [name, ratios[name]])), this.options.stepRate, true],
      [this.options.affineRate > 0 ? affine : {}, this.options.affineRate, true],
    ];
    this.optimizers = groups
      .filter(([of]) => Object.keys(of).length > 0)
      .map(([of, rate, anneals]) => ({ variables: of, rate, anneals, adam: new Adam(of, ADAM) }));
    this.repeated = new RepeatedStep(
      () => [
        ...this.optimizers.flatMap(({ adam }) => adam.inUse),
        ...student.inUse.filter(
          (each) => !this.optimizers.some(({ variables }) => Object.values(variables).includes(each)),
        ),
      ],
      areLarge(student.definition.inputShape) ? 'gpu' : 'everywhere',
    );
  }

  /** Of the rounding. */
  get learningRate(): number {
    return this.options.roundingRate;
  }

  /** Draws some more of the images that the block is fitted on. @returns false: there are enough */
  gather(settings: RunSettings): boolean {
    if (this.examples) return false;
    const { data, teacher, random } = this.parts;
    const { real, synthetic } = batchOf(data, teacher.definition.numClasses, settings);
    if (real + synthetic === 0) return false;
    this.gathered.push(this.some(settings, random.fork(this.gathered.length)));
    const count = this.gathered.reduce((sum, { target }) => sum + target.shape[0], 0);
    const largest = Math.max(...this.gathered.flatMap((each) => Object.values(each).map((t) => t.size / t.shape[0])));
    if (count < Math.min(this.options.images, this.options.values / largest)) return true;
    this.examples = Object.fromEntries(
      (['quantized', 'full', 'target'] as const).map((key) => [
        key,
        tf.concat(
          this.gathered.map((each) => each[key]),
          0,
        ),
      ]),
    ) as unknown as Examples;
    for (const each of this.gathered) tf.dispose(Object.values(each));
    this.gathered = [];
    this.prepare();
    return true;
  }

  private some(settings: RunSettings, random: Random): Examples {
    const { student, teacher, data } = this.parts;
    const { input, output } = this.block;
    const inputs = drawBatch(data, teacher.definition, settings, random)!;
    let full: tf.Tensor | null = null;
    let quantized: tf.Tensor | null = null;
    const target = runOnce(inputs as StepInputs, (drawn) => {
      const images = batchImages(data, drawn);
      const upTo = (name: string) => networkUpTo(teacher.definition, name);
      quantized = tf.keep(student.forwardPart(upTo(input), images, student.hooks()));
      return teacher.forwardPart(upTo(output), images, {
        output: ({ name }, y) => {
          if (name === input) full = tf.keep(tf.clone(y));
        },
      });
    });
    full ??= quantized;
    return { quantized: quantized!, full: full!, target };
  }

  /** What is the same in every step once the images are known. */
  private prepare(): void {
    const { teacher, random } = this.parts;
    const { quantized } = this.examples!;
    this.definition = blockDefinition(teacher.definition, this.block, quantized.shape.slice(1));
    if (this.options.drop === 0) return;
    const shapes = teacher.facts.shapes;
    const largest = Math.max(
      ...[this.block.input, ...this.activations].map((name) => shapes.get(name)!.reduce((a, b) => a * b, 1)),
    );
    const count = Math.max(1, Math.min(PATTERNS, Math.floor(PATTERN_VALUES / largest)));
    const bits = new Float32Array(count * largest);
    const own = random.fork('patterns');
    for (let i = 0; i < bits.length; i++) bits[i] = own.next() < this.options.drop ? 0 : 1;
    this.patterns = tf.tensor2d(bits, [count, largest]);
  }

  /**
   * One step of all that is trained, towards least sum over channels of the squared difference of outputs, mean over
   * images and pixels (BRECQ Eq. 10 with the identity for the Fisher information), plus lambda times `undecided`.
   *
   * @param step of this block, from 0
   * @returns [2] both terms, or null where there are no images; the caller's
   */
  step(step: number, settings: RunSettings, random: Random): tf.Tensor1D | null {
    if (!this.examples) return null;
    const { data, teacher, steps } = this.parts;
    const { real, synthetic } = batchOf(data, teacher.definition.numClasses, settings);
    const batch = real + synthetic;
    const [count] = this.examples.target.shape;
    const draw = (n: number, of: number) => Int32Array.from({ length: n }, () => random.integer(of));
    const schedule = { steps, beta: this.options.beta, warmUp: this.options.warmUp };
    const drives = step >= this.options.warmUp * steps;
    const factor = cosineFactor(step, steps);
    const places = this.activations.length + 1;
    const inputs: StepInputs = {
      chosen: integers(draw(batch, count), [batch]),
      driving: floats(
        Float32Array.of(
          drives ? this.options.lambda : 0,
          betaAt(Math.max(step, this.options.warmUp * steps), schedule),
        ),
        [2],
      ),
      ...(this.patterns && { patterns: integers(draw(batch * places, this.patterns.shape[0]), [places, batch]) }),
      ...Object.fromEntries(
        this.optimizers.map(({ adam, rate, anneals }, i) => {
          const rates = adam.nextRates(rate * (anneals ? factor : 1));
          return [`rates${i}`, floats(rates, [rates.length])];
        }),
      ),
    };
    const body = (tensors: Record<string, tf.Tensor>) => this.compute(tensors);
    return this.repeated.run('block', inputs, body) as tf.Tensor1D;
  }

  private compute(inputs: Record<string, tf.Tensor>): tf.Tensor1D {
    const { student } = this.parts;
    const { quantized, full, target } = this.examples!;
    const [x, exact, y] = [quantized, full, target].map((t) => tf.gather(t, inputs.chosen as tf.Tensor1D));
    const wanted = this.optimizers.flatMap(({ variables }) => Object.values(variables));
    let packed: tf.Tensor1D | null = null;
    const [lambda, beta] = [0, 1].map((i) => tf.reshape(tf.slice(inputs.driving, [i], [1]), []) as tf.Scalar);
    const { grads } = tf.variableGrads(() => {
      const choices = new Map([...this.rounding].map(([name, rounding]) => [name, rounding.choices()]));
      const own = student.hooks();
      const hooks: ForwardHooks = {
        kernel: (node, kernel) =>
          this.rounding.get(node.name)?.kernel(choices.get(node.name)!) ?? own.kernel!(node, kernel),
        activation: (node, value) => {
          const place = this.activations.indexOf(node.name);
          const q = own.activation!(node, value);
          return place < 0 ? q : this.dropped(q, value, place + 1, inputs);
        },
      };
      const start = this.dropped(x, exact, 0, inputs);
      const output = student.forwardPart(this.definition!, start, hooks);
      const channels = y.shape[y.rank - 1];
      const error = tf.mul(tf.mean(tf.square(tf.sub(output, y))), channels) as tf.Scalar;
      const undecidedSum = [...choices.values()].map((h) => undecided(h, beta));
      // Not tf.addN, which binds more buffers than WebGPU allows.
      const driving = tf.mul(
        undecidedSum.length > 0 ? undecidedSum.reduce((a, b) => tf.add(a, b)) : 0,
        lambda,
      ) as tf.Scalar;
      packed = tf.keep(tf.stack([error, driving])) as tf.Tensor1D;
      return tf.add(error, driving) as tf.Scalar;
    }, wanted);
    this.optimizers.forEach(({ variables, adam }, i) => {
      const of = Object.fromEntries(
        Object.entries(variables).map(([key, variable]) => [key, grads[variable.name] ?? tf.zerosLike(variable)]),
      );
      adam.applyRates(of, inputs[`rates${i}`] as tf.Tensor1D);
    });
    return packed!;
  }

  /**
   * Quantized values, with some of them as they were before (QDrop Eq. 9). Differentiable in both.
   */
  private dropped(q: tf.Tensor, x: tf.Tensor, place: number, inputs: Record<string, tf.Tensor>): tf.Tensor {
    if (!this.patterns) return q;
    const rows = tf.reshape(tf.slice(inputs.patterns, [place, 0], [1, -1]), [-1]) as tf.Tensor1D;
    const size = q.size / q.shape[0];
    const taken = tf.gather(this.patterns, rows);
    const stays = tf.reshape(size < taken.shape[1]! ? tf.slice(taken, [0, 0], [-1, size]) : taken, q.shape);
    return differentiable(
      [q, x],
      () => tf.tidy(() => tf.add(x, tf.mul(stays, tf.sub(q, x)))),
      (dy) => {
        const ofQ = tf.mul(dy, stays);
        return [ofQ, tf.sub(dy, ofQ)];
      },
    );
  }

  /** Puts the rounded kernels into the student. */
  finish(): void {
    for (const [name, rounding] of this.rounding) {
      const node = this.block.nodes.find((each) => each.name === name)!;
      if (isWeighted(node)) tf.tidy(() => this.parts.student.variables[node.kernel].assign(rounding.rounded()));
    }
  }

  async snapshot(): Promise<BlockSnapshot> {
    const optimizers: Promise<OptimizerSnapshot>[] = this.optimizers.map(({ adam }) => adam.snapshot());
    const rounding = [...this.rounding].map(
      async ([name, { v }]) => [name, ((await v.data()) as Float32Array).slice()] as const,
    );
    return { rounding: Object.fromEntries(await Promise.all(rounding)), optimizers: await Promise.all(optimizers) };
  }

  restore({ rounding, optimizers }: BlockSnapshot): void {
    for (const [name, { v }] of this.rounding) {
      if (rounding[name]?.length !== v.size) throw new Error(`The snapshot has no rounding of '${name}'.`);
      tf.tidy(() => v.assign(tf.tensor(rounding[name].slice(), v.shape)));
    }
    this.optimizers.forEach(({ adam }, i) => adam.restore(optimizers[i]));
  }

  dispose(): void {
    this.repeated.dispose();
    for (const rounding of this.rounding.values()) rounding.dispose();
    for (const { adam } of this.optimizers) adam.dispose();
    for (const each of this.gathered) tf.dispose(Object.values(each));
    if (this.examples) tf.dispose(Object.values(this.examples));
    this.patterns?.dispose();
    this.gathered = [];
    this.examples = null;
    this.patterns = null;
  }
}

/** Weights of a node that are trained as they are: no kernel. */
function keysOf(node: NetworkNode): string[] {
  if (node.op === 'batchNorm') return [node.gamma, node.beta].filter((key) => key !== undefined);
  return isWeighted(node) && node.bias ? [node.bias] : [];
}

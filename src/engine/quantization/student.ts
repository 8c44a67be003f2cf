/** The student: the teacher's quantized copy, which is fine-tuned. */
import * as tf from '@tensorflow/tfjs-core';
import {
  channelRange,
  fakeQuantizeOnGrid,
  quantizationGrid,
  quantize,
  type ClippedGradient,
  type QuantizationGrid,
} from '../kernels/fakeQuantize';
import { forward, uploadWeights, type ForwardHooks, type WeightTensors } from '../network/executor';
import type { ActivationNode, BatchNormNode, Network, NetworkDefinition } from '../network/types';
import { activationNodes } from '../network/activationRanges';
import { inspectNetwork } from '../network/inspect';
import { kernelGrid, Placed, type KernelGrid } from './kernelGrids';
import { FULL_PRECISION, type QuantizerKind } from './layerBits';
import { LearnedStep } from './learnedStep';
import {
  isWeighted,
  learnsSteps,
  quantizationPlan,
  type GridSettings,
  type QuantizationPlan,
  type QuantizerSettings,
} from './plan';
import { calibratedRange } from './rangeMethods';
import { MOVING_AVERAGE_BETA, sampleValues, type CalibrationMethod, type Range } from './ranges';

/** Values of one activation that a calibration looks at, over all its batches (minMax looks at all of them). */
export const CALIBRATION_SAMPLE = 65536;

/** Images [N, H, W, C], normalised, which stay the caller's; or what makes them when they are needed. */
export type ImageBatch = tf.Tensor4D | (() => tf.Tensor4D);

/** A student at one moment, as plain data. */
export interface StudentSnapshot {
  /** Weight key -> values, of the trained weights only. */
  weights: Record<string, Float32Array>;
  /** Activation node -> range; empty before any calibration. */
  ranges: Record<string, Range>;
  /** Node -> ratios of its learned step sizes; left out where none are learned. */
  steps?: Record<string, Float32Array>;
}

/** A kernel as a device with integers would hold it: value = (integer + zero) / scale. */
export interface QuantizedWeight {
  node: string;
  bits: number;
  /** Layout as in `Network.weights`. */
  shape: number[];
  /** -2^(bits-1) to 2^(bits-1) - 1. */
  integers: Int8Array;
  /** One a channel ([O]; depthwise: [c m]), or one in all. */
  scale: Float32Array;
  /** Whole numbers; outside the integers' range where a channel's values exclude 0. */
  zero: Float32Array;
}

type ActivationState = { lo: tf.Scalar; hi: tf.Scalar; grid: QuantizationGrid; learned: LearnedStep | null };

/**
 * Owns trainable copies of the teacher's kernels, biases, gammas and betas, frozen copies of its running statistics,
 * and the activations' ranges. Kernel grids are taken from the kernel at every
 * forward pass, or placed once (`weightRange`), or learned (`stepSizes`).
 */
export class Student {
  readonly definition: NetworkDefinition;
  readonly plan: QuantizationPlan;
  /** What is trained, by the keys of `Network.weights`. */
  readonly variables: Record<string, tf.Variable>;
  /**
   * While true, every forward pass moves the activations' ranges towards its batch's minimum and maximum (average with
   * beta 0.9 from 0): the program's way, on generated images during its warm-up. False freezes them.
   */
  updateRanges = false;

  private readonly weights: WeightTensors;
  private readonly activations = new Map<string, ActivationState>();
  /** By node. */
  private readonly kernelGrids = new Map<string, KernelGrid>();
  private readonly clipped: ClippedGradient;
  private readonly learns: boolean;
  /** Values of one image's activation, by node; only where step sizes are learned. */
  private readonly valuesOf = new Map<string, number>();

  /** Error or RangeError where the network or the bits do not allow a plan (see quantizationPlan). */
  constructor(network: Network, settings: QuantizerSettings & GridSettings) {
    this.definition = network.definition;
    this.clipped = settings.clippedGradient ?? 'pass';
    this.learns = learnsSteps(settings);
    this.plan = quantizationPlan(network.definition, settings);
    const frozen = new Set(
      network.definition.nodes.flatMap((node) => (node.op === 'batchNorm' ? [node.mean, node.variance] : [])),
    );
    const pick = (isFrozen: boolean): Network => ({
      definition: network.definition,
      weights: Object.fromEntries(Object.entries(network.weights).filter(([key]) => frozen.has(key) === isFrozen)),
    });
    this.variables = uploadWeights(pick(false), true) as Record<string, tf.Variable>;
    this.weights = { ...this.variables, ...uploadWeights(pick(true)) };
    if (this.learns)
      for (const [node, shape] of inspectNetwork(network).shapes)
        this.valuesOf.set(
          node,
          shape.reduce((a, b) => a * b, 1),
        );
    for (const node of this.definition.nodes.filter(isWeighted)) {
      const grid = kernelGrid(
        node,
        this.weights[node.kernel],
        network.weights[node.kernel].values,
        this.plan.weightBits[node.name],
        settings,
      );
      this.kernelGrids.set(node.name, grid);
    }
  }

  get trainable(): tf.Variable[] {
    return [...Object.values(this.variables), ...Object.values(this.stepRatios)];
  }

  /** What a forward pass reads of it. */
  get inUse(): tf.Variable[] {
    return this.trainable;
  }

  /** What is trained of the step sizes, by node; empty where they are fixed, or before the activations have ranges. */
  get stepRatios(): Record<string, tf.Variable> {
    const ofActivations = [...this.activations].flatMap(([node, { learned }]) =>
      learned ? [[node, learned] as const] : [],
    );
    const ofKernels = [...this.kernelGrids].flatMap(([node, { learned }]) =>
      learned ? [[node, learned] as const] : [],
    );
    return Object.fromEntries([...ofKernels, ...ofActivations].map(([node, { ratio }]) => [node, ratio]));
  }

  /** What makes the executor's forward pass the student's. Error in a pass that meets an activation without a range. */
  hooks(): ForwardHooks {
    return {
      kernel: (node, kernel) => this.kernelGrids.get(node.name)!.quantize(kernel),
      activation: (node, x) => {
        if (this.plan.activationBits[node.name] === FULL_PRECISION) return x;
        return (
          this.activations.get(node.name)?.learned?.quantize(x) ??
          fakeQuantizeOnGrid(x, () => this.activationGrid(node, x), this.clipped)
        );
      },
    };
  }

  /** Forward pass with other hooks than the student's own: to look at single quantizers. See `forward`. */
  forwardWith(images: tf.Tensor4D, hooks: ForwardHooks): tf.Tensor2D {
    return tf.tidy(() => forward(this.definition, this.weights, images, hooks));
  }

  /**
   * A part of the network, or what its nodes make up, with hooks of the caller's. Differentiable in the weights.
   *
   * @param part nodes of this network, and inputs of their own
   * @param x what its input gives
   * @returns output of its last node; the caller's
   */
  forwardPart(part: NetworkDefinition, x: tf.Tensor, hooks: ForwardHooks): tf.Tensor {
    return tf.tidy(() => forward(part, this.weights, x as tf.Tensor4D, hooks));
  }

  /** A kernel's grid as it is, or an activation's; null where it is not quantized. The caller owns its tensors. */
  gridOf(kind: QuantizerKind, node: string): QuantizationGrid | null {
    const bits = this.plan[kind === 'weight' ? 'weightBits' : 'activationBits'][node];
    if (bits === FULL_PRECISION) return null;
    if (kind === 'weight') return this.kernelGrids.get(node)!.grid(this.kernelOf(node));
    const state = this.activations.get(node);
    if (!state) throw new Error(`The student's activation '${node}' has no range yet: calibrate it first.`);
    if (state.learned) return state.learned.grid();
    return { scale: tf.clone(state.grid.scale), zero: tf.clone(state.grid.zero), bits };
  }

  /** A layer's kernel; it stays the student's. */
  kernelOf(node: string): tf.Tensor {
    return this.weights[this.weightedNode(node).kernel];
  }

  /** What a frozen BatchNorm layer multiplies with, gamma / sqrt(variance + epsilon), [C]; the caller's. */
  batchNormScale({ gamma, variance, epsilon }: BatchNormNode): tf.Tensor {
    return tf.tidy(() => {
      const inverse = tf.rsqrt(tf.add(this.weights[variance], epsilon));
      return gamma ? tf.mul(this.weights[gamma], inverse) : inverse;
    });
  }

  /** Puts a kernel's grid where it stays from now on. @param grid its tensors become the student's */
  placeKernelGrid(node: string, grid: QuantizationGrid): void {
    this.kernelGrids.get(this.weightedNode(node).name)!.dispose();
    this.kernelGrids.set(node, new Placed(grid, this.clipped));
  }

  private weightedNode(name: string) {
    const node = this.definition.nodes.find((each) => each.name === name);
    if (!node || !isWeighted(node)) throw new Error(`${this.definition.name} has no layer '${name}' with a kernel.`);
    return node;
  }

  /** The activations that are quantized, in network order. */
  private get quantizedActivations(): ActivationNode[] {
    return activationNodes(this.definition).filter(({ name }) => this.plan.activationBits[name] !== FULL_PRECISION);
  }

  /** @param images [N, H, W, C], normalised; @returns logits [N, numClasses], the caller's. Differentiable in both. */
  forward(images: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() => forward(this.definition, this.weights, images, this.hooks()));
  }

  private activationGrid(node: ActivationNode, x: tf.Tensor): QuantizationGrid {
    if (this.updateRanges) {
      tf.tidy(() => {
        const old = this.activations.get(node.name);
        const toward = (previous: tf.Scalar | undefined, batch: tf.Tensor) =>
          tf.add(tf.mul(previous ?? 0, MOVING_AVERAGE_BETA), tf.mul(batch, 1 - MOVING_AVERAGE_BETA)) as tf.Scalar;
        const { lo, hi } = channelRange(x, []);
        this.setActivation(node.name, toward(old?.lo, lo), toward(old?.hi, hi));
      });
    }
    const state = this.activations.get(node.name);
    if (!state) throw new Error(`The student's activation '${node.name}' has no range yet: calibrate it first.`);
    return state.grid;
  }

  /** Keeps what it is given. */
  private setActivation(node: string, lo: tf.Scalar, hi: tf.Scalar): void {
    const old = this.activations.get(node);
    const grid = quantizationGrid(lo, hi, this.plan.activationBits[node]);
    for (const tensor of [lo, hi, grid.scale, grid.zero]) tf.keep(tensor);
    this.activations.set(node, { lo, hi, grid, learned: old?.learned ?? null });
    if (old) disposeGrid(old);
  }

  /**
   * Sets all activation ranges from images: the values that pass through the student with weights and activations left
   * unquantized (for a student that was not trained yet: the teacher's). Every layer's range is independent of the
   * others'.
   *
   * @param batches [N, H, W, C] each, normalised; they stay the caller's. Error where there are none.
   */
  async calibrateRanges(batches: readonly ImageBatch[], method: CalibrationMethod): Promise<void> {
    this.setRanges(await this.rangesFrom(batches, method));
  }

  /** The ranges that `calibrateRanges` would set; empty where no activation is quantized. */
  async rangesFrom(batches: readonly ImageBatch[], method: CalibrationMethod): Promise<Record<string, Range>> {
    if (batches.length === 0) throw new Error('Calibration needs at least one batch of images.');
    const perBatch = Math.ceil(CALIBRATION_SAMPLE / batches.length);
    const values = new Map<string, Float32Array[]>();
    for (const batch of batches) {
      const samples = new Map<string, tf.Tensor>();
      try {
        tf.tidy(() => {
          forward(this.definition, this.weights, batch instanceof tf.Tensor ? batch : batch(), {
            activation: (node, x) => {
              if (this.plan.activationBits[node.name] === FULL_PRECISION) return x;
              const sample =
                method === 'minMax' ? tf.stack(Object.values(channelRange(x, []))) : sampleValues(x, perBatch);
              samples.set(node.name, tf.keep(sample));
              return x;
            },
          });
        });
        for (const [node, sample] of samples)
          values.set(node, [...(values.get(node) ?? []), (await sample.data()) as Float32Array]);
      } finally {
        tf.dispose([...samples.values()]);
      }
    }
    const ranges: Record<string, Range> = {};
    for (const [node, parts] of values) {
      ranges[node] = calibratedRange(method, concatenated(parts), this.plan.activationBits[node]);
    }
    return ranges;
  }

  /** Activation node -> range. Error where a node of the plan is missing. */
  setRanges(ranges: Record<string, Range>): void {
    for (const { name } of this.quantizedActivations) {
      if (!ranges[name]) throw new Error(`There is no range for the activation '${name}'.`);
      this.setRange(name, ranges[name]);
    }
  }

  /** Sets the range of one activation that is quantized; a learned step begins anew there. */
  setRange(node: string, { lo, hi }: Range): void {
    tf.tidy(() => this.setActivation(node, tf.scalar(lo), tf.scalar(hi)));
    if (this.learns) this.learnActivation(node);
  }

  /** The activation's step is learned from now on, from where its range puts it. */
  private learnActivation(node: string): void {
    const state = this.activations.get(node)!;
    if (state.learned) state.learned.moveTo(state.grid);
    else {
      const largest = 2 ** this.plan.activationBits[node] - 1;
      state.learned = new LearnedStep(state.grid, this.valuesOf.get(node)!, largest);
    }
  }

  /**
   * The activation ranges as they are, smallest to largest level where step sizes are learned; empty before any
   * calibration.
   */
  async ranges(): Promise<Record<string, Range>> {
    return readRanges(this.activations, ({ lo, hi, learned }) => {
      if (!learned) return [lo, hi];
      const { scale, zero, bits } = learned.grid();
      const half = 2 ** (bits - 1);
      return [tf.div(tf.sub(zero, half), scale), tf.div(tf.add(zero, half - 1), scale)];
    });
  }

  /** The ranges as they were set or moved: set again, they make the same grids to the last bit. */
  async setTo(): Promise<Record<string, Range>> {
    return readRanges(this.activations, ({ lo, hi }) => [lo, hi]);
  }

  async snapshot(): Promise<StudentSnapshot> {
    const copies = async (variables: Record<string, tf.Variable>) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(variables).map(
            async ([key, variable]) => [key, ((await variable.data()) as Float32Array).slice()] as const,
          ),
        ),
      );
    const [ranges, weights, steps] = await Promise.all([this.setTo(), copies(this.variables), copies(this.stepRatios)]);
    return { weights, ranges, ...(this.learns ? { steps } : {}) };
  }

  /** Goes back to a snapshot of a student of the same network and settings. Error where it does not fit. */
  restore({ weights, ranges, steps = {} }: StudentSnapshot): void {
    this.checkWeights(weights);
    if (Object.keys(ranges).length > 0) this.setRanges(ranges);
    else this.clearRanges();
    for (const [node, { size }] of Object.entries(this.stepRatios)) {
      if (steps[node]?.length !== size) throw new Error(`The snapshot has no step sizes of '${node}'.`);
    }
    assign(this.variables, weights);
    assign(this.stepRatios, steps);
  }

  /**
   * The quantized kernels as integers with their scales and zero points, in network order: for export and for looking
   * at.
   */
  async quantizedWeights(): Promise<QuantizedWeight[]> {
    const result: QuantizedWeight[] = [];
    for (const node of this.definition.nodes.filter(isWeighted)) {
      if (this.plan.weightBits[node.name] === FULL_PRECISION) continue;
      const kernel = this.weights[node.kernel];
      const held = tf.tidy(() => {
        const grid = this.kernelGrids.get(node.name)!.grid(kernel);
        return { integers: quantize(kernel, grid), scale: grid.scale, zero: grid.zero };
      });
      const [integers, scale, zero] = await Promise.all([held.integers.data(), held.scale.data(), held.zero.data()]);
      tf.dispose(held);
      result.push({
        node: node.name,
        bits: this.plan.weightBits[node.name],
        shape: [...kernel.shape],
        integers: Int8Array.from(integers),
        scale: Float32Array.from(scale),
        zero: Float32Array.from(zero),
      });
    }
    return result;
  }

  /** Takes over trained weights. Error where one is missing or of another size. */
  takeWeights(weights: StudentSnapshot['weights']): void {
    this.checkWeights(weights);
    assign(this.variables, weights);
  }

  private checkWeights(weights: StudentSnapshot['weights']): void {
    for (const [key, { size }] of Object.entries(this.variables)) {
      if (weights[key]?.length !== size) throw new Error(`The snapshot has no weight '${key}' of ${size} values.`);
    }
  }

  /** Takes over those learned step sizes that fit; the others stay where they begin. */
  takeSteps(steps: Record<string, Float32Array>): void {
    const fitting = Object.entries(this.stepRatios).filter(([node, { size }]) => steps[node]?.length === size);
    assign(Object.fromEntries(fitting), steps);
  }

  private clearRanges(): void {
    for (const state of this.activations.values()) {
      disposeGrid(state);
      state.learned?.dispose();
    }
    this.activations.clear();
  }

  dispose(): void {
    this.clearRanges();
    for (const grid of this.kernelGrids.values()) grid.dispose();
    tf.dispose(this.weights);
  }
}

function disposeGrid({ lo, hi, grid }: ActivationState): void {
  tf.dispose([lo, hi, grid.scale, grid.zero]);
}

/** Copies: backends may keep the arrays they are given. */
function assign(variables: Record<string, tf.Variable>, values: Record<string, Float32Array>): void {
  for (const [key, variable] of Object.entries(variables))
    tf.tidy(() => variable.assign(tf.tensor(values[key].slice(), variable.shape)));
}

async function readRanges(
  activations: ReadonlyMap<string, ActivationState>,
  ends: (state: ActivationState) => [tf.Tensor, tf.Tensor],
): Promise<Record<string, Range>> {
  if (activations.size === 0) return {};
  const names = [...activations.keys()];
  const packed = tf.tidy(() => tf.stack([...activations.values()].flatMap(ends)));
  const values = await packed.data();
  packed.dispose();
  return Object.fromEntries(names.map((name, i) => [name, { lo: values[2 * i], hi: values[2 * i + 1] }]));
}

function concatenated(parts: Float32Array[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

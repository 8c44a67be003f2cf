/**
 * Adam and SGD as PyTorch computes them (torch.optim, defaults unless said), made of few launches: small variables are
 * laid end to end in one vector, updated together and cut apart again; large ones are updated alone, where the copying
 * would cost more than the launches it saves.
 *
 * SGD on wasm, 2 cores, median ms of an update, for a ResNet-20 (59 variables, 270,000 values) and for 20 variables of
 * 64 values: 4.0 and 0.2; every variable alone 7.4 and 0.9; all in one vector 28 and 0.2.
 *
 * On WebGPU all variables are one vector, laid out and cut apart by buffer copies, and the rule is one launch; where
 * steps are replayed, the variables are written in place, some a launch.
 */
import * as tf from '@tensorflow/tfjs-core';
import { fused, hasFused, runFused, type FusedKernel } from '../kernels/fused';
import { isPinned } from '../kernels/replay/pinnedVariables';

/** Variables of more elements than this are updated by themselves on every backend. */
export const LARGE_VARIABLE = 65536;

/** An optimizer's memory as plain arrays: state name -> variable key -> values. */
export interface OptimizerSnapshot {
  step: number;
  state: Record<string, Record<string, Float32Array>>;
}

/** Variables that are updated together, and their part of the optimizer's memory. */
interface Group {
  keys: string[];
  sizes: number[];
  total: number;
  state: Record<string, tf.Variable>;
}

/** New values of a group's variables, end to end, and its new memory. */
interface Update {
  p: tf.Tensor;
  state: Record<string, tf.Tensor>;
}

abstract class Optimizer {
  private readonly groups: Group[];
  private step = 0;

  /**
   * @param variables what is trained, by key; they stay the caller's
   * @param stateNames vectors of the variables' size that the rule remembers, all 0 at the start
   */
  protected constructor(
    private readonly variables: Record<string, tf.Variable>,
    private readonly stateNames: readonly string[],
  ) {
    this.groups = grouped(variables).map((group) => {
      const sizes = group.map((key) => variables[key].size);
      const total = sizes.reduce((a, b) => a + b, 0);
      const state = Object.fromEntries(
        stateNames.map((name) => [name, tf.tidy(() => tf.variable(tf.zeros([total]), false))]),
      );
      return { keys: group, sizes, total, state };
    });
  }

  /** One group's update; `rates` as from `ratesOf`. */
  protected abstract update(
    p: tf.Tensor1D,
    g: tf.Tensor1D,
    state: Record<string, tf.Tensor1D>,
    rates: tf.Tensor1D,
  ): Update;

  /** The kernel that writes new values where the old ones are, its attributes, and its names for the memory. */
  protected abstract readonly inPlace: { kernel: FusedKernel; attrs: object; states: Record<string, string> };

  /** How many numbers `ratesOf` gives. */
  protected abstract readonly rateCount: number;

  /** The numbers of an update that change from one to the next; `step` counts from 1. */
  protected abstract ratesOf(learningRate: number, step: number): number[];

  /** Updates applied so far. */
  get steps(): number {
    return this.step;
  }

  /** What an update reads and writes, the trained variables included. */
  get inUse(): tf.Variable[] {
    return [...Object.values(this.variables), ...this.groups.flatMap(({ state }) => Object.values(state))];
  }

  /**
   * One update of every variable.
   *
   * @param gradients one for each variable, by the same keys; they stay the caller's. Error where one is missing.
   * @param limit largest change of a variable, in norms of its own
   */
  apply(gradients: Record<string, tf.Tensor>, learningRate: number, limit = Infinity): void {
    this.check(gradients);
    tf.tidy(() => this.applyRates(gradients, tf.tensor1d(this.nextRates(learningRate, limit))));
  }

  /**
   * Counts an update, and gives the numbers that are its own: what `applyRates` must then be given. With a limit there
   * is one more, the limit.
   */
  nextRates(learningRate: number, limit = Infinity): Float32Array {
    this.step += 1;
    return Float32Array.from([...this.ratesOf(learningRate, this.step), ...(limit < Infinity ? [limit] : [])]);
  }

  /** As `apply`, for an update that was counted by `nextRates`: what a repeated step does. */
  applyRates(gradients: Record<string, tf.Tensor>, rates: tf.Tensor1D): void {
    this.check(gradients);
    tf.tidy(() => {
      for (const group of this.groups) {
        if (this.updateInPlace(group, gradients, rates)) continue;
        const p = flatten(group.keys.map((key) => this.variables[key]));
        const g = flatten(group.keys.map((key) => gradients[key]));
        const next = this.update(p, g, group.state as Record<string, tf.Tensor> as Record<string, tf.Tensor1D>, rates);
        for (const name of this.stateNames) group.state[name].assign(next.state[name]);
        const isLimited = rates.size > this.rateCount;
        const moved = isLimited ? limited(p, next.p as tf.Tensor1D, group.sizes, rates, this.rateCount) : next.p;
        const parts = cut(
          moved as tf.Tensor1D,
          group.keys.map((key) => this.variables[key].shape),
        );
        group.keys.forEach((key, i) => this.variables[key].assign(parts[i]));
      }
    });
  }

  /** Where a backend can, and nobody minds. @returns whether it is done */
  private updateInPlace(group: Group, gradients: Record<string, tf.Tensor>, rates: tf.Tensor1D): boolean {
    const { kernel, attrs, states } = this.inPlace;
    const variables = group.keys.map((key) => this.variables[key]);
    if (!hasFused(kernel) || ![...variables, ...Object.values(group.state)].every(isPinned)) return false;
    const isLimited = rates.size > this.rateCount;
    const places = Object.fromEntries(variables.map((variable, i) => [`p${i}`, variable]));
    const gradientsOf = Object.fromEntries(group.keys.map((key, i) => [`g${i}`, gradients[key]]));
    const memory = Object.fromEntries(Object.entries(states).map(([name, state]) => [name, group.state[state]]));
    const inputs = { ...places, ...gradientsOf, ...memory, rates };
    const [next] = runFused<tf.Tensor[]>(kernel, inputs, { ...attrs, isLimited });
    if (isLimited)
      runFused<tf.Tensor[]>(
        'LimitInPlace',
        { ...places, next, rates },
        { place: this.rateCount, floor: SMALLEST_WEIGHT },
      );
    return true;
  }

  private check(gradients: Record<string, tf.Tensor>): void {
    for (const key of Object.keys(this.variables)) {
      if (!gradients[key]) throw new Error(`The optimizer got no gradient for '${key}'.`);
    }
  }

  /** The memory as plain arrays. The variables themselves are the caller's to save. */
  async snapshot(): Promise<OptimizerSnapshot> {
    const step = this.step;
    const state: OptimizerSnapshot['state'] = Object.fromEntries(this.stateNames.map((name) => [name, {}]));
    // Started together, so that all come from the same step even when another one is applied meanwhile; from clones,
    // because a backend may not find data any more that was replaced while it was being read.
    const pending = this.groups.flatMap((group) =>
      this.stateNames.map((name) => {
        const held = tf.clone(group.state[name]);
        return { group, name, held, read: held.data() };
      }),
    );
    for (const { group, name, held, read } of pending) {
      const values = (await read) as Float32Array;
      held.dispose();
      let at = 0;
      group.keys.forEach((key, i) => {
        state[name][key] = values.slice(at, (at += group.sizes[i]));
      });
    }
    return { step, state };
  }

  /** Goes back to a snapshot of an optimizer of the same kind and variables. Error where it does not fit. */
  restore(snapshot: OptimizerSnapshot): void {
    const restored = this.groups.map((group) =>
      this.stateNames.map((name) => {
        const values = new Float32Array(group.total);
        let at = 0;
        group.keys.forEach((key, i) => {
          const saved = snapshot.state[name]?.[key];
          if (saved?.length !== group.sizes[i])
            throw new Error(`The snapshot has no ${name} of ${group.sizes[i]} values for '${key}'.`);
          values.set(saved, at);
          at += group.sizes[i];
        });
        return values;
      }),
    );
    this.step = snapshot.step;
    this.groups.forEach((group, g) =>
      this.stateNames.forEach((name, s) => tf.tidy(() => group.state[name].assign(tf.tensor1d(restored[g][s])))),
    );
  }

  /** Frees the memory. */
  dispose(): void {
    for (const group of this.groups) tf.dispose(group.state);
  }
}

/** Keys of the variables that are updated together, in the given order; large ones alone. */
function grouped(variables: Record<string, tf.Variable>): string[][] {
  // Where a launch is cheap, large variables are not copied to save one.
  const largest = tf.getBackend() === 'webgpu' ? Infinity : LARGE_VARIABLE;
  const groups: string[][] = [];
  const open: string[] = [];
  for (const [key, { size }] of Object.entries(variables)) {
    if (size > largest) {
      groups.push([key]);
      continue;
    }
    if (open.length === 0) groups.push(open);
    open.push(key);
  }
  return groups;
}

/** A weight counts as at least this large (root mean square) when its change is limited: biases begin at 0. */
export const SMALLEST_WEIGHT = 0.01;

/**
 * `next` with every tensor's change limited: its norm is at most `limit` times the norm of the tensor itself (the trust
 * ratio of LARS, You et al. 2017, as a bound). What limits a student needs: docs/student.md.
 *
 * @param rates [n] the limit is its `place`-th value
 */
function limited(p: tf.Tensor1D, next: tf.Tensor1D, sizes: number[], rates: tf.Tensor1D, place: number): tf.Tensor {
  const attrs = { sizes, place, floor: SMALLEST_WEIGHT };
  return fused('LimitUpdate', { p, next, rates }, attrs, () => {
    const limit = tf.slice(rates, [place], [1]);
    let at = 0;
    const parts = sizes.map((size) => {
      const [from, to] = [tf.slice(p, [at], [size]), tf.slice(next, [at], [size])];
      at += size;
      const change = tf.sub(to, from);
      const most = tf.mul(limit, tf.maximum(tf.norm(from), SMALLEST_WEIGHT * Math.sqrt(size)));
      return tf.add(from, tf.mul(change, tf.minimum(1, tf.div(most, tf.maximum(tf.norm(change), 1e-30)))));
    });
    return tf.concat(parts as tf.Tensor1D[]);
  });
}

/** The values of all tensors end to end. */
export function flatten(tensors: tf.Tensor[]): tf.Tensor1D {
  if (tensors.length === 1) return tf.reshape(tensors[0], [tensors[0].size]);
  return fused('Pack', { ...tensors } as unknown as Record<string, tf.Tensor>, {}, () =>
    tf.concat(tensors.map((t) => tf.reshape(t, [t.size]) as tf.Tensor1D)),
  );
}

/** The reverse: tensors of these shapes, end to end in `flat`. */
function cut(flat: tf.Tensor1D, shapes: number[][]): tf.Tensor[] {
  if (shapes.length === 1) return [tf.reshape(flat, shapes[0])];
  return fused('Unpack', { packed: flat }, { shapes }, () => {
    let at = 0;
    return shapes.map((shape) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const part = tf.slice(flat, [at], [size]);
      at += size;
      return tf.reshape(part, shape);
    });
  });
}

export interface AdamOptions {
  beta1: number;
  beta2: number;
  /** Added to sqrt(v_hat). PyTorch's default: 1e-8. */
  epsilon: number;
}

/** The generator's (fdda.md, "Generator"). */
export const GENERATOR_ADAM: AdamOptions = { beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

/** Adam (Kingma and Ba 2015): p -= lr m_hat / (sqrt(v_hat) + epsilon), with PyTorch's place for epsilon. */
export class Adam extends Optimizer {
  constructor(
    variables: Record<string, tf.Variable>,
    private readonly options: AdamOptions = GENERATOR_ADAM,
  ) {
    super(variables, ['m', 'v']);
    const { beta1, beta2 } = options;
    this.inPlace = { kernel: 'AdamInPlace' as const, attrs: { beta1, beta2 }, states: { m: 'm', v: 'v' } };
  }

  protected override readonly inPlace;

  protected override readonly rateCount = 2;

  /** lr m / b1 / (sqrt(v / b2) + eps) = (lr sqrt(b2) / b1) m / (sqrt(v) + eps sqrt(b2)): two launches fewer. */
  protected override ratesOf(learningRate: number, step: number): number[] {
    const { beta1, beta2, epsilon } = this.options;
    const root2 = Math.sqrt(1 - beta2 ** step);
    return [(learningRate * root2) / (1 - beta1 ** step), epsilon * root2];
  }

  protected override update(
    p: tf.Tensor1D,
    g: tf.Tensor1D,
    state: Record<string, tf.Tensor1D>,
    rates: tf.Tensor1D,
  ): Update {
    const { beta1, beta2 } = this.options;
    const inputs = { p, g, m: state.m, v: state.v, rates };
    const [next, m, v] = fused<tf.Tensor[]>('AdamUpdate', inputs, { beta1, beta2 }, () => {
      const [rate, epsilon] = [0, 1].map((at) => tf.slice(rates, [at], [1]));
      const first = tf.add(tf.mul(state.m, beta1), tf.mul(g, 1 - beta1));
      const second = tf.add(tf.mul(state.v, beta2), tf.mul(tf.square(g), 1 - beta2));
      return [tf.sub(p, tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon)), rate)), first, second];
    });
    return { p: next, state: { m, v } };
  }
}

export interface SgdOptions {
  /** 0 for none. */
  momentum: number;
  /** L2: weightDecay times the value is added to the gradient. */
  weightDecay: number;
  nesterov: boolean;
}

/** The student's (fdda.md, "Student"). */
export const STUDENT_SGD: SgdOptions = { momentum: 0.9, weightDecay: 1e-4, nesterov: true };

/**
 * SGD with L2 weight decay and (Nesterov) momentum as torch.optim.SGD: b = momentum b + g; p -= lr (g + momentum b).
 */
export class Sgd extends Optimizer {
  constructor(
    variables: Record<string, tf.Variable>,
    private readonly options: SgdOptions = STUDENT_SGD,
  ) {
    super(variables, options.momentum === 0 ? [] : ['momentum']);
    const states: Record<string, string> = options.momentum === 0 ? {} : { buffer: 'momentum' };
    this.inPlace = { kernel: 'SgdInPlace' as const, attrs: { ...options }, states };
  }

  protected override readonly inPlace;

  protected override readonly rateCount = 1;

  protected override ratesOf(learningRate: number): number[] {
    return [learningRate];
  }

  protected override update(
    p: tf.Tensor1D,
    g: tf.Tensor1D,
    state: Record<string, tf.Tensor1D>,
    rates: tf.Tensor1D,
  ): Update {
    const { momentum, weightDecay, nesterov } = this.options;
    const inputs: Record<string, tf.Tensor> =
      momentum === 0 ? { p, g, rates } : { p, g, rates, buffer: state.momentum };
    const [next, buffer] = fused<tf.Tensor[]>('SgdUpdate', inputs, { momentum, weightDecay, nesterov }, () => {
      const rate = tf.slice(rates, [0], [1]);
      const decayed = weightDecay === 0 ? g : tf.add(g, tf.mul(p, weightDecay));
      if (momentum === 0) return [tf.sub(p, tf.mul(decayed, rate))];
      const moved = tf.add(tf.mul(state.momentum, momentum), decayed);
      const direction = nesterov ? tf.add(decayed, tf.mul(moved, momentum)) : moved;
      return [tf.sub(p, tf.mul(direction, rate)), moved];
    });
    return { p: next, state: momentum === 0 ? {} : { momentum: buffer } };
  }
}

/**
 * What `tf.variableGrads` returns by variable name, by the keys of `variables`. Variables the loss does not reach are
 * left out.
 */
export function gradientsByKey(
  variables: Record<string, tf.Variable>,
  grads: tf.NamedTensorMap,
): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([, v]) => grads[v.name])
      .map(([key, v]) => [key, grads[v.name]]),
  );
}

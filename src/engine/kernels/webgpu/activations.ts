import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation } from '../activations';
import { addReluToOpen } from './frozenBatchNorm';
import { leakyGradientAt, leaveOpen, openOf } from './openResults';
import { launchElementwise, NOT_A_NUMBER, RELU, type WebgpuBackend } from './program';

const DERIVATIVE: Record<Activation, string> = {
  relu: 'f32(y[i] > 0.0)',
  relu6: 'f32(y[i] > 0.0 && y[i] < 6.0)',
  tanh: '1.0 - y[i] * y[i]',
};

/** dL/dx of an activation from its value y. */
export function activationGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  y: TensorInfo,
  kind: Activation,
): TensorInfo {
  // Where gradients meet, dy is a sum.
  const open = openOf(backend, dy);
  const isSum = open?.kind === 'sum';
  return launchElementwise(backend, {
    name: 'ActivationGradient',
    variant: `${kind}${isSum ? ' of a sum' : ''}`,
    inputs: { ...(isSum ? { a: open.from, b: open.other } : { dy }), y },
    outputs: { dx: y.shape },
    source: () => `fn each(i: u32) { dx[i] = ${isSum ? '(a[i] + b[i])' : 'dy[i]'} * (${DERIVATIVE[kind]}); }`,
  })[0];
}

/** The ReLU of a sum of two tensors of one shape. */
export function addRelu(backend: WebgpuBackend, a: TensorInfo, b: TensorInfo): TensorInfo {
  const together = addReluToOpen(backend, openOf(backend, a), b) ?? addReluToOpen(backend, openOf(backend, b), a);
  if (together) return together;
  return launchElementwise(backend, {
    name: 'AddRelu',
    inputs: { a, b },
    outputs: { y: a.shape },
    source: () => `
      ${RELU}
      fn each(i: u32) { y[i] = relu_(a[i] + b[i]); }`,
  })[0];
}

/** x between 0 and 6; what is no number stays so, which WGSL's clamp does not promise. */
export function relu6(backend: WebgpuBackend, x: TensorInfo): TensorInfo {
  return launchElementwise(backend, {
    name: 'Relu6',
    inputs: { x },
    outputs: { y: x.shape },
    source: () => `
      ${NOT_A_NUMBER}
      fn each(i: u32) {
        if (isNotANumber(x[i])) { y[i] = x[i]; } else { y[i] = clamp(x[i], 0.0, 6.0); }
      }`,
  })[0];
}

/** [...] -> the same shape */
export function leakyRelu(backend: WebgpuBackend, x: TensorInfo, slope: number): TensorInfo {
  return launchElementwise(backend, {
    name: 'LeakyRelu',
    inputs: { x },
    outputs: { y: x.shape },
    floats: { slope },
    source: () => 'fn each(i: u32) { y[i] = x[i] * select(u.slope, 1.0, x[i] > 0.0); }',
  })[0];
}

export function leakyReluGradient(backend: WebgpuBackend, dy: TensorInfo, x: TensorInfo, slope: number): TensorInfo {
  const [dx] = launchElementwise(backend, {
    name: 'LeakyReluGradient',
    inputs: { dy, x },
    outputs: { dx: x.shape },
    floats: { slope },
    source: () => `fn each(i: u32) { dx[i] = ${leakyGradientAt('dy[i]', 'x[i]')}; }`,
  });
  leaveOpen(backend, dx, { kind: 'leaky', from: dy, x, slope });
  return dx;
}

import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from '../kernels/differentiable';
import { fused } from '../kernels/fused';

export interface StudentLosses {
  /** Mean cross entropy of the labels. */
  ce: tf.Scalar;
  /** alpha T^2 KL(teacher || student) at temperature T, batch mean. */
  distillation: tf.Scalar;
  /** Their sum, what is minimised. */
  total: tf.Scalar;
}

/**
 * The student's loss: CE(labels) + alpha T^2 KL(teacher || student), both softened by the temperature T, batch mean
 * (fdda.md, "Student"; T = alpha = 20). Differentiable in the student's logits only, the teacher is a constant.
 *
 * One logSoftmax serves all three softmaxes, and the gradient is written out: dCE = (softmax(s) - onehot) / N,
 * dKL-term = alpha T (softmax(s / T) - softmax(t / T)) / N. In float32 the distillation term is only good to about
 * alpha T^2 1e-7 (1e-3 for the default), because it is a small difference of logarithms times a large factor.
 *
 * @param student logits [N, C]
 * @param teacher logits [N, C]
 * @param labels [N] int32
 * @param distillationWeight alpha
 */
export function studentLosses(
  student: tf.Tensor2D,
  teacher: tf.Tensor2D,
  labels: tf.Tensor1D,
  temperature: number,
  distillationWeight: number,
): StudentLosses {
  const [n, classes] = student.shape;
  if (teacher.shape[0] !== n || teacher.shape[1] !== classes || labels.shape[0] !== n) {
    throw new Error(
      `studentLosses: student ${student.shape.join('x')}, teacher ${teacher.shape.join('x')}, ${labels.shape[0]} labels do not fit.`,
    );
  }
  const factor = distillationWeight * temperature * temperature;
  const parts = differentiable<tf.Tensor1D>(
    [student],
    (save) => {
      const [values, dCe, dKl] = fused<tf.Tensor[]>(
        'Distillation',
        { student, teacher, labels },
        { temperature, factor },
        () => composed(student, teacher, labels, temperature, factor),
      );
      save([dCe, dKl]);
      return values as tf.Tensor1D;
    },
    (dy, [dCe, dKl]) => [
      fused('DistillationGradient', { dy, dCe, dKl }, {}, () =>
        tf.add(tf.mul(dCe, tf.slice(dy, [0], [1])), tf.mul(dKl, tf.slice(dy, [1], [1]))),
      ),
    ],
  );
  const part = (i: number) => tf.reshape(tf.slice(parts, [i], [1]), []) as tf.Scalar;
  return { ce: part(0), distillation: part(1), total: tf.sum(parts) };
}

/** [2] both losses, and their gradients in the student's logits. */
function composed(
  student: tf.Tensor2D,
  teacher: tf.Tensor2D,
  labels: tf.Tensor1D,
  temperature: number,
  factor: number,
): tf.Tensor[] {
  const [n, classes] = student.shape;
  const softened = tf.mul(tf.concat([student, teacher]), 1 / temperature) as tf.Tensor2D;
  const log = tf.logSoftmax(tf.concat([student, softened]));
  // Cast, not oneHot's dtype: on wasm that leaves the bits of integers in a float tensor.
  const onehot = tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D;
  const [logP, logQ, logTarget] = [0, 1, 2].map((i) => tf.slice(log, [i * n, 0], [n, classes]));
  const probabilities = tf.exp(log);
  const [p, q, target] = [0, 1, 2].map((i) => tf.slice(probabilities, [i * n, 0], [n, classes]));
  // Rows: what is averaged for CE, what is averaged for the divergence.
  const terms = tf.concat([tf.mul(onehot, tf.neg(logP)), tf.mul(target, tf.sub(logTarget, logQ))]);
  const values = tf.mul(tf.sum(tf.reshape(terms, [2, n * classes]), 1), tf.tensor1d([1 / n, factor / n]));
  return [values, tf.mul(tf.sub(p, onehot), 1 / n), tf.mul(tf.sub(q, target), factor / temperature / n)];
}

/** The generator's loss for classes and weights given as plain numbers. */
import * as tf from '@tensorflow/tfjs-core';
import { oneHotLabels } from '../../src/engine/kernels/oneHotLabels';
import {
  generatorLoss,
  type ClassAim,
  type GeneratorLoss,
  type TeacherView,
  type TermWeights,
} from '../../src/engine/losses/generatorLosses';
import type { GeneratorTargets } from '../../src/engine/losses/generatorTargets';
import { TERMS, type TermName } from '../../src/engine/runSettings';

export interface SingleClass {
  index: number;
  /** [1, D] e and e' of the distorted term, scaled; what D compares with if not `trusted`. */
  noise: tf.Tensor2D;
  /** False: the program's rule for an unreliable class in early epochs. */
  trusted: boolean;
}

export function aimAt(targets: GeneratorTargets, { index, noise, trusted }: SingleClass): ClassAim {
  const aim = targets.aimOf(index);
  const center = tf.tensor2d(aim, [1, aim.length]);
  return {
    noisy: trusted ? tf.add(center, noise) : noise,
    noisyCounts: trusted ? null : tf.mul(2, targets.plainLayers),
    center,
    centerCounts: trusted ? null : tf.zerosLike(targets.deepLayers),
    own: trusted ? oneHotLabels([index], targets.placedCenters.shape[0]) : null,
  };
}

export function lossOf(
  mixed: TeacherView,
  single: TeacherView,
  targets: GeneratorTargets,
  classes: SingleClass[],
  weights: TermWeights,
  temperature: number,
): GeneratorLoss {
  return generatorLoss(
    mixed,
    single,
    targets,
    classes.map((each) => aimAt(targets, each)),
    Object.fromEntries(TERMS.map((name) => [name, weights[name] !== null])) as Record<TermName, boolean>,
    { weights: tf.tensor1d(TERMS.map((name) => weights[name] ?? 0)), sharpness: tf.scalar(1 / temperature) },
  );
}

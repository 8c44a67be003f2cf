import * as tf from '@tensorflow/tfjs-core';
import { networkLayout, type StatisticsLayout } from '../bns/statistics';
import { forward, uploadWeights, type ForwardHooks, type WeightTensors } from '../network/executor';
import { inspectNetwork, type NetworkFacts } from '../network/inspect';
import type { Network, NetworkDefinition } from '../network/types';

/** The full-precision network on the backend; never trained. Owns its weights: call `dispose`. */
export class Teacher {
  readonly definition: NetworkDefinition;
  readonly facts: NetworkFacts;
  readonly layout: StatisticsLayout;
  readonly weights: WeightTensors;

  /** @throws NetworkError where the network cannot be used (see `inspectNetwork`) */
  constructor(readonly network: Network) {
    this.facts = inspectNetwork(network);
    this.definition = network.definition;
    this.layout = networkLayout(network);
    this.weights = uploadWeights(network);
  }

  /** It is never trained. */
  readonly inUse: tf.Variable[] = [];

  /** Logits [N, numClasses] of normalised images [N, H, W, C]; the caller owns them. */
  forward(images: tf.Tensor4D, hooks?: ForwardHooks): tf.Tensor2D {
    return forward(this.definition, this.weights, images, hooks);
  }

  /** A part of the network, see `Student.forwardPart`. */
  forwardPart(part: NetworkDefinition, x: tf.Tensor, hooks?: ForwardHooks): tf.Tensor {
    return tf.tidy(() => forward(part, this.weights, x as tf.Tensor4D, hooks));
  }

  /** [C] names, numbered where the network brings none. */
  get classNames(): string[] {
    return this.definition.classNames ?? Array.from({ length: this.definition.numClasses }, (_, i) => `class ${i}`);
  }

  dispose(): void {
    tf.dispose(this.weights);
  }
}

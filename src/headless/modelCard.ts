import type { NetworkFacts } from '../engine/network/inspect';
import type { Network } from '../engine/network/types';
import type { TrainOptions } from '../engine/training/trainNetwork';

export interface ModelCardFacts {
  network: Network;
  facts: NetworkFacts;
  widths: number[];
  classNames: string[];
  dataSeed: number;
  options: TrainOptions;
  seed: number;
  seconds: number;
  command: string;
  /** Accuracies with their counts, in words. */
  test: string;
  validation: string;
  easyTest: string;
}

/** The bundled network's model card as Markdown. */
export function modelCard(card: ModelCardFacts): string {
  const { definition } = card.network;
  const { mean, std } = definition.normalization;
  const { options } = card;
  return `# ${definition.name}

The network bundled with the FDDA playground, as a tf.LayersModel (\`model.json\`, \`weights.bin\`).

- **Architecture:** residual network of basic blocks: 3x3 stem, ${card.widths.length} stages of 2 blocks with
  ${card.widths.join(', ')} channels, the first block of stages 2 and 3 with stride 2, 1x1 projection shortcuts with
  BatchNorm, global average pooling, one dense layer. ${card.facts.batchNorms.length} BatchNorm layers,
  ${card.facts.parameters.toLocaleString('en')} parameters, ${(card.facts.macs / 1e6).toFixed(2)} million multiply-accumulates an image.
- **Input:** 32x32 RGB; (pixel / 255 - mean) / std with mean ${mean.join(', ')} and std ${std.join(', ')}.
- **Output:** logits of ${card.classNames.length} classes: ${card.classNames.join(', ')}.
- **Data:** an easier version of Shapes (seed ${card.dataSeed}, \`SHAPES_EASY\`: larger figures, more contrast, less noise and clutter),
  ${options.images.toLocaleString('en')} training images drawn by code; shifts by up to 2 pixels, mirroring. Calibration and test images are of
  full difficulty, so the network meets harder images in use than in training.
- **Training:** SGD with Nesterov momentum 0.9, weight decay ${options.weightDecay}, batch ${options.batch}, ${options.epochs} epochs, peak learning
  rate ${options.learningRate} (half an epoch of warm-up, then a half cosine to 0). Seed ${card.seed}. ${card.seconds} s in Node on the wasm
  backend, one thread of a shared machine.
- **Command:** \`${card.command}\`
- **Accuracy:** test ${card.test}; validation ${card.validation}; easier test images, as trained on, ${card.easyTest}.
- **Use:** to show quantization. It has no other purpose; its classes are drawings.
`;
}

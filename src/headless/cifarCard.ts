import { inspectNetwork } from '../engine/network/inspect';
import type { Network } from '../engine/network/types';
import type { TrainOptions } from '../engine/training/trainNetwork';

export interface CifarResult {
  test: { correct: number; n: number };
  validation: { correct: number; n: number };
  trainImages: number;
  /** Of training, interruptions left out. */
  seconds: number;
}

/** Images of the whole set of CIFAR-10 that are trained on: the last 1000 of its 50,000 choose nothing here. */
const WHOLE = 49_000;

const percent = ({ correct, n }: { correct: number; n: number }) =>
  `${((100 * correct) / n).toFixed(2)} % (${correct.toLocaleString('en')} of ${n.toLocaleString('en')})`;

/** Model card of a network that `npm run train -- --dataset cifar10` made, as Markdown. */
export function cifarCard(
  network: Network,
  { epochs, batch, learningRate, weightDecay }: Omit<TrainOptions, 'images'>,
  seed: number,
  { test, validation, trainImages, seconds }: CifarResult,
): string {
  const { definition } = network;
  const { mean, std } = definition.normalization;
  const facts = inspectNetwork(network);
  const part =
    trainImages < WHOLE
      ? ` That is a part of CIFAR-10's training images: the accuracy says little about the recipe on the whole set.`
      : '';
  return `# ${definition.name} for CIFAR-10

Trained by the FDDA playground (\`npm run train -- --dataset cifar10\`). \`model.safetensors\` has PyTorch's names and
layouts, as in \`pytorch_resnet_cifar10\`; with \`config.json\` beside it, it opens on the page (Data, Open a network).

- **Architecture:** residual network for 32x32 images (He et al. 2016, section 4.2) with option-A shortcuts:
  ${facts.parameters.toLocaleString('en')} parameters, ${(facts.macs / 1e6).toFixed(1)} million multiply-accumulates an image, ${facts.batchNorms.length} BatchNorm layers.
- **Input:** 32x32 RGB; (pixel / 255 - mean) / std with mean ${mean.join(', ')} and std ${std.join(', ')}.
- **Output:** logits of ${definition.numClasses} classes: ${(definition.classNames ?? []).join(', ')}.
- **Data:** ${trainImages.toLocaleString('en')} training images of CIFAR-10; ${validation.n.toLocaleString('en')} more were kept apart for validation.${part}
- **Training:** SGD with momentum 0.9, weight decay ${weightDecay}, batch ${batch}, ${epochs} epochs; learning rate ${learningRate}, a tenth of it
  from half of the steps on, a hundredth from three quarters on. Shifts by up to 4 pixels (the mean colour comes in), mirrored
  half of the time. He normal initialisation. Seed ${seed}. ${seconds.toLocaleString('en')} s in Node on the wasm backend.
- **Accuracy:** test ${percent(test)}; validation ${percent(validation)}.
- **Licence of the data:** see CIFAR-10 (Krizhevsky 2009). None of its images are in these files.
`;
}

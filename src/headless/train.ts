/**
 * npm run train: trains the bundled network on Shapes and writes it to public/models/shapes-resnet with its model card.
 * Flags: --epochs, --images, --seed, --batch, --optimizer, --learning-rate, --out DIR.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { indexRange, measureNormalization } from '../engine/data/dataset';
import { createShapes, SHAPES_SEED } from '../engine/data/shapes';
import { writeLayersModel } from '../engine/export/layersModel';
import { inspectNetwork } from '../engine/network/inspect';
import { createResNet } from '../engine/network/resnet';
import { Random } from '../engine/random';
import { evaluateNetwork, trainNetwork, type TrainOptions } from '../engine/training/trainNetwork';
import { startBackend } from './backend';

const { values: flags } = parseArgs({
  options: {
    epochs: { type: 'string', default: '9' },
    images: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    batch: { type: 'string', default: '64' },
    optimizer: { type: 'string', default: 'adam' },
    'learning-rate': { type: 'string', default: '0.003' },
    out: { type: 'string', default: 'public/models/shapes-resnet' },
  },
});
const number = (name: keyof typeof flags) => {
  const value = Number(flags[name]);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} needs a number, not "${flags[name]}"`);
  return value;
};

const WIDTHS = [8, 16, 32];
const STRIDES = [1, 2, 2];
const seed = number('seed');
const options: TrainOptions = {
  epochs: number('epochs'), batch: number('batch'), learningRate: number('learning-rate'), images: number('images'),
  // No weight decay: it would make the network easier to quantize, and there would be less to show.
  optimizer: flags.optimizer === 'sgd' ? 'sgd' : 'adam', weightDecay: 5e-4, batchNormMomentum: 0.9, labelSmoothing: 0,
};

await startBackend();
const dataset = createShapes();
const random = new Random(seed).fork('train');
const normalization = measureNormalization(dataset, 'train', indexRange(0, 2000));
const round = (v: number) => Math.round(v * 1000) / 1000;
const start = createResNet({
  name: 'Shapes ResNet-14', inputShape: dataset.imageShape, classNames: dataset.classNames,
  normalization: { mean: normalization.mean.map(round), std: normalization.std.map(round) },
  widths: WIDTHS, strides: STRIDES, blocks: 2, stemStride: 1, epsilon: 1e-5,
}, random.fork('weights'));
const facts = inspectNetwork(start);
console.log(`${start.definition.name}: ${facts.parameters} parameters, ${(facts.macs / 1e6).toFixed(2)} M multiply-accumulates, ${facts.batchNorms.length} BatchNorm layers`);

const began = Date.now();
const trained = await trainNetwork(start, dataset, options, random.fork('steps'), (p) => {
  if (p.step % 100 < 20) {
    const left = (Date.now() - began) / p.step * (p.steps - p.step) / 1000;
    console.log(`epoch ${p.epoch + 1}/${options.epochs} step ${p.step}/${p.steps} loss ${p.loss.toFixed(3)} train ${(100 * p.trainAccuracy).toFixed(1)} % lr ${p.learningRate.toFixed(4)} ${left.toFixed(0)} s left`);
  }
});
const seconds = Math.round((Date.now() - began) / 1000);
const validation = await evaluateNetwork(trained, dataset, 'validation', indexRange(0, dataset.size('validation')));
const test = await evaluateNetwork(trained, dataset, 'test', indexRange(0, dataset.size('test')));
const percent = ({ correct, n }: { correct: number; n: number }) => `${(100 * correct / n).toFixed(2)} % (${correct} of ${n})`;
console.log(`validation ${percent(validation)}, test ${percent(test)}, ${seconds} s`);

const command = `npm run train -- --epochs ${options.epochs} --images ${options.images} --seed ${seed} --batch ${options.batch} --optimizer ${options.optimizer} --learning-rate ${options.learningRate}`;
const files = writeLayersModel(trained, { card: 'MODEL_CARD.md', testAccuracy: test.correct / test.n, testImages: test.n });
const out = flags.out;
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'model.json'), files.modelJson);
writeFileSync(join(out, files.weightsName), new Uint8Array(files.weights));
writeFileSync(join(out, 'MODEL_CARD.md'), `# ${trained.definition.name}

The network bundled with the FDDA playground, as a tf.LayersModel (\`model.json\`, \`${files.weightsName}\`).

- **Architecture:** residual network of basic blocks: 3x3 stem, ${WIDTHS.length} stages of 2 blocks with ${WIDTHS.join(', ')} channels, the first block of stages 2 and 3 with stride 2, 1x1 projection shortcuts with BatchNorm, global average pooling, one dense layer. ${facts.batchNorms.length} BatchNorm layers, ${facts.parameters.toLocaleString('en')} parameters, ${(facts.macs / 1e6).toFixed(2)} million multiply-accumulates an image.
- **Input:** 32x32 RGB; (pixel / 255 - mean) / std with mean ${trained.definition.normalization.mean.join(', ')} and std ${trained.definition.normalization.std.join(', ')}. **Output:** logits of ${dataset.classNames.length} classes: ${dataset.classNames.join(', ')}.
- **Data:** Shapes (seed ${SHAPES_SEED}), ${options.images.toLocaleString('en')} training images, drawn by code; shifts by up to 2 pixels and mirroring.
- **Training:** ${options.optimizer === 'adam' ? 'Adam (betas 0.9 and 0.999), no weight decay' : `SGD with Nesterov momentum 0.9, weight decay ${options.weightDecay}`}, batch ${options.batch}, ${options.epochs} epochs, peak learning rate ${options.learningRate} (half an epoch of warm-up, then a half cosine to 0). Seed ${seed}. ${seconds} s in Node on the wasm backend, one thread.
- **Command:** \`${command}\`
- **Accuracy:** test ${percent(test)}; validation ${percent(validation)}. No constant was chosen on the test images.
- **Use:** to show quantization. It has no other purpose; its classes are drawings.
`);
console.log(`written to ${out}`);

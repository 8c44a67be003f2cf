import * as tf from '@tensorflow/tfjs-core';
import { writeLayersModel } from '../../export/keras/layersModel';
import { dequantizedNetwork, quantizedNetwork } from '../../export/quantizedNetwork';
import { forward, uploadWeights } from '../../network/executor';
import { readLayersModel } from '../../network/keras/layersModel';
import { measured } from '../images';
import { compareRuns } from './compare';
import type { Exporter } from './exporter';

/**
 * A tf.LayersModel whose kernels are the values that the student computes with. The format has no quantizer for
 * activations: they stay at full precision, and it is compared with the student without its own.
 */
export const exportLayersModel: Exporter = async (context, { student }, asked) => {
  const { network, dataset } = context.source;
  const { n } = measured(dataset, asked, 'test');
  const quantized = await quantizedNetwork(student, network);
  const written = writeLayersModel(dequantizedNetwork(quantized), {
    kernels: quantized.kernels,
    // For whoever rounds activations, too: the format cannot say it.
    metadata: { activationLevels: Object.fromEntries(quantized.activations) },
  });
  const bytes = new TextEncoder().encode(written.modelJson);
  const files = [
    { name: 'model.json', bytes },
    { name: written.weightsName, bytes: new Uint8Array(written.weights) },
  ];
  const read = await readLayersModel(
    files.map((file) => ({ name: file.name, bytes: file.bytes.slice().buffer as ArrayBuffer })),
  );
  const weights = uploadWeights(read);
  try {
    const { kernel } = student.hooks();
    const [check] = await compareRuns(
      context,
      (images) => student.forwardWith(images, { kernel }),
      [
        async (images, shape) => {
          const logits = tf.tidy(() => forward(read.definition, weights, tf.tensor4d(images.slice(), [...shape])));
          return (await logits.data().finally(() => logits.dispose())) as Float32Array;
        },
      ],
      n,
    );
    const parameters = Object.values(network.weights).reduce((sum, { values }) => sum + values.length, 0);
    return {
      files,
      fullBytes: 4 * parameters,
      check: { runtime: 'tf.LayersModel', n, ...check, unoptimized: null },
      images: null,
    };
  } finally {
    tf.dispose(weights);
  }
};

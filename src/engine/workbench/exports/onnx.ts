import { startOnnx } from '../../export/onnx/runOnnx';
import { writeOnnx } from '../../export/onnx/writeOnnx';
import { quantizedNetwork } from '../../export/quantizedNetwork';
import { measured } from '../images';
import { compareRuns } from './compare';
import type { Exporter } from './exporter';

/** ONNX with QuantizeLinear and DequantizeLinear, run by onnxruntime-web as it is and as it optimizes it. */
export const exportOnnx: Exporter = async (context, { student }, asked) => {
  const { network, dataset } = context.source;
  const { n } = measured(dataset, asked, 'test');
  const bytes = writeOnnx(await quantizedNetwork(student, network));
  const optimized = await startOnnx(bytes, 'all');
  const plain = await startOnnx(bytes, 'disabled');
  try {
    const [check, unoptimized] = await compareRuns(
      context,
      (images) => student.forward(images),
      [optimized.logits, plain.logits],
      n,
    );
    const name = `${network.definition.name.replace(/[^A-Za-z0-9.-]+/g, '-')}-quantized.onnx`;
    const parameters = Object.values(network.weights).reduce((sum, { values }) => sum + values.length, 0);
    return {
      files: [{ name, bytes }],
      fullBytes: 4 * parameters,
      check: { runtime: 'onnxruntime-web', n, ...check, unoptimized },
      images: null,
    };
  } finally {
    await optimized.release();
    await plain.release();
  }
};

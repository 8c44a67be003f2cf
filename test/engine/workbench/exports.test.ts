import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { quantizedNetwork } from '../../../src/engine/export/quantizedNetwork';
import { readLayersModel } from '../../../src/engine/network/keras/layersModel';
import type { PoolNode } from '../../../src/engine/network/types';
import { exportStudent } from '../../../src/engine/workbench/exports';
import { createTrial } from '../../../src/engine/workbench/trial';
import { use } from '../backends';
import { tinyNetwork } from '../training/tiny';
import { tinyContext } from './source';

beforeAll(() => use('wasm'));

describe('taking a student away', () => {
  it('as ONNX: the runtime answers as the student does, optimized or not', async () => {
    const { context, run, done } = await tinyContext({ weightBits: 3, activationBits: 3, beside: [], testImages: 0 });
    while (!run.finishedAll) await run.advance();
    const before = tf.memory().numTensors;
    const { check, files, bytes, step, fullBytes } = await exportStudent(context, { format: 'onnx', images: 120 });
    expect(tf.memory().numTensors).toBe(before);
    expect(step).toBe(4);
    expect(check).toMatchObject({ runtime: 'onnxruntime-web', n: 120, same: 120, unoptimized: { same: 120 } });
    expect(check!.maxDifference).toBeLessThan(1e-4 * check!.largestLogit);
    expect(files.map(({ name }) => name)).toEqual(['tiny-quantized.onnx']);
    expect(bytes).toBe(files[0].bytes.length);
    expect(fullBytes).toBe(
      4 * Object.values(context.source.network.weights).reduce((sum, { values }) => sum + values.length, 0),
    );
    done();
  });

  it('as tf.LayersModel: its weights are exactly what the student’s integers stand for', async () => {
    const { context, done } = await tinyContext({ weightBits: 4, activationBits: 4 }, tinyNetwork());
    const { check, files } = await exportStudent(context, { format: 'layersModel', images: 60 });
    expect(check).toMatchObject({ n: 60, same: 60, maxDifference: 0 });
    const read = await readLayersModel(files.map(({ name, bytes }) => ({ name, bytes: bytes.slice().buffer })));
    const { student } = await createTrial(context);
    const { kernels, dequantized } = await quantizedNetwork(student, context.source.network);
    student.dispose();
    const keyOf = new Map(
      context.source.network.definition.nodes.flatMap((node) => ('kernel' in node ? [[node.name, node.kernel]] : [])),
    );
    for (const node of read.definition.nodes) {
      if (!('kernel' in node)) continue;
      const { integers, scale, zero } = kernels.get(node.name)!;
      const values = read.weights[node.kernel].values;
      expect(values).toEqual(dequantized[keyOf.get(node.name)!].values);
      // By hand, in float32 as the student does it.
      const channels = scale.length;
      values.forEach((value, i) => {
        const c = i % channels;
        expect(value).toBe(Math.fround(Math.fround(integers[i] + zero[c]) / scale[c]));
      });
    }
    done();
  });

  it('as images: all of them with their labels', async () => {
    const { context, done } = await tinyContext({ imagesPerClass: 2 });
    await context.source.studentNow();
    const before = tf.memory().numTensors;
    const { files, images, check } = await exportStudent(context, { format: 'images', images: 1 });
    expect(tf.memory().numTensors).toBe(before);
    expect(images).toEqual({ calibration: 8, synthetic: 80 });
    expect(check).toBeNull();
    const text = new TextDecoder('latin1').decode(files[0].bytes);
    expect(text.match(/IHDR/g)).toHaveLength(88);
    expect(text).toContain('calibration/002-blue/001.png,2,"blue",calibration\r\n');
    done();
  });

  it('says which layer a format lacks', async () => {
    const network = tinyNetwork();
    const { nodes } = network.definition;
    const at = nodes.findIndex(({ op }) => op === 'globalAveragePool');
    const padding = { top: 1, bottom: 0, left: 0, right: 0 };
    const mean = { op: 'averagePool', size: [2, 2], strides: [1, 1], padding } satisfies Partial<PoolNode>;
    nodes.splice(at, 0, { ...mean, name: 'mean', inputs: nodes[at].inputs });
    nodes[at + 1].inputs = ['mean'];
    const { context, done } = await tinyContext({}, network);
    await expect(exportStudent(context, { format: 'layersModel', images: 20 })).rejects.toMatchObject({
      name: 'ExportError',
      said: { name: 'exportPooling' },
      message: expect.stringContaining('“mean”') as string,
    });
    expect((await exportStudent(context, { format: 'onnx', images: 20 })).check!.same).toBe(20);
    done();
  });
});

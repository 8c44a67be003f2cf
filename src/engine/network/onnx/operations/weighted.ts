/** Products with a matrix of weights, and BatchNorm. */
import { say } from '../../../sentences';
import { transposed } from '../../layouts';
import type { GraphValue } from '../graph';
import type { Converter, NodeContext } from '../nodeContext';

function batchNorm(on: NodeContext): GraphValue {
  const { attributes, graph, name, node, refuse, valueAt, weight, vectorOf } = on;
  const x = valueAt(0);
  const input = x.shape.length === 3 ? graph.asImage(x, name) : x;
  if (input.shape.length !== 3 && input.shape.length !== 1) refuse(say('notAnImage', String(x.shape)));
  attributes.ignore('momentum');
  attributes.expect('spatial', 1, 1);
  if (attributes.number('training_mode', 0) !== 0 || node.outputs.filter((output) => output !== '').length > 1)
    refuse(say('inTrainingMode'));
  attributes.expect('is_test', 1, 1);
  const channels = input.shape[0];
  const vector = (i: number) => vectorOf(weight(i), node.inputs[i], channels);
  const added = graph.add({
    op: 'batchNorm',
    name,
    inputs: [input.node],
    gamma: vector(1),
    beta: vector(2),
    mean: vector(3),
    variance: vector(4),
    epsilon: attributes.number('epsilon', 1e-5),
  });
  return { ...input, node: added };
}

function dense(on: NodeContext): GraphValue {
  const { attributes, graph, name, node, refuse, valueAt, given, weight } = on;
  const x = valueAt(0);
  const kernel = weight(1);
  const gemm = node.kind === 'Gemm';
  if (gemm) attributes.expect('transA', 0, 0);
  const flipped = gemm && attributes.number('transB', 0) === 1;
  const [alpha, beta] = [gemm ? attributes.number('alpha', 1) : 1, gemm ? attributes.number('beta', 1) : 1];
  if (kernel.shape.length !== 2) refuse(say('weightShape', node.inputs[1], String(kernel.shape)));
  const [i, o] = flipped ? [kernel.shape[1], kernel.shape[0]] : kernel.shape;
  if (x.shape.length !== 1 || x.shape[0] !== i) refuse(say('wrongFeatures', i, String(x.shape)));
  const scaled = (values: Float32Array, by: number) => (by === 1 ? values : values.map((v) => v * by));
  const key = graph.weight(node.inputs[1], `dense ${flipped} ${alpha}`, [i, o], () =>
    scaled(flipped ? transposed(kernel).values : Float32Array.from(kernel.values), alpha),
  );
  let bias: string | undefined;
  if (gemm && given(2)) {
    const { values } = weight(2);
    if (values.length !== 1 && values.length !== o) refuse(say('weightShape', node.inputs[2], String(weight(2).shape)));
    bias = graph.weight(node.inputs[2], `bias ${o} ${beta}`, [o], () =>
      scaled(
        Float32Array.from({ length: o }, (_, at) => values[values.length === 1 ? 0 : at]),
        beta,
      ),
    );
  }
  const added = graph.add({ op: 'dense', name, inputs: [x.node], kernel: key, ...(bias ? { bias } : {}) });
  return { node: added, shape: [o], image: false };
}

export const weighted: Record<string, Converter> = { BatchNormalization: batchNorm, Gemm: dense, MatMul: dense };

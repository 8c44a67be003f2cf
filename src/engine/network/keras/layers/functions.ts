/** Activations and pooling. */
import { say } from '../../../sentences';
import { clipNodes } from '../../clip';
import type { LayerCall, LayerConverter } from '../layerCall';

function relu({ fields, inputs, x, id, unsupported, add, readOver }: LayerCall): void {
  const limit = fields.get('max_value') ?? null;
  const slope = fields.number('negative_slope', 0);
  if (fields.number('threshold', 0) !== 0) fields.wrong('threshold');
  if (limit !== null && !(typeof limit === 'number' && limit > 0 && Number.isFinite(limit)))
    unsupported(say('clippedRelu', String(limit)));
  if (slope !== 0) readOver('negative_slope');
  for (const node of clipNodes(id, inputs[0], 0, typeof limit === 'number' ? limit : Infinity)) add(node, x);
}

function leakyRelu({ fields, inputs, x, id, add }: LayerCall): void {
  const slope = fields.number(fields.get('negative_slope') === undefined ? 'alpha' : 'negative_slope', 0.3);
  add({ op: 'leakyRelu', name: id, inputs, slope }, x);
}

function softmax({ fields, x, activation }: LayerCall): void {
  const axis = [fields.get('axis') ?? -1].flat();
  if (axis.length !== 1 || (axis[0] !== -1 && axis[0] !== x.length)) fields.wrong('axis');
  activation('softmax');
}

function pool({ kind, fields, inputs, x, id, add, channelsLast, slide }: LayerCall): void {
  channelsLast();
  const taps = fields.pair('pool_size', 2);
  const strides = fields.pair('strides', taps);
  const { padding, out } = slide(taps, strides);
  const op = kind === 'MaxPooling2D' ? 'maxPool' : 'averagePool';
  add({ op, name: id, inputs, size: taps, strides, padding }, [...out, x[2]]);
}

function globalPool({ kind, fields, inputs, id, add, spatial, channelsLast }: LayerCall): void {
  channelsLast();
  const [, , c] = spatial();
  const kept = fields.flag('keepdims', false);
  const op = kind === 'GlobalAveragePooling2D' ? 'globalAveragePool' : 'globalMaxPool';
  const pooled = add({ op, name: kept ? `${id}/pooled` : id, inputs }, [c]);
  if (kept) add({ op: 'reshape', name: id, inputs: [pooled], shape: [1, 1, c] }, [1, 1, c]);
}

export const functionLayers: Record<string, LayerConverter> = {
  ReLU: relu,
  LeakyReLU: leakyRelu,
  Activation: ({ activation, fields }) => activation(fields.get('activation')),
  Softmax: softmax,
  MaxPooling2D: pool,
  AveragePooling2D: pool,
  GlobalAveragePooling2D: globalPool,
  GlobalMaxPooling2D: globalPool,
};

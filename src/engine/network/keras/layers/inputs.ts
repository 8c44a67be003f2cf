/** Where images come in, and what is done to their pixels first. */
import { brief } from '../../../json';
import { say } from '../../../sentences';
import { NetworkError } from '../../networkError';
import type { LayerFields } from '../fields';
import type { LayerCall, LayerConverter } from '../layerCall';

function input({ fields, inputs, x, id, path, layer, context, unsupported, add, same }: LayerCall): void {
  fields.expect('sparse', false);
  fields.expect('ragged', false);
  fields.expect('optional', false);
  const shape = (fields.get('batch_input_shape') ?? fields.get('batch_shape')) as (number | null)[] | undefined;
  if (inputs.length === 1) {
    const fits = !Array.isArray(shape) || shape.slice(1).every((v, i) => v === null || v === x[i]);
    if (!fits || (shape && shape.length !== x.length + 1))
      unsupported(say('takesShape', brief(shape).replace(/^\[|\]$/g, ''), String(x)));
    same();
    return;
  }
  const [height, width] = context.imageSize ?? [null, null];
  const [, h = null, w = null, c] = Array.isArray(shape) ? shape : [];
  const full = [h ?? height, w ?? width, c];
  if (!Array.isArray(shape) || shape.length !== 4 || full.some((v) => !Number.isInteger(v) || v! < 1)) {
    const written = Array.isArray(shape) ? shape.map((v) => (v === null ? '?' : brief(v))).join(', ') : '';
    throw new NetworkError(
      say('layerUnusable', path, layer.class_name, say('noFixedSize', written)),
      say('noImageSizeHint'),
    );
  }
  add({ op: 'input', name: id, inputs: [] }, full as number[]);
  return;
}

function rescaling({ fields, inputs, x, id, add }: LayerCall): void {
  const [scale, offset] = [fields.numbers('scale') ?? [1], fields.numbers('offset') ?? [0]];
  perChannel('scale', scale, x, fields);
  perChannel('offset', offset, x, fields);
  add({ op: 'rescale', name: id, inputs, scale, offset }, x);
}

function normalization({ fields, inputs, x, id, unsupported, add }: LayerCall): void {
  const [mean, variance] = [fields.numbers('mean'), fields.numbers('variance')];
  const axis = [fields.get('axis') ?? -1].flat();
  if (axis.length > 1 || (axis.length === 1 && axis[0] !== -1 && axis[0] !== x.length)) fields.wrong('axis');
  fields.expect('invert', false);
  if (!mean || !variance) unsupported(say('normalizationInWeights'));
  perChannel('mean', mean!, x, fields);
  perChannel('variance', variance!, x, fields);
  const deviation = variance!.map((v) => Math.max(Math.sqrt(v), 1e-7));
  const scale = deviation.map((d) => 1 / d);
  const offset = Array.from(
    { length: Math.max(mean!.length, scale.length) },
    (_, i) => -mean![i % mean!.length] * scale[i % scale.length],
  );
  add({ op: 'rescale', name: id, inputs, scale, offset }, x);
}

function resizing({ fields, unsupported, same, spatial }: LayerCall): void {
  const [h, w] = spatial();
  if (fields.number('height', h) !== h || fields.number('width', w) !== w) unsupported(say('resizesInside'));
  fields.ignoreRest();
  same();
}

function perChannel(key: string, values: number[], x: number[], fields: LayerFields): void {
  if (values.length !== 1 && values.length !== x[x.length - 1]) fields.wrong(key);
}

export const inputLayers: Record<string, LayerConverter> = {
  InputLayer: input,
  Rescaling: rescaling,
  Normalization: normalization,
  Resizing: resizing,
  CenterCrop: resizing,
  RandomCrop: resizing,
};

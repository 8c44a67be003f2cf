/** What kind of layer it is, and what its weights are called, as far as its class and switches tell. */
import type { KerasCall, KerasLayer } from './topology';
import type { WeightedLayer } from './weightNames';

/** Names under which Keras has had the same layer. */
const SAME_LAYER: Record<string, string> = {
  Convolution2D: 'Conv2D',
  SeparableConvolution2D: 'SeparableConv2D',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  SyncBatchNormalization: 'BatchNormalization',
  MaxPool2D: 'MaxPooling2D',
  AvgPool2D: 'AveragePooling2D',
  GlobalAvgPool2D: 'GlobalAveragePooling2D',
  GlobalMaxPool2D: 'GlobalMaxPooling2D',
  GlobalMaxPooling2D: 'GlobalMaxPooling2D',
};
/** They do something in training only. */
const TRAINING_ONLY =
  /^(Dropout|AlphaDropout|GaussianDropout|GaussianNoise|SpatialDropout2D|ActivityRegularization|Random(Flip|Rotation|Zoom|Translation|Contrast|Brightness|Height|Width|Hue|Saturation|Sharpness|Shear|ColorJitter|Erasing|Grayscale|GaussianBlur))$/;

export const kindOf = ({ class_name: kind }: KerasLayer): string =>
  Object.hasOwn(SAME_LAYER, kind) ? SAME_LAYER[kind] : kind;
export const isTrainingOnly = (layer: KerasLayer): boolean => TRAINING_ONLY.test(layer.class_name);

/** What the weights of a layer are called, as far as its class and switches tell; null for a layer without any. */
export function weightsOf(call: KerasCall): WeightedLayer | null {
  const { layer, path } = call;
  const kind = kindOf(layer);
  const on = (key: string) => {
    const camel = key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return (layer.config[key] ?? layer.config[camel]) !== false;
  };
  const bias = on('use_bias') ? ['bias'] : [];
  const listed = ((): string[] => {
    switch (kind) {
      case 'Conv2D':
      case 'Dense':
        return ['kernel', ...bias];
      case 'DepthwiseConv2D':
        return ['depthwise_kernel', ...bias];
      case 'SeparableConv2D':
        return ['depthwise_kernel', 'pointwise_kernel', ...bias];
      case 'BatchNormalization':
        return [...(on('scale') ? ['gamma'] : []), ...(on('center') ? ['beta'] : []), 'moving_mean', 'moving_variance'];
      default:
        return [];
    }
  })();
  return listed.length > 0 ? { path, kind: layer.class_name, suffixes: listed } : null;
}

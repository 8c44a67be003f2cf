/** One Keras layer at a time into the executor's nodes. */
import { say } from '../../sentences';
import { layerCall, type LayerContext, type LayerConverter } from './layerCall';
import { isTrainingOnly } from './layerKinds';
import { functionLayers } from './layers/functions';
import { inputLayers } from './layers/inputs';
import { shapeLayers } from './layers/shapes';
import { weightedLayers } from './layers/weighted';
import type { KerasCall } from './topology';

/** By the kind of layer. */
const CONVERTERS = new Map<string, LayerConverter>(
  [functionLayers, inputLayers, shapeLayers, weightedLayers].flatMap((each) => Object.entries(each)),
);

/**
 * Appends the nodes of one call to the context.
 *
 * @throws NetworkError naming the layer and its class where the executor has no such operation or setting
 */
export function convertLayer(call: KerasCall, context: LayerContext): void {
  const read = layerCall(call, context);
  const { kind, layer, fields, inputs, unsupported, same } = read;
  if (kind !== 'InputLayer' && inputs.length === 0) unsupported(say('readsNothing'));
  if (isTrainingOnly(layer)) {
    if (inputs.length !== 1) unsupported(say('readsSeveral', inputs.length));
    same();
    return;
  }
  if (inputs.length > 1 && !['Add', 'Multiply', 'Concatenate'].includes(kind))
    unsupported(
      say(/^[A-Z]\w+2D$|^Dense$|^BatchN|^Activ/.test(kind) ? 'readsSeveral' : 'noSuchOperation', inputs.length),
    );

  const convert = CONVERTERS.get(kind);
  if (convert) convert(read);
  else unsupported(say(kind === 'Lambda' || kind === 'TFOpLambda' ? 'hasCode' : 'noSuchOperation'));
  // What else an input says (its dtype) is how it is fed, not what is computed.
  if (kind !== 'InputLayer') fields.finish();
}

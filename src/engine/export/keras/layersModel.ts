/** Writes a `Network` as a tf.LayersModel: the counterpart of `network/keras/layersModel.ts`, readable by tfjs and Keras. */
import { networkFacts } from '../../network/inspect';
import type { Network } from '../../network/types';
import { kerasName, LayerBuilder } from './layerBuilder';
import { writeLayers, type LayerContext } from './layers';
import { storeWeights } from './storedWeights';

export interface LayersModelFiles {
  /** Contents of model.json. */
  modelJson: string;
  /** Name and contents of the one weight file. */
  weightsName: string;
  weights: ArrayBuffer;
}

export interface LayersModelOptions {
  /** Stored beside name, class names and normalization in `userDefinedMetadata`. */
  metadata?: Record<string, unknown>;
  weightsName?: string;
  /** Grids of kernels whose values lie on them: what has one in all is stored in 8 bits. */
  kernels?: LayerContext['kernels'];
}

/**
 * Layers are named as the nodes are, as far as Keras and tfjs take such names.
 *
 * @throws ExportError for pooling with a padding that Keras cannot express; NetworkError where shapes do not fit together
 */
export function writeLayersModel(
  network: Network,
  { metadata = {}, weightsName = 'weights.bin', kernels = new Map() }: LayersModelOptions = {},
): LayersModelFiles {
  const { definition } = network;
  const { nodes } = definition;
  const builder = new LayerBuilder(nodes.map(({ name }) => name));
  const context = { network, builder, shapes: networkFacts(network).shapes, kernels };
  for (const node of nodes) writeLayers(context, node);
  const { specs, bytes } = storeWeights(builder.stored);
  const modelJson = JSON.stringify({
    format: 'layers-model',
    generatedBy: 'FDDA playground',
    convertedBy: null,
    modelTopology: {
      class_name: 'Model',
      keras_version: '2.15.0',
      backend: 'tensorflow',
      config: {
        name: kerasName(definition.name),
        layers: builder.layers,
        input_layers: [[builder.nameOf(nodes[0].name), 0, 0]],
        output_layers: [[builder.nameOf(nodes[nodes.length - 1].name), 0, 0]],
      },
    },
    weightsManifest: [{ paths: [weightsName], weights: specs }],
    userDefinedMetadata: {
      name: definition.name,
      classNames: definition.classNames,
      normalization: definition.normalization,
      ...metadata,
    },
  });
  return { modelJson, weightsName, weights: bytes };
}

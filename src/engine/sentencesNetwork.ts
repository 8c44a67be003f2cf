/** What is said of files of networks, and of networks; part of `SENTENCES`. */
export const NETWORK_SENTENCES = {
  bundledFails: (reason: string) => `The bundled network cannot be loaded: ${reason}`,
  bundledFailsHint: () => 'Check the connection, then restart the engine or reload the page.',
  mismatch: (
    network: string,
    size: string,
    classes: string,
    dataset: string,
    datasetSize: string,
    datasetClasses: string,
  ) =>
    `${network} takes images of ${size} and knows ${classes} classes; ${dataset} has images of ${datasetSize} and ${datasetClasses} classes.`,
  mismatchHint: () =>
    'Open a network that was trained on images of this size and so many classes; the one you had is still there.',
  filesHint: () =>
    'Choose model.json together with all of its weight files, as tf.LayersModel.save or tensorflowjs_converter writes them.',
  noJsonFile: () => 'There is no .json file among the chosen files.',
  noTopology: (file: string) => `${file} has no model topology, so it is not a tf.LayersModel.`,
  notJson: (file: string, reason: string) => `${file} is not valid JSON (${reason}).`,
  notAModel: (file: string) => `${file} does not describe a model.`,
  weightFileMissing: (file: string) => `The weight file ${file} that the model names is missing.`,
  weightsUnreadable: (files: string, reason: string) => `The weights in ${files} cannot be read: ${reason}`,
  weightsNotFinite: (weight: string) => `Weight "${weight}" has values that are not finite numbers.`,
  damagedHint: () => 'The file is damaged, or the training diverged.',
  noLayers: (file: string) => `${file}: the model's list of layers is missing.`,
  noImageSize: () => 'The model does not say how large its images are.',
  noImageSizeHint: () => 'Export it with a fixed input shape [height, width, channels], in pixels.',
  supportedLayers: () =>
    'Supported are Conv2D, DepthwiseConv2D, SeparableConv2D, BatchNormalization, Dense; ReLU, ReLU6, LeakyReLU, sigmoid, SiLU, hard-swish, softmax, its logarithm at the end; Add, Multiply, Concatenate; MaxPooling2D, AveragePooling2D, global pooling; ZeroPadding2D, Flatten, Reshape, Permute; Rescaling, Normalization; Dropout and augmentation. Replace the layer by these, or export the network to ONNX.',
  readsLater: (layer: string, from: string) => `Layer ${layer} reads "${from}", which does not come before it.`,
  layerUnusable: (layer: string, kind: string, why: string) => `Layer "${layer}" (${kind}) cannot be used: ${why}.`,
  layerLacksWeight: (layer: string, kind: string, weight: string) =>
    `The weights of layer "${layer}" (${kind}) lack "${weight}".`,
  otherModelHint: () => 'The weight files do not belong to this model.',
  weightShape: (weight: string, shape: string) => `its weight "${weight}" has shape [${shape}]`,
  activationKind: (name: string) => `activation "${name}"`,
  notAnImage: (shape: string) => `its input has shape [${shape}], not [height, width, channels]`,
  channelsLastOnly: () => 'only channels_last is supported',
  channelsLastHint: () =>
    'Build the model with data_format="channels_last" (keras.backend.set_image_data_format), load the weights into it and export it; or export it to ONNX.',
  noFixedSize: (shape: string) => `its shape [${shape}] is not a fixed image size`,
  wrongChannels: (takes: string, given: string) => `it takes ${takes} channels but is given ${given}`,
  wrongAxis: (axis: string) => `it normalises axis ${axis}, not the channels`,
  clippedRelu: (limit: string) => `a ReLU clipped at ${limit} is not supported (only none or 6)`,
  wrongFeatures: (takes: string, shape: string) => `it takes ${takes} features but is given [${shape}]`,
  noSuchOperation: () => 'there is no such operation here',
  tfjsReadsOver: (field: string) =>
    `tf.loadLayersModel reads its ${field} over and Keras does not, so that the file means two different networks`,
  tfjsReadsOverHint: () =>
    'Use a LeakyReLU layer, or a Conv2D in the place of a dilated DepthwiseConv2D, and export the model anew; or export it to ONNX.',
  hasCode: () => 'it is program code, which a model file does not hold',
  fromModule: (module: string) => `it is an operation of ${module}, not a layer`,
  fieldUnusable: (field: string, value: string) => `its ${field} = ${value} is not supported`,
  fieldUnknown: (field: string, value: string) =>
    `its setting ${field} = ${value} is not known here, and without it something else would be computed`,
  readsNothing: () => 'it reads no other layer',
  readsSeveral: (inputs: string) => `it cannot have ${inputs} input${inputs === '1' ? '' : 's'}`,
  takesShape: (takes: string, given: string) => `it takes [${takes}] but is given [${given}]`,
  shapesDoNotFit: (shapes: string) => `shapes ${shapes} do not fit each other`,
  windowDoesNotFit: (size: string, pixels: string) => `a window of ${size} does not fit into ${pixels} pixels`,
  normalizationInWeights: () => 'its mean and variance are not in its configuration',
  resizesInside: () => 'it changes the size of the images; only one that leaves it as it is can be used',
  damagedModelHint: () =>
    'The file is damaged, or was written by a program that is not known here. Export the model anew.',
  fileUnreadable: (reason: string) => `The file cannot be read: ${reason}`,
  noFiles: () => 'There is no file.',
  unknownFormat: (files: string) => `${files}: this is no network file that can be opened.`,
  formatsHint: () =>
    'What opens: a tf.LayersModel (model.json with all of its weight files), ONNX (.onnx), and PyTorch weights of known networks (.safetensors).',
  kerasFileHint: () =>
    'Convert it: tensorflowjs_converter --input_format=keras MODEL FOLDER. Then choose model.json and all .bin files of the folder.',
  savedModelHint: () =>
    'Load it in Keras and save it as a layers model: tensorflowjs.converters.save_keras_model(model, FOLDER). Then choose model.json and all .bin files of the folder.',
  pytorchFileHint: () =>
    'A PyTorch file holds code. Save the weights of a known network with safetensors.torch.save_file(model.state_dict(), FILE), or export the model: torch.onnx.export(model, images, FILE, training=torch.onnx.TrainingMode.PRESERVE).',
  tfliteHint: () =>
    'It is quantized or folded already. Choose the network it was made from, as a tf.LayersModel, ONNX or safetensors.',
  graphModel: (file: string) => `${file} is a graph model: its BatchNorm layers are folded into other operations.`,
  graphModelHint: () =>
    'Export a layers model: tensorflowjs_converter --input_format=keras --output_format=tfjs_layers_model MODEL FOLDER, or tensorflowjs.converters.save_keras_model(model, FOLDER).',
  severalModels: (files: string) => `Several of the chosen files describe a model: ${files}.`,
  severalModelsHint: () => 'Choose the files of one model at a time.',
  noManifest: () => 'The list of weight files (weightsManifest) is damaged.',
  severalWeightFiles: (file: string) => `There are several files called ${file}.`,
  weightFileSize: (files: string, bytes: string, declared: string) =>
    `${files} has ${bytes} bytes, but the weights that the model lists take ${declared}: they do not belong together, or one is cut off.`,
  weightUndeclared: (weight: string) => `Weight "${weight}" is not described by name, shape and type.`,
  weightType: (weight: string, type: string) => `Weight "${weight}" has the type ${type}, which is not read.`,
  sameWeight: (weight: string) => `Two weights are called "${weight}".`,
  sameName: (layer: string) => `Two layers are called "${layer}".`,
  weightsByOrder: () =>
    'The weights are not called as the layers are; they were matched by their names without numbers, in the order in the file.',
  assumedBytes: () => 'The network scales its pixels itself: it is fed 0 to 255.',
  assumedUnit: () =>
    'The file does not say what pixels it was trained on: 0 to 1 is assumed. Where that is wrong, accuracies are low; then set mean and deviation.',
  normalizationChannels: (means: string, deviations: string, channels: string) =>
    `${means} means and ${deviations} deviations do not fit images of ${channels} channels.`,
  normalizationHint: () => 'Give one mean and one deviation, not 0, for every channel.',
  severalInputs: (names: string) => `The model has several inputs: ${names}.`,
  severalInputsHint: () => 'Only networks of one image can be used. Export the part that classifies an image.',
  severalOutputs: (names: string) => `The model has several outputs: ${names}.`,
  severalOutputsHint: (name: string) => `Say which one gives the classes, for example ${name}.`,
  noSuchOutput: (name: string, names: string) => `The model has no output "${name}"; it has ${names}.`,
  noSuchOutputHint: () => 'Choose one of these.',
  nestedInputs: (model: string, takes: string, given: string) =>
    `The model "${model}" in the model takes ${takes} inputs but is given ${given}.`,
  cyclic: (layer: string, from: string) => `Layer "${layer}" needs its own output, by way of "${from}".`,
  readsUnknown: (layer: string, from: string) => `${layer} reads "${from}", which there is not.`,
  outputOfModel: () => 'The output of the model',
  noOutput: (model: string) => `The model ${model} names no output.`,
  noLayerConfig: (layer: string) => `Layer ${layer} has no class or no configuration.`,
  layerTooLarge: (layer: string, shape: string) => `Layer "${layer}" makes [${shape}], more than a browser can hold.`,
  imageTooLarge: (size: string) => `The model takes images of ${size} values, more than a browser can hold.`,
  tooMuchWork: (work: string) =>
    `The model computes ${work} billion products an image, more than a browser gets through.`,
  weightFileTwice: (file: string) => `The weight file ${file} is listed twice.`,
  tensorsOverlap: (tensor: string) => `Tensor "${tensor}" shares its bytes with others.`,
  constantsTooLarge: () => 'it makes a constant that is larger than all of the weights',
  tooManyLayers: (most: string) => `The model has more than ${most} layers.`,
  notAReference: (what: string) => `What is read by a layer cannot be understood: ${what}.`,
  callArgument: (layer: string, argument: string) =>
    `Layer "${layer}" is called with ${argument}, which is not a layer's output.`,
  callArgumentHint: () => 'Put such constants and switches into layers, and export the model anew.',
  calledInTraining: (layer: string, kind: string) =>
    `Layer "${layer}" (${kind}) is called with training=True: it would use the statistics of the batch, or drop values, at every image.`,
  calledInTrainingHint: () => 'Call it without training=True and export the model anew.',
  runtimeFails: (runtime: string, reason: string) =>
    `${runtime} does not run this file, so that the result could not be compared with it (${reason}).`,
  differsFromRuntime: (runtime: string, difference: string) =>
    `${runtime} computes something else from this file than this page (difference ${difference}).`,
  differsAtLayer: (layer: string, runtime: string, difference: string) =>
    `${runtime} computes something else from this file than this page (difference ${difference}); the first layer that differs is "${layer}".`,
  notTheSameSize: () => 'in size',
  differsHint: () => 'The network is not used. Please report it with the model file (model.json or .onnx).',
  onnxDamaged: (file: string) => `${file} is no ONNX file, or it is cut off.`,
  noOnnxGraph: (file: string) => `${file} has no graph with operations.`,
  onnxFunctions: () => 'The file has functions of its own, which are not read.',
  onnxFunctionsHint: () => 'Inline them before: onnx.inliner.inline_local_functions(model).',
  onnxSparse: () => 'The file has sparse weights, which are not read.',
  onnxDataHint: (file: string) => `Choose ${file} together with the .onnx file.`,
  tensorBytes: (weight: string, shape: string, has: string) =>
    `Weight "${weight}" of shape [${shape}] does not fit its data (${has} bytes or values).`,
  tensorOutside: (weight: string, file: string) => `Weight "${weight}" lies outside of ${file}: it is cut off.`,
  onnxSupported: () =>
    'Supported are Conv, BatchNormalization, Gemm, MatMul; Relu, Clip, Min and Max with a number, PRelu with one slope, LeakyRelu, Sigmoid, HardSigmoid, HardSwish, Softmax, LogSoftmax at the end; Add, Sub, Mul, Div, Sum, Concat; MaxPool, AveragePool, global pooling, ReduceMean over pixels; Pad, Flatten, Reshape, Transpose, Squeeze, Unsqueeze. Replace the operation by these and export the network anew.',
  noBatchNormOnnx: (file: string) =>
    `${file} has no BatchNormalization: the exporter has folded it into the convolutions, or there was none. FDDA works on BatchNorm statistics.`,
  noBatchNormOnnxHint: () =>
    'Export it with BatchNorm kept: torch.onnx.export(model.eval(), images, FILE, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False), or with dynamo=True, optimize=False.',
  inputSize: (input: string, shape: string) =>
    `The input "${input}" has the shape [${shape}], which is no image of a fixed size.`,
  readsUnknownValue: (value: string) => `it reads "${value}", which is no layer's output`,
  weightNotConstant: (value: string) => `its weight "${value}" is no constant`,
  inTrainingMode: () => 'it was exported in training mode and uses the statistics of the batch',
  quantizedAlready: () => 'the network is quantized already; choose the one it was made from',
  constantNotFinite: () => 'a constant is not a finite number',
  reshapesBatch: (to: string, from: string) => `it makes [${to}] of images of [${from}], across images`,
  safetensorsHint: () => 'Save the weights with safetensors; nothing else is read from such a file.',
  typesRead: (types: string) => `Types read: ${types}.`,
  tensorNeedsBytes: (tensor: string, shape: string, needs: string, has: string) =>
    `Tensor "${tensor}" of shape [${shape}] needs ${needs} bytes, not ${has}.`,
  tensorOutsideFile: (tensor: string) => `Tensor "${tensor}" lies outside the file: it is cut off or damaged.`,
  safetensorsShort: () => 'The file is too short for safetensors.',
  safetensorsCut: () => 'The file is no safetensors file, or it is cut off in its header.',
  safetensorsNotJson: () => 'The safetensors header is not JSON.',
  safetensorsNoTensors: () => 'The safetensors header names no tensors.',
  safetensorsUndescribed: (tensor: string) => `The safetensors header does not describe tensor "${tensor}".`,
  architecturesHint: () =>
    'Known by the names of their weights are ResNet-18, -34 and -50, CIFAR ResNet-20, -32 and -56, MobileNetV1, MobileNetV2 and RegNetX, as timm and torchvision name them. Export any other network to ONNX with BatchNorm kept.',
  unknownArchitecture: (file: string) => `The weights in ${file} belong to no network that is known here.`,
  tensorMissing: (tensor: string) => `The weights have no tensor "${tensor}".`,
  tensorAxes: (tensor: string, shape: string, axes: string) =>
    `Tensor "${tensor}" has shape [${shape}], not ${axes} ${axes === '1' ? 'axis' : 'axes'}.`,
  tensorLeftOver: (network: string, tensor: string) =>
    `The weights look like those of ${network}, which has no "${tensor}": this is another network.`,
  stagesOther: (found: string, expected: string) =>
    `The weights have ${found} stages or blocks, not the ${expected} of this network.`,
  assumedImagenet: () =>
    'The file does not say what pixels it was trained on: the means and deviations of ImageNet are assumed. Where that is wrong, accuracies are low; then set mean and deviation.',
  cropShareOther: (value: string) =>
    `The configuration's crop_pct is ${value}, which is no share of a side: pictures are resized in the usual way.`,
  cropModeOther: (value: string) =>
    `The configuration asks for the crop_mode ${value}; pictures are cut out of their middle, without changing their proportions.`,
  interpolationOther: (value: string) =>
    `The configuration asks for the interpolation ${value}; pictures are resized with bicubic.`,
  assumedImageSize: (height: string, width: string) =>
    `The file does not say how large its images are: ${height}x${width} is assumed.`,
  plainClassifierHint: () => 'Check that the file belongs to a plain image classifier and was exported whole.',
  wrongOutput: (shape: string, classes: string) =>
    `The network ends in a tensor of shape [${shape}], not in ${classes} class scores.`,
  noBatchNorm: () =>
    'The network has no BatchNorm layer: FDDA works on BatchNorm statistics, so there is nothing to align.',
  noBatchNormHint: () =>
    'Export the network before BatchNorm is folded into the convolutions, or choose one with BatchNorm.',
  layerNeedsImage: (layer: string, kind: string, shape: string) =>
    `Layer "${layer}" (${kind}) needs an image [height, width, channels], not [${shape}].`,
  windowTooLarge: (layer: string, size: string, pixels: string) =>
    `Layer "${layer}": a window of ${size} does not fit into ${pixels} pixels.`,
  weightMissing: (layer: string, weight: string) => `Layer "${layer}": its weight "${weight}" is missing.`,
  weightOfShape: (layer: string, weight: string, shape: string) =>
    `Layer "${layer}": weight "${weight}" has shape [${shape}].`,
  weightOfLength: (layer: string, weight: string, values: string, channels: string) =>
    `Layer "${layer}": weight "${weight}" has ${values} values for ${channels} channels.`,
  groupsDoNotDivide: (layer: string, channels: string, groups: string) =>
    `Layer "${layer}": ${channels} channels do not fall into ${groups} groups.`,
  multipliesShapes: (layer: string, shapes: string) =>
    `Layer "${layer}" multiplies tensors of different shapes: ${shapes}.`,
  joinsShapes: (layer: string, shapes: string) => `Layer "${layer}" joins tensors of different shapes: ${shapes}.`,
  constantsForChannels: (layer: string, values: string, channels: string) =>
    `Layer "${layer}" has ${values} constants for ${channels} channels.`,
  reshapesSize: (layer: string, from: string, to: string) => `Layer "${layer}" makes [${to}] of [${from}].`,
  transposesAxes: (layer: string, shape: string, order: string) =>
    `Layer "${layer}" puts the axes of [${shape}] into the order [${order}].`,
  layerChannels: (layer: string, takes: string, given: string) =>
    `Layer "${layer}" takes ${takes} channels but is given ${given}.`,
  addsShapes: (layer: string, shapes: string) => `Layer "${layer}" adds tensors of different shapes: ${shapes}.`,
  layerFeatures: (layer: string, takes: string, shape: string) =>
    `Layer "${layer}" takes ${takes} features but is given [${shape}].`,
};

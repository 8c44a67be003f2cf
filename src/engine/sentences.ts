/**
 * What engine and worker say to a user, by name: in English here, in other languages with the page's words. Knows
 * nothing else of the engine, so that the page may import it.
 */
import { HUB_SENTENCES } from './sentencesHub';

export const SENTENCES = {
  ...HUB_SENTENCES,

  // ---- getting ready ------------------------------------------------------------------------------------
  startingBackend: (backend: string) => `Starting ${backend}`,
  loadingBundled: () => 'Loading the bundled network',
  readingCalibration: () => 'Reading BatchNorm statistics of the calibration images',
  readingObservation: () => 'Reading BatchNorm statistics of the images for looking only',
  compilingShaders: () => 'Compiling shaders for the first step',

  // ---- backends -----------------------------------------------------------------------------------------
  webgpu: () => 'WebGPU',
  webgl: () => 'WebGL',
  wasm: () => 'WebAssembly',
  cpu: () => 'plain JavaScript',
  listed: (first: string, second: string) => `${first}, ${second}`,
  threads: (count: string) => `${count} thread${count === '1' ? '' : 's'}`,
  adapterWithoutName: () => 'adapter without a name',
  noWebgpu: () => 'this browser has no WebGPU',
  noAdapter: () => 'there is no WebGPU adapter',
  noWebgl: () => 'this browser has no WebGL',
  noOffscreenCanvas: () => 'there is no OffscreenCanvas',
  didNotStart: (backend: string) => `${backend} did not start`,
  wrongStep: (got: string, expected: string) => `its training step gives ${got}, not ${expected}`,
  switchedOff: () => 'switched off in the address',
  deviceWasLost: () => 'its device was lost',
  notTried: () => 'it was not tried',
  notTriedYet: () => 'not tried yet',
  beingTried: () => 'is being tried',
  softwareAdapter: () => 'software adapter, slower than WebAssembly',
  slowerThanOthers: () => 'slower than the others, not tried',
  noneTried: () => 'none was tried',
  noBackend: (tried: string) => `No backend works here (${tried}).`,
  noBackendHint: () => 'Use a current browser, and take "without" out of the address if it is there.',
  backendFails: (backend: string, reason: string) => `${backend} does not work here: ${reason}.`,
  goingOnWith: (backend: string) => `Going on with ${backend}.`,
  otherBackendHint: () => 'Choose another backend; the run you had is still there.',
  deviceLost: () => 'The graphics device was lost.',
  deviceLostFor: (reason: string) => `The graphics device was lost (${reason}).`,
  noReason: () => 'no reason given',
  keptSettingsHint: () => 'Choose another backend; your settings are kept.',
  goingOnFromSnapshot: (backend: string) => `Going on with ${backend} from the last snapshot.`,
  reloadHint: () => 'Reload the page.',

  // ---- the run ------------------------------------------------------------------------------------------
  notFinite: (term: string, step: string) => `${term} is not a finite number at step ${step}.`,
  notFiniteResetHint: () => 'Press Reset, lower the learning rate or the weight of this term, and go on.',
  notFiniteSnapshotHint: (step: string) =>
    `Go back to the snapshot of step ${step}, lower the learning rate or the weight of this term, and go on.`,
  collapsedLoss: (step: string, from: string, to: string, weight: string) =>
    `The student’s loss rose tenfold, from ${from} to ${to}, by step ${step}: its training has collapsed. The weight that moved furthest is ${weight}.`,
  collapsedAccuracy: (step: string, student: string, plain: string, weight: string) =>
    `After step ${step} the student gets ${student} % right, less than plain quantization with ${plain} %: its training has collapsed. The weight that moved furthest is ${weight}.`,
  collapsedHint: () => 'Press Reset and lower the student’s learning rate; meanwhile the run goes on.',
  collapsedSnapshotHint: (step: string) =>
    `Go back to the snapshot of step ${step} and lower the student’s learning rate; meanwhile the run goes on.`,
  noMemory: () => 'There is not enough memory for this run.',
  noMemoryHint: () => 'Choose smaller batches or fewer generator channels, then restart the engine.',
  changeSettingHint: () => 'Change this setting and try again; the run you had is still there.',
  internalHint: () => 'Press Reset. If it happens again, choose another backend.',
  noNetwork: () => 'There is no network yet.',
  restartOrReloadHint: () => 'Restart the engine or reload the page.',
  noSnapshot: () => 'There is no snapshot to go back to.',
  resetHint: () => 'Press Reset to start again with the same seed.',
  tooMuchMemory: (needed: string, most: string, batch: string, channels: string, less: string) =>
    `This run would need about ${needed} GB of memory, and WebAssembly has ${most}. With ${batch} images a step (generator, real and synthetic) and a generator width of ${channels} it needs about ${less} GB.`,
  tooMuchMemoryMoving: (
    needed: string,
    most: string,
    batch: string,
    channels: string,
    less: string,
    perClass: string,
  ) =>
    `This run would need about ${needed} GB of memory, and WebAssembly has ${most}. With ${batch} images a step (generator, real and synthetic), a generator width of ${channels} and ${perClass} images kept a class it needs about ${less} GB.`,
  tooMuchMemoryAnyway: (needed: string, most: string) =>
    `This run would need about ${needed} GB of memory, and WebAssembly has ${most}. Take fewer methods beside it, no images that are moved themselves, or images of fewer classes.`,
  startLayerTooDeep: (layer: string, network: string, layers: string) =>
    `The first aligned layer is ${layer}, but ${network} has ${layers} BatchNorm layers.`,
  tooManyImages: (asked: string, most: string) =>
    `${asked} test images were asked for at once, but at most ${most} can be.`,
  tooManyImagesHint: () => 'Ask for fewer at a time.',
  noTestImage: (index: string, size: string) => `There is no test image ${index}: there are ${size}.`,
  noTestImageHint: (last: string) => `Test images are counted from 0 to ${last}.`,
  noSuchLayer: (entry: string, network: string) => `Bits are set for ${entry}, but ${network} has no such layer.`,
  noSyntheticImages: () => 'This run has no generator, and so no synthetic images. Choose the calibration images.',
  noActivations: () => 'No activation is quantized, and so there is no range to find. Give one fewer bits.',
  emptyRange: (node: string, lo: string, hi: string) =>
    `The range of “${node}” goes from ${lo} to ${hi} and holds nothing. Its upper end must lie above its lower one.`,
  rangeOrEqualization: () =>
    'Ranges set by hand and cross-layer equalization exclude each other: equalization moves the values that the ranges were set for. Take one of them back.',
  exportPooling: (layer: string) =>
    `tf.LayersModel cannot hold this network: “${layer}” is a pooling layer with a padding that Keras cannot express.`,
  exportHint: () => 'Choose another format; the student stays as it is.',
  checkpointHint: () => 'Start the generator from scratch instead of the checkpoint.',
  checkpointUnusable: (reason: string) => `The pre-trained generator cannot be used: ${reason}`,
  checkpointUnusableHint: () =>
    'The generator starts from nothing instead, which needs many more steps. Reloading the page may help.',

  // ---- network files ------------------------------------------------------------------------------------
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

  // ---- own images -----------------------------------------------------------------------------------------
  imagesHint: () =>
    'Choose a folder or an archive (zip, tar, gz) with a folder of pictures (PNG, JPEG, GIF, BMP, WebP) for every class, or pictures with a list of their labels (CSV, TSV, JSON), a parquet file with pictures and labels, CIFAR’s binary files, or MNIST’s idx files.',
  archiveHint: () => 'Get the archive anew, or choose the files in it themselves.',
  archiveOfOtherKind: (file: string) => `${file} is an archive of a kind that is not read here.`,
  archiveOfOtherKindHint: () => 'Unpack it and choose the folder, or pack it as zip or tar.gz.',
  archiveCut: (file: string) => `${file} is an archive that is cut off or damaged.`,
  gzipDamaged: (file: string, reason: string) => `${file} cannot be decompressed: ${reason}.`,
  severalDatasets: (first: string, second: string) =>
    `${first} and ${second} are of different datasets: choose the files of one.`,
  binaryBeside: (file: string) => `${file} holds images too; the pictures are used, and it is not.`,
  namesFrom: (file: string) => `The names of the classes come from ${file}.`,
  classesAreNumbers: () => 'The files do not name the classes: they are called by their numbers.',
  cifarCut: (file: string, bytes: string, record: string) =>
    `${file} has ${bytes} bytes, no whole number of images of ${record} bytes: it is cut off.`,
  cifarLabel: (file: string, image: string, label: string, dataset: string, last: string) =>
    `${file}: image ${image} has the label ${label}; labels of ${dataset} are 0 to ${last}.`,
  idxCut: (file: string, shape: string, bytes: string) =>
    `${file} says that it holds ${shape} values, but has ${bytes} bytes of them: it is cut off, or holds no images.`,
  idxNoImages: (file: string) => `There are labels in ${file}, but no idx file of images.`,
  idxNoLabels: (file: string) =>
    `There are no labels for ${file}: choose the idx file with its labels, too (labels instead of images in its name).`,
  idxCounts: (images: string, count: string, labels: string, other: string) =>
    `${images} holds ${count} images, but ${labels} ${other} labels.`,
  splitFolders: (folders: string) => `Test images are those in ${folders}.`,
  testOfNoClass: (count: string) =>
    `${count} test picture${count === '1' ? ' is' : 's are'} of no class that there are training pictures of, and left out.`,
  labelsFrom: (file: string) => `The labels come from ${file}.`,
  labelsFromColumn: (file: string, column: string) => `The labels come from ${file}, column ${column}.`,
  listNamesNone: (file: string) => `${file} looks like a list of labels, but names hardly any of these pictures.`,
  listWithoutLabels: (file: string) =>
    `${file} names these pictures, but it cannot be told which of its columns is the label.`,
  splitsFromColumn: (file: string, column: string) => `${file}, column ${column}, says which pictures are for tests.`,
  listedMissing: (count: string, file: string) =>
    `${count} picture${count === '1' ? '' : 's'} that ${file} names ${count === '1' ? 'is' : 'are'} not there.`,
  notListed: (count: string) =>
    `${count} picture${count === '1' ? ' has' : 's have'} no label in the list, and ${count === '1' ? 'is' : 'are'} left out.`,
  colourToGrey: (count: string) =>
    `The network takes grey images: ${count} picture${count === '1' ? '' : 's'} in colour ${count === '1' ? 'was' : 'were'} made grey.`,
  greyToColour: () => 'The pictures are grey and the network takes colour: red, green and blue are the same.',
  tooFewTraining: (name: string, has: string, needs: string) =>
    `The class "${name}" has ${has} training picture${has === '1' ? '' : 's'} that can be read; at least ${needs} are needed.`,
  tooFewTest: (name: string, has: string, needs: string) =>
    `The class "${name}" has ${has} test pictures that can be read; at least ${needs} is needed.`,
  noPictures: () => 'There is no picture among these files.',
  oneClassOnly: () => 'The pictures are in no class folders: all of them count as one class.',
  picturesBeside: (count: string) =>
    `${count} picture${count === '1' ? ' lies' : 's lie'} beside the class folders and ${count === '1' ? 'is' : 'are'} left out.`,
  classesByName: () => 'The classes are in the order of the network, which has classes of these names.',
  classesByNumber: () => 'The classes are called by numbers: they are in the order of their numbers.',
  emptyFolder: (folder: string) => `The folder "${folder}" has no picture, and is no class.`,
  tooManyClasses: (classes: string, most: string) => `There are ${classes} classes; at most ${most} can be used.`,
  pictureBroken: (name: string, reason: string) => `${name} cannot be read and is left out: ${reason}.`,
  readingPictures: () => 'Reading the pictures',
  picturesDropped: (dropped: string, most: string) =>
    `There are more pictures than fit into memory: ${most} of each class are used, ${dropped} are not.`,
  tooFewPictures: (name: string, has: string, needs: string) =>
    `The class "${name}" has ${has} picture${has === '1' ? '' : 's'} that can be read; at least ${needs} are needed.`,
  channelsOfPictures: (channels: string) => `The network takes images of ${channels} channels; pictures have 1 or 3.`,
  notReplayed: (mebibytes: string) =>
    `To run steps again from a recording would take more than ${mebibytes} MiB of memory, so they are put together anew each time. The results are the same; a run takes longer.`,
  fittedToMachine: (batch: string, channels: string, tests: string) =>
    `So that steps on images of this size take seconds here and fit into memory: ${batch} images a step, a generator width of ${channels}, ${tests} test images. All can be changed in the settings.`,
  lookedAtSome: (some: string, all: string) =>
    `Images of ${some} of the ${all} classes are looked at and shown while a run goes on; the method goes by all.`,
  settingsFitted: (setting: string, value: string) =>
    `There are too few pictures for the settings: “${setting}” is ${value} here.`,
  imagesPerClass: () => 'Real images a class',
  observationPerClass: () => 'Images for looking only',
  testImages: () => 'Test images',
  generatorSize: (network: string, size: string) =>
    `${network} takes images of ${size}; the generator makes square ones of 1 or 3 channels whose height is a multiple of 4.`,
  generatorSizeHint: () => 'Export the network for another image size.',
  oneOutput: (network: string) => `${network} has one output only: it tells no classes apart.`,
  oneOutputHint: () => 'Choose a network with an output for every class, also where there are two.',
  lowAccuracy: (percent: string, images: string) =>
    `The full-precision network gets ${percent} % of ${images} test images right. A trained network gets far more: the range of its pixels, their mean and deviation, or the order of the classes may be others.`,
  lowAccuracyBecause: (percent: string, images: string, cause: string, better: string) =>
    `The full-precision network gets ${percent} % of ${images} test images right; with ${cause} it gets ${better} %: that is likely how it was trained.`,
  both: (first: string, second: string) => `${first} and ${second}`,
  fedUnit: () => 'pixels from 0 to 1',
  fedSymmetric: () => 'pixels from −1 to 1',
  fedBytes: () => 'pixels from 0 to 255',
  fedImagenet: () => 'ImageNet’s mean and deviation',
  fedCaffe: () => 'pixels from 0 to 255 less ImageNet’s mean',
  channelsReversed: () => 'the channels in the order blue, green, red',
  classesReordered: () => 'the classes in another order',
  cannotReverse: (network: string) => `The channels of ${network} cannot be turned round.`,
  cannotReverseHint: () => 'Open it without that, or turn the first layer’s weights round where it is trained.',
  noMend: () => 'There is nothing to mend.',
  noMendHint: () => 'Open the network and the images anew.',
  pendingNetwork: (network: string, size: string, classes: string) =>
    `${network} is ready, but takes images of ${size} in ${classes} classes, and those in use are others.`,
  pendingNetworkHint: (classes: string) =>
    `Now open images of its ${classes} classes: they are brought to its size. Until then the network you had goes on.`,
  pendingImages: (classes: string, network: string, known: string) =>
    `The pictures have ${classes} classes, but ${network} knows ${known}.`,
  pendingImagesHint: (classes: string) =>
    `Now open a network for ${classes} classes. Until then the images you had go on.`,
  otherImagesHint: (classes: string) => `Give images of its ${classes} classes, or a network for those of the images.`,
  zipDamaged: (file: string) => `${file} is no zip archive, or it is cut off.`,
  zipLarge: (file: string) => `${file} is a zip archive of more than 4 GB, which is not read.`,
  zipPassword: (file: string) => `${file} is locked with a password.`,
  zipMethod: (file: string, method: string) => `${file} is compressed in a way that is not read (method ${method}).`,
  zipHint: () => 'Make the archive anew, without password, or choose the folder itself.',
  parquetDamaged: (file: string, reason: string) => `${file} cannot be read as a parquet table: ${reason}`,
  parquetHint: () =>
    'Choose the parquet files of an image dataset with a column of labels, as Hugging Face serves them.',
  noImageColumn: (columns: string) => `The table has no column of pictures; its columns are ${columns}.`,
  noLabelColumn: (columns: string) => `The table has no such column of labels; its columns are ${columns}.`,
  severalLabels: (columns: string, used: string) =>
    `The table has several columns of labels (${columns}); ${used} is used.`,
  notALabel: (value: string) => `A picture has the label ${value}, which is no class's number.`,
  partDamaged: () => 'a part of it is damaged',
  columnsMissing: () => 'its columns are not all there',
  tableListDamaged: () => 'the list of its parts is damaged',
  tableRows: (rows: string, most: string) => `it claims ${rows} rows, but a file of its size holds at most ${most}`,
  tableChunk: (column: string) => `its column “${column}” lies outside the file, or where another one is`,
  tablePage: (column: string) => `a part of its column “${column}” claims more than it holds`,
  tableRepeated: (column: string) => `its column “${column}” holds lists instead of one value a row`,
  tableEncoding: (column: string, encoding: string) =>
    `its column “${column}” is written in a way that is not read here (${encoding})`,
  labelBeyondNames: (label: string, names: string) => `A picture has the label ${label}, but there are ${names} names.`,

  // ---- saved sessions ---------------------------------------------------------------------------------------
  sessionHint: () => 'Choose a file that “Save the session” wrote, whole. What was open before is still there.',
  sessionForeign: (file: string) => `${file} is no saved session of this playground.`,
  sessionVersion: (found: string, known: string) =>
    `The session is of version ${found}; this page reads version ${known}. A newer page may open it.`,
  sessionLarge: (file: string, megabytes: string) =>
    `${file} says that it holds ${megabytes} MB or thousands of files: that is no session.`,
  sessionTwice: (file: string) => `${file} holds two files of one name.`,
  sessionField: (place: string, fault: string) => `In the session, ${place} ${fault}.`,
  noSession: () => 'There is no session to open.',
  sessionNoSource: () => 'The files that the network was read from are not at hand any more.',
  sessionNoSourceHint: () => 'Open the network again, and save the session then.',

  // ---- what a network is inspected for ------------------------------------------------------------------
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

export type Sentences = typeof SENTENCES;
export type SentenceName = keyof Sentences;

/** A sentence before it is put into a language: its name and what is filled in, which may be sentences again. */
export interface Said {
  name: SentenceName;
  values: readonly (string | number | Said)[];
}

type Filled<Values extends readonly unknown[]> = { [Each in keyof Values]: string | number | Said };
type ValuesOf<Name extends SentenceName> = Filled<Parameters<Sentences[Name]>>;

export function say<Name extends SentenceName>(name: Name, ...values: ValuesOf<Name>): Said {
  return { name, values };
}

/** The sentence in a language, English unless told otherwise; a text has none and stays as it is. */
export function inWords(said: Said | string, sentences: Sentences = SENTENCES): string {
  if (typeof said === 'string') return said;
  const { name, values } = said;
  const sentence = sentences[name] as (...filled: string[]) => string;
  return sentence(...values.map((value) => (typeof value === 'object' ? inWords(value, sentences) : String(value))));
}

/** An error that can be put into any language. */
export class SaidError extends Error {
  constructor(readonly said: Said) {
    super(inWords(said));
    this.name = 'SaidError';
  }
}

/** What an error says: by name where it has one, else in its own English. */
export function saidOf(error: unknown): Said | string {
  const said = (error as { said?: Said } | null)?.said;
  return said ?? (error instanceof Error ? error.message : String(error));
}

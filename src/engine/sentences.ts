/**
 * What engine and worker say to a user, by name: in English here, in other languages with the page's words. Knows
 * nothing else of the engine, so that the page may import it.
 */
export const SENTENCES = {
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
  startLayerTooDeep: (layer: string, network: string, layers: string) =>
    `The first aligned layer is ${layer}, but ${network} has ${layers} BatchNorm layers.`,
  tooManyImages: (asked: string, most: string) =>
    `${asked} test images were asked for at once, but at most ${most} can be.`,
  tooManyImagesHint: () => 'Ask for fewer at a time.',
  noTestImage: (index: string, size: string) => `There is no test image ${index}: there are ${size}.`,
  noTestImageHint: (last: string) => `Test images are counted from 0 to ${last}.`,
  noSuchLayer: (entry: string, network: string) => `Bits are set for ${entry}, but ${network} has no such layer.`,
  exportOperation: (layer: string, operation: string) =>
    `Layer “${layer}”: this format has no operation like “${operation}”.`,
  exportLevels: (layer: string, lowest: string, highest: string) =>
    `Activation “${layer}”: its levels, ${lowest} to ${highest} steps from 0, do not fit into 16 bits.`,
  exportLayersModel: (reason: string) => `tf.LayersModel cannot hold this network: ${reason}`,
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
  filesHint: () => 'Choose model.json together with all of its .bin files, as tf.LayersModel.save writes them.',
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
  noImageSizeHint: () => 'Export it with a fixed input shape.',
  sharedLayer: (layer: string, times: string) =>
    `Layer "${layer}" is used ${times} times in the model; shared layers are not supported.`,
  sharedLayerHint: () => 'Export a model that uses each layer once.',
  supportedLayers: () =>
    'The executor knows Conv2D, DepthwiseConv2D, BatchNormalization, ReLU, ReLU6, Add, ZeroPadding2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, Flatten, Dense, Dropout and a final softmax.',
  readsLater: (layer: string, from: string) => `Layer ${layer} reads "${from}", which does not come before it.`,
  layerUnusable: (layer: string, kind: string, why: string) => `Layer "${layer}" (${kind}) cannot be used: ${why}.`,
  layerLacksWeight: (layer: string, kind: string, weight: string) =>
    `The weights of layer "${layer}" (${kind}) lack "${weight}".`,
  otherModelHint: () => 'The weight files do not belong to this model.',
  weightShape: (weight: string, shape: string) => `its weight "${weight}" has shape [${shape}]`,
  activationKind: (name: string) => `activation "${name}"`,
  notAnImage: (shape: string) => `its input has shape [${shape}], not [height, width, channels]`,
  channelsLastOnly: () => 'only channels_last is supported',
  noFixedSize: (shape: string) => `its shape [${shape}] is not a fixed image size`,
  severalInputs: () => 'the model has more than one input',
  noDilation: () => 'dilated convolutions are not supported',
  noGroups: () => 'grouped convolutions are not supported',
  wrongChannels: (takes: string, given: string) => `it takes ${takes} channels but is given ${given}`,
  wrongAxis: (axis: string) => `it normalises axis ${axis}, not the channels`,
  clippedRelu: (limit: string) => `a ReLU clipped at ${limit} is not supported (only none or 6)`,
  plainReluOnly: () => 'only a plain ReLU is supported',
  vectorReshapeOnly: () => 'only a reshape to a vector is supported',
  wrongFeatures: (takes: string, shape: string) => `it takes ${takes} features but is given [${shape}]`,
  noSuchOperation: () => 'the executor has no such operation',

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

/**
 * What engine and worker say to a user, by name: in English here, in other languages with the page's words. Knows
 * nothing else of the engine, so that the page may import it.
 */
import { HUB_SENTENCES } from './sentencesHub';
import { IMAGE_SENTENCES } from './sentencesImages';
import { NETWORK_SENTENCES } from './sentencesNetwork';

export const SENTENCES = {
  ...HUB_SENTENCES,
  ...IMAGE_SENTENCES,
  ...NETWORK_SENTENCES,

  // getting ready
  startingBackend: (backend: string) => `Starting ${backend}`,
  loadingBundled: () => 'Loading the bundled network',
  readingCalibration: () => 'Reading BatchNorm statistics of the calibration images',
  readingObservation: () => 'Reading BatchNorm statistics of the images for looking only',
  compilingShaders: () => 'Compiling shaders for the first step',

  // backends
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

  // the run
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

  // saved sessions
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

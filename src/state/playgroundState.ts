import type { Result } from './compare/result';
import type { ArmId } from '../engine/methods/arms';
import type { GeneratorSample, ImageTile, SyntheticSnapshot } from '../engine/runReport';
import type { RunSettings } from '../engine/runSettings';
import type { Said } from '../engine/sentences';
import type { TaskName, TaskOptions, TaskResult } from '../engine/workbench/report';
import type {
  BackendName,
  BackendReport,
  Failure,
  NetworkOptions,
  OpenedReport,
  OwnImagesReport,
  ProjectionMethod,
  ProjectionReply,
  RunStatus,
} from '../worker/protocol';
import type { DeathReason, ProgressReport } from '../worker/connection';
import type { ClassSample, SampleBy } from './classSample';
import type { Embed } from './embed';
import type { Speeds } from './estimate';
import type { FittedSettings } from './fittedSettings';
import type { Moment } from './history';
import type { HubActions, HubState } from './hubDownloads';
import type { LessonActions, LessonState } from './lessons/activeLesson';
import type { LinkMaterial } from './linkMaterial';
import type { Measure, Projection } from './linkView';
import type { Reference } from './recording/agreement';
import type { RecordingProblem } from './recording/checks';
import type { RecordingFacts } from './recording/format';
import type { LastRun } from './lastRun';
import type { Position, RunRecord } from './runRecord';
import { generatorArm } from './runRecord';
import type { SettingKey, SettingValue } from './settings';
import { changedSettings, sameValue, SETTING_KEYS } from './settings';
import type { LinkNote, ShareNote } from './shareLink';

export type { Position } from './runRecord';

/** What went wrong, until it is dismissed or mended. Nothing that was shown before is lost by it. */
export type Trouble =
  | { kind: 'failure'; failure: Failure }
  /** The worker is gone, and what became of the run: another one goes on with it, begins it anew, or is to be asked for. */
  | { kind: 'death'; reason: DeathReason; detail: string; then: 'goesOn' | 'begins' | 'waits' }
  /** The page itself has no more memory. */
  | { kind: 'pageMemory' }
  /** A file that the page itself could not read. */
  | { kind: 'file'; detail: string }
  /** A file that was to be opened as a recorded run. */
  | { kind: 'recording'; name: string; problem: RecordingProblem }
  /** A file that was to be opened as a saved session. */
  | { kind: 'session'; name: string; problem: RecordingProblem };

/** The dataset that comes with the page. */
export const BUNDLED_DATASET = 'Shapes';

/** The recorded run that is shown, and where it is from: it came with the page, or from a file. */
export interface ShownRecording extends RecordingFacts {
  /** Name of the file; null: it came with the page. */
  file: string | null;
}

/** Whether it is the run that the page begins with, which Play makes anew. */
export const isFirstRun = ({ file, dataset }: ShownRecording): boolean => file === null && dataset === BUNDLED_DATASET;

/** Its part that is a `RunRecord` is the run that is shown: the engine's, or a recorded one. */
export interface PlaygroundState extends RunRecord, LessonState, HubState {
  // ---- engine -------------------------------------------------------------------------------------------
  engine: 'starting' | 'ready' | 'dead';
  backend: BackendName | null;
  /** Asked for by the user or the link instead of the fastest; survives a restart. */
  wantedBackend: BackendName | null;
  /** Backends that the link rules out. */
  without: readonly BackendName[];
  backends: readonly BackendReport[];
  /** How fast whole runs went here, for the estimate of the next one. */
  speeds: Speeds;
  /** A faster backend was found, and the next run will move there; null: no news. */
  nextBackend: BackendName | null;
  /** What the engine said of how it works here; null: nothing, or it was dismissed. */
  remark: Said | null;
  networkName: string | null;
  bundled: boolean;
  /** How the network in use was read; null for the bundled one. */
  opened: OpenedReport | null;
  /** The images in use, where they are the user's. */
  ownImages: OwnImagesReport | null;
  /** What would help a network that gets too little right is known. */
  mendable: boolean;
  /** What was changed for the machine; null: nothing. */
  fitted: FittedSettings | null;
  /** What the engine does while there is no run to speak of. */
  progress: ProgressReport | null;
  /** Seconds without a word from the engine although one is due; 0: all is well. */
  silentSeconds: number;

  // ---- settings -----------------------------------------------------------------------------------------
  /** As the controls show them. */
  settings: RunSettings;
  /** What the current run was asked for, live changes included. */
  applied: RunSettings;
  linkNotes: readonly (LinkNote | ShareNote)[];
  /** What the link names of the hub and nobody has agreed to fetch yet; null: nothing. */
  linked: LinkMaterial | null;

  // ---- run ----------------------------------------------------------------------------------------------
  status: RunStatus;
  /** Play or Step was pressed on this run: settings that are not live now wait for a reset. */
  started: boolean;
  /** Play was pressed before the run was ready. */
  playWhenReady: boolean;
  /** A request that replaces the run is on its way. */
  replacing: boolean;
  /** It replaces the engine, and the run goes on. */
  takingUp: boolean;
  /** What is being replaced makes way for something of the user's, which is looked at once its run is there. */
  opening: boolean;
  /** Counts runs. */
  run: number;
  /** Step of the snapshot that the page has of the engine's run: it outlives the engine. null: there is none. */
  rescueStep: number | null;
  /** Of the engine's run. */
  position: Position | null;
  /** The recorded run that is shown in place of the engine's. */
  recorded: ShownRecording | null;
  /** The engine's run while a recorded one is shown in its place; null otherwise. */
  behind: RunRecord | null;
  /** Of the recorded run that was shown last, also when the engine's is shown again; null: there was none. */
  reference: Reference | null;
  trouble: Trouble | null;

  // ---- what is looked at --------------------------------------------------------------------------------
  /** An earlier moment brought back; null: live. */
  viewing: Moment | null;
  /** The timeline is going through the moments by itself. */
  replaying: boolean;
  /** Chosen BatchNorm layer; null until there is a network. */
  layer: number | null;
  /** Chosen class; null: all alike. */
  classIndex: number | null;
  /** Of very many classes those that are shown. See shownClasses.ts. */
  classSample: ClassSample;
  /** The arm whose synthetic images and generator are shown; null: the leading one. See `shownGenerator`. */
  arm: ArmId | null;
  /** How the centers are laid out on their map. */
  projection: Projection;
  /** What the chart of separation shows. */
  measure: Measure;
  /** How the page shows itself inside another page; null: it stands by itself. */
  embed: Embed | null;
}

/** A file that the user chose, with the folders around it. */
export interface ChosenFile {
  path: string;
  file: File;
}

export interface PlaygroundActions extends LessonActions, HubActions {
  /** Starts the engine. Once, after the page is up. */
  start(): void;
  play(): void;
  pause(): void;
  step(): void;
  reset(): void;
  setSetting(key: SettingKey, value: SettingValue): void;
  setSettings(settings: RunSettings): void;
  useBackend(backend: BackendName): void;
  /** @param files none: those of the last time, with other options */
  loadNetwork(files: readonly ChosenFile[], options?: NetworkOptions): Promise<void>;
  loadImages(files: readonly ChosenFile[]): Promise<void>;
  /** Fetches what the link names; when all is there, the run is of it, and what the link looks at is looked at. */
  loadLinked(): Promise<void>;
  /** Stays with what is there. */
  dismissLinked(): void;
  /** Applies what was found to help a network that gets too little right. */
  mend(): void;
  useBundledImages(): void;
  useBundledNetwork(): void;
  restoreSnapshot(): void;
  restartEngine(): void;
  /** A run of an earlier visit takes the place of the one on the page: it can be gone on with where it has a snapshot. */
  bringBack(last: LastRun): void;
  /** Starts a fresh engine that goes on with the run from the last snapshot; where there is none, as `restartEngine`. */
  goOn(): void;
  /** The page could not draw something for want of memory: the run is paused, and what can be spared is given up. */
  pageOutOfMemory(): void;
  /** A map of one layer, with the synthetic images of the generator that is shown. */
  project(layer: number, method: ProjectionMethod, signal: AbortSignal): Promise<ProjectionReply>;
  /** Test images to look at, by their places among them; at most 200 at once. */
  testImages(indices: readonly number[], signal?: AbortSignal): Promise<ImageTile>;
  /**
   * One task of the workbench on the engine's student as it is now, with the quantizer as the controls show it; null
   * where a new run stopped it. Rejects with `EngineFailure` where it cannot be done, and when `signal` is aborted.
   */
  workbench<Name extends TaskName>(
    name: Name,
    options: TaskOptions<Name>,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<TaskResult<Name> | null>;
  /** Somebody reaches for what `workbench` is asked for many times a second: a run's next step waits a moment. */
  standAside(): void;
  selectLayer(layer: number): void;
  /** Chooses a class, or lets go of it when it was chosen already. */
  toggleClass(classIndex: number): void;
  /** Chooses a class that was looked for, and shows it from now on. */
  pickClass(classIndex: number): void;
  /** Which of very many classes are shown otherwise. */
  sampleClasses(by: SampleBy): void;
  /** Chooses the arm whose generator's images are shown. */
  selectArm(arm: ArmId): void;
  selectProjection(projection: Projection): void;
  selectMeasure(measure: Measure): void;
  view(moment: Moment | null): void;
  /** Goes through the recorded moments like a film, from the one that is shown or, at the end, from the first. */
  replay(): void;
  stopReplay(): void;
  /** Shows the next moment; at the end the first. */
  viewNext(): void;
  /** Shows the run that came with the page, if it is of the settings asked for and nothing else is shown yet. */
  showShipped(text: string): Promise<boolean>;
  /** Opens a file as a recorded run; on failure everything stays as it is. */
  openRecording(file: File): Promise<void>;
  /** Shows another run that comes with the page. @param name what it is called where it cannot be opened */
  openShipped(name: string, text: string | null): Promise<void>;
  /** The shown run as a file; null while there is nothing to save. */
  saveRecording(): Promise<{ name: string; text: string } | null>;
  /** Network, images, settings, the run on the page and these results as one file; null where it cannot be written. */
  saveSession(results: readonly Result[]): Promise<{ name: string; bytes: ArrayBuffer } | null>;
  /** Opens such a file; on failure everything stays as it is. @returns the results in it; null where it did not open */
  openSession(file: File): Promise<readonly Result[] | null>;
  /** From a recorded run back to the engine's own. */
  showLive(): void;
  dismissTrouble(): void;
  dismissNotes(): void;
  dismissNextBackend(): void;
  dismissRemark(): void;
  dispose(): void;
}

/** Settings that were changed and take effect only with the next reset. */
export function waitingForReset(state: PlaygroundState): SettingKey[] {
  return state.started ? changedSettings(state.applied, state.settings, 'reset') : [];
}

/**
 * The arm whose generator's images, statistics and losses are shown; null where the run on the page has no generator.
 */
export const shownGenerator = ({ overview, arm }: Pick<PlaygroundState, 'overview' | 'arm'>): ArmId | null =>
  generatorArm(overview, arm);

/** The losses of the leading arm's generator, whose terms the controls have, at the moment that is shown. */
export function leadingSample({ overview, viewing, generatorLosses }: PlaygroundState): GeneratorSample | null {
  const arm = generatorArm(overview);
  const losses = arm && generatorLosses[arm];
  if (!losses) return null;
  if (viewing === null) return losses.last;
  const step = viewing.generatorStep[arm];
  return step === undefined ? null : (losses.items.findLast((sample) => sample.step <= step) ?? null);
}

/** The shown generator's images at the moment that is shown; null where there are none. */
export function shownSynthetic(state: PlaygroundState): SyntheticSnapshot | null {
  const arm = shownGenerator(state);
  return (arm && shownMoment(state)?.synthetic[arm]) ?? null;
}

/** The moment that the views show. */
export const shownMoment = (state: PlaygroundState): Moment | null => state.viewing ?? state.live;

/** The engine's own run, shown or not. */
export const engineRun = (state: PlaygroundState): RunRecord => state.behind ?? state;

/** What the run that is shown was asked for. */
export const shownSettings = (state: PlaygroundState): RunSettings => state.recorded?.settings ?? state.applied;

/** Settings in which the recorded run that is shown differs from the controls. */
export function differingSettings({ recorded, settings }: PlaygroundState): SettingKey[] {
  return recorded ? SETTING_KEYS.filter((key) => !sameValue(recorded.settings[key], settings[key])) : [];
}

/** The run that is shown is at its end: what is not measured will not be. */
export const isOver = ({ viewing, recorded, status }: PlaygroundState): boolean =>
  viewing === null && (recorded ? recorded.finished : status === 'finished');

import type { GeneratorSample, RunOverview, RunPhase, StudentSample } from '../engine/training/runReport';
import type { RunSettings } from '../engine/training/runSettings';
import type { BackendName, BackendReport, Failure, ProjectionMethod, ProjectionReply, RunStatus } from '../worker/protocol';
import type { DeathReason, ProgressReport } from '../worker/client';
import type { Embed } from './embed';
import type { Moment } from './history';
import type { Measure, Projection } from './linkView';
import type { Series } from './series';
import type { SettingKey, SettingValue } from './settings';
import { changedSettings } from './settings';
import type { LinkNote, ShareNote } from './shareLink';

/** What went wrong, until it is dismissed or mended. Nothing that was shown before is lost by it. */
export type Trouble =
  | { kind: 'failure'; failure: Failure }
  /** The worker is gone. */
  | { kind: 'death'; reason: DeathReason; detail: string }
  /** A file that the page itself could not read. */
  | { kind: 'file'; detail: string };

/** Where the run is, of the latest frame. */
export interface Position {
  phase: RunPhase;
  step: number;
  steps: number;
  fraction: number;
  elapsedSeconds: number;
  secondsPerStep: number | null;
  remainingSeconds: number | null;
  message: string;
}

export interface PlaygroundState {
  // ---- engine -------------------------------------------------------------------------------------------
  engine: 'starting' | 'ready' | 'dead';
  backend: BackendName | null;
  /** Asked for by the user or the link instead of the fastest; survives a restart. */
  wantedBackend: BackendName | null;
  /** Backends that the link rules out. */
  without: readonly BackendName[];
  backends: readonly BackendReport[];
  networkName: string | null;
  bundled: boolean;
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

  // ---- run ----------------------------------------------------------------------------------------------
  status: RunStatus;
  /** Play or Step was pressed on this run: settings that are not live now wait for a reset. */
  started: boolean;
  /** Play was pressed before the run was ready. */
  playWhenReady: boolean;
  /** A request that replaces the run is on its way. */
  replacing: boolean;
  /** Counts runs. */
  run: number;
  overview: RunOverview | null;
  position: Position | null;
  generatorLosses: Series<GeneratorSample>;
  studentLosses: Record<StudentSample['method'], Series<StudentSample>>;
  /** The newest moment. */
  live: Moment | null;
  history: readonly Moment[];
  trouble: Trouble | null;

  // ---- what is looked at --------------------------------------------------------------------------------
  /** An earlier moment brought back; null: live. */
  viewing: Moment | null;
  /** Chosen BatchNorm layer; null until there is a network. */
  layer: number | null;
  /** Chosen class; null: all alike. */
  classIndex: number | null;
  /** How the centers are laid out on their map. */
  projection: Projection;
  /** What the chart of separation shows. */
  measure: Measure;
  /** Name of the lesson that is gone through. */
  lesson: string | null;
  /** How the page shows itself inside another page; null: it stands by itself. */
  embed: Embed | null;
}

export interface PlaygroundActions {
  /** Starts the engine. Once, after the page is up. */
  start(): void;
  play(): void;
  pause(): void;
  step(): void;
  reset(): void;
  setSetting(key: SettingKey, value: SettingValue): void;
  setSettings(settings: RunSettings): void;
  useBackend(backend: BackendName): void;
  loadNetwork(files: readonly File[]): Promise<void>;
  useBundledNetwork(): void;
  restoreSnapshot(): void;
  restartEngine(): void;
  project(layer: number, method: ProjectionMethod, signal: AbortSignal): Promise<ProjectionReply>;
  selectLayer(layer: number): void;
  /** Chooses a class, or lets go of it when it was chosen already. */
  toggleClass(classIndex: number): void;
  selectProjection(projection: Projection): void;
  selectMeasure(measure: Measure): void;
  view(moment: Moment | null): void;
  dismissTrouble(): void;
  dismissNotes(): void;
  dispose(): void;
}

/** Settings that were changed and take effect only with the next reset. */
export function waitingForReset(state: PlaygroundState): SettingKey[] {
  return state.started ? changedSettings(state.applied, state.settings, 'reset') : [];
}

/** The generator's losses at the moment that is shown. */
export function shownSample({ viewing, generatorLosses }: PlaygroundState): GeneratorSample | null {
  if (viewing === null) return generatorLosses.last;
  const step = viewing.generatorStep;
  return step === null ? null : (generatorLosses.items.findLast((sample) => sample.step <= step) ?? null);
}

/** The moment that the views show. */
export const shownMoment = (state: PlaygroundState): Moment | null => state.viewing ?? state.live;

/** What the page asks of the engine: one method for each request of the worker protocol. */
import type { PackedImages } from '../engine/data/images/types';
import type { LiveSettings, RunSettings } from '../engine/runSettings';
import type { Said } from '../engine/sentences';
import type { AskedTask, TaskName, TaskOptions, TaskResult } from '../engine/workbench/report';
import type { ArmId } from '../engine/methods/arms';
import type { ImageTile } from '../engine/runReport';
import { EngineConnection, type ClientOptions } from './connection';
import type {
  BackendName,
  InitializeReply,
  NetworkFile,
  NetworkOptions,
  ProjectionMethod,
  ProjectionReply,
  Resumed,
  SessionTexts,
} from './protocol';

export interface StartOptions {
  settings: RunSettings;
  baseUrl: string;
  backend: BackendName | null;
  remembered: BackendName | null;
  without: BackendName[];
  /** The run goes on that an earlier engine began: it is the one that the page has. */
  resumed?: Resumed;
}

/** The page's engine. */
export class EngineClient {
  private readonly connection: EngineConnection;

  constructor(options: ClientOptions) {
    this.connection = new EngineConnection(options);
  }

  /** Ends the worker and starts a fresh one, which waits for `initialize`. */
  restart(): void {
    this.connection.restart();
  }

  /** Ends the worker for good. */
  dispose(): void {
    this.connection.dispose();
  }

  /** The first request after the constructor or `restart`. */
  initialize(options: StartOptions): Promise<InitializeReply> {
    return this.connection.begin<InitializeReply>(
      { type: 'initialize', ...options },
      [],
      options.resumed !== undefined,
    );
  }

  /** A new run with these settings; the old one ends. @param resumed it is not new: it goes on from there */
  configure(settings: RunSettings, resumed?: Resumed): Promise<void> {
    return this.connection.begin(
      { type: 'configure', settings, ...(resumed ? { resumed } : {}) },
      [],
      resumed !== undefined,
    );
  }

  /**
   * @param files none: those of the last time, with other options
   * @param goesOn the page's run is about to go on with it: what is prepared is no new one
   * @param came what is to be said of how they came here, and from where
   */
  loadNetwork(
    files: NetworkFile[],
    settings: RunSettings,
    options?: NetworkOptions,
    goesOn = false,
    came: { notes?: Said[]; origin?: string } = {},
  ): Promise<InitializeReply> {
    return this.connection.begin<InitializeReply>(
      { type: 'loadNetwork', files, settings, ...(options ? { options } : {}), ...came },
      files.map((file) => file.bytes),
      goesOn,
    );
  }

  /** @param goesOn as of `loadNetwork` */
  loadImages(files: NetworkFile[], settings: RunSettings, goesOn = false): Promise<InitializeReply> {
    return this.connection.begin<InitializeReply>(
      { type: 'loadImages', files, settings },
      files.map((file) => file.bytes),
      goesOn,
    );
  }

  loadPackedImages(packed: PackedImages, settings: RunSettings, goesOn = false): Promise<InitializeReply> {
    const { labels, splits, ends, bytes } = packed;
    return this.connection.begin<InitializeReply>(
      { type: 'loadImages', files: [], packed, settings },
      [labels.buffer, splits.buffer, ends.buffer, bytes.buffer],
      goesOn,
    );
  }

  /** Network and images in use and these texts as one file. */
  saveSession(texts: Record<string, string>): Promise<ArrayBuffer> {
    return this.connection.ask<ArrayBuffer>({ type: 'saveSession', texts });
  }

  /** The page's texts in a saved session, which the worker keeps for `openSession`. */
  async readSession(file: NetworkFile): Promise<Record<string, string>> {
    const { texts } = await this.connection.ask<SessionTexts>({ type: 'readSession', file }, undefined, [file.bytes]);
    return texts;
  }

  openSession(settings: RunSettings): Promise<InitializeReply> {
    return this.connection.begin<InitializeReply>({ type: 'openSession', settings });
  }

  mend(settings: RunSettings): Promise<InitializeReply> {
    return this.connection.begin<InitializeReply>({ type: 'mend', settings });
  }

  useBundledImages(settings: RunSettings): Promise<InitializeReply> {
    return this.connection.begin<InitializeReply>({ type: 'useBundledImages', settings });
  }

  useBundledNetwork(settings: RunSettings): Promise<InitializeReply> {
    return this.connection.begin<InitializeReply>({ type: 'useBundledNetwork', settings });
  }

  useBackend(backend: BackendName, settings: RunSettings): Promise<InitializeReply> {
    return this.connection.begin<InitializeReply>({ type: 'useBackend', backend, settings });
  }

  play(): Promise<void> {
    return this.connection.ask({ type: 'play' });
  }

  pause(): Promise<void> {
    return this.connection.ask({ type: 'pause' });
  }

  step(): Promise<void> {
    return this.connection.ask({ type: 'step' });
  }

  update(live: LiveSettings): Promise<void> {
    return this.connection.ask({ type: 'update', live });
  }

  restoreSnapshot(settings: RunSettings): Promise<void> {
    return this.connection.ask({ type: 'restoreSnapshot', settings });
  }

  /**
   * Two-dimensional map of one layer's points. Aborting forgets the answer; the worker may still work it out.
   *
   * @param arm whose synthetic images are on it; null: the leading arm's
   */
  project(
    layer: number,
    method: ProjectionMethod,
    arm: ArmId | null = null,
    signal?: AbortSignal,
  ): Promise<ProjectionReply> {
    return this.connection.ask<ProjectionReply>({ type: 'project', layer, method, arm }, signal);
  }

  /** Has the images of these classes looked at, where there are too many classes for all. */
  lookAt(classes: readonly number[]): Promise<void> {
    return this.connection.ask({ type: 'lookAt', classes });
  }

  /** Test images to look at. @param indices places among the test images, as in `AccuracyRow.answers`; at most 200 */
  testImages(indices: readonly number[], signal?: AbortSignal): Promise<ImageTile> {
    return this.connection.ask<ImageTile>({ type: 'testImages', indices }, signal);
  }

  /** A look of the workbench is about to be asked for: the run's next step waits a moment for it. */
  standAside(): Promise<void> {
    return this.connection.ask({ type: 'standAside' });
  }

  /**
   * One task of the workbench; null where the engine had to stop it (a new run). Aborting stops it.
   *
   * @param onProgress is told how far it is, 0 to 1
   */
  workbench<Name extends TaskName>(
    name: Name,
    options: TaskOptions<Name>,
    settings: RunSettings,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<TaskResult<Name> | null> {
    const task = { name, options } as AskedTask;
    return this.connection.task<TaskResult<Name> | null>({ type: 'workbench', task, settings }, onProgress, signal);
  }
}

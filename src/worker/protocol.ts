/**
 * What page and worker say to each other. Types only: both sides import it, neither learns of the other's insides.
 *
 * - Every request that has an answer carries a numeric `id`; the answer is one `reply` or one `failure` with that id.
 * - Everything about a run carries its `runId`. The page drops messages of a run that is not the current one.
 * - After a `frame` the worker sends no further one until the page has acknowledged its `sequence`, and at most 10 a
 *   second.
 * - Buffers in `overview` and `frame` are transferred, not copied.
 */
import type { PackedImages } from '../engine/data/images/types';
import type { DatasetRequest } from '../engine/data/images/types';
import type { DownloadedNetwork } from '../engine/hub/networks';
import type { ArmId } from '../engine/methods/arms';
import type { ImageTile, RunFrame, RunOverview } from '../engine/runReport';
import type { Said } from '../engine/sentences';
import type { RunSnapshot } from '../engine/training/run';
import type { LayerMap } from '../engine/training/syntheticProbe';
import type { LiveSettings, RunSettings } from '../engine/runSettings';
import type { AskedTask, TaskName, TaskResult } from '../engine/workbench/report';

export type BackendName = 'webgpu' | 'webgl' | 'wasm' | 'cpu';
export type ProjectionMethod = 'tsne' | 'umap';

export interface BackendReport {
  name: BackendName;
  /**
   * Passed the small training step, with finite numbers that agree with the reference; null: not tried, but may be
   * chosen.
   */
  works: boolean | null;
  /** Seconds of the small training step (median); null where it does not work or was not timed. */
  secondsPerStep: number | null;
  /** Adapter or thread count, e.g. "2 threads, SIMD"; a text where it has no language. */
  detail: Said | string;
  /** Why it does not work, or was not tried. */
  reason?: Said | string;
}

export interface NetworkFile {
  name: string;
  bytes: ArrayBuffer;
}

/** What the user says of a network beside its files. */
export interface NetworkOptions {
  /** Which of several outputs. */
  output?: string;
  /** The network is fed (pixel / 255 - mean) / std. */
  normalization?: { mean: number[]; std: number[] };
}

/** Where a run goes on that an earlier engine began. */
export interface Resumed {
  /** null: it begins anew. */
  snapshot: RunSnapshot | null;
  /** What was changed since it began. */
  live: LiveSettings;
}

// ---- page -> worker -----------------------------------------------------------------------------------------

export type Request =
  /** First message. Starts a backend, loads the bundled network, prepares a run (reply: InitializeReply). */
  | {
      type: 'initialize';
      id: number;
      runId: number;
      settings: RunSettings;
      /** Absolute URL of the folder that holds `models/` and `wasm/`. */
      baseUrl: string;
      /** Use this backend, and stay with it. */
      backend: BackendName | null;
      /** What the last visit found to be the fastest; it may be wrong by now. */
      remembered: BackendName | null;
      /** Backends not to be tried (the URL's `without=`; a lost device). */
      without: BackendName[];
      /** The run is not a new one: it goes on, paused, from there. */
      resumed?: Resumed;
    }
  /** A new run with these settings on the current network; the old one is disposed. Also what Reset does. */
  | { type: 'configure'; id: number; runId: number; settings: RunSettings; resumed?: Resumed }
  | { type: 'play'; id: number; runId: number }
  | { type: 'pause'; id: number; runId: number }
  /** One step of the current phase, then pause. */
  | { type: 'step'; id: number; runId: number }
  | { type: 'update'; id: number; runId: number; live: LiveSettings }
  | { type: 'acknowledge'; runId: number; sequence: number }
  /**
   * t-SNE or UMAP of all points of one layer at this moment, with an arm's synthetic images (null: the leading one's;
   * reply: ProjectionReply).
   */
  | { type: 'project'; id: number; runId: number; layer: number; method: ProjectionMethod; arm: ArmId | null }
  /** Of very many classes those whose synthetic images somebody wants to see (reply: null; a frame has them). */
  | { type: 'lookAt'; id: number; runId: number; classes: readonly number[] }
  /** Test images to look at, by their places among them; at most 200 an ask (reply: ImageTile). */
  | { type: 'testImages'; id: number; runId: number; indices: readonly number[] }
  /**
   * One task of the workbench on the leading arm's student as it is now, with the quantizer of these settings; beside
   * the run, one task after the other (reply: TaskResult; null where it was stopped). Its progress comes as
   * `taskProgress`.
   */
  | { type: 'workbench'; id: number; runId: number; settings: RunSettings; task: AskedTask }
  /** A look of the workbench is about to be asked for: the run's next step waits a moment for it (reply: null). */
  | { type: 'standAside'; id: number; runId: number }
  /** Stop the task of the request with that id (no reply of its own). */
  | { type: 'stopTask'; id: number; runId: number }
  /** Replace the network by a file the user chose; on failure the loaded one stays (reply: InitializeReply). */
  | {
      type: 'loadNetwork';
      id: number;
      runId: number;
      settings: RunSettings;
      /** None: those of the last time, with other options. */
      files: NetworkFile[];
      options?: NetworkOptions;
      /** What is to be said of how they came here. */
      notes?: Said[];
      /** Name on the hub, or address, that they came from. */
      origin?: string;
    }
  /** Replace the images by files the user chose; on failure those in use stay (reply: InitializeReply). */
  | {
      type: 'loadImages';
      id: number;
      runId: number;
      settings: RunSettings;
      files: NetworkFile[];
      packed?: PackedImages;
    }
  /**
   * Network and images in use and the page's texts as one file (reply: ArrayBuffer). What is the page's own is left
   * out of it.
   */
  | { type: 'saveSession'; id: number; runId: number; texts: Record<string, string> }
  /** Reads a saved session and keeps it; nothing else changes (reply: the page's texts in it). */
  | { type: 'readSession'; id: number; runId: number; file: NetworkFile }
  /** Opens the session that was read last; on failure all stays (reply: InitializeReply). */
  | { type: 'openSession'; id: number; runId: number; settings: RunSettings }
  /** Apply what was found to help where a network gets too little right (reply: InitializeReply). */
  | { type: 'mend'; id: number; runId: number; settings: RunSettings }
  /** Back to the bundled images, with the network in use where it fits them, else with the bundled one. */
  | { type: 'useBundledImages'; id: number; runId: number; settings: RunSettings }
  /** Back to the bundled network. */
  | { type: 'useBundledNetwork'; id: number; runId: number; settings: RunSettings }
  | { type: 'useBackend'; id: number; runId: number; settings: RunSettings; backend: BackendName }
  /** Go back to the last snapshot taken before a failure (reply: null), paused there. */
  | { type: 'restoreSnapshot'; id: number; runId: number; settings: RunSettings };

// ---- worker -> page -----------------------------------------------------------------------------------------

export interface InitializeReply {
  /** Settings that were changed so that a run with what was opened fits the machine, as they are now. */
  fitted?: Partial<RunSettings>;
  backend: BackendName;
  backends: BackendReport[];
  networkName: string;
  bundled: boolean;
  /** What was found out when the network in use was opened; left out for the bundled one. */
  opened?: OpenedReport;
  /** The network gets too little right, and what would help is known: see `mend`. */
  mendable?: boolean;
  /** The images in use, where they are the user's. */
  ownImages?: OwnImagesReport;
}

/** The check of an opened network, to be seen. */
export interface OpenedReport {
  operations: number;
  parameters: number;
  macs: number;
  /** Bytes of its weights and of the largest outputs of two neighbouring layers, for one image. */
  memory: number;
  inputShape: [number, number, number];
  classes: number;
  normalization: { mean: number[]; std: number[] };
  /** Its own runtime, null where there is none; and the largest difference from it, null where it did not run. */
  runtime: string | null;
  difference: number | null;
  notes: Said[];
  /** Name on the hub, or address; left out where it was opened from files. */
  origin?: string;
}

export interface OwnImagesReport {
  classes: string[];
  /** Calibration and test images of all classes. */
  calibration: number;
  test: number;
  notes: Said[];
  /** What was asked of the hub; left out where they were opened from files. */
  origin?: DatasetRequest;
}

export interface SessionTexts {
  texts: Record<string, string>;
}

export type ProjectionReply = LayerMap;

export type FailureCode =
  /** A model file that cannot be used. Nothing changed. */
  | 'network'
  /** Pictures that cannot be used. Nothing changed. */
  | 'images'
  /** A file that is no saved session, or a damaged one. Nothing changed. */
  | 'session'
  /** Network and images do not fit each other; what was opened is kept for when the other is there. */
  | 'mismatch'
  /** Something that could not be had from elsewhere. Nothing changed. */
  | 'download'
  /** A loss or a weight became NaN or infinite; the run cannot go on from there. */
  | 'notFinite'
  /** A student's training has made it worse; the run goes on, and may be taken back to a snapshot from before. */
  | 'collapsed'
  | 'deviceLost'
  | 'outOfMemory'
  | 'backend'
  | 'settings'
  | 'internal';

export interface Failure {
  code: FailureCode;
  /** What was wrong, in English. */
  message: string;
  /** What to do, in English. */
  hint: string;
  /** Both for other languages, where they are sentences that the page knows. */
  said?: { message?: Said; hint?: Said };
  /** Names of the outputs of which one has to be chosen. */
  outputs?: string[];
  /** Loss term, for `notFinite`; step, for that and `collapsed`. */
  term?: string;
  step?: number;
  /** Step of the snapshot `restoreSnapshot` would return to. */
  snapshotStep?: number;
}

export type RunStatus = 'preparing' | 'ready' | 'running' | 'paused' | 'finished' | 'failed';

export type Message =
  | {
      type: 'reply';
      id: number;
      value: ArrayBuffer | SessionTexts | InitializeReply | ProjectionReply | ImageTile | TaskResult<TaskName> | null;
    }
  | { type: 'failure'; id: number | null; runId: number | null; failure: Failure }
  /** Before and between frames: starting backends, loading, compiling shaders, preparing. fraction null: unknown. */
  | { type: 'progress'; runId: number; phase: string; fraction: number | null; said: Said }
  /** How far the workbench's task of that request is, 0 to 1. */
  | { type: 'taskProgress'; id: number; fraction: number }
  | { type: 'overview'; runId: number; overview: RunOverview }
  /**
   * Not asked for: the run is on another backend than the one before. Its device was lost, and it goes on there; or it
   * is a new run and a faster backend was found meanwhile.
   */
  | { type: 'moved'; runId: number; backend: BackendName; backends: BackendReport[] }
  /**
   * While nothing runs: what was found out about other backends. `fastest` is the one worth using, null while that is
   * not known yet; the next run moves there by itself unless the user or the address asked for another.
   */
  | { type: 'backends'; backends: BackendReport[]; fastest: BackendName | null }
  /** Not asked for: how the engine works on this machine is not as it usually is. Said once for each cause. */
  | { type: 'remark'; said: Said }
  | { type: 'status'; runId: number; status: RunStatus }
  | { type: 'frame'; runId: number; sequence: number; frame: RunFrame }
  /** The worker holds this Web Lock as long as it lives: whoever gets it after it knows that the worker is gone. */
  | { type: 'alive'; lock: string }
  /** From between two steps: unless something is wrong, the next word comes within so many seconds. */
  | { type: 'beat'; runId: number; seconds: number }
  /** From where the run could go on in another worker; every few seconds while it runs, and when it stands still. */
  | { type: 'snapshot'; runId: number; snapshot: RunSnapshot };

// ---- page <-> the hub's worker ------------------------------------------------------------------------------

/** What another worker does beside the engine: it alone may connect to other servers, and it starts when first asked. */
export type HubRequest =
  /** The files of a network, by name or address (reply: DownloadedNetwork). `hub`: its address. */
  | { type: 'network'; id: number; hub: string; source: string }
  /** Pictures of every class of a dataset (reply: PackedImages). */
  | { type: 'images'; id: number; hub: string; request: DatasetRequest }
  /** Stop the request with that id; it fails with null. */
  | { type: 'stop'; id: number }
  /** What is kept of earlier downloads (reply: KeptFiles). */
  | { type: 'kept'; id: number }
  /** Keep nothing of them (reply: KeptFiles). */
  | { type: 'forget'; id: number };

/** Downloads that the browser keeps. */
export interface KeptFiles {
  bytes: number;
  files: number;
}

export interface HubProgress {
  /** Bytes; total null: nobody knows. */
  loaded: number;
  total: number | null;
  /** What is being done. */
  said: Said | null;
}

export type HubMessage =
  | { type: 'progress'; id: number; progress: HubProgress }
  | { type: 'reply'; id: number; value: DownloadedNetwork | PackedImages | KeptFiles }
  /** Null: it was stopped. */
  | { type: 'failure'; id: number; failure: Failure | null };

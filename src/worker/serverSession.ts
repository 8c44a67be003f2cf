/**
 * The worker's side of the protocol: owns backend, teacher and run, drives the run between messages, and turns whatever
 * goes wrong into a message that says what to do. Knows no worker global, so that it runs in tests in Node as well.
 */
import type { Dataset } from '../engine/data/dataset';
import { keepCalibrationImages } from '../engine/data/keptImages';
import { createShapes } from '../engine/data/shapes';
import type { Network } from '../engine/network/types';
import { Run, type RunSnapshot } from '../engine/training/run';
import type { ImageTile } from '../engine/runReport';
import { LIVE_SETTINGS, type LiveSettings, type RunSettings } from '../engine/runSettings';
import { say, type Said } from '../engine/sentences';
import { lookAtAccuracy, type Mend } from '../engine/training/lowAccuracy';
import { CollapseError } from '../engine/training/notFinite';
import { Teacher } from '../engine/training/teacher';
import type { TaskName, TaskResult } from '../engine/workbench/report';
import type { WorkbenchSource } from '../engine/workbench/trial';
import { drawAhead } from './serverAhead';
import { ServerBackends, type BackendTools } from './serverBackends';
import { fetchBundled, readBundled, type Bundled, type BundledFiles } from './serverBundled';
import { describeFailure, failureOf, isDeviceLost, Refusal } from './serverFailures';
import { IdleWork } from './serverIdle';
import { ServerPulse } from './serverPulse';
import { ServerSnapshots, stepOf } from './serverSnapshots';
import { fits, fittedSettings, OwnFiles, refusePendingImages, refusePendingNetwork, withClassNames } from './serverOwn';
import { testImages } from './serverTestImages';
import { readSession, writeSession, type Session } from '../engine/session/sessionFile';
import { transferables } from './serverTransfer';
import { ServerWorkbench, TaskStopped } from './serverWorkbench';
import type {
  BackendName,
  Failure,
  InitializeReply,
  Message,
  ProjectionReply,
  Request,
  Resumed,
  RunStatus,
  SessionTexts,
} from './protocol';

const FRAME_INTERVAL_MS = 100;
/** Time for the page to draw what it got, and to say that it wants to play. */
const IDLE_MS = 500;

export interface SessionOptions {
  post: (message: Message, transfer: ArrayBuffer[]) => void;
  /** Reads a file of the page's folder; a test reads it from disk. */
  load: (url: string) => Promise<ArrayBuffer>;
  /** Lets other events of the worker in between two steps. */
  breathe: () => Promise<void>;
  /** Milliseconds without a request before other backends are tried. */
  idleMs?: number;
  /** What is done with backends; a test plays those that Node has not. */
  backends?: BackendTools;
}

type Reply = ArrayBuffer | SessionTexts | InitializeReply | ProjectionReply | ImageTile | TaskResult<TaskName> | null;
/** Requests that are worked off one after the other; the rest does not wait for them. */
type Queued = Exclude<
  Request,
  {
    type:
      | 'acknowledge'
      | 'update'
      | 'pause'
      | 'project'
      | 'testImages'
      | 'workbench'
      | 'stopTask'
      | 'saveSession'
      | 'readSession';
  }
>;

/** A newer request has made this one pointless; it is answered all the same. */
class Superseded extends Error {}

export class ServerSession {
  private readonly shapes: Dataset = keepCalibrationImages(createShapes());
  /** In use: the bundled images or the user's. */
  private dataset: Dataset = this.shapes;
  private own = new OwnFiles();
  /** What would help the network in use to get more right. */
  private mend: Mend | null = null;
  /** Read, and not opened yet. */
  private saved: Session | null = null;
  /** What was said of the run's network and images when it began. */
  private notes: { network: Said[]; images: Said[] } = { network: [], images: [] };
  private readonly backends: ServerBackends;
  private readonly idle: IdleWork;
  private readonly workbench: ServerWorkbench;
  private readonly snapshots = new ServerSnapshots();
  private readonly pulse = new ServerPulse((seconds) => this.post({ type: 'beat', runId: this.runId, seconds }));
  private baseUrl = '';
  private fetched: BundledFiles | null = null;
  private bundled: Bundled | null = null;
  private isBundled = true;
  private teacher: Teacher | null = null;
  private run: Run | null = null;
  private runId = 0;
  /** What the run began with: its arms are named after it. */
  private settings: RunSettings | null = null;
  /** What was changed since. */
  private live: LiveSettings = {};
  /** Of the current run, as last posted. */
  private currentStatus: RunStatus | null = null;
  /** The run of the latest `configure`: older ones that are still being prepared stop. */
  private wantedRun = 0;
  private playing = false;
  private loop: Promise<void> | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private sequence = 0;
  private unacknowledged: number | null = null;
  private lastFrameAt = 0;
  /** A snapshot that the page has not got yet. */
  private unposted: RunSnapshot | null = null;
  /** A run whose device is lost: what goes wrong with it from then on is no news. */
  private abandoned: Run | null = null;
  /** It was playing when its device was lost. */
  private interrupted = false;
  /** A request that begins a run is being worked on. */
  private beginning = false;
  /** The device was lost meanwhile, and this is what there is in its place. */
  private lostWhileBeginning: { next: BackendName | null } | null = null;

  constructor(private readonly options: SessionOptions) {
    this.backends = new ServerBackends((detail) => this.deviceLost(detail), options.backends);
    this.workbench = new ServerWorkbench({
      breathe: options.breathe,
      progress: (id, fraction) => this.post({ type: 'taskProgress', id, fraction }),
    });
    this.idle = new IdleWork((signal) => this.tryBackends(signal), options.idleMs ?? IDLE_MS);
  }

  /** Takes one message from the page. Never throws; what goes wrong is posted. */
  receive(request: Request): void {
    switch (request.type) {
      case 'acknowledge':
        if (request.runId === this.runId && request.sequence === this.unacknowledged) this.unacknowledged = null;
        return;
      case 'update':
        // Applies between two steps whatever else is going on.
        if (request.runId === this.runId) this.applyLive(request.live);
        return this.post({ type: 'reply', id: request.id, value: null });
      case 'pause':
        this.playing = false;
        return this.enqueue(request, async () => {
          await this.settle();
          await this.keepPlace();
          return null;
        });
      case 'project': {
        // Looks at plain arrays only, so that it need not keep others waiting; but the run may be on its way yet.
        const before = this.queue;
        return void this.answer(request, async () => {
          await before;
          const { runId, arm, layer, method } = request;
          return this.expectRun(runId).mapLayer(arm, layer, method, this.options.breathe);
        });
      }
      case 'testImages':
        // Neither run nor backend is needed for it.
        return void this.answer(request, async () => testImages(this.dataset, request.indices));
      case 'saveSession': {
        const before = this.queue;
        return void this.answer(request, async () => {
          await before;
          return this.saveSession(request.texts);
        });
      }
      case 'readSession':
        return void this.answer(request, async () => {
          this.saved = await readSession(request.file.name, request.file.bytes);
          return { texts: this.saved.texts };
        });
      case 'workbench':
        return void this.answer(request, () => this.doTask(request));
      case 'stopTask':
        return this.workbench.stop(request.id);
      default:
        if (request.type === 'configure') this.wantedRun = request.runId;
        if (BEGINS.has(request.type)) {
          this.playing = false;
          this.workbench.stop();
        }
        return this.enqueue(request, () => this.handle(request));
    }
  }

  /**
   * Requests that change the run are worked off one after the other, never beside a step nor beside a backend's trial.
   */
  private enqueue(request: { id: number; runId: number }, work: () => Promise<Reply>): void {
    void this.idle.wake();
    this.queue = this.queue
      .then(() => this.idle.wake())
      .then(() => this.answer(request, work))
      .then(() => this.rest());
  }

  /** Nothing is asked for; if nothing runs either, there is time to try other backends. */
  private rest(): void {
    if (this.run && !this.playing && !this.workbench.busy && !this.backends.explored) this.idle.rest();
  }

  private async answer({ id, runId }: { id: number; runId: number }, work: () => Promise<Reply>): Promise<void> {
    try {
      const value = await work();
      this.post({ type: 'reply', id, value }, value instanceof ArrayBuffer ? [value] : []);
    } catch (error) {
      if (error instanceof Superseded || error instanceof TaskStopped) this.post({ type: 'reply', id, value: null });
      else this.fail(id, error, runId);
    }
  }

  private async handle(request: Queued): Promise<Reply> {
    if (!BEGINS.has(request.type)) return this.work(request);
    await this.settle();
    await this.workbench.end();
    this.lostWhileBeginning = null;
    this.beginning = true;
    try {
      return await this.work(request);
    } catch (error) {
      // An operation may fail before the device says that it is lost.
      if (this.backends.current === 'webgpu' && isDeviceLost(error)) await this.options.breathe();
      const lost = this.lostWhileBeginning as { next: BackendName | null } | null;
      if (!lost?.next || error instanceof Superseded || request.type === 'useBackend') throw error;
      await this.backends.start(lost.next);
      return await this.work(request, true);
    } finally {
      this.beginning = false;
      // The run that was there was on the same device.
      if (this.run && this.run === this.abandoned) this.status('failed');
    }
  }

  /** @param again the first try lost its device; it is on another one now */
  private async work(request: Queued, again = false): Promise<Reply> {
    switch (request.type) {
      case 'initialize':
        this.baseUrl = request.baseUrl;
        // They come while a backend starts.
        this.fetched = fetchBundled(this.options.load, this.baseUrl);
        // Settings that ask for too many are refused when the run is prepared.
        drawAhead(this.shapes, request.settings, this.options.breathe).catch(() => undefined);
        if (!again) await this.chooseBackend(request);
        await this.useBundled(request.runId, request.settings, request.resumed);
        return this.initialized();
      case 'configure': {
        if (!this.teacher) throw new Refusal('network', say('noNetwork'), say('restartOrReloadHint'));
        const { runId, settings, resumed = null } = request;
        const wanted = () => this.wantedRun === runId;
        const { teacher, isBundled } = this;
        const prepare = (moved: boolean) =>
          moved || again
            ? this.useNetwork(runId, teacher.network, isBundled, settings, resumed, wanted)
            : this.begin(runId, teacher, isBundled, settings, wanted, resumed);
        // A run that goes on stays where it is.
        if (resumed) await prepare(false);
        else await this.onBetter(runId, prepare);
        return null;
      }
      case 'useBundledNetwork':
        await this.onBetter(request.runId, () => this.useBundled(request.runId, request.settings));
        return this.initialized();
      case 'loadNetwork': {
        const opened = await this.own.openNetwork(request.files, request.options, request.notes);
        await this.onBetter(request.runId, async () => {
          const { network, dataset } = await this.withImages(request.runId, opened.network);
          await this.useNetwork(
            request.runId,
            named(network, dataset, this.shapes),
            false,
            request.settings,
            null,
            undefined,
            dataset,
          );
        });
        await this.lookAtAccuracy();
        return this.initialized();
      }
      case 'loadImages': {
        const { length } = await this.own.openImages(request.files, request.packed);
        if (!this.teacher) throw new Refusal('network', say('noNetwork'), say('restartOrReloadHint'));
        const inUse = this.teacher.network;
        const waiting = this.own.network?.network;
        // A network that waits for images comes first, then the one in use.
        const forWaiting = waiting ? this.own.forImages(waiting) : null;
        const network = forWaiting ?? this.own.forImages(inUse);
        if (!network) refusePendingImages(length, waiting ?? inUse);
        const isBundled = network === inUse && this.isBundled;
        await this.onBetter(request.runId, async () => {
          const dataset = await this.ownImages(request.runId, network);
          await this.useNetwork(
            request.runId,
            withClassNames(network, dataset),
            isBundled,
            request.settings,
            null,
            undefined,
            dataset,
          );
        });
        await this.lookAtAccuracy();
        return this.initialized();
      }
      case 'useBundledImages': {
        if (!this.teacher) throw new Refusal('network', say('noNetwork'), say('restartOrReloadHint'));
        const { network } = this.teacher;
        const { runId, settings } = request;
        if (this.isBundled || !fits(network, this.shapes))
          await this.onBetter(runId, () => this.useBundled(runId, settings));
        else
          await this.onBetter(runId, () =>
            this.useNetwork(runId, network, false, settings, null, undefined, this.shapes),
          );
        return this.initialized();
      }
      case 'mend':
        await this.applyMend(request.runId, request.settings);
        return this.initialized();
      case 'openSession':
        await this.openSession(request.runId, request.settings);
        return this.initialized();
      case 'useBackend':
        await this.switchBackend(request.runId, request.backend, request.settings, null, true);
        return this.initialized();
      case 'play':
        this.play(this.expectRun(request.runId));
        return null;
      case 'step':
        await this.step(this.expectRun(request.runId));
        return null;
      case 'restoreSnapshot':
        await this.restoreSnapshot(this.expectRun(request.runId), request.settings);
        return null;
    }
  }

  /** A task of the workbench; other backends are not tried meanwhile. */
  private async doTask({ id, runId, settings, task }: Extract<Request, { type: 'workbench' }>): Promise<Reply> {
    const before = this.queue;
    try {
      return await this.workbench.do(id, task, async () => {
        await before;
        await this.idle.wake();
        const run = this.expectRun(runId);
        const source: WorkbenchSource = {
          network: this.teacher!.network,
          dataset: this.dataset,
          calibrationImages: run.prepared.calibrationImages,
          studentNow: () => run.studentNow(),
          syntheticImages: (perClass) => run.syntheticImages(perClass),
        };
        return { source, settings };
      });
    } finally {
      this.rest();
    }
  }

  // ---- the user's own ------------------------------------------------------------------------------------------

  /** A network with images that fit it: those in use, the user's, or the bundled ones. */
  private async withImages(runId: number, network: Network): Promise<{ network: Network; dataset: Dataset }> {
    if (fits(network, this.dataset)) return { network, dataset: this.dataset };
    const forOwn = this.own.forImages(network);
    if (forOwn) return { network: forOwn, dataset: await this.ownImages(runId, forOwn) };
    if (fits(network, this.shapes)) return { network, dataset: this.shapes };
    return refusePendingNetwork(network);
  }

  private async ownImages(runId: number, { definition }: Network): Promise<Dataset> {
    const dataset = await this.own.datasetFor(definition.inputShape, async (fraction) => {
      this.progress(runId, 'statistics', fraction, say('readingPictures'));
      await this.options.breathe();
    });
    if (!dataset) throw new Superseded();
    return dataset;
  }

  /** Network and images in use, as far as they are the user's, with the page's texts. */
  private saveSession(texts: Record<string, string>): ArrayBuffer {
    if (!this.teacher) throw new Refusal('network', say('noNetwork'), say('restartOrReloadHint'));
    const network = this.isBundled ? null : this.own.sourceOf(this.teacher.network);
    if (!this.isBundled && !network) throw new Refusal('session', say('sessionOutputs'), say('sessionOutputsHint'));
    return writeSession({ network, images: this.dataset === this.shapes ? null : this.dataset, texts }).buffer;
  }

  /** What is in the session takes the place of everything; until its run is there, all stays. */
  private async openSession(runId: number, settings: RunSettings): Promise<void> {
    const { saved } = this;
    if (!saved || !this.bundled) throw new Refusal('session', say('noSession'), say('sessionHint'));
    const own = new OwnFiles();
    const { network: stored, images } = saved;
    const opened = stored ? (await own.openNetwork(stored.files, stored.options)).network : null;
    if (images) own.keepImages(images);
    const dataset = images ?? this.shapes;
    const network = named(opened ?? this.bundled.network, dataset, this.shapes);
    await this.onBetter(runId, () =>
      this.useNetwork(runId, network, opened === null, settings, null, undefined, dataset),
    );
    this.own = own;
    this.saved = null;
    if (opened || images) await this.lookAtAccuracy();
  }

  /** Says where a network gets so little right that something about its images must be amiss. */
  private async lookAtAccuracy(): Promise<void> {
    const { teacher, dataset } = this;
    if (!teacher) return;
    this.notes.network = [];
    // Whoever names no class order of their own cannot have it changed.
    const { note, mend } = await lookAtAccuracy(teacher.network, dataset, this.isBundled, this.options.breathe);
    if (note) this.notes.network.push(note);
    this.mend = mend?.classOrder && dataset === this.shapes ? null : mend;
  }

  /** Reads the network again, or orders the images' classes, as it was found to help. */
  private async applyMend(runId: number, settings: RunSettings): Promise<void> {
    const { mend, teacher } = this;
    if (!mend || !teacher) throw new Refusal('network', say('noMend'), say('noMendHint'));
    let { network } = teacher;
    const source = this.own.sourceOf(network);
    if (source && Object.keys(mend.options).length > 0)
      network = (await this.own.openNetwork(source.files, { ...source.options, ...mend.options })).network;
    if (mend.classOrder) this.own.reorderClasses(mend.classOrder);
    await this.onBetter(runId, async () => {
      const dataset = this.dataset === this.shapes ? this.shapes : await this.ownImages(runId, network);
      await this.useNetwork(
        runId,
        named(network, dataset, this.shapes),
        this.isBundled,
        settings,
        null,
        undefined,
        dataset,
      );
    });
    await this.lookAtAccuracy();
  }

  // ---- backend and network -----------------------------------------------------------------------------------

  private async chooseBackend(request: Extract<Request, { type: 'initialize' }>): Promise<void> {
    const { runId, backend: wanted, remembered, without } = request;
    this.status('preparing', runId);
    const options = { wasmPath: new URL('wasm/', this.baseUrl).href };
    const failure = await this.backends.choose({ wanted, remembered, without }, options, (said) =>
      this.progress(runId, 'backends', null, said),
    );
    if (failure) this.post({ type: 'failure', id: null, runId, failure });
  }

  /** Finds out about other backends until it is done or something is asked for; the page hears what is new. */
  private async tryBackends(signal: AbortSignal): Promise<void> {
    const { breathe } = this.options;
    await this.backends.explore(signal, breathe, () => this.postBackends());
  }

  private postBackends(): void {
    const { reports, fastest } = this.backends;
    this.post({ type: 'backends', backends: structuredClone(reports), fastest });
  }

  /**
   * Prepares a new run on the faster backend that was found meanwhile, where there is one; where it cannot be had
   * there, on the one in use.
   */
  private async onBetter(runId: number, prepare: (moved: boolean) => Promise<void>): Promise<void> {
    const { better, current: before } = this.backends;
    if (!better) return prepare(false);
    this.progress(runId, 'backends', null, say('startingBackend', say(better)));
    try {
      await this.backends.start(better);
      await prepare(true);
    } catch (error) {
      if (this.backends.works(before)) await this.backends.start(before);
      if (error instanceof Superseded) throw error;
      await prepare(false);
      this.backends.stay();
      return this.postBackends();
    }
    this.post({ type: 'moved', runId, backend: this.backends.current, backends: this.backends.reports });
  }

  /** A new run on another backend; when that cannot be had, the run that is there stays where it is. */
  private async switchBackend(
    runId: number,
    name: BackendName,
    settings: RunSettings,
    resumed: Resumed | null = null,
    byHand = false,
  ): Promise<void> {
    if (!this.teacher) throw new Refusal('network', say('noNetwork'), say('restartOrReloadHint'));
    const before = this.backends.current;
    this.progress(runId, 'backends', null, say('startingBackend', say(name)));
    try {
      await this.backends.start(name, byHand);
      await this.useNetwork(runId, this.teacher.network, this.isBundled, settings, resumed);
    } catch (error) {
      if (this.backends.works(before)) await this.backends.start(before);
      // It may have been tried only now.
      this.postBackends();
      throw error;
    }
  }

  /** The device of the backend in use is gone: the same run goes on, on the next backend, from the last snapshot. */
  deviceLost(detail: string): void {
    const next = this.backends.giveUpCurrent(say('deviceWasLost'));
    const { run, runId, settings, live } = this;
    if (this.beginning) {
      // What is being prepared fails by itself, and is prepared again.
      this.lostWhileBeginning = { next };
      this.abandoned = run;
      const hint = next ? say('goingOnWith', say(next)) : say('reloadHint');
      return this.postFailure(failureOf('deviceLost', say('deviceLostFor', detail || say('noReason')), hint), null);
    }
    if (!run || !settings || this.abandoned === run) return;
    const resume = this.playing || this.interrupted;
    const snapshot = this.snapshots.latest;
    this.workbench.stop();
    this.abandoned = run;
    this.interrupted = false;
    this.playing = false;
    // Its last step may never end.
    this.loop = null;
    const hint = next ? say('goingOnFromSnapshot', say(next)) : say('reloadHint');
    this.postFailure(failureOf('deviceLost', say('deviceLostFor', detail || say('noReason')), hint));
    if (!next) return this.status('failed');
    this.queue = this.queue.then(async () => {
      await this.idle.wake();
      if (this.run !== run) return;
      try {
        await this.switchBackend(runId, next, settings, { snapshot, live });
        this.post({ type: 'moved', runId, backend: this.backends.current, backends: this.backends.reports });
        if (resume) this.play(this.expectRun(runId));
      } catch (error) {
        this.fail(null, error);
        this.status('failed');
      }
    });
  }

  private async useBundled(runId: number, settings: RunSettings, resumed: Resumed | null = null): Promise<void> {
    if (!this.bundled) {
      this.progress(runId, 'network', null, say('loadingBundled'));
      const fetched = this.fetched ?? fetchBundled(this.options.load, this.baseUrl);
      // What could not be had is asked for anew the next time.
      this.fetched = null;
      this.bundled = await readBundled(fetched);
      const { problem } = this.bundled;
      if (problem && settings.generatorStart === 'checkpoint')
        this.post({ type: 'failure', id: null, runId, failure: problem });
    }
    await this.useNetwork(runId, this.bundled.network, true, settings, resumed, undefined, this.shapes);
  }

  /** Makes a network the teacher and begins a run with it; on failure the old teacher and run stay. */
  private async useNetwork(
    runId: number,
    network: Network,
    bundled: boolean,
    settings: RunSettings,
    resumed: Resumed | null = null,
    wanted: () => boolean = () => true,
    dataset: Dataset = this.dataset,
  ): Promise<void> {
    const teacher = new Teacher(network);
    try {
      await this.begin(runId, teacher, bundled, settings, wanted, resumed, dataset);
    } finally {
      if (this.teacher !== teacher) teacher.dispose();
    }
  }

  // ---- the run -------------------------------------------------------------------------------------------------

  /** Prepares a run; only when it is ready do it and its teacher take the place of the old ones. */
  private async begin(
    runId: number,
    teacher: Teacher,
    bundled: boolean,
    asked: RunSettings,
    wanted: () => boolean,
    resumed: Resumed | null = null,
    dataset: Dataset = this.dataset,
  ): Promise<void> {
    this.status('preparing', runId);
    const checkpoint = bundled ? (this.bundled?.checkpoint ?? null) : null;
    // Of the bundled images there are as many as any setting asks for.
    const { settings, notes } =
      dataset === this.shapes ? { settings: asked, notes: [] } : fittedSettings(asked, dataset);
    const run = await Run.create(teacher, dataset, settings, checkpoint, async (fraction, said) => {
      this.progress(runId, 'statistics', fraction, said);
      await this.options.breathe();
      return wanted();
    });
    if (!run) throw new Superseded();
    const snapshot = resumed?.snapshot ?? null;
    try {
      if (resumed) run.update(resumed.live);
      if (snapshot) await run.restore(snapshot);
    } catch (error) {
      run.dispose();
      throw error;
    }
    this.disposeRun();
    const before = this.teacher?.definition.nodes;
    if (this.teacher !== teacher) this.teacher?.dispose();
    // The same network as before keeps what was said of it.
    const kept = before === teacher.definition.nodes && this.dataset === dataset;
    const network = kept ? this.notes.network : [];
    if (!kept) this.mend = null;
    this.notes = { network, images: notes };
    Object.assign(this, { run, teacher, isBundled: bundled, settings, runId, live: resumed?.live ?? {}, dataset });
    const overview = structuredClone(run.overview);
    this.post({ type: 'overview', runId, overview }, transferables(overview));
    this.status(run.finishedAll ? 'finished' : snapshot ? 'paused' : 'ready');
    await this.guard(run, async () => {
      this.snapshots.begin(snapshot ?? (await run.snapshot()));
      await this.sendFrame(true);
    });
  }

  private disposeRun(): void {
    this.run?.dispose();
    this.run = null;
    this.abandoned = null;
    this.unposted = null;
    this.unacknowledged = null;
    this.snapshots.begin(null);
  }

  private expectRun(runId: number): Run {
    if (!this.run || runId !== this.runId) throw new Superseded();
    return this.run;
  }

  /** Takes over what may change while a run is going, and nothing else. */
  private applyLive(changed: LiveSettings): void {
    if (!this.run || !this.settings) return;
    const live = Object.fromEntries(
      LIVE_SETTINGS.filter((key) => changed[key] !== undefined).map((key) => [key, changed[key]]),
    );
    this.run.update(live);
    this.live = { ...this.live, ...live };
  }

  private play(run: Run): void {
    if (this.playing) return;
    if (run.finishedAll) return this.status('finished');
    this.playing = true;
    this.status('running');
    const loop = this.drive(run).finally(() => {
      if (this.loop === loop) this.loop = null;
      this.rest();
    });
    this.loop = loop;
  }

  /** Stops the loop, waits until its step is over, and says so. */
  private async settle(): Promise<void> {
    this.playing = false;
    await this.loop;
    if (this.currentStatus === 'running') this.status('paused');
  }

  private async drive(run: Run): Promise<void> {
    let place: string | null = null;
    while (this.playing && this.run === run && !run.finishedAll) {
      if (placeOf(run) !== place && this.backends.current.startsWith('webg')) {
        this.progress(this.runId, 'shaders', null, say('compilingShaders'));
      }
      place = placeOf(run);
      const began = this.announce(run);
      const fine = await this.guard(run, async () => {
        await this.advance(run);
        await this.takeSnapshot(run, run.finishedAll ? 0 : undefined);
        await this.sendFrame(placeOf(run) !== place || run.finishedAll);
      });
      if (!fine) return;
      this.pulse.after((performance.now() - began) / 1000);
      await this.options.breathe();
    }
    if (this.run === run && run.finishedAll) {
      this.playing = false;
      this.status('finished');
    }
  }

  private async step(run: Run): Promise<void> {
    await this.settle();
    if (run.finishedAll) return this.status('finished');
    this.status('running');
    this.announce(run);
    const fine = await this.guard(run, async () => {
      await this.advance(run);
      await this.takeSnapshot(run);
      await this.sendFrame(true);
    });
    if (fine) this.status(run.finishedAll ? 'finished' : 'paused');
  }

  private async restoreSnapshot(run: Run, settings: RunSettings): Promise<void> {
    await this.settle();
    const snapshot = this.snapshots.safe;
    if (!snapshot) throw new Refusal('internal', say('noSnapshot'), say('resetHint'));
    this.applyLive(settings);
    await run.restore(snapshot);
    this.snapshots.begin(snapshot);
    this.unposted = null;
    this.status('paused');
    await this.guard(run, () => this.sendFrame(true));
  }

  /** Says by when the step that begins now will be over. @returns when that was, in milliseconds */
  private announce(run: Run): number {
    this.pulse.before(`${this.runId} ${placeOf(run)}`, run.expectedSeconds, this.backends.current.startsWith('webg'));
    return performance.now();
  }

  /** Takes a snapshot when it is time; the page gets a copy with the next frame: it outlives this worker. */
  private async takeSnapshot(run: Run, intervalMs?: number): Promise<void> {
    const snapshot = await this.snapshots.take(run, intervalMs);
    if (snapshot && this.run === run) this.unposted = snapshot;
  }

  /** Not before the frame that shows what led to it: a run that goes on from there does not tell it again. */
  private postSnapshot(): void {
    const snapshot = this.unposted;
    if (!snapshot) return;
    this.unposted = null;
    const began = performance.now();
    this.post({ type: 'snapshot', runId: this.runId, snapshot });
    this.snapshots.alsoTook(performance.now() - began);
  }

  /** A run that stands still is kept where it stands. */
  private async keepPlace(): Promise<void> {
    const { run } = this;
    if (!run || this.currentStatus !== 'paused' || this.abandoned === run) return;
    await this.guard(run, async () => {
      await this.takeSnapshot(run, 0);
      if (this.unposted) await this.sendFrame(true, false);
    });
  }

  /** One unit. A student that collapses is said so, and what was kept of it before is kept; the run goes on. */
  private async advance(run: Run): Promise<void> {
    try {
      await run.advance();
    } catch (error) {
      if (!(error instanceof CollapseError)) throw error;
      this.snapshots.freeze(run);
      this.fail(null, error);
    }
  }

  /** Runs a piece of the run; on failure posts it, stops playing and returns false. */
  private async guard(run: Run, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (this.run !== run || this.abandoned === run) return false;
      this.interrupted = this.playing;
      this.playing = false;
      // Then the lost device is reported, and dealt with, by itself.
      if (this.backends.current === 'webgpu' && isDeviceLost(error)) return false;
      this.interrupted = false;
      this.fail(null, error);
      this.status('failed');
      return false;
    }
  }

  /** @param look also at the generators' images, whatever it costs */
  private async sendFrame(now: boolean, look = now): Promise<void> {
    const run = this.run;
    if (!run || (!now && (this.unacknowledged !== null || performance.now() - this.lastFrameAt < FRAME_INTERVAL_MS)))
      return;
    // What must not be missed (the end, a step by hand) goes out even when the page has not caught up with the last
    // one.
    const frame = await run.frame(look);
    if (this.run !== run) return;
    this.lastFrameAt = performance.now();
    this.unacknowledged = ++this.sequence;
    this.post({ type: 'frame', runId: this.runId, sequence: this.sequence, frame }, transferables(frame));
    this.postSnapshot();
  }

  // ---- messages ------------------------------------------------------------------------------------------------

  private status(status: RunStatus, runId = this.runId): void {
    if (runId === this.runId) this.currentStatus = status;
    this.post({ type: 'status', runId, status });
  }

  private progress(runId: number, phase: string, fraction: number | null, said: Said): void {
    this.post({ type: 'progress', runId, phase, fraction, said });
  }

  private fail(id: number | null, error: unknown, runId = this.runId): void {
    const { safe } = this.snapshots;
    this.post({ type: 'failure', id, runId, failure: describeFailure(error, safe ? stepOf(safe) : undefined) });
  }

  /** @param runId null: whatever run there is */
  private postFailure(failure: Failure, runId: number | null = this.runId): void {
    this.post({ type: 'failure', id: null, runId, failure });
  }

  private initialized(): InitializeReply {
    const { current, reports } = this.backends;
    const opened = this.own.reportOf(this.teacher!.network);
    const ownImages = this.own.imagesReport(this.dataset, [
      ...this.notes.images,
      ...(this.isBundled ? this.notes.network : []),
    ]);
    return {
      backend: current,
      backends: reports,
      networkName: this.teacher!.definition.name,
      bundled: this.isBundled,
      ...(opened ? { opened: { ...opened, notes: [...opened.notes, ...this.notes.network] } } : {}),
      ...(ownImages ? { ownImages } : {}),
      ...(this.mend ? { mendable: true } : {}),
    };
  }

  private post(message: Message, transfer: ArrayBuffer[] = []): void {
    this.options.post(message, transfer);
  }

  /** Frees everything; for tests. */
  async dispose(): Promise<void> {
    await this.settle();
    await this.workbench.end();
    await this.queue;
    await this.settle();
    await this.workbench.end();
    await this.idle.wake();
    this.disposeRun();
    this.teacher?.dispose();
    this.teacher = null;
  }
}

/** The bundled images' classes are called as the network's are; the user's have names of their own. */
const named = (network: Network, dataset: Dataset, shapes: Dataset): Network =>
  dataset === shapes ? network : withClassNames(network, dataset);

/** Where a run is, in the user's terms: what begins anew is shown at once. */
const placeOf = ({ phase, arm }: Run): string => `${phase} ${arm}`;

/** Requests that begin a run of their own. */
const BEGINS = new Set<Request['type']>([
  'initialize',
  'configure',
  'loadNetwork',
  'loadImages',
  'useBundledNetwork',
  'useBundledImages',
  'openSession',
  'mend',
  'useBackend',
]);

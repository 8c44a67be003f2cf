/**
 * The worker's side of the protocol: works off the page's requests, has the right backend for each, and turns whatever
 * goes wrong into a message that says what to do. Knows no worker global, so that it runs in tests in Node as well.
 */
import type { ImageTile } from '../engine/runReport';
import type { RunSettings } from '../engine/runSettings';
import { whenNotReplayed } from '../engine/kernels/replay/recorder';
import { say, type Said } from '../engine/sentences';
import type { TaskName, TaskResult } from '../engine/workbench/report';
import type { WorkbenchSource } from '../engine/workbench/source';
import { drawAhead } from './serverAhead';
import { ServerBackends, type BackendTools } from './serverBackends';
import { ServerDriver } from './serverDriver';
import { failureOf, isDeviceLost, Refusal, Superseded } from './serverFailures';
import { IdleWork } from './serverIdle';
import { ServerMaterial, type Material } from './serverMaterial';
import { ServerMessages } from './serverMessages';
import { ServerMoves } from './serverMoves';
import { ServerRuns, type Asked } from './serverRuns';
import { testImages } from './serverTestImages';
import { ServerWorkbench, TaskStopped } from './serverWorkbench';
import type { BackendName, InitializeReply, Message, ProjectionReply, Request, SessionTexts } from './protocol';

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
  /** Milliseconds that a run stands aside after a look of the workbench. */
  asideMs?: number;
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
      | 'lookAt'
      | 'update'
      | 'pause'
      | 'project'
      | 'testImages'
      | 'workbench'
      | 'standAside'
      | 'stopTask'
      | 'saveSession'
      | 'readSession';
  }
>;

/** A device that went while a run was prepared, and what there is in its place. */
interface Lost {
  what: Said;
  next: BackendName | null;
}

export class ServerSession {
  private readonly messages: ServerMessages;
  private readonly material: ServerMaterial;
  private readonly driver: ServerDriver;
  private readonly runs: ServerRuns;
  private readonly moves: ServerMoves;
  private readonly backends: ServerBackends;
  private readonly idle: IdleWork;
  private readonly workbench: ServerWorkbench;
  /** The run of the latest `configure`: older ones that are still being prepared stop. */
  private wantedRun = 0;
  private queue: Promise<unknown> = Promise.resolve();
  /** A request that begins a run is being worked on. */
  private beginning = false;
  /** The device was lost meanwhile, and this is what there is in its place. */
  private lostWhileBeginning: Lost | null = null;

  constructor(private readonly options: SessionOptions) {
    const { breathe } = options;
    this.messages = new ServerMessages((message, transfer = []) => options.post(message, transfer));
    let isSaid = false;
    whenNotReplayed((mebibytes) => {
      if (!isSaid) this.messages.remark(say('notReplayed', mebibytes));
      isSaid = true;
    });
    this.material = new ServerMaterial(options);
    this.backends = new ServerBackends((detail) => this.deviceLost(detail), options.backends);
    this.driver = new ServerDriver({
      messages: this.messages,
      breathe,
      standsAside: () => this.workbench.comesFirst,
      backend: () => this.backends.current,
      isLost: () => this.backends.isLost(),
      stopped: () => this.rest(),
    });
    const { messages, material, driver, backends } = this;
    const runs = (this.runs = new ServerRuns({ messages, material, driver, breathe }));
    this.moves = new ServerMoves({ backends, messages, material, runs, breathe });
    this.workbench = new ServerWorkbench({
      breathe,
      progress: (id, fraction) => this.messages.post({ type: 'taskProgress', id, fraction }),
      ...(options.asideMs !== undefined && { asideMs: options.asideMs }),
    });
    this.idle = new IdleWork((signal) => this.moves.tryOthers(signal), options.idleMs ?? IDLE_MS);
  }

  /** Takes one message from the page. Never throws; what goes wrong is posted. */
  receive(request: Request): void {
    switch (request.type) {
      case 'acknowledge':
        return this.driver.acknowledge(request.runId, request.sequence);
      case 'update':
        // Applies between two steps whatever else is going on.
        if (request.runId === this.driver.runId) this.driver.applyLive(request.live);
        return this.messages.post({ type: 'reply', id: request.id, value: null });
      case 'pause':
        this.driver.halt();
        return this.enqueue(request, async () => {
          await this.driver.pause();
          return null;
        });
      case 'project':
        // Looks at plain arrays only, so that it need not keep others waiting; but the run may be on its way yet.
        return this.afterQueue(request, () => {
          const { runId, arm, layer, method } = request;
          return this.driver.expect(runId).mapLayer(arm, layer, method, this.options.breathe);
        });
      case 'lookAt':
        if (this.driver.playing) return void this.answer(request, () => this.lookAt(request));
        return this.enqueue(request, () => this.lookAt(request));
      case 'testImages':
        // Neither run nor backend is needed for it.
        return void this.answer(request, async () => testImages(this.material.dataset, request.indices));
      case 'saveSession':
        return this.afterQueue(request, async () => this.material.saveSession(request.texts));
      case 'readSession':
        return void this.answer(request, async () => ({ texts: await this.material.readSession(request.file) }));
      case 'workbench':
        return void this.answer(request, () => this.doTask(request));
      case 'standAside':
        this.workbench.expectLook();
        return this.messages.post({ type: 'reply', id: request.id, value: null });
      case 'stopTask':
        return this.workbench.stop(request.id);
      default:
        if (request.type === 'configure') this.wantedRun = request.runId;
        if (BEGINS.has(request.type)) {
          this.driver.halt();
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

  /** When what was asked for before is done; keeps nobody waiting. */
  private afterQueue(request: { id: number; runId: number }, work: () => Promise<Reply>): void {
    const before = this.queue;
    void this.answer(request, async () => {
      await before;
      return work();
    });
  }

  /** Nothing is asked for; if nothing runs either, there is time to try other backends. */
  private rest(): void {
    if (this.driver.run && !this.driver.playing && !this.workbench.busy && !this.backends.explored) this.idle.rest();
  }

  private async answer({ id, runId }: { id: number; runId: number }, work: () => Promise<Reply>): Promise<void> {
    try {
      const value = await work();
      this.messages.post({ type: 'reply', id, value }, value instanceof ArrayBuffer ? [value] : []);
    } catch (error) {
      if (error instanceof Superseded || error instanceof TaskStopped)
        this.messages.post({ type: 'reply', id, value: null });
      else this.driver.fail(id, error, runId);
    }
  }

  private async handle(request: Queued): Promise<Reply> {
    if (!BEGINS.has(request.type)) return this.work(request);
    await this.driver.settle();
    await this.workbench.end();
    this.lostWhileBeginning = null;
    this.beginning = true;
    try {
      return await this.work(request);
    } catch (error) {
      // An operation may fail before the device says that it is lost.
      if (!(error instanceof Superseded)) await this.backends.isLost();
      if (this.backends.current === 'webgpu' && isDeviceLost(error)) await this.options.breathe();
      const lost = this.lostWhileBeginning as Lost | null;
      if (!lost || error instanceof Superseded) throw error;
      // Another was asked for by hand: the run that was there is on its own.
      if (request.type === 'useBackend') throw new Refusal('deviceLost', lost.what, say('otherBackendHint'));
      if (!lost.next) throw error;
      await this.backends.start(lost.next);
      return await this.work(request, true);
    } finally {
      this.beginning = false;
      // The run that was there was on the same device.
      if (this.driver.isAbandoned) this.driver.status('failed');
    }
  }

  /** @param again the first try lost its device; it is on another one now */
  private async work(request: Queued, again = false): Promise<Reply> {
    const { material, driver } = this;
    switch (request.type) {
      case 'initialize':
        // They come while a backend starts.
        material.fetch(request.baseUrl);
        // Settings that ask for too many are refused when the run is prepared.
        drawAhead(material.shapes, request.settings, this.options.breathe).catch(() => undefined);
        if (!again) {
          driver.status('preparing', request.runId);
          await this.moves.choose(request);
        }
        await this.runs.ofBundled(request, request.resumed);
        return this.initialized();
      case 'configure': {
        const { runId, resumed = null } = request;
        const options = { resumed, wanted: () => this.wantedRun === runId };
        const { inUse } = material;
        const prepare = (moved: boolean) =>
          moved || again
            ? this.runs.of(request, inUse, options)
            : this.runs.begin(request, inUse.teacher, inUse, options);
        // A run that goes on stays where it is.
        if (resumed) await prepare(false);
        else await this.moves.toBetter(runId, prepare);
        return null;
      }
      case 'useBundledNetwork':
        await this.moves.toBetter(request.runId, () => this.runs.ofBundled(request));
        return this.initialized();
      case 'loadNetwork': {
        const { files, options, notes, origin } = request;
        const progress = this.runs.progressOf(request);
        return this.opened(request, await material.openNetwork(files, options, notes, origin, progress));
      }
      case 'loadImages': {
        const { files, packed } = request;
        return this.opened(request, await material.openImages(files, packed, this.runs.progressOf(request)));
      }
      case 'useBundledImages': {
        const opened = material.withBundledImages();
        await this.moves.toBetter(request.runId, () =>
          opened ? this.runs.of(request, opened) : this.runs.ofBundled(request),
        );
        return this.initialized();
      }
      case 'mend':
        return this.opened(request, await material.mended(this.runs.progressOf(request)));
      case 'openSession': {
        const { material: opened, taken } = await material.openSession();
        await this.moves.toBetter(request.runId, () => this.runs.of(request, opened));
        await taken();
        return this.initialized();
      }
      case 'useBackend':
        await this.moves.to(request.backend, request, null, true);
        return this.initialized();
      case 'play':
        driver.play(driver.expect(request.runId));
        return null;
      case 'step':
        await driver.step(driver.expect(request.runId));
        return null;
      case 'restoreSnapshot':
        await driver.restoreSnapshot(driver.expect(request.runId), request.settings);
        return null;
    }
  }

  private async lookAt({ runId, classes }: Extract<Request, { type: 'lookAt' }>): Promise<null> {
    await this.driver.lookAt(runId, classes);
    return null;
  }

  /** A task of the workbench; other backends are not tried meanwhile. */
  private async doTask({ id, runId, settings, task }: Extract<Request, { type: 'workbench' }>): Promise<Reply> {
    const before = this.queue;
    try {
      return await this.workbench.do(id, task, async () => {
        await before;
        await this.idle.wake();
        const run = this.driver.expect(runId);
        const { network, dataset } = this.material.inUse;
        const source: WorkbenchSource = {
          network,
          dataset,
          calibration: run.prepared.calibrationSet,
          studentNow: () => run.studentNow(),
          syntheticImages: (perClass) => run.syntheticImages(perClass),
        };
        return { source, settings };
      });
    } finally {
      this.rest();
    }
  }

  /** The device of the backend in use is gone: the same run goes on, on the next backend, from the last snapshot. */
  deviceLost(detail: string): void {
    const next = this.backends.giveUpCurrent(say('deviceWasLost'));
    const what = say('deviceLostFor', detail || say('noReason'));
    const lost = (hint: Said) => failureOf('deviceLost', what, hint);
    if (this.beginning) {
      // What is being prepared fails by itself, and is prepared again.
      this.lostWhileBeginning = { what, next };
      this.driver.ignoreRun(this.backends.current);
      return this.messages.failure(null, null, lost(next ? say('goingOnWith', say(next)) : say('reloadHint')));
    }
    const abandoned = this.driver.abandon();
    if (!abandoned) return;
    const { run, runId, settings, resumed, wasPlaying } = abandoned;
    this.workbench.stop();
    this.messages.failure(null, runId, lost(next ? say('goingOnFromSnapshot', say(next)) : say('reloadHint')));
    if (!next) return this.driver.status('failed');
    this.queue = this.queue.then(async () => {
      await this.idle.wake();
      if (this.driver.run !== run) return;
      try {
        await this.moves.to(next, { runId, settings }, resumed);
        this.messages.moved(runId, this.backends);
        if (wasPlaying) this.driver.play(this.driver.expect(runId));
      } catch (error) {
        this.driver.fail(null, error);
        this.driver.status('failed');
      }
    });
  }

  /** A run with what was opened; then a look at whether it gets as much right as it should. */
  private async opened(asked: Asked, opened: Material): Promise<InitializeReply> {
    let fitted: Partial<RunSettings> = {};
    await this.moves.toBetter(asked.runId, async () => {
      fitted = await this.runs.ofFitting(asked, opened);
    });
    await this.material.lookAtAccuracy();
    return { ...this.initialized(), ...(Object.keys(fitted).length > 0 ? { fitted } : {}) };
  }

  private initialized(): InitializeReply {
    return { backend: this.backends.current, backends: this.backends.reports, ...this.material.report() };
  }

  /** Frees everything; for tests. */
  async dispose(): Promise<void> {
    await this.driver.settle();
    await this.workbench.end();
    await this.queue;
    await this.driver.settle();
    await this.workbench.end();
    await this.idle.wake();
    this.driver.dispose();
    this.material.dispose();
  }
}

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

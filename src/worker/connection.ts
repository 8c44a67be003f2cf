/**
 * The page's side of the worker protocol, below its requests: owns the worker, keeps apart what concerns the run on the
 * page from what does not, and notices a worker that is dead or silent.
 */
import type { RunFrame, RunOverview, ImageTile } from '../engine/runReport';
import type { Said } from '../engine/sentences';
import type { RunSnapshot } from '../engine/training/run';
import type { TaskName, TaskResult } from '../engine/workbench/report';
import { EngineWatch } from './engineWatch';
import type {
  BackendName,
  BackendReport,
  Failure,
  InitializeReply,
  Message,
  ProjectionReply,
  Request,
  RunStatus,
  SessionTexts,
} from './protocol';

/** What the client needs of a worker; a real `Worker` is one. */
export interface WorkerLike {
  postMessage(message: Request, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Message>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

/**
 * Why an engine is gone: its script failed; it sent something that cannot be read; the browser ended it without a word;
 * or it said nothing for far longer than a step takes, and was ended.
 */
export type DeathReason = 'crashed' | 'unreadable' | 'vanished' | 'silent';

export interface ProgressReport {
  phase: string;
  fraction: number | null;
  said: Said;
}

/** What the client tells the page. Everything concerns the current run: other runs' messages never get this far. */
export interface ClientEvents {
  /**
   * A run is prepared; it is the current one from here on. `fresh` is false when it is the run that was there, set up
   * again (on another backend after its device was lost).
   */
  overview(overview: RunOverview, fresh: boolean): void;
  /** The current run is on another backend than the page asked for or was told. */
  moved(backend: BackendName, backends: BackendReport[]): void;
  /** What was found out about other backends while nothing ran; `fastest` is null while it is not known. */
  backends(backends: BackendReport[], fastest: BackendName | null): void;
  /** How the engine works on this machine is not as it usually is. */
  remark(said: Said): void;
  frame(frame: RunFrame): void;
  status(status: RunStatus): void;
  progress(progress: ProgressReport): void;
  /** A failure that answers no request. */
  failure(failure: Failure): void;
  /** From where the current run can go on in another worker. */
  snapshot(snapshot: RunSnapshot): void;
  /** The worker is gone. Requests are refused until `restart`. */
  death(reason: DeathReason, detail: string): void;
  /** Nothing has been heard for `seconds` although an answer or a frame is due; 0 when it speaks again. */
  silence(seconds: number): void;
}

export interface ClientOptions {
  spawn: () => WorkerLike;
  events: ClientEvents;
  /** Calls back once the page has painted what was handed to it before. */
  afterPaint?: (callback: () => void) => void;
  /** Silence that is worth a word to the user, in seconds, where nothing is known about what the engine does. */
  patience?: number;
  /** Resolves when nobody holds a Web Lock of that name any more; rejects where that cannot be known. */
  whenFree?: (lock: string, signal: AbortSignal) => Promise<void>;
}

/** What each part of getting ready may take without a word, in seconds. Loading has its own end: see serverLoad.ts. */
const PHASE_SECONDS: Partial<Record<string, number>> = { backends: 90, shaders: 120, statistics: 120 };

/** A request that the engine refused; `failure` says what was wrong and what to do. */
export class EngineFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'EngineFailure';
  }
}

/** A request that can have no answer any more, because its worker is gone. */
export class EngineGone extends Error {
  constructor() {
    super('The engine was stopped before it answered.');
    this.name = 'EngineGone';
  }
}

/**
 * After the next paint; a page that is not visible never paints, so there after a moment.
 */
export function afterNextPaint(callback: () => void): void {
  let called = false;
  const once = () => {
    if (called) return;
    called = true;
    callback();
  };
  requestAnimationFrame(() => setTimeout(once, 0));
  setTimeout(once, 250);
}

function whenLockIsFree(lock: string, signal: AbortSignal): Promise<void> {
  return navigator.locks.request(lock, { signal }, () => undefined).then(() => undefined);
}

type Reply = ArrayBuffer | SessionTexts | InitializeReply | ProjectionReply | ImageTile | TaskResult<TaskName> | null;
export type WithId = Extract<Request, { id: number }>;
export type Body<R> = R extends { id: number; runId: number } ? Omit<R, 'id' | 'runId'> : never;

interface Waiting {
  runId: number;
  /** The request begins a run of its own. */
  begins: boolean;
  /** May take as long as it likes, between the steps of a run as well. */
  long: boolean;
  /** Hears how far a task is. */
  progress?: (fraction: number) => void;
  resolve(value: Reply): void;
  reject(reason: unknown): void;
}

/** Starts, replaces and ends the worker; sends it requests and hands on what it says. */
export class EngineConnection {
  /** Started with the first request: until then the page has the machine to itself. */
  private worker: WorkerLike | null = null;
  private dead = false;
  private nextId = 1;
  private nextRunId = 1;
  /** The run whose messages are shown. */
  private currentRun: number | null = null;
  /** A run that has been asked for and is not there yet; until then the current one's frames are held back. */
  private pendingRun: number | null = null;
  /** Frames held back: shown when the pending run fails, dropped when it comes. */
  private held: { sequence: number; frame: RunFrame }[] = [];
  /** The run of the last overview. */
  private preparedRun: number | null = null;
  /** The current run's last status, to go back to when the pending one fails. */
  private currentStatus: RunStatus | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private readonly events: ClientEvents;
  private readonly afterPaint: (callback: () => void) => void;
  private readonly watch: EngineWatch;

  constructor(private readonly options: ClientOptions) {
    this.events = options.events;
    this.afterPaint = options.afterPaint ?? afterNextPaint;
    this.watch = new EngineWatch({
      patience: options.patience ?? 60,
      whenFree: options.whenFree ?? whenLockIsFree,
      silence: (seconds) => this.events.silence(seconds),
      dead: (reason, detail) => this.die(reason, detail),
    });
  }

  // ---- life ---------------------------------------------------------------------------------------------

  /** Ends the worker and starts a fresh one, which waits for `initialize`. */
  restart(): void {
    this.end();
    this.dead = false;
    this.worker = this.spawn();
  }

  /** Ends the worker for good. */
  dispose(): void {
    this.end();
  }

  private spawn(): WorkerLike {
    const worker = this.options.spawn();
    const mine = () => worker === this.worker;
    worker.onmessage = (event) => mine() && this.receive(event.data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      if (mine()) this.die('crashed', event.message ?? '');
    };
    worker.onmessageerror = () => mine() && this.die('unreadable', '');
    return worker;
  }

  private end(): void {
    this.dead = true;
    if (this.worker) {
      this.worker.terminate();
      this.worker.onmessage = this.worker.onerror = this.worker.onmessageerror = null;
    }
    this.watch.end();
    this.currentRun = this.pendingRun = this.currentStatus = null;
    this.held = [];
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    for (const each of lost) each.reject(new EngineGone());
  }

  private die(reason: DeathReason, detail: string): void {
    if (this.dead) return;
    this.end();
    this.events.death(reason, detail);
  }

  // ---- sending ------------------------------------------------------------------------------------------

  /** A request that begins a run. @param goesOn the run is the one that the page has already */
  begin<R = void>(body: Body<WithId>, transfer: Transferable[] = [], goesOn = false): Promise<R> {
    const runId = this.nextRunId++;
    this.pendingRun = runId;
    if (goesOn) this.preparedRun = runId;
    return this.send<R>(body, runId, true, transfer);
  }

  /** A request about the run that is there or is coming. Aborting forgets the answer. */
  ask<R = void>(body: Body<WithId>, signal?: AbortSignal, transfer: Transferable[] = []): Promise<R> {
    const runId = this.pendingRun ?? this.currentRun ?? 0;
    return this.send<R>(body, runId, false, transfer, signal);
  }

  /** A task, which says how far it is (0 to 1); aborting stops it. */
  async task<R>(body: Body<WithId>, onProgress: (fraction: number) => void, signal: AbortSignal): Promise<R> {
    const id = this.nextId;
    const answer = this.ask<R>(body, signal);
    const each = this.waiting.get(id);
    if (!each) return answer;
    each.progress = onProgress;
    const stop = () => !this.dead && this.worker?.postMessage({ type: 'stopTask', id, runId: each.runId }, []);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await answer;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  private send<R>(
    body: Body<WithId>,
    runId: number,
    begins: boolean,
    transfer: Transferable[],
    signal?: AbortSignal,
  ): Promise<R> {
    if (this.dead) return Promise.reject(new EngineGone());
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const id = this.nextId++;
    return new Promise<R>((resolve, reject) => {
      const forget = () => {
        this.waiting.delete(id);
        this.updateWatch();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', forget, { once: true });
      this.waiting.set(id, {
        runId,
        begins,
        long: body.type === 'workbench' || body.type === 'project',
        resolve: (value) => {
          signal?.removeEventListener('abort', forget);
          resolve(value as R);
        },
        reject: (reason) => {
          signal?.removeEventListener('abort', forget);
          reject(reason as Error);
        },
      });
      if (this.waiting.size === 1) this.watch.begin();
      this.updateWatch();
      this.worker ??= this.spawn();
      this.worker.postMessage({ ...body, id, runId } as Request, transfer);
    });
  }

  // ---- receiving ----------------------------------------------------------------------------------------

  private receive(message: Message): void {
    this.watch.heard();
    switch (message.type) {
      case 'reply':
        return this.settle(message.id, (each) => {
          if (each.begins && each.runId === this.pendingRun) this.promote(each.runId);
          each.resolve(message.value);
        });
      case 'failure':
        if (message.id !== null) {
          return this.settle(message.id, (each) => {
            if (each.begins && each.runId === this.pendingRun) this.withdraw();
            each.reject(new EngineFailure(message.failure));
          });
        }
        if (message.runId === null || this.concerns(message.runId)) this.events.failure(message.failure);
        return;
      case 'alive':
        return this.watch.watchLock(message.lock);
      case 'beat':
        return this.watch.expect(message.seconds);
      case 'snapshot':
        if (message.runId === this.currentRun) this.events.snapshot(message.snapshot);
        return;
      case 'progress':
        this.watch.expect(PHASE_SECONDS[message.phase] ?? null);
        if (this.concerns(message.runId)) this.events.progress(message);
        return;
      case 'taskProgress':
        return this.waiting.get(message.id)?.progress?.(message.fraction);
      case 'overview':
        if (!this.concerns(message.runId)) return;
        return this.receiveOverview(message.runId, message.overview);
      case 'moved':
        if (this.concerns(message.runId)) this.events.moved(message.backend, message.backends);
        return;
      case 'backends':
        return this.events.backends(message.backends, message.fastest);
      case 'remark':
        return this.events.remark(message.said);
      case 'status':
        if (message.runId === this.currentRun) this.currentStatus = message.status;
        if (message.status !== 'running') this.watch.expect(null);
        if (this.concerns(message.runId)) this.events.status(message.status);
        this.updateWatch();
        return;
      case 'frame':
        return this.receiveFrame(message.runId, message.sequence, message.frame);
    }
  }

  private receiveOverview(runId: number, overview: RunOverview): void {
    if (runId === this.pendingRun) this.promote(runId);
    const fresh = runId !== this.preparedRun;
    this.preparedRun = runId;
    this.events.overview(overview, fresh);
  }

  private receiveFrame(runId: number, sequence: number, frame: RunFrame): void {
    if (runId !== this.currentRun) return;
    // A run that is being replaced may yet stay (a file that cannot be read), and frames hold only what is new.
    if (this.pendingRun !== null) return void this.held.push({ sequence, frame });
    const worker = this.worker;
    const acknowledge = () => {
      if (worker && worker === this.worker && !this.dead)
        worker.postMessage({ type: 'acknowledge', runId, sequence }, []);
    };
    try {
      this.events.frame(frame);
    } finally {
      this.afterPaint(acknowledge);
    }
  }

  /** Messages of the run that is coming count; without one, those of the run that is there. */
  private concerns(runId: number): boolean {
    return runId === (this.pendingRun ?? this.currentRun);
  }

  private promote(runId: number): void {
    this.currentRun = runId;
    this.pendingRun = null;
    this.currentStatus = null;
    this.held = [];
  }

  /**
   * The pending run will not come: back to the current one. The worker stopped it between two steps when it was asked.
   */
  private withdraw(): void {
    this.pendingRun = null;
    if (this.currentStatus === 'running') this.currentStatus = 'paused';
    if (this.currentStatus !== null) this.events.status(this.currentStatus);
    for (const { sequence, frame } of this.held.splice(0)) this.receiveFrame(this.currentRun!, sequence, frame);
  }

  private settle(id: number, how: (each: Waiting) => void): void {
    const each = this.waiting.get(id);
    if (!each) return;
    this.waiting.delete(id);
    this.updateWatch();
    how(each);
  }

  /** What is due has changed. */
  private updateWatch(): void {
    const waiting = [...this.waiting.values()];
    const due = !this.dead && (waiting.length > 0 || this.currentStatus === 'running');
    this.watch.update(
      due,
      waiting.some(({ long }) => long),
    );
  }
}

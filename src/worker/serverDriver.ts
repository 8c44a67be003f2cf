/**
 * Drives the run of the worker: step after step between the page's messages, with snapshots, frames and a word before
 * each step of how long it may take. Owns the run; whoever prepares a new one hands it over here.
 */
import { LIVE_SETTINGS, type LiveSettings, type RunSettings } from '../engine/runSettings';
import { say } from '../engine/sentences';
import { CollapseError } from '../engine/training/notFinite';
import type { Run, RunSnapshot } from '../engine/training/run';
import { isDeviceLost, Refusal, Superseded } from './serverFailures';
import type { ServerMessages } from './serverMessages';
import { ServerPulse } from './serverPulse';
import { ServerSnapshots, stepOf } from './serverSnapshots';
import { transferables } from './serverTransfer';
import type { BackendName, Resumed, RunStatus } from './protocol';

const FRAME_INTERVAL_MS = 100;
/** Between two questions whether the next step may begin. */
const ASK_AGAIN_MS = 10;

export interface DriverOptions {
  messages: ServerMessages;
  /** Lets other events of the worker in between two steps. */
  breathe: () => Promise<void>;
  /** Whether the next step is to wait: somebody waits for something short. */
  standsAside: () => boolean;
  backend: () => BackendName;
  /** Whether its device is gone: asked when something has failed. */
  isLost: () => Promise<boolean>;
  /** The run has stopped by itself or was stopped. */
  stopped: () => void;
}

/** A run whose device is lost, and how it would go on elsewhere. */
export interface Abandoned {
  run: Run;
  runId: number;
  settings: RunSettings;
  resumed: Resumed;
  /** It was playing. */
  wasPlaying: boolean;
}

export class ServerDriver {
  private current: Run | null = null;
  private id = 0;
  /** What the run began with: its arms are named after it. */
  private settings: RunSettings | null = null;
  /** What was changed since. */
  private live: LiveSettings = {};
  /** As last posted. */
  private currentStatus: RunStatus | null = null;
  private isPlaying = false;
  private loop: Promise<void> | null = null;
  private sequence = 0;
  private unacknowledged: number | null = null;
  private lastFrameAt = 0;
  /** A snapshot that the page has not got yet. */
  private unposted: RunSnapshot | null = null;
  /** What the run was prepared on. */
  private home: BackendName | null = null;
  /** A run whose device is lost: what goes wrong with it from then on is no news. */
  private abandoned: Run | null = null;
  /** It was playing when its device was lost. */
  private interrupted = false;
  private readonly snapshots = new ServerSnapshots();
  private readonly pulse = new ServerPulse((seconds) =>
    this.options.messages.post({ type: 'beat', runId: this.id, seconds }),
  );

  constructor(private readonly options: DriverOptions) {}

  get run(): Run | null {
    return this.current;
  }

  get runId(): number {
    return this.id;
  }

  get playing(): boolean {
    return this.isPlaying;
  }

  // ---- which run -----------------------------------------------------------------------------------------------

  /** @throws Superseded where it is not the run of this number any more */
  expect(runId: number): Run {
    if (!this.current || runId !== this.id) throw new Superseded();
    return this.current;
  }

  /**
   * A run that is ready takes the place of the one before, which is freed.
   *
   * @param resumed it is not new: where it goes on
   */
  replace(runId: number, run: Run, settings: RunSettings, resumed: Resumed | null): void {
    this.dispose();
    const home = this.options.backend();
    Object.assign(this, { current: run, id: runId, settings, live: resumed?.live ?? {}, home });
  }

  /** Says that the run of `replace` is there, and shows its first frame. */
  async show(run: Run, snapshot: RunSnapshot | null): Promise<void> {
    this.status(run.finishedAll ? 'finished' : snapshot ? 'paused' : 'ready');
    await this.guard(run, async () => {
      this.snapshots.begin(snapshot ?? (await run.snapshot()));
      await this.sendFrame(true);
    });
  }

  /** Takes over what may change while a run is going, and nothing else. */
  applyLive(changed: LiveSettings): void {
    if (!this.current || !this.settings) return;
    const live = Object.fromEntries(
      LIVE_SETTINGS.filter((key) => changed[key] !== undefined).map((key) => [key, changed[key]]),
    );
    this.current.update(live);
    this.live = { ...this.live, ...live };
  }

  /** Has classes that somebody wants to see looked at: with the next frame, at once where nothing runs. */
  async lookAt(runId: number, classes: readonly number[]): Promise<void> {
    const { current: run } = this;
    if (!run || runId !== this.id || this.isAbandoned) return;
    run.ask(classes);
    if (!this.isPlaying && this.currentStatus !== 'failed') await this.guard(run, () => this.sendFrame(true));
  }

  /** A device is lost while another run is prepared: what goes wrong with a run on it from now on is no news. */
  ignoreRun(lost: BackendName): void {
    if (this.home === lost) this.abandoned = this.current;
  }

  get isAbandoned(): boolean {
    return this.current !== null && this.current === this.abandoned;
  }

  /** Its device is lost; it goes on elsewhere. Null where there is no run, or that is known already. */
  abandon(): Abandoned | null {
    const { current: run, id: runId, settings, live } = this;
    if (!run || !settings || this.abandoned === run) return null;
    const wasPlaying = this.isPlaying || this.interrupted;
    this.abandoned = run;
    this.interrupted = false;
    this.isPlaying = false;
    // Its last step may never end.
    this.loop = null;
    return { run, runId, settings, resumed: { snapshot: this.snapshots.latest, live }, wasPlaying };
  }

  dispose(): void {
    this.current?.dispose();
    this.current = null;
    this.abandoned = null;
    this.unposted = null;
    this.unacknowledged = null;
    this.snapshots.begin(null);
  }

  // ---- driving -------------------------------------------------------------------------------------------------

  play(run: Run): void {
    if (this.isPlaying) return;
    if (run.finishedAll) return this.status('finished');
    this.isPlaying = true;
    this.status('running');
    const loop = this.drive(run).finally(() => {
      if (this.loop === loop) this.loop = null;
      this.options.stopped();
    });
    this.loop = loop;
  }

  /** No further step; the one that is being done ends. */
  halt(): void {
    this.isPlaying = false;
  }

  /** Stops the loop, waits until its step is over, and says so. */
  async settle(): Promise<void> {
    this.isPlaying = false;
    await this.loop;
    if (this.currentStatus === 'running') this.status('paused');
  }

  private async drive(run: Run): Promise<void> {
    let place: string | null = null;
    while (this.isPlaying && this.current === run && !run.finishedAll) {
      if (placeOf(run) !== place && this.options.backend().startsWith('webg')) {
        this.options.messages.progress(this.id, 'shaders', null, say('compilingShaders'));
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
      await this.standAside(run);
    }
    if (this.current === run && run.finishedAll) {
      this.isPlaying = false;
      this.status('finished');
    }
  }

  /** As long as it is told to; not longer than it plays. */
  private async standAside(run: Run): Promise<void> {
    while (this.isPlaying && !run.finishedAll && this.options.standsAside())
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }

  async step(run: Run): Promise<void> {
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

  async restoreSnapshot(run: Run, settings: RunSettings): Promise<void> {
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

  /** As `settle`; what is said to stand still is kept by the page already, where it stands. */
  async pause(): Promise<void> {
    this.halt();
    await this.loop;
    await this.keepPlace();
    await this.settle();
  }

  private async keepPlace(): Promise<void> {
    const { current: run, currentStatus: status } = this;
    if (!run || this.abandoned === run || (status !== 'running' && status !== 'paused')) return;
    await this.guard(run, async () => {
      await this.takeSnapshot(run, 0);
      if (this.unposted) await this.sendFrame(true, false);
    });
  }

  /** Says by when the step that begins now will be over. @returns when that was, in milliseconds */
  private announce(run: Run): number {
    this.pulse.before(`${this.id} ${placeOf(run)}`, run.expectedSeconds, this.options.backend().startsWith('webg'));
    return performance.now();
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

  /** Takes a snapshot when it is time; the page gets a copy with the next frame: it outlives this worker. */
  private async takeSnapshot(run: Run, intervalMs?: number): Promise<void> {
    const snapshot = await this.snapshots.take(run, intervalMs);
    if (snapshot && this.current === run) this.unposted = snapshot;
  }

  /** Runs a piece of the run; on failure posts it, stops playing and returns false. */
  private async guard(run: Run, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (this.current !== run || this.abandoned === run) return false;
      this.interrupted = this.isPlaying;
      this.isPlaying = false;
      // Then the lost device is reported, and dealt with, by itself.
      if (this.options.backend() === 'webgpu' && isDeviceLost(error)) return false;
      if (await this.options.isLost()) return false;
      if (this.current !== run || this.abandoned === run) return false;
      this.interrupted = false;
      this.fail(null, error);
      this.status('failed');
      return false;
    }
  }

  // ---- what the page hears -------------------------------------------------------------------------------------

  /** Of the run; of one that is being prepared by its own number. */
  status(status: RunStatus, runId = this.id): void {
    if (runId === this.id) this.currentStatus = status;
    this.options.messages.status(runId, status);
  }

  /** Posts what went wrong, with the step that there is a snapshot of. */
  fail(id: number | null, error: unknown, runId = this.id): void {
    const { safe } = this.snapshots;
    this.options.messages.error(id, runId, error, safe ? stepOf(safe) : undefined);
  }

  /** The page has drawn a frame. */
  acknowledge(runId: number, sequence: number): void {
    if (runId === this.id && sequence === this.unacknowledged) this.unacknowledged = null;
  }

  /** @param look also at the generators' images, whatever it costs */
  private async sendFrame(now: boolean, look = now): Promise<void> {
    const run = this.current;
    if (!run || (!now && (this.unacknowledged !== null || performance.now() - this.lastFrameAt < FRAME_INTERVAL_MS)))
      return;
    // What must not be missed (the end, a step by hand) goes out even when the page has not caught up with the last
    // one.
    const frame = await run.frame(look);
    if (this.current !== run) return;
    this.lastFrameAt = performance.now();
    this.unacknowledged = ++this.sequence;
    const { id: runId, sequence } = this;
    this.options.messages.post({ type: 'frame', runId, sequence, frame }, transferables(frame));
    this.postSnapshot();
  }

  /** Not before the frame that shows what led to it: a run that goes on from there does not tell it again. */
  private postSnapshot(): void {
    const snapshot = this.unposted;
    if (!snapshot) return;
    this.unposted = null;
    const began = performance.now();
    this.options.messages.post({ type: 'snapshot', runId: this.id, snapshot });
    this.snapshots.alsoTook(performance.now() - began);
  }
}

/** Where a run is, in the user's terms: what begins anew is shown at once. */
const placeOf = ({ phase, arm }: Run): string => `${phase} ${arm}`;

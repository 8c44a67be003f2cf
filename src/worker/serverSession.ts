/**
 * The worker's side of the protocol: owns backend, teacher and run, drives the run between messages, and turns whatever
 * goes wrong into a message that says what to do. Knows no worker global, so that it runs in tests in Node as well.
 */
import * as tf from '@tensorflow/tfjs-core';
import { BACKENDS, fastest, probeBackend, startBackend, type BackendOptions, type BackendProbe } from '../engine/backend/backends';
import type { Dataset } from '../engine/data/dataset';
import { createShapes } from '../engine/data/shapes';
import { decodeCheckpoint, type Checkpoint } from '../engine/generator/checkpoint';
import { readLayersModel, type ModelFile } from '../engine/network/layersModel';
import type { Network } from '../engine/network/types';
import { Run, type RunSnapshot } from '../engine/training/run';
import type { RunSettings } from '../engine/training/runSettings';
import { Teacher } from '../engine/training/teacher';
import { transferables } from './serverTransfer';
import { describeFailure, isDeviceLost } from './serverFailures';
import type { BackendName, InitializeReply, Message, NetworkFile, ProjectionReply, Request } from './protocol';

const BUNDLED = 'models/shapes-resnet';
const FRAME_INTERVAL_MS = 100;
const SNAPSHOT_INTERVAL_MS = 4000;

export interface SessionOptions {
  post: (message: Message, transfer: ArrayBuffer[]) => void;
  /** Reads a file of the page's folder; a test reads it from disk. */
  load: (url: string) => Promise<ArrayBuffer>;
  /** Lets other events of the worker in between two steps. */
  breathe: () => Promise<void>;
}

type Exclusive = Exclude<Request, { type: 'acknowledge' } | { type: 'update' } | { type: 'pause' }>;

/** A new run was asked for while this one was being prepared. */
class Superseded extends Error {}

export class ServerSession {
  private readonly dataset: Dataset = createShapes();
  private backendOptions: BackendOptions = {};
  private baseUrl = '';
  private probes: BackendProbe[] = [];
  private backend: BackendName = 'cpu';
  private bundled: { network: Network; checkpoint: Checkpoint | null } | null = null;
  private isBundled = true;
  private teacher: Teacher | null = null;
  private run: Run | null = null;
  private runId = 0;
  /** The latest run that was asked for; older preparations stop. */
  private wantedRun = 0;
  private settings: RunSettings | null = null;
  private playing = false;
  private loop: Promise<void> | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private sequence = 0;
  private unacknowledged: number | null = null;
  private lastFrameAt = 0;
  private snapshot: RunSnapshot | null = null;
  private snapshotAt = 0;

  constructor(private readonly options: SessionOptions) {}

  /** Takes one message from the page. Never throws; what goes wrong is posted. */
  receive(request: Request): void {
    switch (request.type) {
      case 'acknowledge':
        if (request.runId === this.runId && request.sequence === this.unacknowledged) this.unacknowledged = null;
        return;
      case 'update':
        // Applies between two steps whatever else is going on.
        if (request.runId === this.runId) {
          this.run?.update(request.live);
          if (this.settings) this.settings = { ...this.settings, ...request.live };
        }
        return this.reply(request.id, null);
      case 'pause':
        this.playing = false;
        void this.enqueue(request.id, request.runId, async () => {
          await this.settle();
          if (this.run && request.runId === this.runId && !this.run.finishedAll) this.status('paused');
          return null;
        });
        return;
      default:
        if (BEGINS.has(request.type)) {
          this.wantedRun = request.runId;
          this.playing = false;
        }
        void this.enqueue(request.id, request.runId, () => this.handle(request));
    }
  }

  /** Requests that change the run are worked off one after the other, never beside a step. */
  private enqueue(id: number, runId: number, work: () => Promise<InitializeReply | ProjectionReply | null>): Promise<void> {
    const next = this.queue.then(async () => {
      try {
        this.reply(id, await work());
      } catch (error) {
        if (error instanceof Superseded) return this.reply(id, null);
        this.post({ type: 'failure', id, runId, failure: describeFailure(error, this.snapshotStep) });
        if (this.run && runId !== this.runId) this.wantedRun = this.runId;
      }
    });
    this.queue = next;
    return next;
  }

  private async handle(request: Exclusive): Promise<InitializeReply | ProjectionReply | null> {
    switch (request.type) {
      case 'initialize':
        this.baseUrl = request.baseUrl;
        this.backendOptions = { wasmPath: new URL('wasm/', request.baseUrl).href };
        await this.chooseBackend(request.runId, request.backend, request.without);
        await this.useNetwork(request.runId, (await this.loadBundled(request.runId)).network, true, request.settings);
        return this.initialized();
      case 'configure':
        await this.settle();
        await this.beginRun(request.runId, request.settings);
        return null;
      case 'useBundledNetwork':
        await this.settle();
        await this.useNetwork(request.runId, (await this.loadBundled(request.runId)).network, true, request.settings);
        return this.initialized();
      case 'loadNetwork':
        await this.settle();
        await this.useNetwork(request.runId, await this.readNetwork(request.files), false, request.settings);
        return this.initialized();
      case 'useBackend':
        await this.settle();
        await this.switchBackend(request.runId, request.backend, request.settings, null);
        return this.initialized();
      case 'play':
        this.expectRun(request.runId);
        this.play();
        return null;
      case 'step':
        this.expectRun(request.runId);
        await this.settle();
        this.status('running');
        await this.guard(async () => {
          await this.run!.advance();
          await this.sendFrame(true);
        });
        if (this.run && !this.playing && !this.run.finishedAll && this.currentStatus === 'running') this.status('paused');
        return null;
      case 'restoreSnapshot':
        this.expectRun(request.runId);
        await this.settle();
        if (!this.snapshot) throw new Error('There is no snapshot yet. Press Reset to start again with the same seed.');
        await this.run!.restore(this.snapshot);
        this.status('paused');
        await this.sendFrame(true);
        return null;
      case 'project':
        this.expectRun(request.runId);
        return this.run!.layerPoints.map(request.layer, request.method, this.options.breathe);
    }
  }

  // ---- backend and network -----------------------------------------------------------------------------------

  private async chooseBackend(runId: number, wanted: BackendName | null, without: BackendName[]): Promise<void> {
    this.status('preparing', runId);
    const candidates = BACKENDS.filter((name) => !without.includes(name));
    this.probes = BACKENDS.filter((name) => without.includes(name))
      .map((name) => ({ name, works: false, secondsPerStep: null, detail: '', reason: 'switched off in the address' }));
    for (const [i, name] of candidates.entries()) {
      this.progress(runId, 'backends', i / candidates.length, `Trying ${WORDS[name]}`);
      this.probes.push(await probeBackend(name, this.backendOptions));
      await this.options.breathe();
    }
    const asked = wanted ? this.probes.find((p) => p.name === wanted) : null;
    const chosen = asked?.works ? asked : fastest(this.probes);
    if (!chosen) throw new Error('No backend works here: neither WebGPU, WebGL, WebAssembly nor plain JavaScript passed its check.');
    if (asked && !asked.works) {
      this.post({
        type: 'failure', id: null, runId,
        failure: { code: 'backend', message: `${WORDS[asked.name]} does not work here: ${asked.reason}.`, hint: `Going on with ${WORDS[chosen.name]}.` },
      });
    }
    await this.start(chosen.name);
  }

  private async start(name: BackendName): Promise<void> {
    await startBackend(name, this.backendOptions);
    this.backend = name;
    if (name !== 'webgpu') return;
    // tfjs does not watch its device; when it is lost every later operation would hang or fail obscurely.
    const device = (tf.backend() as unknown as { device?: { lost: Promise<{ reason?: string; message: string }> } }).device;
    void device?.lost.then((info) => {
      if (this.backend === 'webgpu' && info.reason !== 'destroyed') this.recover(info.message);
    });
  }

  /** After a lost device: the same run on the next backend, from the last snapshot. */
  private recover(detail: string): void {
    const [wasPlaying, settings] = [this.playing, this.settings];
    this.playing = false;
    const probe = this.probes.find((p) => p.name === this.backend);
    if (probe) Object.assign(probe, { works: false, secondsPerStep: null, reason: 'its device was lost' });
    const next = fastest(this.probes);
    this.post({
      type: 'failure', id: null, runId: this.runId,
      failure: {
        code: 'deviceLost', message: `The graphics device was lost (${detail || 'no reason given'}).`,
        hint: next ? `Going on with ${WORDS[next.name]} from the last snapshot.` : 'Reload the page.',
        ...(this.snapshotStep === undefined ? {} : { snapshotStep: this.snapshotStep }),
      },
    });
    if (!next || !settings) return;
    this.queue = this.queue.then(async () => {
      try {
        await this.switchBackend(this.runId, next.name, settings, this.snapshot);
        if (wasPlaying) this.play();
      } catch (error) {
        this.post({ type: 'failure', id: null, runId: this.runId, failure: describeFailure(error, this.snapshotStep) });
        this.status('failed');
      }
    });
  }

  private async switchBackend(runId: number, name: BackendName, settings: RunSettings, snapshot: RunSnapshot | null): Promise<void> {
    const network = this.teacher!.network;
    const before = this.backend;
    this.disposeRun();
    this.teacher!.dispose();
    this.teacher = null;
    try {
      this.progress(runId, 'backends', null, `Starting ${WORDS[name]}`);
      await this.start(name);
    } catch (error) {
      await this.start(before);
      await this.useNetwork(runId, network, this.isBundled, settings);
      throw error;
    }
    await this.useNetwork(runId, network, this.isBundled, settings);
    if (snapshot) {
      await this.run!.restore(snapshot);
      this.snapshot = snapshot;
      await this.sendFrame(true);
    }
  }

  private async loadBundled(runId: number): Promise<{ network: Network; checkpoint: Checkpoint | null }> {
    if (this.bundled) return this.bundled;
    this.progress(runId, 'network', null, 'Loading the bundled network');
    const file = async (name: string): Promise<ModelFile> => ({ name, bytes: await this.options.load(new URL(`${BUNDLED}/${name}`, this.baseUrl).href) });
    const json = await file('model.json');
    const manifest = JSON.parse(new TextDecoder().decode(json.bytes)) as { weightsManifest: { paths: string[] }[] };
    const weights = await Promise.all(manifest.weightsManifest.flatMap((group) => group.paths).map(file));
    const network = await readLayersModel([json, ...weights]);
    const checkpoint = decodeCheckpoint((await file('generator.bin')).bytes);
    return (this.bundled = { network, checkpoint });
  }

  private readNetwork(files: NetworkFile[]): Promise<Network> {
    return readLayersModel(files);
  }

  /** Makes a network the teacher and begins a run with it; on failure the old teacher and run stay. */
  private async useNetwork(runId: number, network: Network, bundled: boolean, settings: RunSettings): Promise<void> {
    const teacher = new Teacher(network);
    const old = this.teacher;
    try {
      await this.beginRun(runId, settings, teacher, bundled);
    } catch (error) {
      teacher.dispose();
      throw error;
    }
    old?.dispose();
  }

  // ---- the run -------------------------------------------------------------------------------------------------

  /** Prepares a run; only when it is ready does it take the place of the old one. */
  private async beginRun(runId: number, settings: RunSettings, teacher: Teacher | null = this.teacher, bundled = this.isBundled): Promise<void> {
    if (!teacher) throw new Error('There is no network yet.');
    this.status('preparing', runId);
    const checkpoint = bundled ? this.bundled?.checkpoint ?? null : null;
    const run = await Run.create(teacher, this.dataset, settings, checkpoint, async (fraction, message) => {
      this.progress(runId, 'statistics', fraction, message);
      await this.options.breathe();
      return this.wantedRun === runId || this.wantedRun === 0;
    });
    if (!run) throw new Superseded();
    this.disposeRun();
    this.run = run;
    this.teacher = teacher;
    this.isBundled = bundled;
    this.settings = settings;
    this.runId = runId;
    const overview = structuredClone(run.overview);
    this.post({ type: 'overview', runId, overview }, transferables(overview));
    this.status('ready');
    await this.sendFrame(true);
  }

  private disposeRun(): void {
    this.run?.dispose();
    this.run = null;
    this.snapshot = null;
    this.unacknowledged = null;
  }

  private expectRun(runId: number): void {
    if (!this.run || runId !== this.runId) throw new Superseded();
  }

  private play(): void {
    if (this.playing || !this.run) return;
    if (this.run.finishedAll) return this.status('finished');
    this.playing = true;
    this.status('running');
    this.loop = this.drive(this.run).finally(() => (this.loop = null));
  }

  /** Stops the loop and waits until its step is over. */
  private async settle(): Promise<void> {
    this.playing = false;
    await this.loop;
  }

  private async drive(run: Run): Promise<void> {
    let firstOfPhase: string | null = null;
    while (this.playing && this.run === run && !run.finishedAll) {
      const { phase } = run;
      if (phase !== firstOfPhase && this.backend.startsWith('webg')) this.progress(this.runId, 'shaders', null, 'Compiling shaders for the first step');
      firstOfPhase = phase;
      const fine = await this.guard(async () => {
        await run.advance();
        await this.sendFrame(run.phase !== phase || run.finishedAll);
        if (performance.now() - this.snapshotAt > SNAPSHOT_INTERVAL_MS) await this.takeSnapshot(run);
      });
      if (!fine) return;
      await this.options.breathe();
    }
    if (this.run === run && run.finishedAll) {
      this.playing = false;
      this.status('finished');
    }
  }

  private async takeSnapshot(run: Run): Promise<void> {
    // One without NaN: what is not finite has been found when the losses were read.
    const snapshot = await run.snapshot();
    if (snapshot) this.snapshot = snapshot;
    this.snapshotAt = performance.now();
  }

  /** Runs a piece of the run; on failure posts it, stops playing and returns false. */
  private async guard(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.playing = false;
      if (this.backend === 'webgpu' && isDeviceLost(error)) return false; // device.lost says the rest
      this.post({ type: 'failure', id: null, runId: this.runId, failure: describeFailure(error, this.snapshotStep) });
      this.status('failed');
      return false;
    }
  }

  private get snapshotStep(): number | undefined {
    return this.snapshot ? this.snapshot.student?.snapshot.step ?? this.snapshot.generator.step : undefined;
  }

  private async sendFrame(now: boolean): Promise<void> {
    const run = this.run;
    if (!run || (!now && (this.unacknowledged !== null || performance.now() - this.lastFrameAt < FRAME_INTERVAL_MS))) return;
    // What must not be missed (the end, a step by hand) goes out even when the page has not caught up with the last one.
    const frame = await run.frame(now);
    if (this.run !== run) return;
    this.lastFrameAt = performance.now();
    this.unacknowledged = ++this.sequence;
    this.post({ type: 'frame', runId: this.runId, sequence: this.sequence, frame }, transferables(frame));
  }

  // ---- messages ------------------------------------------------------------------------------------------------

  private currentStatus: string | null = null;

  private status(status: Extract<Message, { type: 'status' }>['status'], runId = this.runId): void {
    this.currentStatus = status;
    this.post({ type: 'status', runId, status });
  }

  private progress(runId: number, phase: string, fraction: number | null, message: string): void {
    this.post({ type: 'progress', runId, phase, fraction, message });
  }

  private initialized(): InitializeReply {
    return { backend: this.backend, backends: this.probes, networkName: this.teacher!.definition.name, bundled: this.isBundled };
  }

  private reply(id: number, value: InitializeReply | ProjectionReply | null): void {
    this.post({ type: 'reply', id, value });
  }

  private post(message: Message, transfer: ArrayBuffer[] = []): void {
    this.options.post(message, transfer);
  }

  /** Frees everything; for tests. */
  async dispose(): Promise<void> {
    await this.settle();
    await this.queue;
    this.disposeRun();
    this.teacher?.dispose();
    this.teacher = null;
  }
}

/** Requests that begin a run of their own. */
const BEGINS = new Set<Request['type']>(['initialize', 'configure', 'loadNetwork', 'useBundledNetwork', 'useBackend']);

const WORDS: Record<BackendName, string> = { webgpu: 'WebGPU', webgl: 'WebGL', wasm: 'WebAssembly', cpu: 'plain JavaScript' };


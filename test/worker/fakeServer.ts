import { imageTile } from '../../src/engine/data/dataset';
import { createShapes } from '../../src/engine/data/shapes';
import { armsOf, generatorOwners, trainsStudent, type ArmId } from '../../src/engine/methods/arms';
import type {
  AccuracyRow,
  GeneratorSample,
  ImageTile,
  RunFrame,
  RunPhase,
  StudentSample,
  SyntheticSnapshot,
} from '../../src/engine/runReport';
import { say, type Said } from '../../src/engine/sentences';
import type { RunSettings } from '../../src/engine/runSettings';
import type {
  BackendName,
  BackendReport,
  Failure,
  InitializeReply,
  Message,
  ProjectionReply,
  Request,
  Resumed,
} from '../../src/worker/protocol';
import type { WorkerLike } from '../../src/worker/connection';
import { createFakeRun, FAKE_LAYERS, seededRandom } from './fakeRun';
import type { FakeRun } from './fakeRun';

/** Generator steps between two snapshots. */
const SNAPSHOT_STEPS = 5;

export interface FakeOptions {
  /** Milliseconds a step of the run takes. */
  stepMs?: number;
  /** Milliseconds of each stage of getting ready. */
  prepareMs?: number;
  /** A term becomes NaN at this generator step, once. */
  notFiniteAt?: number;
  /** The worker stops answering for good at this generator step. */
  hangAt?: number;
}

interface Stage {
  phase: RunPhase;
  arm: ArmId | null;
  steps: number;
}

/**
 * The worker's side of the protocol over a simulated run: same messages, same order, same rules (one frame at a time,
 * at most 10 a second), no computation.
 */
export class FakeServer {
  private runId = 0;
  private run: FakeRun | null = null;
  private settings: RunSettings | null = null;
  private stages: Stage[] = [];
  private stage = 0;
  private step = 0;
  private playing = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private sequence = 0;
  private unacknowledged: number | null = null;
  private lastFrame = 0;
  private elapsed = 0;
  private snapshotStep = 0;
  private hung = false;
  private failedOnce = false;
  private backend: BackendName = 'wasm';
  private generator: GeneratorSample[] = [];
  private student: StudentSample[] = [];
  private synthetic: SyntheticSnapshot[] = [];
  private accuracy: AccuracyRow[] = [];

  constructor(
    private readonly post: (message: Message) => void,
    private readonly options: FakeOptions = {},
  ) {}

  receive(request: Request): void {
    if (this.hung) return;
    if (request.type === 'acknowledge') {
      if (request.runId === this.runId && request.sequence === this.unacknowledged) this.unacknowledged = null;
      return this.sendFrame(false);
    }
    void this.handle(request);
  }

  dispose(): void {
    this.hung = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private async handle(request: Exclude<Request, { type: 'acknowledge' }>): Promise<void> {
    const { id, runId } = request;
    const reply = (value: InitializeReply | ProjectionReply | ImageTile | null) =>
      this.post({ type: 'reply', id, value });
    switch (request.type) {
      case 'initialize':
        this.backend = request.backend ?? 'wasm';
        await this.prepare(runId, request.settings, ['backends', 'network', 'statistics'], request.resumed);
        return reply(this.initializeReply());
      case 'useBackend':
        this.backend = request.backend;
        await this.prepare(runId, request.settings, ['statistics']);
        return reply(this.initializeReply());
      case 'configure':
        await this.prepare(runId, request.settings, ['statistics'], request.resumed);
        return reply(null);
      case 'useBundledNetwork':
      case 'useBundledImages':
        await this.prepare(runId, request.settings, ['network', 'statistics']);
        return reply(this.initializeReply());
      case 'loadNetwork':
        this.playing = false;
        return this.fail(id, runId, {
          code: 'network',
          message: 'model.json has an operation that cannot be run here: “Softplus” (layer “act_3”).',
          hint: 'Choose a network of convolutions, BatchNorm, ReLU, pooling and dense layers.',
        });
      case 'loadImages':
        this.playing = false;
        return this.fail(id, runId, {
          code: 'images',
          message: 'There is no picture among these files.',
          hint: 'Choose a folder of pictures for every class.',
        });
      case 'mend':
      case 'saveSession':
      case 'readSession':
      case 'openSession':
        throw new Error(`The stand-in knows no ${request.type}.`);
      case 'play':
        this.playing = true;
        this.post({ type: 'status', runId, status: 'running' });
        this.schedule();
        return reply(null);
      case 'pause':
        this.playing = false;
        this.postSnapshot();
        this.post({ type: 'status', runId, status: 'paused' });
        return reply(null);
      case 'step':
        this.playing = false;
        this.advance();
        if (!this.finished()) this.post({ type: 'status', runId, status: 'paused' });
        return reply(null);
      case 'lookAt':
      case 'standAside':
        return reply(null);
      case 'update':
        this.settings = { ...this.settings!, ...request.live };
        return reply(null);
      case 'restoreSnapshot':
        this.step = this.snapshotStep;
        this.post({ type: 'status', runId, status: 'paused' });
        return reply(null);
      case 'project':
        await this.wait(600);
        return reply(this.project(request.layer, request.method));
      case 'workbench':
        return this.fail(id, runId, {
          code: 'internal',
          message: 'The fake engine has no workbench.',
          hint: 'Serve the page with its own engine.',
        });
      case 'stopTask':
        return;
      case 'testImages':
        return reply(imageTile(createShapes(), 'test', request.indices));
    }
  }

  private async prepare(
    runId: number,
    settings: RunSettings,
    stages: string[],
    resumed: Resumed | null = null,
  ): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.playing = false;
    this.runId = runId;
    this.unacknowledged = null;
    this.post({ type: 'status', runId, status: 'preparing' });
    const said: Record<string, Said> = {
      backends: say('startingBackend', say('wasm')),
      network: say('loadingBundled'),
      statistics: say('readingCalibration'),
    };
    for (const [i, phase] of stages.entries()) {
      this.post({ type: 'progress', runId, phase, fraction: i / stages.length, said: said[phase] });
      await this.wait(this.options.prepareMs ?? 0);
      if (this.runId !== runId) return;
    }
    this.settings = settings;
    this.run = createFakeRun(settings);
    const arms = armsOf(settings);
    const owners = generatorOwners(arms);
    const students = arms.filter(trainsStudent).map(({ id }) => id);
    this.stages = [
      { phase: 'ptq', arm: null, steps: 2 },
      ...[...arms]
        .sort((a, b) => Number(b.leads) - Number(a.leads))
        .filter(({ id }) => owners.get(id) === id)
        .map(({ id }): Stage => ({ phase: 'generator', arm: id, steps: settings.generatorSteps })),
      ...arms
        .filter(trainsStudent)
        .map(({ id }): Stage => ({ phase: 'student', arm: id, steps: settings.studentSteps })),
    ];
    this.stage = this.step = this.elapsed = this.snapshotStep = 0;
    this.accuracy = (['fullPrecision', 'ptq', ...students] as const).map((id) => ({
      id,
      accuracy: null,
      correct: null,
      n: settings.testImages,
      state: 'pending',
      step: 0,
      steps: id === 'fullPrecision' || id === 'ptq' ? 1 : settings.studentSteps,
      curve: [],
      answers: null,
      weightsHash: null,
    }));
    this.generator = [];
    this.student = [];
    this.synthetic = [this.run.snapshot(0, settings)];
    const snapshot = resumed?.snapshot;
    if (snapshot) {
      this.stage = snapshot.stage;
      this.step = snapshot.step;
      this.elapsed = snapshot.elapsedSeconds;
      this.settings = { ...settings, ...resumed.live };
    }
    this.post({ type: 'overview', runId, overview: this.run.overview });
    this.post({ type: 'status', runId, status: snapshot ? 'paused' : 'ready' });
    this.sendFrame(true);
  }

  /** After a frame: what led to it is on the page. */
  private postSnapshot(): void {
    this.sendFrame(true);
    const { stage, step, elapsed: elapsedSeconds } = this;
    const snapshot = { stage, step, stages: {}, ptqRanges: null, elapsedSeconds, doneMacs: 0 };
    this.post({ type: 'snapshot', runId: this.runId, snapshot });
  }

  private schedule(): void {
    if (this.timer || !this.playing) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.playing || this.hung) return;
      this.advance();
      if (!this.finished()) this.schedule();
    }, this.options.stepMs ?? 0);
  }

  private finished(): boolean {
    return this.stage >= this.stages.length;
  }

  /** One step of the current phase. */
  private advance(): void {
    const [run, settings] = [this.run!, this.settings!];
    while (!this.finished() && this.step >= this.stages[this.stage].steps) this.nextStage();
    if (this.finished()) return this.finish();
    const { phase, arm, steps } = this.stages[this.stage];
    this.step++;
    this.elapsed += (this.options.stepMs ?? 0) / 1000;
    if (phase === 'generator' && arm) {
      if (this.step === this.options.hangAt) this.hung = true;
      if (this.step === this.options.notFiniteAt && !this.failedOnce) return this.breakDown();
      this.generator.push(run.generatorSample(this.step, settings, arm));
      this.synthetic = [...this.synthetic.filter((each) => each.arm !== arm), run.snapshot(this.step, settings, arm)];
      if (this.step % SNAPSHOT_STEPS === 0) {
        this.snapshotStep = this.step;
        this.postSnapshot();
      }
    } else if (phase === 'ptq') {
      this.measure(this.step === 1 ? 'fullPrecision' : 'ptq', 1, 1);
    } else if (phase === 'student' && arm) {
      this.student.push(run.studentSample(arm, this.step, settings));
      this.measure(arm, this.step, steps);
    }
    while (!this.finished() && this.step >= this.stages[this.stage].steps) this.nextStage();
    if (this.finished()) this.finish();
    else this.sendFrame(false);
  }

  private nextStage(): void {
    this.stage++;
    this.step = 0;
  }

  private finish(): void {
    this.playing = false;
    this.sendFrame(true);
    this.post({ type: 'status', runId: this.runId, status: 'finished' });
  }

  private breakDown(): void {
    this.failedOnce = true;
    this.playing = false;
    this.fail(null, this.runId, {
      code: 'notFinite',
      message: `The term “distorted” became NaN at generator step ${this.step}.`,
      hint: 'Go back to the last snapshot and lower the generator’s learning rate.',
      term: 'distorted',
      step: this.step,
      snapshotStep: this.snapshotStep,
    });
    this.post({ type: 'status', runId: this.runId, status: 'failed' });
  }

  private measure(id: AccuracyRow['id'], step: number, steps: number): void {
    const accuracy =
      Math.round(this.run!.accuracy(id, step / steps) * this.settings!.testImages) / this.settings!.testImages;
    this.accuracy = this.accuracy.map((row) =>
      row.id !== id
        ? row
        : {
            ...row,
            accuracy,
            correct: Math.round(accuracy * row.n),
            answers: this.run!.answers(id, Math.round(accuracy * row.n)),
            state: step === steps ? 'done' : 'running',
            step,
            curve: step % 5 === 0 || step === 1 ? [...row.curve, [step, accuracy]] : row.curve,
          },
    );
  }

  private sendFrame(now: boolean): void {
    if (
      !this.run ||
      (!now &&
        (this.unacknowledged !== null ||
          Date.now() - this.lastFrame < 100 ||
          (!this.generator.length && !this.student.length)))
    )
      return;
    const total = this.stages.reduce((sum, { steps }) => sum + steps, 0);
    const done = this.stages.slice(0, this.stage).reduce((sum, { steps }) => sum + steps, 0) + this.step;
    const perStep = (this.options.stepMs ?? 0) / 1000;
    const frame: RunFrame = {
      phase: this.finished() ? 'done' : this.elapsed === 0 ? 'prepare' : this.stages[this.stage].phase,
      arm: this.elapsed === 0 ? null : (this.stages[this.stage]?.arm ?? null),
      step: this.step,
      steps: this.stages[this.stage]?.steps ?? 0,
      elapsedSeconds: this.elapsed,
      secondsPerStep: perStep,
      remainingSeconds: (total - done) * perStep,
      fraction: done / total,
      generator: this.generator,
      student: this.student,
      accuracy: this.accuracy,
      synthetic: this.synthetic,
    };
    this.generator = [];
    this.student = [];
    this.synthetic = [];
    this.lastFrame = Date.now();
    this.unacknowledged = ++this.sequence;
    this.post({ type: 'frame', runId: this.runId, sequence: this.sequence, frame });
  }

  private fail(id: number | null, runId: number | null, failure: Failure): void {
    this.post({ type: 'failure', id, runId, failure });
  }

  private project(layer: number, method: 'tsne' | 'umap'): ProjectionReply {
    const { points } = this.run!.overview;
    const swap = (xy: Float32Array, count: number) =>
      Float32Array.from({ length: count * 2 }, (_, i) => xy[layer * count * 2 + (i ^ 1)] * (method === 'tsne' ? 9 : 4));
    const snapshot = this.run!.snapshot(Math.max(1, this.snapshotStep), this.settings!);
    return {
      layer,
      method,
      step: snapshot.step,
      observation: swap(points.observation.xy, points.observation.count),
      calibration: swap(points.calibration.xy, points.calibration.count),
      centers: swap(points.centers.xy, points.centers.count),
      synthetic: swap(snapshot.points.xy, snapshot.points.count),
      syntheticBatches: swap(snapshot.batchPoints.xy, snapshot.batchPoints.count),
      syntheticClasses: snapshot.batchPoints.labels,
    };
  }

  private initializeReply(): InitializeReply {
    const backends: BackendReport[] = [
      { name: 'webgpu', works: false, secondsPerStep: null, detail: '', reason: say('noWebgpu') },
      { name: 'webgl', works: true, secondsPerStep: 0.62, detail: 'SwiftShader' },
      { name: 'wasm', works: true, secondsPerStep: 0.084, detail: say('listed', say('threads', 2), 'SIMD') },
      { name: 'cpu', works: true, secondsPerStep: 2.3, detail: say('cpu') },
    ];
    return { backend: this.backend, backends, networkName: 'Shapes ResNet (simulated)', bundled: true };
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
}

/** A fake server behind a worker's face, on the same thread; messages arrive later, as a worker's do. */
export function fakeWorker(options: FakeOptions = {}): WorkerLike {
  const server = new FakeServer((message) => {
    queueMicrotask(() => worker.onmessage?.({ data: message } as MessageEvent<Message>));
  }, options);
  const worker: WorkerLike = {
    postMessage: (request) => queueMicrotask(() => server.receive(request)),
    terminate: () => server.dispose(),
    onmessage: null,
    onerror: null,
    onmessageerror: null,
  };
  return worker;
}

export { FAKE_LAYERS, seededRandom };

/** The worker's session in Node: with a tiny bundled network, and everything it posts captured. */
import { createShapes } from '../../src/engine/data/shapes';
import { writeLayersModel } from '../../src/engine/export/keras/layersModel';
import { encodeCheckpoint } from '../../src/engine/generator/checkpoint';
import { initialGeneratorWeights } from '../../src/engine/generator/generator';
import { createResNet } from '../../src/engine/network/resnet';
import type { Network } from '../../src/engine/network/types';
import { Random } from '../../src/engine/random';
import type { ImageTile, RunFrame } from '../../src/engine/runReport';
import type { RunSettings } from '../../src/engine/runSettings';
import { defaultSettings } from '../../src/state/settings';
import type {
  Failure,
  InitializeReply,
  Message,
  NetworkFile,
  ProjectionReply,
  Request,
} from '../../src/worker/protocol';
import type { BackendTools } from '../../src/worker/serverBackends';
import { ServerSession } from '../../src/worker/serverSession';

const BASE = 'http://page.test/';
const FOLDER = `${BASE}models/shapes-resnet/`;

/** An untrained network of 8 BatchNorm layers that fits Shapes and takes next to no time. */
export function shapesNetwork(overrides: Partial<Parameters<typeof createResNet>[0]> = {}): Network {
  return createResNet(
    {
      name: 'tiny',
      inputShape: [32, 32, 3],
      classNames: createShapes().classNames,
      normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      widths: [2, 3, 4],
      strides: [2, 2, 1],
      blocks: 1,
      stemStride: 2,
      epsilon: 1e-5,
      ...overrides,
    },
    new Random(3),
  );
}

export function modelFiles(network: Network): NetworkFile[] {
  const { modelJson, weightsName, weights } = writeLayersModel(network);
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(modelJson).buffer as ArrayBuffer },
    { name: weightsName, bytes: weights },
  ];
}

/** The page's folder: its files by URL. */
export function bundledFiles(): Map<string, ArrayBuffer> {
  const config = { latentDim: 100, channels: 4, imageSize: 32, imageChannels: 3, numClasses: 10 };
  const checkpoint = encodeCheckpoint(initialGeneratorWeights(config, new Random(9)), {
    config,
    steps: 700,
    seed: 9,
    network: 'tiny',
    settings: {},
    note: 'made for a test',
  });
  return new Map([
    ...modelFiles(shapesNetwork()).map(({ name, bytes }) => [FOLDER + name, bytes] as const),
    [`${FOLDER}generator.bin`, checkpoint],
  ]);
}

export function smallSettings(overrides: Partial<RunSettings> = {}): RunSettings {
  return {
    ...defaultSettings(),
    seed: 5,
    observationPerClass: 2,
    testImages: 200,
    generatorChannels: 4,
    generatorSteps: 8,
    generatorBatch: 2,
    studentSteps: 4,
    calibrationBatch: 2,
    syntheticBatch: 2,
    labelRule: false,
    ...overrides,
  };
}

/** What a request was refused with. */
export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

type Asked = Exclude<Request, { type: 'acknowledge' }>;
type Body<R> = R extends Asked ? Omit<R, 'id'> : never;
type Posted<T extends Message['type']> = Extract<Message, { type: T }>;

export interface HarnessOptions {
  files?: Map<string, ArrayBuffer>;
  /** Acknowledge every frame, as a page does that keeps up. */
  acknowledge?: boolean;
  /** Milliseconds without a request before other backends are tried; by default that never comes. */
  idleMs?: number;
  /** As of a session. */
  asideMs?: number;
  backends?: BackendTools;
}

export class Harness {
  readonly messages: Message[] = [];
  readonly session: ServerSession;
  acknowledge: boolean;
  private nextId = 1;
  private readonly waiting = new Map<number, { resolve(value: never): void; reject(reason: unknown): void }>();
  private readonly watchers = new Set<() => void>();

  constructor({
    files = bundledFiles(),
    acknowledge = true,
    idleMs = 2 ** 31 - 1,
    asideMs,
    backends,
  }: HarnessOptions = {}) {
    this.acknowledge = acknowledge;
    this.session = new ServerSession({
      // Buffers are handed over as a real worker does it: whoever still uses one of them here is found out.
      post: (message, transfer) => this.take(structuredClone(message, { transfer })),
      load: async (url) => {
        const bytes = files.get(url);
        if (!bytes) throw new Error(`${url} cannot be loaded (404 Not Found).`);
        return bytes.slice(0);
      },
      breathe: () => new Promise((resolve) => setImmediate(resolve)),
      idleMs,
      ...(asideMs !== undefined && { asideMs }),
      backends,
    });
  }

  private take(message: Message): void {
    this.messages.push(message);
    if (message.type === 'reply' || (message.type === 'failure' && message.id !== null)) {
      const each = this.waiting.get(message.id!);
      this.waiting.delete(message.id!);
      if (message.type === 'reply') each?.resolve(message.value as never);
      else each?.reject(new Refused(message.failure));
    }
    if (message.type === 'frame' && this.acknowledge) {
      const { runId, sequence } = message;
      setImmediate(() => this.session.receive({ type: 'acknowledge', runId, sequence }));
    }
    for (const watcher of [...this.watchers]) watcher();
  }

  /** Sends a request; the answer's value. Rejects with `Refused`. */
  ask(body: Body<Asked>): Promise<InitializeReply | ProjectionReply | ImageTile | null> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.session.receive({ ...body, id } as Request);
    });
  }

  /** The first request of a session. Plain JavaScript is left out unless asked for. */
  initialize(
    settings = smallSettings(),
    options: Partial<Extract<Request, { type: 'initialize' }>> = {},
  ): Promise<InitializeReply> {
    return this.ask({
      type: 'initialize',
      runId: 1,
      settings,
      baseUrl: BASE,
      backend: null,
      remembered: null,
      without: ['cpu'],
      ...options,
    }) as Promise<InitializeReply>;
  }

  of<T extends Message['type']>(type: T): Posted<T>[] {
    return this.messages.filter((message): message is Posted<T> => message.type === type);
  }

  frames(runId: number): RunFrame[] {
    return this.of('frame')
      .filter((message) => message.runId === runId)
      .map(({ frame }) => frame);
  }

  statuses(runId: number): string[] {
    return this.of('status')
      .filter((message) => message.runId === runId)
      .map(({ status }) => status);
  }

  /** The messages' kinds in order, repetitions as one; statuses and progress by name. */
  outline(from = 0): string[] {
    const kinds = this.messages
      .slice(from)
      .map((m) => (m.type === 'status' ? m.status : m.type === 'progress' ? m.phase : m.type));
    return kinds.filter((kind, i) => kind !== kinds[i - 1]);
  }

  /** Waits until `is` holds; asked after every message. */
  async until(is: () => boolean, seconds = 30): Promise<void> {
    if (is()) return;
    await new Promise<void>((resolve, reject) => {
      const watcher = () => is() && done(resolve);
      const timer = setTimeout(
        () => done(() => reject(new Error(`never came; so far: ${this.outline().slice(-20).join(', ')}`))),
        seconds * 1000,
      );
      const done = (then: () => void) => {
        clearTimeout(timer);
        this.watchers.delete(watcher);
        then();
      };
      this.watchers.add(watcher);
    });
  }

  /** Waits for a status, from now on or from a message on. */
  status(runId: number, status: string, from = this.messages.length): Promise<void> {
    return this.until(() =>
      this.messages.slice(from).some((m) => m.type === 'status' && m.runId === runId && m.status === status),
    );
  }
}

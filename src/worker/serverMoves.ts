/** Brings runs onto a backend: the first one, a faster one that was found meanwhile, or another after a loss or by hand. */
import { say } from '../engine/sentences';
import type { ServerBackends } from './serverBackends';
import { Superseded } from './serverFailures';
import type { ServerMaterial } from './serverMaterial';
import type { ServerMessages } from './serverMessages';
import type { Asked, ServerRuns } from './serverRuns';
import type { BackendName, Request, Resumed } from './protocol';

export interface MovesOptions {
  backends: ServerBackends;
  messages: ServerMessages;
  material: ServerMaterial;
  runs: ServerRuns;
  /** Lets other events of the worker in. */
  breathe: () => Promise<void>;
}

export class ServerMoves {
  constructor(private readonly options: MovesOptions) {}

  /** The backend that the page begins on. */
  async choose(request: Extract<Request, { type: 'initialize' }>): Promise<void> {
    const { backends, messages } = this.options;
    const { runId, backend: wanted, remembered, without, baseUrl } = request;
    const options = { wasmPath: new URL('wasm/', baseUrl).href };
    const failure = await backends.choose({ wanted, remembered, without }, options, (said) =>
      messages.progress(runId, 'backends', null, said),
    );
    if (failure) messages.failure(null, runId, failure);
  }

  /** Finds out about other backends until it is done or something is asked for; the page hears what is new. */
  async tryOthers(signal: AbortSignal): Promise<void> {
    const { backends, messages, breathe } = this.options;
    await backends.explore(signal, breathe, () => messages.backends(backends));
  }

  /**
   * Prepares a new run on the faster backend that was found meanwhile, where there is one; where it cannot be had
   * there, on the one in use.
   */
  async toBetter(runId: number, prepare: (moved: boolean) => Promise<unknown>): Promise<void> {
    const { backends, messages } = this.options;
    const { better, current: before } = backends;
    if (!better) return void (await prepare(false));
    messages.progress(runId, 'backends', null, say('startingBackend', say(better)));
    try {
      await backends.start(better);
      await prepare(true);
    } catch (error) {
      if (backends.works(before)) await backends.start(before);
      if (error instanceof Superseded) throw error;
      await prepare(false);
      backends.stay();
      return messages.backends(backends);
    }
    messages.moved(runId, backends);
  }

  /** A new run on another backend; when that cannot be had, the run that is there stays where it is. */
  async to(name: BackendName, asked: Asked, resumed: Resumed | null = null, byHand = false): Promise<void> {
    const { backends, messages, material, runs } = this.options;
    const { inUse } = material;
    const before = backends.current;
    messages.progress(asked.runId, 'backends', null, say('startingBackend', say(name)));
    try {
      await backends.start(name, byHand);
      await runs.of(asked, inUse, { resumed });
    } catch (error) {
      if (backends.works(before)) await backends.start(before);
      // It may have been tried only now.
      messages.backends(backends);
      throw error;
    }
  }
}

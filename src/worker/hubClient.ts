import type { PackedImages } from '../engine/data/images/types';
import type { DatasetRequest } from '../engine/hub/datasets';
import type { DownloadedNetwork } from '../engine/hub/networks';
import { EngineFailure } from './connection';
import type { HubMessage, HubProgress, HubRequest, KeptFiles } from './protocol';

/** What the client needs of a worker; a real `Worker` is one. */
export interface HubWorkerLike {
  postMessage(message: HubRequest): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<HubMessage>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** A download that was stopped. */
export class DownloadStopped extends Error {
  constructor() {
    super('The download was stopped.');
    this.name = 'DownloadStopped';
  }
}

interface Waiting {
  progress?: (progress: HubProgress) => void;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

type Body<R> = R extends { id: number } ? Omit<R, 'id'> : never;

/** The page's side of the hub's worker. Starts it with the first request: without one, no connection can be made. */
export class HubClient {
  private worker: HubWorkerLike | null = null;
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();

  /** @param hub address of the hub, without a slash at its end */
  constructor(
    private readonly spawn: () => HubWorkerLike,
    private readonly hub: string,
  ) {}

  /** @throws EngineFailure that says what is wrong; DownloadStopped */
  network(source: string, progress: (progress: HubProgress) => void, signal: AbortSignal): Promise<DownloadedNetwork> {
    return this.ask<DownloadedNetwork>({ type: 'network', hub: this.hub, source }, progress, signal);
  }

  /** @throws EngineFailure that says what is wrong; DownloadStopped */
  images(
    request: DatasetRequest,
    progress: (progress: HubProgress) => void,
    signal: AbortSignal,
  ): Promise<PackedImages> {
    return this.ask<PackedImages>({ type: 'images', hub: this.hub, request }, progress, signal);
  }

  kept(): Promise<KeptFiles> {
    return this.ask<KeptFiles>({ type: 'kept' });
  }

  forget(): Promise<KeptFiles> {
    return this.ask<KeptFiles>({ type: 'forget' });
  }

  dispose(): void {
    this.end(new DownloadStopped());
  }

  private ask<R>(body: Body<HubRequest>, progress?: (progress: HubProgress) => void, signal?: AbortSignal): Promise<R> {
    if (signal?.aborted) return Promise.reject(new DownloadStopped());
    const id = this.nextId++;
    const worker = this.started();
    return new Promise<R>((resolve, reject) => {
      this.waiting.set(id, { progress, resolve: resolve as (value: unknown) => void, reject });
      signal?.addEventListener('abort', () => this.worker?.postMessage({ type: 'stop', id }), { once: true });
      worker.postMessage({ ...body, id } as HubRequest);
    });
  }

  private started(): HubWorkerLike {
    if (this.worker) return this.worker;
    const worker = this.spawn();
    worker.onmessage = ({ data }) => this.receive(data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.end(new Error(event.message || 'The worker that downloads did not start.'));
    };
    return (this.worker = worker);
  }

  private receive(message: HubMessage): void {
    const waiting = this.waiting.get(message.id);
    if (!waiting) return;
    if (message.type === 'progress') return waiting.progress?.(message.progress);
    this.waiting.delete(message.id);
    if (message.type === 'reply') waiting.resolve(message.value);
    else waiting.reject(message.failure ? new EngineFailure(message.failure) : new DownloadStopped());
  }

  private end(reason: Error): void {
    this.worker?.terminate();
    this.worker = null;
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    for (const each of lost) each.reject(reason);
  }
}

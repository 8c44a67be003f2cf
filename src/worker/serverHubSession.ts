/** The hub worker's side of the protocol: one download after the other or several beside each other, each of which can be stopped. */
import { DatasetError } from '../engine/data/images/datasetError';
import { downloadDataset } from '../engine/hub/datasets';
import type { HubHost } from '../engine/hub/host';
import { Cancelled, HubError } from '../engine/hub/hubError';
import { downloadNetwork } from '../engine/hub/networks';
import { inWords, say, type Said } from '../engine/sentences';
import type { Failure, HubMessage, HubProgress, HubRequest, KeptFiles } from './protocol';

/** Milliseconds between two messages about how far it is. */
const PROGRESS_MS = 100;

export interface HubStore extends NonNullable<HubHost['store']> {
  kept(): Promise<KeptFiles>;
  forget(): Promise<void>;
}

type Reply = Extract<HubMessage, { type: 'reply' }>['value'];

export class HubSession {
  private readonly running = new Map<number, AbortController>();

  constructor(
    private readonly host: HubHost & { store: HubStore | null },
    private readonly post: (message: HubMessage, transfer: ArrayBuffer[]) => void,
  ) {}

  /** Takes one message from the page. Never throws; what goes wrong is posted. */
  receive(request: HubRequest): void {
    if (request.type === 'stop') return this.running.get(request.id)?.abort();
    void this.answer(request);
  }

  private async answer(request: Exclude<HubRequest, { type: 'stop' }>): Promise<void> {
    const { id } = request;
    const controller = new AbortController();
    this.running.set(id, controller);
    try {
      const value = await this.handle(request, controller.signal);
      if (controller.signal.aborted) throw new Cancelled();
      this.post({ type: 'reply', id, value }, buffersOf(value));
    } catch (error) {
      this.post({ type: 'failure', id, failure: controller.signal.aborted ? null : failureOf(error) }, []);
    } finally {
      this.running.delete(id);
    }
  }

  private async handle(request: Exclude<HubRequest, { type: 'stop' }>, signal: AbortSignal): Promise<Reply> {
    const { store } = this.host;
    switch (request.type) {
      case 'network':
        return downloadNetwork(
          this.host,
          request.source,
          this.watch(request.id, signal, say('hubReadingNetwork', request.source)),
          request.hub,
        );
      case 'images':
        return downloadDataset(this.host, request.request, this.watch(request.id, signal, null), request.hub);
      case 'forget':
        await store?.forget();
        return { bytes: 0, files: 0 };
      case 'kept':
        return (await store?.kept()) ?? { bytes: 0, files: 0 };
    }
  }

  private watch(id: number, signal: AbortSignal, said: Said | null) {
    let last = -Infinity;
    const progress: HubProgress = { loaded: 0, total: null, said };
    const post = () => {
      last = performance.now();
      this.post({ type: 'progress', id, progress: { ...progress } }, []);
    };
    return {
      signal,
      onProgress: (loaded: number, total: number | null) => {
        Object.assign(progress, { loaded, total });
        if (performance.now() - last >= PROGRESS_MS) post();
      },
      onPhase: (phase: Said) => {
        Object.assign(progress, { loaded: 0, total: null, said: phase });
        post();
      },
    };
  }
}

function buffersOf(value: Reply): ArrayBuffer[] {
  if ('files' in value && Array.isArray(value.files)) return value.files.map(({ bytes }) => bytes);
  if ('ends' in value) return [value.labels.buffer, value.splits.buffer, value.ends.buffer, value.bytes.buffer];
  return [];
}

function failureOf(error: unknown): Failure {
  if (error instanceof HubError || error instanceof DatasetError) {
    const { said, saidHint, message, hint } = error;
    return { code: 'download', message, hint, said: { message: said, hint: saidHint } };
  }
  const hint = say('hubLiesHint');
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message, hint: inWords(hint), said: { hint } };
}

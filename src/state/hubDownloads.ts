import type { PackedImages } from '../engine/data/images/types';
import type { DatasetRequest } from '../engine/data/images/types';
import type { Said } from '../engine/sentences';
import { DownloadStopped, HubClient, type HubWorkerLike } from '../worker/hubClient';
import type { Failure, HubProgress, KeptFiles, NetworkFile } from '../worker/protocol';
import { failureOf } from './failures';
import { remembered } from './remembered';

/** Hugging Face, or what this browser was told to ask in its place (a mirror). */
const HUB = 'https://huggingface.co';
const NAME = 'fdda-hub';

export interface Download extends HubProgress {
  kind: 'network' | 'images';
  /** Name on the hub, or an address. */
  name: string;
}

export interface HubState {
  /** What is on its way; null: nothing. The run goes on meanwhile. */
  download: Download | null;
  /** What the browser keeps of earlier downloads; null: not looked up yet. */
  kept: KeptFiles | null;
}

export interface HubActions {
  /** The files of a network by name or address; when all are there, as `loadNetwork`. True when the run is of it. */
  downloadNetwork(source: string): Promise<boolean>;
  /** Pictures of every class of a dataset; when all are there, as `loadImages`. True when the run is of them. */
  downloadImages(request: DatasetRequest): Promise<boolean>;
  stopDownload(): void;
  /** Looks up what is kept. Starts the worker that downloads, which connects to nothing by itself. */
  lookAtKept(): Promise<void>;
  forgetKept(): Promise<void>;
}

export interface HubOptions {
  spawnHub?: () => HubWorkerLike;
  set(state: Partial<HubState> | ((state: HubState) => Partial<HubState>)): void;
  openNetwork(files: NetworkFile[], notes: Said[], origin: string): Promise<boolean>;
  openImages(packed: PackedImages): Promise<boolean>;
  report(failure: Failure): void;
}

/** The address without a slash at its end; Hugging Face's where it is none. */
export function hubAddress(): string {
  const address = remembered(NAME);
  try {
    return address ? new URL(address).href.replace(/\/+$/, '') : HUB;
  } catch {
    return HUB;
  }
}

/** Downloads for the page: one at a time, beside the engine. A newer one stops the one before. */
export function hubActions({ spawnHub, set, openNetwork, openImages, report }: HubOptions): HubActions & {
  dispose(): void;
} {
  let client: HubClient | null = null;
  let running: AbortController | null = null;
  const started = () => {
    if (!spawnHub) throw new Error('This page downloads nothing.');
    return (client ??= new HubClient(spawnHub, hubAddress()));
  };

  async function download<T>(
    kind: Download['kind'],
    name: string,
    fetch: (progress: (progress: HubProgress) => void, signal: AbortSignal) => Promise<T>,
    open: (value: T) => Promise<boolean>,
  ): Promise<boolean> {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    const current = () => running === mine;
    set({ download: { kind, name, loaded: 0, total: null, said: null } });
    try {
      const value = await fetch((progress) => current() && set({ download: { kind, name, ...progress } }), mine.signal);
      if (!current()) return false;
      set({ download: null });
      return await open(value);
    } catch (error) {
      if (!(error instanceof DownloadStopped) && current()) {
        const failure = failureOf(error);
        if (failure) report(failure);
      }
      return false;
    } finally {
      if (current()) {
        running = null;
        set({ download: null });
        await actions.lookAtKept();
      }
    }
  }

  const actions: HubActions = {
    downloadNetwork: (source) =>
      download(
        'network',
        source,
        (progress, signal) => started().network(source, progress, signal),
        ({ files, notes }) => openNetwork(files, notes, source),
      ),
    downloadImages: (request) =>
      download(
        'images',
        request.source,
        (progress, signal) => started().images(request, progress, signal),
        (packed) => openImages({ ...packed, origin: request }),
      ),
    stopDownload: () => running?.abort(),
    async lookAtKept() {
      try {
        set({ kept: await started().kept() });
      } catch {
        // What it is for says what is wrong.
      }
    },
    async forgetKept() {
      try {
        set({ kept: await started().forget() });
      } catch (error) {
        const failure = failureOf(error);
        if (failure) report(failure);
      }
    },
  };
  return { ...actions, dispose: () => client?.dispose() };
}

/** What the user brings: networks, images, downloads and saved sessions, which take the place of what there is. */
import type { RunSettings } from '../engine/runSettings';
import type { EngineClient } from '../worker/client';
import { EngineFailure, EngineGone } from '../worker/connection';
import type { HubWorkerLike } from '../worker/hubClient';
import type { InitializeReply, NetworkFile, NetworkOptions } from '../worker/protocol';
import { hubActions } from './hubDownloads';
import type { ChosenFile, PlaygroundActions, PlaygroundState } from './playgroundState';
import { showRecording } from './recordedRun';
import { RecordingError } from './recording/checks';
import { readFiles, storedImages, type Chosen, type Rescue } from './rescue';

type OwnActions = Pick<
  PlaygroundActions,
  | 'loadNetwork'
  | 'loadImages'
  | 'mend'
  | 'useBundledImages'
  | 'useBundledNetwork'
  | 'saveSession'
  | 'openSession'
  | 'downloadNetwork'
  | 'downloadImages'
  | 'stopDownload'
  | 'lookAtKept'
  | 'forgetKept'
  | 'loadLinked'
  | 'dismissLinked'
>;

export interface OwnOptions {
  get(): PlaygroundState;
  set(state: Partial<PlaygroundState> | ((state: PlaygroundState) => Partial<PlaygroundState>)): void;
  client: EngineClient;
  rescue: Rescue;
  spawnHub?: () => HubWorkerLike;
  /** A request that replaces the run; true when the new one is there. */
  replaceRun(request: (settings: RunSettings) => Promise<InitializeReply>): Promise<boolean>;
  /** The engine's run is (not) to take the place of a recorded one. */
  wantEngineRun(wanted: boolean): void;
  /** Shows what a request failed with. */
  report(error: unknown): void;
  saveRecording: PlaygroundActions['saveRecording'];
  /** What the link named is there, and the run is of it. */
  linkedCame(): void;
}

const detailOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

export function ownActions(options: OwnOptions): OwnActions & { dispose(): void } {
  const { get, set, client, rescue, wantEngineRun, report } = options;
  const replaceRun: OwnOptions['replaceRun'] = (request) => {
    wantEngineRun(true);
    return options.replaceRun(request);
  };

  /** The same for what is looked at before the reply comes. */
  const replaceByOwn: OwnOptions['replaceRun'] = async (request) => {
    set({ opening: true });
    try {
      return await replaceRun(request);
    } finally {
      set({ opening: false });
    }
  };

  /** Something that is at hand takes the place of what there is; `chosen` is how another engine would get it. */
  function openRead(
    kind: 'network' | 'images',
    chosen: Chosen,
    open: (settings: RunSettings) => Promise<InitializeReply>,
  ): Promise<boolean> {
    return replaceByOwn(async (settings) => {
      try {
        const reply = await open(settings);
        rescue.opened(kind, chosen);
        return reply;
      } catch (error) {
        if (error instanceof EngineFailure && error.failure.code === 'mismatch') rescue.opened(kind, chosen);
        throw error;
      }
    });
  }

  /** Reads files that the user chose and has them take the place of what there is. */
  async function openFiles(
    kind: 'network' | 'images',
    files: readonly ChosenFile[],
    open: (read: NetworkFile[], settings: RunSettings) => Promise<InitializeReply>,
    options?: NetworkOptions,
  ): Promise<void> {
    try {
      wantEngineRun(true);
      const read = await readFiles(files);
      await openRead(kind, { files, options }, (settings) => open(read, settings));
    } catch (error) {
      wantEngineRun(false);
      set({ trouble: { kind: 'file', detail: detailOf(error) } });
    }
  }

  const downloads = hubActions({
    spawnHub: options.spawnHub,
    set,
    openNetwork(files, notes, origin) {
      // What the engine is given is the page's no longer: a copy, should the engine die.
      const chosen = { files: files.map(({ name, bytes }) => ({ path: name, file: new File([bytes], name) })), origin };
      return openRead('network', chosen, (settings) =>
        client.loadNetwork(files, settings, undefined, false, { notes, origin }),
      );
    },
    openImages: (packed) =>
      openRead('images', { files: [], packed: storedImages(packed) }, (settings) =>
        client.loadPackedImages(packed, settings),
      ),
    report: (failure) => set({ trouble: { kind: 'failure', failure } }),
  });

  /** A network that waits for its images, or images that wait for their network. */
  const waits = () => {
    const { trouble } = get();
    return trouble?.kind === 'failure' && trouble.failure.code === 'mismatch';
  };

  return {
    ...downloads,
    async loadLinked() {
      const { linked } = get();
      if (!linked) return;
      const { network, images } = linked;
      set({ linked: null, trouble: null });
      let there = network === null || (await downloads.downloadNetwork(network)) || waits();
      if (there && images) {
        // The network is told to wait for them, which they are on their way for.
        if (waits()) set({ trouble: null });
        there = (await downloads.downloadImages(images)) || waits();
      }
      // Stopped, or not to be had: it can be asked for again.
      if (!there) set({ linked });
      else if (!waits()) options.linkedCame();
    },
    dismissLinked: () => set({ linked: null }),
    loadNetwork: (files, asked) =>
      openFiles('network', files, (read, settings) => client.loadNetwork(read, settings, asked), asked),
    loadImages: (files) => openFiles('images', files, (read, settings) => client.loadImages(read, settings)),
    mend() {
      void replaceByOwn(async (settings) => {
        const reply = await client.mend(settings);
        rescue.tookMend();
        return reply;
      });
    },
    useBundledImages() {
      void replaceRun((settings) => client.useBundledImages(settings));
    },
    useBundledNetwork() {
      void replaceRun((settings) => client.useBundledNetwork(settings));
    },
    async saveSession(results) {
      try {
        const run = await options.saveRecording();
        const { writeSessionTexts } = await import('./sessionTexts');
        const { settings, networkName } = get();
        const bytes = await client.saveSession(writeSessionTexts(settings, results, run?.text ?? null));
        const name = (networkName ?? '').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
        return { name: `${name || 'session'}.fdda`, bytes };
      } catch (error) {
        report(error);
        return null;
      }
    },
    async openSession(file) {
      const before = get().settings;
      try {
        const texts = await client.readSession({ name: file.name, bytes: await file.arrayBuffer() });
        const { readSessionTexts } = await import('./sessionTexts');
        const { settings, results, recording } = await readSessionTexts(texts);
        set({ settings });
        if (!(await replaceRun((asked) => client.openSession(asked)))) {
          set({ settings: before });
          return null;
        }
        rescue.openedSession(file);
        if (recording) {
          wantEngineRun(false);
          set((state) => showRecording(state, recording, file.name));
        }
        return results;
      } catch (error) {
        if (error instanceof RecordingError)
          set({ trouble: { kind: 'session', name: file.name, problem: error.problem } });
        else if (error instanceof EngineFailure || error instanceof EngineGone) report(error);
        else set({ trouble: { kind: 'file', detail: detailOf(error) } });
        return null;
      }
    },
  };
}

import { createStore } from 'zustand/vanilla';
import type { RunFrame } from '../engine/runReport';
import type { RunSettings } from '../engine/runSettings';
import type { InitializeReply, NetworkFile } from '../worker/protocol';
import type { WorkerLike } from '../worker/client';
import { EngineClient, EngineGone } from '../worker/client';
import type { HubWorkerLike } from '../worker/hubClient';
import { rememberBackend, rememberedBackend } from './backendMemory';
import { holdLocked } from './embed';
import { afterRun, rememberedSpeeds } from './estimate';
import { failureOf } from './failures';
import { hubActions } from './hubDownloads';
import { createLessons, initialLessons } from './lessons/lessonState';
import { beyondNetwork } from './linkView';
import type { ChosenFile, PlaygroundActions, PlaygroundState, Position } from './playgroundState';
import { engineRun, shownGenerator } from './playgroundState';
import { choicesFor, recordedActions, showEngineRun, withEngineRun } from './recordedRun';
import type { Versions } from './recording/format';
import { afterFrame, emptyRecord } from './runRecord';
import { changedSettings, withSetting } from './settings';
import type { Link } from './shareLink';
import { timelineActions } from './timeline';

export interface PlaygroundOptions {
  link: Link;
  baseUrl: string;
  spawn: () => WorkerLike;
  /** The worker that downloads; left out: nothing can be. */
  spawnHub?: () => HubWorkerLike;
  /** Written into recorded runs. */
  versions?: Versions;
  afterPaint?: (callback: () => void) => void;
  /** Milliseconds that a moment stays when the timeline is played. */
  momentDelay?: number;
  /** Milliseconds that changes of settings are gathered before they are sent. */
  liveDelay?: number;
  configureDelay?: number;
}

function positionOf(frame: RunFrame): Position {
  const { phase, arm, step, steps, fraction, elapsedSeconds, secondsPerStep, remainingSeconds } = frame;
  return { phase, arm, step, steps, fraction, elapsedSeconds, secondsPerStep, remainingSeconds };
}

export type PlaygroundStore = ReturnType<typeof createPlayground>;

/** The page's state and everything that can be done to it. Holds the engine's client; knows no React. */
export function createPlayground(options: PlaygroundOptions) {
  const { link } = options;
  const { settings: initialSettings, ...lessonState } = initialLessons(link.lesson, link.settings);
  let liveTimer: ReturnType<typeof setTimeout> | null = null;
  let configureTimer: ReturnType<typeof setTimeout> | null = null;
  let replacements = 0;

  const store = createStore<PlaygroundState>(() => ({
    engine: 'starting',
    backend: null,
    wantedBackend: link.backend,
    without: link.without,
    backends: [],
    speeds: rememberedSpeeds(),
    nextBackend: null,
    networkName: null,
    bundled: true,
    opened: null,
    ownImages: null,
    download: null,
    kept: null,
    progress: null,
    silentSeconds: 0,
    settings: initialSettings,
    applied: initialSettings,
    linkNotes: link.notes,
    status: 'preparing',
    started: false,
    playWhenReady: link.embed?.autostart ?? false,
    replacing: false,
    run: 0,
    position: null,
    ...emptyRecord(),
    recorded: null,
    behind: null,
    reference: null,
    viewing: null,
    replaying: false,
    trouble: null,
    layer: link.view.layer,
    classIndex: link.view.classIndex,
    arm: link.view.arm,
    projection: link.view.projection,
    measure: link.view.measure,
    embed: link.embed,
    ...lessonState,
  }));
  const { getState: get, setState: set } = store;
  /**
   * A run of the engine's was asked for: it takes the place of a recorded one as soon as there is something of it to
   * see.
   */
  let wantsEngineRun = false;

  const client = new EngineClient({
    spawn: options.spawn,
    afterPaint: options.afterPaint,
    events: {
      overview: (overview, fresh) =>
        set((state) => {
          if (!fresh) return { ...withEngineRun(state, { overview }), progress: null };
          return {
            ...withEngineRun(state, emptyRecord(overview)),
            ...(state.recorded ? {} : { viewing: null, replaying: false, ...choicesFor(state, overview) }),
            position: null,
            run: state.run + 1,
            started: false,
            progress: null,
            // What the link asked for is known to be there or not only now.
            linkNotes:
              state.run === 0
                ? [
                    ...state.linkNotes,
                    ...beyondNetwork(link.view, overview.network.layers.length, overview.network.numClasses),
                  ]
                : state.linkNotes,
          };
        }),
      moved: (backend, backends) => set({ backend, backends, nextBackend: null }),
      backends: (backends, fastest) => {
        const { backend, wantedBackend } = get();
        set({ backends });
        if (fastest === null || wantedBackend !== null) return;
        rememberBackend(fastest);
        set({ nextBackend: fastest === backend ? null : fastest });
      },
      frame: (frame) => {
        set((state) => ({
          ...withEngineRun(state, afterFrame(engineRun(state), frame)),
          position: positionOf(frame),
          progress: null,
        }));
        if (wantsEngineRun) actions.showLive();
      },
      status: (status) => {
        set((state) => ({
          status,
          speeds:
            status === 'finished' || status === 'paused'
              ? afterRun(state.speeds, state.backend, state.applied, engineRun(state).overview, state.position)
              : state.speeds,
        }));
        if (status === 'finished') runFinished();
        playIfWanted();
      },
      progress: (progress) => set({ progress }),
      failure: (failure) => set({ trouble: { kind: 'failure', failure }, playWhenReady: false }),
      death: (reason, detail) =>
        set({
          engine: 'dead',
          trouble: { kind: 'death', reason, detail },
          progress: null,
          silentSeconds: 0,
          playWhenReady: false,
        }),
      silence: (silentSeconds) => set({ silentSeconds }),
    },
  });

  /** Shows what a request failed with; a worker that is gone has been reported already. */
  const report = (error: unknown) => {
    const failure = failureOf(error);
    if (failure) set({ trouble: { kind: 'failure', failure } });
  };
  const ask = (request: Promise<void>) => void request.catch(report);

  const clearTimers = () => {
    if (liveTimer !== null) clearTimeout(liveTimer);
    if (configureTimer !== null) clearTimeout(configureTimer);
    liveTimer = configureTimer = null;
  };

  const sendLive = () => {
    liveTimer = null;
    const { settings, applied } = get();
    const live = Object.fromEntries(changedSettings(applied, settings, 'live').map((key) => [key, settings[key]]));
    if (Object.keys(live).length === 0) return;
    set({ applied: { ...applied, ...live } });
    ask(client.update(live));
  };

  const playIfWanted = () => {
    const { status, replacing, playWhenReady } = get();
    if (playWhenReady && !replacing && status === 'ready') actions.play();
  };

  const settingsDiffer = () => {
    const { applied, settings } = get();
    return changedSettings(applied, settings, 'reset').length + changedSettings(applied, settings, 'live').length > 0;
  };

  /** A request that replaces the run. The run that is there stays on the page until the new one is. True when it is. */
  async function replaceRun(request: (settings: RunSettings) => Promise<InitializeReply | void>): Promise<boolean> {
    clearTimers();
    const mine = ++replacements;
    const { settings, applied } = get();
    set({ applied: settings, replacing: true, status: 'preparing', trouble: null, silentSeconds: 0 });
    try {
      const reply = await request(settings);
      if (reply) {
        const { backend, backends, networkName, bundled, opened = null, ownImages = null } = reply;
        set({ engine: 'ready', backend, backends, nextBackend: null, networkName, bundled, opened, ownImages });
      }
    } catch (error) {
      if (mine !== replacements) return false;
      wantsEngineRun = false;
      if (!(error instanceof EngineGone)) {
        set((state) => ({
          engine: state.engine === 'starting' ? 'dead' : state.engine,
          applied,
          playWhenReady: false,
        }));
      }
      report(error);
      set({ replacing: false });
      return false;
    }
    if (mine !== replacements) return true;
    set({ replacing: false });
    // What was changed while the engine was busy.
    if (!get().started && settingsDiffer()) configure();
    else playIfWanted();
    return true;
  }

  function initialize(): void {
    void replaceRun((settings) =>
      client.initialize({
        settings,
        baseUrl: options.baseUrl,
        backend: get().wantedBackend,
        remembered: rememberedBackend(),
        without: link.without,
      }),
    );
  }

  /** Reads files that the user chose and has them take the place of what there is. */
  async function openFiles(
    files: readonly ChosenFile[],
    open: (read: NetworkFile[], settings: RunSettings) => Promise<InitializeReply>,
  ): Promise<void> {
    try {
      wantsEngineRun = true;
      const read = await Promise.all(
        files.map(async ({ path, file }): Promise<NetworkFile> => ({ name: path, bytes: await file.arrayBuffer() })),
      );
      await replaceRun((settings) => open(read, settings));
    } catch (error) {
      wantsEngineRun = false;
      set({ trouble: { kind: 'file', detail: error instanceof Error ? error.message : String(error) } });
    }
  }

  function configure(): void {
    void replaceRun((settings) => client.configure(settings));
  }

  /** The engine's run, at its newest moment; a recorded run stays until the engine's has something to show. */
  const nowLive = (state: PlaygroundState): Partial<PlaygroundState> => {
    if (state.recorded && engineRun(state).live === null) return {};
    return { ...showEngineRun(state), viewing: null, replaying: false };
  };

  /** Something that is at hand takes the place of what there is. */
  const openRead = (open: (settings: RunSettings) => Promise<InitializeReply>) => {
    wantsEngineRun = true;
    return replaceRun(open);
  };
  const { dispose: disposeHub, ...downloads } = hubActions({
    spawnHub: options.spawnHub,
    set,
    openNetwork: (files, notes) => openRead((settings) => client.loadNetwork(files, settings, undefined, notes)),
    openImages: (packed) => openRead((settings) => client.loadPackedImages(packed, settings)),
    report: (failure) => set({ trouble: { kind: 'failure', failure } }),
  });

  const { runFinished, ...lessonActions } = createLessons({ get, set, actions: () => actions });

  const actions: PlaygroundActions = {
    ...lessonActions,
    ...downloads,
    start: initialize,
    play() {
      if (configureTimer !== null && !get().replacing) configure();
      const { engine, status, replacing } = get();
      if (engine === 'dead' || status === 'running' || status === 'finished' || status === 'failed') return;
      wantsEngineRun = true;
      if (replacing || status === 'preparing') return set({ playWhenReady: true });
      if (liveTimer !== null) {
        clearTimeout(liveTimer);
        sendLive();
      }
      set((state) => ({ ...nowLive(state), started: true, playWhenReady: false, trouble: null }));
      ask(client.play());
    },
    pause() {
      if (get().playWhenReady) wantsEngineRun = false;
      set({ playWhenReady: false });
      if (get().status === 'running') ask(client.pause());
    },
    step() {
      const { status, replacing } = get();
      if (replacing || (status !== 'ready' && status !== 'paused')) return;
      wantsEngineRun = true;
      set((state) => ({ ...nowLive(state), started: true, trouble: null }));
      ask(client.step());
    },
    reset() {
      if (get().engine !== 'ready') return;
      set({ playWhenReady: false });
      wantsEngineRun = true;
      configure();
    },
    setSetting: (key, value) => actions.setSettings(withSetting(get().settings, key, value)),
    setSettings(wanted) {
      const settings = holdLocked(get().settings, wanted, get().embed?.locked ?? []);
      set({ settings });
      const { started, applied, engine, replacing } = get();
      if (engine === 'dead') return;
      if (started && !replacing) {
        if (liveTimer === null && changedSettings(applied, settings, 'live').length > 0) {
          liveTimer = setTimeout(sendLive, options.liveDelay ?? 100);
        }
        return;
      }
      if (configureTimer !== null) clearTimeout(configureTimer);
      configureTimer = setTimeout(() => {
        configureTimer = null;
        // A run that is being replaced looks at the settings again when it is there.
        if (!get().replacing && !get().started && get().engine === 'ready' && settingsDiffer()) configure();
      }, options.configureDelay ?? 400);
    },
    useBackend(backend) {
      const before = get().wantedBackend;
      set({ wantedBackend: backend });
      wantsEngineRun = true;
      void replaceRun((settings) => client.useBackend(backend, settings)).then(
        (done) => !done && set({ wantedBackend: before }),
      );
    },
    loadNetwork: (files, options) => openFiles(files, (read, settings) => client.loadNetwork(read, settings, options)),
    loadImages: (files) => openFiles(files, (read, settings) => client.loadImages(read, settings)),
    useBundledImages() {
      wantsEngineRun = true;
      void replaceRun((settings) => client.useBundledImages(settings));
    },
    useBundledNetwork() {
      wantsEngineRun = true;
      void replaceRun((settings) => client.useBundledNetwork(settings));
    },
    restoreSnapshot() {
      set((state) => ({ ...nowLive(state), trouble: null }));
      ask(client.restoreSnapshot(get().settings));
    },
    restartEngine() {
      clearTimers();
      client.restart();
      set({
        engine: 'starting',
        status: 'preparing',
        progress: null,
        trouble: null,
        silentSeconds: 0,
        replacing: false,
      });
      initialize();
    },
    project: (layer, method, signal) => client.project(layer, method, shownGenerator(get()), signal),
    testImages: (indices, signal) => client.testImages(indices, signal),
    workbench: (name, options, onProgress, signal) =>
      client.workbench(name, options, get().settings, onProgress, signal),
    selectLayer: (layer) => set({ layer }),
    toggleClass: (classIndex) => set((state) => ({ classIndex: state.classIndex === classIndex ? null : classIndex })),
    selectArm: (arm) => set({ arm }),
    selectProjection: (projection) => set({ projection }),
    selectMeasure: (measure) => set({ measure }),
    ...timelineActions(store, options.momentDelay),
    ...recordedActions(store, options.versions ?? { playground: '', tfjs: '' }, () => {
      wantsEngineRun = false;
    }),
    showLive() {
      wantsEngineRun = false;
      set(showEngineRun);
    },
    dismissTrouble: () => set({ trouble: null }),
    dismissNotes: () => set({ linkNotes: [] }),
    dismissNextBackend: () => set({ nextBackend: null }),
    dispose() {
      clearTimers();
      actions.stopReplay();
      disposeHub();
      client.dispose();
    },
  };

  return { ...store, actions };
}

import { createStore } from 'zustand/vanilla';
import type { RunFrame } from '../engine/runReport';
import type { RunSettings } from '../engine/runSettings';
import type { InitializeReply } from '../worker/protocol';
import type { DeathReason, WorkerLike } from '../worker/connection';
import { EngineClient } from '../worker/client';
import { EngineGone } from '../worker/connection';
import type { HubWorkerLike } from '../worker/hubClient';
import { rememberBackend, rememberedBackend } from './backendMemory';
import { holdLocked } from './embed';
import { afterRun } from './estimate';
import { failureOf, isOutOfMemory } from './failures';
import { settingsAfter } from './fittedSettings';
import { createLessons } from './lessons/lessonState';
import { initialState } from './initialState';
import { withoutLayers } from './linkMaterial';
import { beyondNetwork } from './linkView';
import { ownActions } from './ownActions';
import type { PlaygroundActions, PlaygroundState, Position } from './playgroundState';
import { engineRun, shownGenerator } from './playgroundState';
import { choicesFor, recordedActions, showEngineRun, showLastRun, withEngineRun } from './recordedRun';
import type { Versions } from './recording/format';
import { Rescue, takeUp } from './rescue';
import { afterFrame, backTo, emptyRecord } from './runRecord';
import { classSampleActions } from './shownClasses';
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

const NO_VERSIONS: Versions = { playground: '', tfjs: '' };

export type PlaygroundStore = ReturnType<typeof createPlayground>;

/** The page's state and everything that can be done to it. Holds the engine's client; knows no React. */
export function createPlayground(options: PlaygroundOptions) {
  const { link } = options;
  let liveTimer: ReturnType<typeof setTimeout> | null = null;
  let configureTimer: ReturnType<typeof setTimeout> | null = null;
  let replacements = 0;

  const store = createStore<PlaygroundState>(() => initialState(link));
  const { getState: get, setState: set } = store;
  /**
   * A run of the engine's was asked for: it takes the place of a recorded one as soon as there is something of it to
   * see.
   */
  let wantsEngineRun = false;
  const rescue = new Rescue();

  const client = new EngineClient({
    spawn: options.spawn,
    afterPaint: options.afterPaint,
    events: {
      overview: (overview, fresh) => {
        if (fresh) rescue.began(overview);
        set((state) => {
          if (!fresh) return { ...withEngineRun(state, { overview }), progress: null };
          return {
            ...withEngineRun(state, emptyRecord(overview)),
            ...(state.recorded ? {} : { viewing: null, replaying: false, ...choicesFor(state, overview) }),
            position: null,
            run: state.run + 1,
            rescueStep: null,
            started: false,
            progress: null,
            // What the link asked for is known to be there or not only now.
            linkNotes:
              state.run === 0 && !link.material
                ? [
                    ...state.linkNotes,
                    ...beyondNetwork(link.view, overview.network.layers.length, overview.network.numClasses),
                  ]
                : state.linkNotes,
          };
        });
      },
      moved: (backend, backends) => set({ backend, backends, nextBackend: null }),
      backends: (backends, fastest) => {
        const { backend, wantedBackend } = get();
        set({ backends });
        if (fastest === null || wantedBackend !== null) return;
        rememberBackend(fastest);
        set({ nextBackend: fastest === backend ? null : fastest });
      },
      remark: (remark) => set({ remark }),
      frame: (frame) => {
        try {
          set((state) => ({
            ...withEngineRun(state, afterFrame(engineRun(state), frame)),
            position: positionOf(frame),
            progress: null,
          }));
        } catch (error) {
          if (!isOutOfMemory(error)) throw error;
          shortOfMemory();
        }
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
      snapshot: (snapshot) => {
        rescue.keep(snapshot);
        set({ rescueStep: snapshot.step });
      },
      death: engineDied,
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
    if (playWhenReady && !replacing && (status === 'ready' || status === 'paused')) play(get().trouble);
  };

  const settingsDiffer = () => {
    const { applied, settings } = get();
    return changedSettings(applied, settings, 'reset').length + changedSettings(applied, settings, 'live').length > 0;
  };

  /**
   * A request that replaces the run, or, where it `goesOn`, has another engine go on with it. The run that is there
   * stays on the page until the new one is. True when it is.
   */
  async function replaceRun(
    request: (settings: RunSettings) => Promise<InitializeReply | void>,
    goesOn = false,
  ): Promise<boolean> {
    clearTimers();
    const mine = ++replacements;
    const { settings, applied } = get();
    set({
      applied: goesOn ? applied : settings,
      replacing: true,
      takingUp: goesOn,
      status: 'preparing',
      trouble: null,
      silentSeconds: 0,
    });
    try {
      const reply = await request(settings);
      if (reply) {
        const { backend, backends, networkName, bundled, opened = null, ownImages = null, mendable = false } = reply;
        if (mine === replacements) set((state) => settingsAfter(state, settings, reply));
        set({
          engine: 'ready',
          backend,
          backends,
          nextBackend: null,
          networkName,
          bundled,
          opened,
          ownImages,
          mendable,
        });
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
      set({ replacing: false, takingUp: false });
      return false;
    }
    if (mine !== replacements) return true;
    set({ replacing: false, takingUp: false });
    // What was changed while the engine was busy.
    if (!get().started && settingsDiffer()) configure();
    else playIfWanted();
    return true;
  }

  const startOptions = (remembered = rememberedBackend()) => ({
    baseUrl: options.baseUrl,
    backend: get().wantedBackend,
    remembered,
    without: link.without,
  });

  function initialize(): void {
    // Layers that the link names are another network's as long as that is not there.
    const first = (settings: RunSettings) => (get().linked ? withoutLayers(settings) : settings);
    void replaceRun((settings) => client.initialize({ settings: first(settings), ...startOptions() }));
  }

  function freshEngine(): void {
    clearTimers();
    client.restart();
    set({ engine: 'starting', status: 'preparing', progress: null, trouble: null, silentSeconds: 0, replacing: false });
  }

  /** A fresh engine goes on with the run, on the backend that it was on. False where there is nothing to go on with. */
  function goOn(play: boolean): boolean {
    const source = rescue.source(get());
    if (!source) return false;
    freshEngine();
    const { elapsedSeconds } = source.resumed.snapshot!;
    set((state) => ({
      ...withEngineRun(state, backTo(engineRun(state), elapsedSeconds)),
      started: true,
      playWhenReady: play,
      ...(state.behind ? {} : { viewing: null, replaying: false }),
    }));
    void replaceRun(() => takeUp(client, source, startOptions(get().backend)), true);
    return true;
  }

  /** Starts another engine and goes on where the run was; not for ever, where that does not help. */
  function engineDied(reason: DeathReason, detail: string): void {
    const { engine, status, playWhenReady, run } = get();
    const playing = status === 'running' || playWhenReady;
    const trouble = { kind: 'death', reason, detail } as const;
    // A script that cannot be had at all is not there the next time either.
    const hopeless = reason === 'crashed' && engine === 'starting' && run === 0;
    if (hopeless || !rescue.mayRestart()) {
      const stopped = { progress: null, silentSeconds: 0, playWhenReady: false };
      return set({ engine: 'dead', ...stopped, trouble: { ...trouble, then: 'waits' } });
    }
    const goesOn = goOn(playing);
    if (!goesOn) {
      // For those who look on: this run has come to its end.
      set({ engine: 'dead', silentSeconds: 0 });
      freshEngine();
      set({ playWhenReady: playing });
      initialize();
    }
    set({ trouble: { ...trouble, then: goesOn ? 'goesOn' : 'begins' } });
  }

  /** Gives up what can be spared, and lets nothing more come. */
  function shortOfMemory(): void {
    set((state) => {
      const record = engineRun(state);
      return {
        ...withEngineRun(state, { history: record.history.filter((_, i) => i % 4 === 0) }),
        trouble: { kind: 'pageMemory' },
      };
    });
    actions.pause();
  }

  function configure(): void {
    void replaceRun((settings) => client.configure(settings));
  }

  /** The engine's run, at its newest moment; a recorded run stays until the engine's has something to show. */
  const nowLive = (state: PlaygroundState): Partial<PlaygroundState> => {
    if (state.recorded && engineRun(state).live === null) return {};
    return { ...showEngineRun(state), viewing: null, replaying: false };
  };

  /** @param trouble what was wrong, to be seen on; null: that is past */
  function play(trouble: PlaygroundState['trouble']): void {
    if (configureTimer !== null && !get().replacing) configure();
    const { engine, status, replacing } = get();
    if (engine === 'dead' || status === 'running' || status === 'finished' || status === 'failed') return;
    wantsEngineRun = true;
    if (replacing || status === 'preparing') return set({ playWhenReady: true });
    if (liveTimer !== null) {
      clearTimeout(liveTimer);
      sendLive();
    }
    set((state) => ({ ...nowLive(state), started: true, playWhenReady: false, trouble }));
    ask(client.play());
  }

  const { dispose: disposeOwn, ...own } = ownActions({
    get,
    set,
    client,
    rescue,
    spawnHub: options.spawnHub,
    replaceRun,
    wantEngineRun: (wanted) => {
      wantsEngineRun = wanted;
    },
    report,
    saveRecording: () => actions.saveRecording(),
    linkedCame() {
      const { overview } = engineRun(get());
      if (!overview) return;
      const { layer, classIndex } = link.view;
      const { layers, numClasses } = overview.network;
      set((state) => ({
        ...choicesFor({ ...state, layer, classIndex }, overview),
        linkNotes: [...state.linkNotes, ...beyondNetwork(link.view, layers.length, numClasses)],
      }));
      if (link.embed?.autostart) actions.play();
    },
  });

  const { runFinished, ...lessonActions } = createLessons({ get, set, actions: () => actions });

  const actions: PlaygroundActions = {
    ...lessonActions,
    ...own,
    start: initialize,
    play: () => play(null),
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
    restoreSnapshot() {
      set((state) => ({ ...nowLive(state), trouble: null }));
      ask(client.restoreSnapshot(get().settings));
    },
    restartEngine() {
      freshEngine();
      initialize();
    },
    bringBack(last) {
      if (last.snapshot === null || !get().bundled)
        return set((state) => showLastRun(state, last, options.versions ?? NO_VERSIONS));
      rescue.began({ settings: last.settings });
      rescue.snapshot = last.snapshot;
      wantsEngineRun = true;
      const resumed = rescue.source({ applied: last.applied, bundled: true, ownImages: null })!;
      set((state) => ({
        ...showEngineRun(state),
        ...last.record,
        ...choicesFor(state, last.record.overview),
        settings: last.applied,
        applied: last.applied,
        position: last.position,
        run: state.run + 1,
        rescueStep: last.snapshot!.step,
        started: true,
        playWhenReady: false,
      }));
      void replaceRun(() => client.configure(resumed.settings, resumed.resumed), true);
    },
    pageOutOfMemory: shortOfMemory,
    goOn: () => void (goOn(true) || actions.restartEngine()),
    project: (layer, method, signal) => client.project(layer, method, shownGenerator(get()), signal),
    testImages: (indices, signal) => client.testImages(indices, signal),
    workbench: (name, options, onProgress, signal) =>
      client.workbench(name, options, get().settings, onProgress, signal),
    standAside: () => {
      // Where nothing runs there is nothing that would have to wait.
      if (get().status === 'running') void client.standAside().catch(() => undefined);
    },
    selectLayer: (layer) => set({ layer }),
    ...classSampleActions(store, (classes) => ask(client.lookAt(classes))),
    selectArm: (arm) => set({ arm }),
    selectProjection: (projection) => set({ projection }),
    selectMeasure: (measure) => set({ measure }),
    ...timelineActions(store, options.momentDelay),
    ...recordedActions(store, options.versions ?? NO_VERSIONS, () => {
      wantsEngineRun = false;
    }),
    showLive() {
      wantsEngineRun = false;
      set(showEngineRun);
    },
    dismissTrouble: () => set({ trouble: null }),
    dismissNotes: () => set({ linkNotes: [] }),
    dismissNextBackend: () => set({ nextBackend: null }),
    dismissRemark: () => set({ remark: null }),
    dispose() {
      clearTimers();
      actions.stopReplay();
      disposeOwn();
      client.dispose();
    },
  };

  /** What the engine's run is made of and where it could go on; null where that is not known. */
  const runSource = () => rescue.source(get());

  return { ...store, actions, runSource };
}

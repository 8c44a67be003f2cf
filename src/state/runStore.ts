import { createStore } from 'zustand/vanilla';
import type { GeneratorSample, RunFrame, StudentSample } from '../engine/training/runReport';
import type { RunSettings } from '../engine/training/runSettings';
import type { Failure, InitializeReply, NetworkFile } from '../worker/protocol';
import type { WorkerLike } from '../worker/client';
import { EngineClient, EngineFailure, EngineGone } from '../worker/client';
import { holdLocked } from './embed';
import { addMoment, nextMoment } from './history';
import { beyondNetwork } from './linkView';
import type { PlaygroundActions, PlaygroundState, Position } from './playgroundState';
import { appendSamples, emptySeries } from './series';
import { changedSettings, withSetting } from './settings';
import type { Link } from './shareLink';

export interface PlaygroundOptions {
  link: Link;
  baseUrl: string;
  spawn: () => WorkerLike;
  afterPaint?: (callback: () => void) => void;
  /** Milliseconds that changes of settings are gathered before they are sent. */
  liveDelay?: number;
  configureDelay?: number;
}

const freshRun = () => ({
  position: null,
  generatorLosses: emptySeries<GeneratorSample>(),
  studentLosses: { calibration: emptySeries<StudentSample>(), fdda: emptySeries<StudentSample>() },
  live: null,
  history: [],
  viewing: null,
});

function positionOf(frame: RunFrame): Position {
  const { phase, step, steps, fraction, elapsedSeconds, secondsPerStep, remainingSeconds, message } = frame;
  return { phase, step, steps, fraction, elapsedSeconds, secondsPerStep, remainingSeconds, message };
}

export type PlaygroundStore = ReturnType<typeof createPlayground>;

/** The page's state and everything that can be done to it. Holds the engine's client; knows no React. */
export function createPlayground(options: PlaygroundOptions) {
  const { link } = options;
  let liveTimer: ReturnType<typeof setTimeout> | null = null;
  let configureTimer: ReturnType<typeof setTimeout> | null = null;
  let replacements = 0;

  const store = createStore<PlaygroundState>(() => ({
    engine: 'starting',
    backend: null,
    wantedBackend: link.backend,
    without: link.without,
    backends: [],
    networkName: null,
    bundled: true,
    progress: null,
    silentSeconds: 0,
    settings: link.settings,
    applied: link.settings,
    linkNotes: link.notes,
    status: 'preparing',
    started: false,
    playWhenReady: link.embed?.autostart ?? false,
    replacing: false,
    run: 0,
    overview: null,
    ...freshRun(),
    trouble: null,
    layer: link.view.layer,
    classIndex: link.view.classIndex,
    projection: link.view.projection,
    measure: link.view.measure,
    lesson: link.lesson,
    embed: link.embed,
  }));
  const { getState: get, setState: set } = store;

  const client = new EngineClient({
    spawn: options.spawn,
    afterPaint: options.afterPaint,
    events: {
      overview: (overview, fresh) =>
        set(({ run, layer, classIndex, linkNotes }) => {
          if (!fresh) return { overview, progress: null };
          const last = overview.network.layers.length - 1;
          return {
            ...freshRun(),
            run: run + 1,
            overview,
            started: false,
            progress: null,
            // What the link asked for is known to be there or not only now.
            linkNotes: run === 0 ? [...linkNotes, ...beyondNetwork(link.view, last + 1, overview.network.numClasses)] : linkNotes,
            // Deep layers are where classes lie apart: a good first look.
            layer: layer === null || layer > last ? last : layer,
            classIndex: classIndex !== null && classIndex < overview.network.numClasses ? classIndex : null,
          };
        }),
      frame: (frame) =>
        set((state) => {
          const live = nextMoment(state.live, frame);
          const ofMethod = (method: StudentSample['method']) => frame.student.filter((sample) => sample.method === method);
          return {
            position: positionOf(frame),
            live,
            history: addMoment(state.history, live),
            generatorLosses: appendSamples(state.generatorLosses, frame.generator),
            studentLosses:
              frame.student.length === 0
                ? state.studentLosses
                : {
                    calibration: appendSamples(state.studentLosses.calibration, ofMethod('calibration')),
                    fdda: appendSamples(state.studentLosses.fdda, ofMethod('fdda')),
                  },
            progress: null,
          };
        }),
      status: (status) => {
        set({ status });
        playIfWanted();
      },
      progress: (progress) => set({ progress }),
      failure: (failure) => set({ trouble: { kind: 'failure', failure }, playWhenReady: false }),
      death: (reason, detail) =>
        set({ engine: 'dead', trouble: { kind: 'death', reason, detail }, progress: null, silentSeconds: 0, playWhenReady: false }),
      silence: (silentSeconds) => set({ silentSeconds }),
    },
  });

  /** Shows what a request failed with; a worker that is gone has been reported already. */
  const report = (error: unknown) => {
    if (error instanceof EngineGone) return;
    const failure: Failure =
      error instanceof EngineFailure
        ? error.failure
        : { code: 'internal', message: error instanceof Error ? error.message : String(error), hint: '' };
    set({ trouble: { kind: 'failure', failure } });
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
        const { backend, backends, networkName, bundled } = reply;
        set({ engine: 'ready', backend, backends, networkName, bundled });
      }
    } catch (error) {
      if (mine !== replacements) return false;
      if (!(error instanceof EngineGone)) {
        set((state) => ({ engine: state.engine === 'starting' ? 'dead' : state.engine, applied, playWhenReady: false }));
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
      client.initialize({ settings, baseUrl: options.baseUrl, backend: get().wantedBackend, without: link.without }),
    );
  }

  function configure(): void {
    void replaceRun((settings) => client.configure(settings));
  }

  const actions: PlaygroundActions = {
    start: initialize,
    play() {
      if (configureTimer !== null && !get().replacing) configure();
      const { engine, status, replacing } = get();
      if (engine === 'dead' || status === 'running' || status === 'finished' || status === 'failed') return;
      if (replacing || status === 'preparing') return set({ playWhenReady: true });
      if (liveTimer !== null) {
        clearTimeout(liveTimer);
        sendLive();
      }
      set({ started: true, playWhenReady: false, viewing: null, trouble: null });
      ask(client.play());
    },
    pause() {
      set({ playWhenReady: false });
      if (get().status === 'running') ask(client.pause());
    },
    step() {
      const { status, replacing } = get();
      if (replacing || (status !== 'ready' && status !== 'paused')) return;
      set({ started: true, viewing: null, trouble: null });
      ask(client.step());
    },
    reset() {
      if (get().engine !== 'ready') return;
      set({ playWhenReady: false });
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
      void replaceRun((settings) => client.useBackend(backend, settings)).then((done) => !done && set({ wantedBackend: before }));
    },
    async loadNetwork(files) {
      try {
        const read = await Promise.all(files.map(async (file): Promise<NetworkFile> => ({ name: file.name, bytes: await file.arrayBuffer() })));
        await replaceRun((settings) => client.loadNetwork(read, settings));
      } catch (error) {
        set({ trouble: { kind: 'file', detail: error instanceof Error ? error.message : String(error) } });
      }
    },
    useBundledNetwork: () => void replaceRun((settings) => client.useBundledNetwork(settings)),
    restoreSnapshot() {
      set({ trouble: null, viewing: null });
      ask(client.restoreSnapshot(get().settings));
    },
    restartEngine() {
      clearTimers();
      client.restart();
      set({ engine: 'starting', status: 'preparing', progress: null, trouble: null, silentSeconds: 0, replacing: false });
      initialize();
    },
    project: (layer, method, signal) => client.project(layer, method, signal),
    selectLayer: (layer) => set({ layer }),
    toggleClass: (classIndex) => set((state) => ({ classIndex: state.classIndex === classIndex ? null : classIndex })),
    selectProjection: (projection) => set({ projection }),
    selectMeasure: (measure) => set({ measure }),
    view: (viewing) => set({ viewing }),
    dismissTrouble: () => set({ trouble: null }),
    dismissNotes: () => set({ linkNotes: [] }),
    dispose() {
      clearTimers();
      client.dispose();
    },
  };

  return { ...store, actions };
}

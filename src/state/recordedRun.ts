import type { StoreApi } from 'zustand/vanilla';
import type { RunOverview } from '../engine/runReport';
import type { LastRun } from './lastRun';
import type { PlaygroundActions, PlaygroundState } from './playgroundState';
import { BUNDLED_DATASET, engineRun, shownSettings } from './playgroundState';
import { referenceOf } from './recording/agreement';
import { RecordingError } from './recording/checks';
import type { Recording, Versions } from './recording/format';
import { LIMITS } from './recording/format';
import { openRecording, readRecording } from './recording/read';
import type { RunRecord } from './runRecord';
import { sameValue, SETTING_KEYS } from './settings';

/** What a run on the user's images is said to be on. */
const OWN_DATASET = 'own images';

/** Whether the engine has the test images of the run that is on the page, to look at. */
export const hasTestImages = ({ recorded, ownImages }: Pick<PlaygroundState, 'recorded' | 'ownImages'>): boolean =>
  recorded === null || (recorded.dataset === BUNDLED_DATASET && ownImages === null);

/** What is new of the engine's run, put where that run is: on the page, or behind the recorded one that is shown. */
export function withEngineRun(state: PlaygroundState, news: Partial<RunRecord>): Partial<PlaygroundState> {
  return state.behind ? { behind: { ...state.behind, ...news } } : news;
}

/**
 * Layer and class stay chosen as far as the run that comes has them; deep layers, where classes lie apart, are a good
 * first look.
 */
export function choicesFor(
  { layer, classIndex }: PlaygroundState,
  overview: RunOverview | null,
): Partial<PlaygroundState> {
  if (!overview) return {};
  const last = overview.network.layers.length - 1;
  return {
    layer: layer === null || layer > last ? last : layer,
    classIndex: classIndex !== null && classIndex < overview.network.numClasses ? classIndex : null,
  };
}

/** The engine's run takes the place of the recorded one. */
export function showEngineRun(state: PlaygroundState): Partial<PlaygroundState> {
  if (!state.behind) return {};
  return {
    ...state.behind,
    recorded: null,
    behind: null,
    viewing: null,
    replaying: false,
    ...choicesFor(state, state.behind.overview),
  };
}

export function showRecording(
  state: PlaygroundState,
  recording: Recording,
  file: string | null,
): Partial<PlaygroundState> {
  const { record, ...facts } = recording;
  const { overview, generatorLosses, studentLosses, live, history } = engineRun(state);
  return {
    ...record,
    recorded: { ...facts, file },
    behind: { overview, generatorLosses, studentLosses, live, history },
    reference: referenceOf(recording),
    viewing: null,
    replaying: false,
    ...choicesFor(state, record.overview),
  };
}

/** A run of an earlier visit that cannot be gone on with, shown as a recorded one. */
export function showLastRun(state: PlaygroundState, last: LastRun, versions: Versions): Partial<PlaygroundState> {
  const { record, applied, backend, finished } = last;
  const written = new Date().toISOString();
  const recording = { record, settings: applied, versions, backend, dataset: BUNDLED_DATASET, written, finished };
  return showRecording(state, recording, record.overview.network.name);
}

/** @param onShown is called when a recorded run takes the place of the engine's */
export function recordedActions(
  { getState: get, setState: set }: StoreApi<PlaygroundState>,
  versions: Versions,
  onShown: () => void,
): Pick<PlaygroundActions, 'showShipped' | 'openRecording' | 'openShipped' | 'saveRecording'> {
  /** @param file null: it came with the page */
  async function open(name: string, file: string | null, read: () => Promise<Recording>): Promise<void> {
    try {
      const recording = await read();
      onShown();
      set((state) => ({ ...showRecording(state, recording, file), trouble: null }));
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      set({ trouble: { kind: 'recording', name, problem: error.problem } });
    }
  }

  return {
    async showShipped(text) {
      const opened = openRecording(text);
      // Another run than the one asked for must not be taken for it.
      const wanted = () => {
        const { settings, recorded, started } = get();
        return (
          recorded === null &&
          !started &&
          SETTING_KEYS.every((key) => sameValue(settings[key], opened.facts.settings[key]))
        );
      };
      if (!wanted()) return false;
      const recording = await opened.unpack();
      if (!wanted()) return false;
      set((state) => showRecording(state, recording, null));
      return true;
    },
    openRecording: (file) =>
      open(file.name, file.name, async () => {
        if (file.size > LIMITS.fileBytes)
          throw new RecordingError({ kind: 'tooLarge', bytes: file.size, most: LIMITS.fileBytes });
        const text = await file.text().catch((error: unknown) => {
          throw new RecordingError({
            kind: 'unreadable',
            detail: error instanceof Error ? error.message : String(error),
          });
        });
        return readRecording(text);
      }),
    openShipped: (name, text) =>
      open(name, null, async () => {
        if (text === null) throw new RecordingError({ kind: 'notLoaded' });
        return readRecording(text);
      }),
    async saveRecording() {
      const state = get();
      const { recorded, overview, live, history, generatorLosses, studentLosses, backend } = state;
      if (!overview || !live || (!recorded && backend === null)) return null;
      // Only those who save need the writer.
      const { writeRecording } = await import('./recording/write');
      const settings = shownSettings(state);
      const { file: _, ...facts } = recorded ?? {
        file: null,
        settings,
        versions,
        backend: backend!,
        dataset: state.ownImages === null ? BUNDLED_DATASET : OWN_DATASET,
        written: new Date().toISOString(),
        finished: state.status === 'finished',
      };
      const text = await writeRecording({
        ...facts,
        record: { overview, live, history, generatorLosses, studentLosses },
      });
      return { name: `fdda-run-seed${settings.seed}-w${settings.weightBits}a${settings.activationBits}.json`, text };
    },
  };
}

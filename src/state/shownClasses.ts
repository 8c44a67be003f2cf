import type { StoreApi } from 'zustand/vanilla';
import { MOST_PICKED, MOST_SHOWN, sampledClasses } from './classSample';
import type { PlaygroundActions, PlaygroundState } from './playgroundState';
import { shownGenerator, shownSynthetic } from './playgroundState';

const NONE: readonly number[] = [];
let latest: { inputs: readonly unknown[]; shown: readonly number[] } | null = null;

/** The classes that the views show, for the page as it stands; the very same list as long as nothing in it has changed. */
export function shownClasses(state: PlaygroundState): readonly number[] {
  const { overview, history, classSample, classIndex } = state;
  if (!overview) return NONE;
  const snapshot = shownSynthetic(state);
  const arm = shownGenerator(state);
  // What was looked at first may be of other classes than now, and says nothing of those.
  const first =
    classSample.by === 'changed' && arm ? (history.find((m) => m.synthetic[arm])?.synthetic[arm] ?? null) : null;
  const inputs = [overview, snapshot, first, classSample, classIndex];
  if (latest && inputs.every((input, i) => input === latest!.inputs[i])) return latest.shown;
  const shown = sampledClasses(overview, snapshot, first, classSample, classIndex);
  const same = latest !== null && latest.inputs[0] === overview && String(shown) === String(latest.shown);
  latest = { inputs, shown: same ? latest!.shown : shown };
  return latest.shown;
}

/** What the page does about it. @param ask has the engine look at these classes */
export function classSampleActions(
  { getState: get, setState: set }: StoreApi<PlaygroundState>,
  ask: (classes: readonly number[]) => void,
): Pick<PlaygroundActions, 'sampleClasses' | 'pickClass' | 'toggleClass'> {
  /** A chosen or picked class is looked at as well, where not all are. */
  const look = () => {
    const { overview, classSample, classIndex, recorded } = get();
    if (!overview || recorded || overview.network.numClasses <= MOST_SHOWN) return;
    ask([...new Set([...classSample.picked, ...(classIndex === null ? [] : [classIndex])])]);
  };
  return {
    sampleClasses: (by) => set(({ classSample }) => ({ classSample: { ...classSample, by } })),
    pickClass(classIndex) {
      set(({ classSample: { by, picked } }) => ({
        classIndex,
        classSample: { by, picked: [...picked.filter((c) => c !== classIndex), classIndex].slice(-MOST_PICKED) },
      }));
      look();
    },
    toggleClass(classIndex) {
      set((state) => ({ classIndex: state.classIndex === classIndex ? null : classIndex }));
      look();
    },
  };
}

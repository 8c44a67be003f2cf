import { createContext, useContext, useMemo } from 'react';
import { createStore, useStore } from 'zustand';
import type { ArmId } from '../../engine/methods/arms';
import type { SyntheticSnapshot } from '../../engine/runReport';
import type { ComparisonState, ComparisonStore } from '../../state/compare/comparison';
import type { KeptRun } from '../../state/compare/keptRun';
import { networkKey } from '../../state/compare/keptRun';
import type { Spread } from '../../state/compare/results';
import type { SeedSeries } from '../../state/compare/seedSeries';
import { spreadOf } from '../../state/compare/results';
import { sameButSeed } from '../../state/compare/difference';
import { shownSettings } from '../../state/playgroundState';
import { generatorArm } from '../../state/runRecord';
import { usePlayground } from '../playground';

/** Null where nothing is compared: the views then show one run. */
export const ComparisonContext = createContext<ComparisonStore | null>(null);

const nothing = createStore<ComparisonState>(() => ({ pinned: null, results: [], kept: [], series: null }));

/** A part of what this visit's runs are compared by. */
export function useComparison<T>(selector: (state: ComparisonState) => T): T {
  return useStore(useContext(ComparisonContext) ?? nothing, selector);
}

export function useComparisonActions() {
  const store = useContext(ComparisonContext);
  if (!store) throw new Error('There is no comparison around this component.');
  return store.actions;
}

const pinnedOf = ({ pinned }: ComparisonState) => pinned;
const seriesOf = ({ series }: ComparisonState) => series;

/** The pinned run, to be shown beside the one on the page; null when there is none or when it is the same. */
export function usePinned(): KeptRun | null {
  const pinned = useComparison(pinnedOf);
  const same = usePlayground(({ live }) => live !== null && live === pinned?.moment);
  return same ? null : pinned;
}

/** Of a pinned run the synthetic images that stand beside those of an arm: that arm's, or its leading one's. */
export function pinnedSynthetic(pinned: KeptRun | null, arm: ArmId | null): SyntheticSnapshot | null {
  const owner = pinned && generatorArm(pinned.overview, arm);
  return (owner && pinned.moment.synthetic[owner]) ?? null;
}

/** The repetition over seeds of the run on the page; null where there is none. */
export function useSeries(): SeedSeries | null {
  const series = useComparison(seriesOf);
  const fits = usePlayground((state) => {
    const { overview } = state;
    return (
      series !== null &&
      overview !== null &&
      sameButSeed(series.settings, shownSettings(state)) &&
      series.results.every(({ network }) => network === networkKey(overview))
    );
  });
  return fits ? series : null;
}

const NO_SPREAD: readonly Spread[] = [];

/** How the accuracies of the run on the page scatter over seeds, where that was tried. */
export function useSpread(): readonly Spread[] {
  const series = useSeries();
  return useMemo(() => (series ? spreadOf(series.results) : NO_SPREAD), [series]);
}

import type { RunSettings } from '../../engine/runSettings';
import type { PlaygroundState } from '../playgroundState';
import type { PlaygroundStore } from '../runStore';
import { SETTINGS } from '../settings';
import { differingKeys } from './difference';
import type { Result } from './results';

/** The same settings with one seed after the other. */
export interface SeedSeries {
  /** As they were when it began; its seed is the first. */
  settings: RunSettings;
  seeds: readonly number[];
  /** Of the seeds that are finished, in their order. */
  results: readonly Result[];
  /**
   * `interrupted`: settings were changed, or the run was replaced, by hand. `failed`: a run broke down or the engine
   * was lost. What was finished by then stays in every case.
   */
  state: 'running' | 'finished' | 'cancelled' | 'interrupted' | 'failed';
}

export const MIN_SEEDS = 2;
export const MAX_SEEDS = 10;

/** `count` seeds from `first` on; after the largest allowed comes 0. */
export function seedsFrom(first: number, count: number): number[] {
  const most = Math.min(MAX_SEEDS, Math.max(MIN_SEEDS, Math.round(count)));
  return Array.from({ length: most }, (_, i) => (first + i) % (SETTINGS.seed.max + 1));
}

/** A series may begin where a reset would lose nothing that is going on. */
export const canRepeat = ({ engine, status, replacing }: PlaygroundState): boolean =>
  engine === 'ready' && !replacing && status !== 'running' && status !== 'preparing';

/**
 * Takes the page through the seeds of a series by what a user would do as well: set the seed, reset, play. It looks on
 * and steps back as soon as the user, or a failure, takes the run elsewhere; the user's own seed is put back at the
 * end.
 */
export class SeedRunner {
  private series: SeedSeries | null = null;
  /** The seed that the controls show while the series has them. */
  private seed = 0;
  /** The run that it gets. */
  private awaited = 0;
  /** The awaited run is there, all requests for it answered. */
  private arrived = false;
  /** Changes of the state that are the runner's own doing. */
  private acting = false;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** @param changed is told of every change of the series */
  constructor(
    private readonly playground: PlaygroundStore,
    private readonly changed: (series: SeedSeries) => void,
  ) {}

  /** Begins a series with the settings as they are, if nothing is going on. */
  begin(count: number): void {
    const state = this.playground.getState();
    if (this.running || !canRepeat(state)) return;
    this.seed = state.settings.seed;
    this.update({
      settings: state.settings,
      seeds: seedsFrom(state.settings.seed, count),
      results: [],
      state: 'running',
    });
    this.runSeed();
  }

  cancel(): void {
    if (this.running) this.end('cancelled');
  }

  /** Looks at a change of the page's state. `result`: the run that has just finished. */
  look(state: PlaygroundState, result: Result | null): void {
    const { series } = this;
    if (!series || !this.running || this.acting) return;
    if (state.engine === 'dead' || state.status === 'failed') return this.end('failed');
    if (differingKeys(state.settings, { ...series.settings, seed: this.seed }).length > 0)
      return this.end('interrupted');
    if (state.run > this.awaited) return this.end('interrupted');
    if (state.run < this.awaited) {
      // Refused: the run that was there is back.
      if (!state.replacing) this.end('failed');
      return;
    }
    if (state.replacing) {
      // Another engine that goes on with the run is no news.
      if (this.arrived && !state.takingUp) this.end('interrupted');
      return;
    }
    this.arrived = true;
    if (result?.run !== this.awaited) return;
    this.update({ ...series, results: [...series.results, result] });
    if (series.results.length + 1 === series.seeds.length) return this.end('finished');
    // Whoever else looks at this change sees the finished run before it goes.
    this.timer = setTimeout(() => this.runSeed(), 0);
  }

  dispose(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.series = null;
  }

  private get running(): boolean {
    return this.series?.state === 'running';
  }

  private runSeed(): void {
    this.timer = null;
    const { series } = this;
    if (!series) return;
    const { actions, getState } = this.playground;
    this.seed = series.seeds[series.results.length];
    this.awaited = getState().run + 1;
    this.arrived = false;
    this.acting = true;
    actions.setSettings({ ...series.settings, seed: this.seed });
    actions.reset();
    actions.play();
    this.acting = false;
    this.look(getState(), null);
  }

  private end(state: Exclude<SeedSeries['state'], 'running'>): void {
    const series = this.series!;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.update({ ...series, state });
    const { actions, getState } = this.playground;
    if (state === 'cancelled') actions.pause();
    const { settings } = getState();
    // Only the seed is the series' own: other settings may be newer, and a seed chosen meanwhile is the user's.
    if (settings.seed === this.seed && settings.seed !== series.settings.seed)
      actions.setSettings({ ...settings, seed: series.settings.seed });
  }

  private update(series: SeedSeries): void {
    this.series = series;
    this.changed(series);
  }
}

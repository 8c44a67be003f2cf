import type { StoreApi } from 'zustand/vanilla';
import type { Moment } from './history';
import type { PlaygroundActions, PlaygroundState } from './playgroundState';

/** Milliseconds that a moment stays: all that a history holds pass in less than 20 seconds. */
const MOMENT_DELAY = 150;

/** The moment after the one that is shown, however the history was thinned meanwhile; null: the newest, or none. */
function following({ history, viewing }: PlaygroundState): Moment | null {
  if (history.length < 2) return null;
  const next = viewing === null ? 0 : history.findIndex(({ id }) => id > viewing.id);
  return next < 0 || next >= history.length - 1 ? null : history[next];
}

/** What the timeline does: brings moments back, one by one or as a film. */
export function timelineActions(
  { getState: get, setState: set }: StoreApi<PlaygroundState>,
  delay = MOMENT_DELAY,
): Pick<PlaygroundActions, 'view' | 'viewNext' | 'replay' | 'stopReplay'> {
  let timer: ReturnType<typeof setInterval> | null = null;

  const stop = () => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    if (get().replaying) set({ replaying: false });
  };
  return {
    view(viewing) {
      stop();
      set({ viewing });
    },
    viewNext() {
      stop();
      set({ viewing: following(get()) });
    },
    replay() {
      stop();
      if (get().history.length < 2) return;
      set((state) => ({ replaying: true, viewing: state.viewing ?? following(state) }));
      timer = setInterval(() => {
        // Play, Reset and others end it by saying so.
        if (!get().replaying) return stop();
        const next = following(get());
        set({ viewing: next });
        if (next === null) stop();
      }, delay);
    },
    stopReplay: stop,
  };
}

import { remember, remembered } from './remembered';

/** How far a visitor is with the tour of the page. */
export interface TourProgress {
  /** Where it begins or goes on, counted from 0. */
  step: number;
  /** False for who has neither taken nor declined it. */
  known: boolean;
}

const NAME = 'fdda-tour';
const OVER = 'over';

/** What is remembered of the tour; a step that is no longer there is the first one. */
export function rememberedTour(steps: number): TourProgress {
  const kept = remembered(NAME);
  if (kept === null) return { step: 0, known: false };
  const step = Number(kept);
  return { step: Number.isInteger(step) && step > 0 && step < steps ? step : 0, known: true };
}

/** The step to go on with next time; null: from the start. */
export function rememberTour(step: number | null): void {
  remember(NAME, step === null ? OVER : String(step));
}

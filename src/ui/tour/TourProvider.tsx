import type { ReactNode } from 'react';
import { useMemo, useState } from 'react';
import { rememberedTour, rememberTour } from '../../state/tourProgress';
import type { Tour } from './tour';
import { createStops, TOUR_STOPS, TourContext } from './tour';

/** Knows the stops of the tour and how far the visitor is. */
export function TourProvider({ children }: { children: ReactNode }) {
  const [stops] = useState(createStops);
  const [progress, setProgress] = useState(() => rememberedTour(TOUR_STOPS.length));
  const [open, setOpen] = useState(false);
  const tour = useMemo((): Tour => {
    const { step, known } = progress;
    const go = (next: number) => {
      setProgress({ step: next, known: true });
      rememberTour(next);
    };
    return {
      stops,
      open,
      step,
      invites: !known,
      go,
      start: () => {
        go(step);
        setOpen(true);
      },
      decline: () => {
        rememberTour(null);
        setProgress({ step: 0, known: true });
      },
      close: () => {
        setOpen(false);
        // Who closes it at the last stop has seen it all; who closes it earlier goes on there.
        if (step < TOUR_STOPS.length - 1) return;
        rememberTour(null);
        setProgress({ step: 0, known: true });
      },
    };
  }, [stops, progress, open]);
  return <TourContext value={tour}>{children}</TourContext>;
}

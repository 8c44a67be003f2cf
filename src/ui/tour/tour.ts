import type { RefObject } from 'react';
import { createContext, createRef, useContext } from 'react';

/** Where the tour stops, in its order. */
export const TOUR_STOPS = [
  'play',
  'controls',
  'centers',
  'separation',
  'images',
  'losses',
  'accuracy',
  'quality',
  'timeline',
  'lessons',
] as const;
export type TourStop = (typeof TOUR_STOPS)[number];

export type TourStops = Readonly<Record<TourStop, RefObject<HTMLElement | null>>>;

export const createStops = (): TourStops =>
  Object.fromEntries(TOUR_STOPS.map((stop) => [stop, createRef<HTMLElement>()])) as unknown as TourStops;

export interface Tour {
  stops: TourStops;
  open: boolean;
  step: number;
  /** The visitor has neither taken nor declined the tour. */
  invites: boolean;
  start: () => void;
  decline: () => void;
  go: (step: number) => void;
  close: () => void;
}

export const TourContext = createContext<Tour | null>(null);

export function useTour(): Tour {
  const tour = useContext(TourContext);
  if (!tour) throw new Error('There is no tour around this component.');
  return tour;
}

/** The reference by which the tour finds an element: give it to the element as its `ref`. */
export function useTourStop<E extends HTMLElement>(stop: TourStop): RefObject<E | null> {
  return useTour().stops[stop] as RefObject<E | null>;
}

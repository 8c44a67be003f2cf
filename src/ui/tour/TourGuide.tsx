import '@mantine/core/styles/Group.css';
import '@mantine/core/styles/Tour.css';
import { Tour as MantineTour } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import type { KeyboardEvent, RefObject } from 'react';
import { useState } from 'react';
import { useWords } from '../language';
import type { TourStops } from './tour';
import { TOUR_STOPS, useTour } from './tour';

/** A larger part of the window leaves no room beside an element for the words about it. */
const ROOM = 0.4;
/** From this width on the views stand side by side, and there is room beside each. */
const WIDE = 1100;

/** The element of a stop, or its heading where the whole would fill the window. */
function targetOf(stop: RefObject<HTMLElement | null>): RefObject<HTMLElement | null> {
  return {
    get current() {
      const element = stop.current;
      if (!element || element.offsetHeight <= ROOM * window.innerHeight || window.innerWidth >= WIDE) return element;
      return element.firstElementChild as HTMLElement | null;
    },
  };
}

const targetsOf = (stops: TourStops) => Object.fromEntries(TOUR_STOPS.map((stop) => [stop, targetOf(stops[stop])]));

/** Mantine's own gray is too pale for small text on white. */
const STYLES = { stepCounter: { color: 'var(--ink-soft)' } };

/** The tour of the page: one stop after the other, each with its element in a spotlight. */
export function TourGuide() {
  const words = useWords().tour;
  const { stops, open, step, go, close } = useTour();
  const still = useReducedMotion();
  const [targets] = useState(() => targetsOf(stops));
  const show = (element: HTMLElement) => {
    // Ends the smooth scrolling to the stop before: it would carry an element that is in the window now out of it.
    window.scrollTo({ top: window.scrollY, behavior: 'instant' });
    const { top, bottom } = element.getBoundingClientRect();
    if (top < 0 || bottom > window.innerHeight)
      element.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'center' });
  };
  const enter = (event: KeyboardEvent<HTMLDivElement>) => {
    // On a button Enter presses the button.
    if (event.key !== 'Enter' || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    if (step < TOUR_STOPS.length - 1) go(step + 1);
    else close();
  };
  return (
    <MantineTour
      active={open}
      step={step}
      onStepChange={go}
      onClose={close}
      scrollToHandler={show}
      onKeyDown={enter}
      styles={STYLES}
      spotlightPadding={4}
      spotlightRadius={8}
      labels={{ ...words.labels, stepCounter: words.counter, beacon: words.label }}
      withCloseButton={false}
      maxWidth={340}
      transitionProps={{ duration: still ? 0 : 150, transition: 'fade' }}
      stepTransitionDuration={still ? 0 : 250}
    >
      {TOUR_STOPS.map((stop) => (
        <MantineTour.Step
          key={stop}
          target={targets[stop]}
          title={words.steps[stop].title}
          position={window.innerWidth >= WIDE ? 'bottom' : 'top'}
        >
          <div aria-live="polite" aria-atomic="true">
            <span className="visually-hidden">{words.steps[stop].title}. </span>
            {words.steps[stop].text}
          </div>
        </MantineTour.Step>
      ))}
    </MantineTour>
  );
}

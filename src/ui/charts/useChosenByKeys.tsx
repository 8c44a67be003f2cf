import type { FocusEvent, KeyboardEvent, RefObject } from 'react';
import { useEffect, useState } from 'react';
import { useActiveTooltipLabel, useIsTooltipActive } from 'recharts';
import { nextPlace } from './places';

const directionOf = (key: string): 1 | -1 | null => (key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : null);

/**
 * Arrow keys that choose a place, beginning from the one that is chosen. The library's own keys move its tooltip, and
 * begin at the first place: `Follow`, within the chart, presses them until the tooltip is where the choice is.
 */
export function useChosenByKeys(
  places: readonly number[],
  cursor: number | null,
  onSelect: ((x: number) => void) | undefined,
): {
  target: number | null;
  handlers: {
    onKeyDownCapture?: (event: KeyboardEvent) => void;
    onFocusCapture?: (event: FocusEvent) => void;
    onBlurCapture?: () => void;
    onPointerMove?: () => void;
  };
} {
  // Where the tooltip ought to be; null: wherever the library has it.
  const [target, setTarget] = useState<number | null>(null);
  if (!onSelect || places.length === 0) return { target: null, handlers: {} };
  return {
    target,
    handlers: {
      onKeyDownCapture: (event) => {
        const direction = directionOf(event.key);
        // Those that `Follow` presses are no one's choice.
        if (direction === null || !event.nativeEvent.isTrusted) return;
        const next = nextPlace(places, cursor, direction);
        setTarget(next);
        onSelect(next);
      },
      // A click gives the focus too, but shows what is below the pointer.
      onFocusCapture: ({ target: on }) => setTarget(on.matches(':focus-visible') ? cursor : null),
      onBlurCapture: () => setTarget(null),
      onPointerMove: () => setTarget(null),
    },
  };
}

/** Moves the tooltip of the chart it stands in to `target`, a place at a time. */
export function Follow({ target, box }: { target: number | null; box: RefObject<HTMLElement | null> }) {
  const label = useActiveTooltipLabel();
  const active = useIsTooltipActive();
  useEffect(() => {
    if (target === null || !active || typeof label !== 'number' || label === target) return;
    const key = label < target ? 'ArrowRight' : 'ArrowLeft';
    const svg = box.current?.querySelector('svg.recharts-surface');
    svg?.dispatchEvent(new globalThis.KeyboardEvent('keydown', { key, bubbles: true }));
  }, [target, active, label, box]);
  return null;
}

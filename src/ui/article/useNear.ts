import { useEffect, useRef, useState } from 'react';

/**
 * How far beyond the window's edge things are made ready: not so far that the first section would be, before any
 * scrolling.
 */
const MARGIN = '100px 0px';

/** Whether an element is in the window or soon will be, and whether it ever was. */
export function useNear<T extends HTMLElement>(): {
  element: React.RefObject<T | null>;
  near: boolean;
  wasNear: boolean;
} {
  const element = useRef<T>(null);
  const [near, setNear] = useState(false);
  const [wasNear, setWasNear] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const is = entries[entries.length - 1].isIntersecting;
        setNear(is);
        if (is) setWasNear(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, near, wasNear };
}

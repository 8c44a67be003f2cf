import { useEffect, useRef, useState } from 'react';
import { firstPicture } from '../firstPicture';

const waiting: (() => void)[] = [];
let going = false;

function next(): void {
  const work = waiting.shift();
  going = work !== undefined;
  if (!work) return;
  // In a task of its own, with room for input between two.
  setTimeout(() => {
    work();
    next();
  }, 0);
}

/**
 * Does `work` in a task of its own: drawing several charts at once would keep the page from answering. Returns a way to
 * call it off.
 */
export function inTurn(work: () => void): () => void {
  const mine = () => work();
  waiting.push(mine);
  if (!going) next();
  return () => {
    const at = waiting.indexOf(mine);
    if (at >= 0) waiting.splice(at, 1);
  };
}

/**
 * The newest `value`, but none within `milliseconds` of the one before it, each taken in turn, and none that is `alike`
 * to the one that is there.
 */
export function usePaced<T>(value: T, alike: (a: T, b: T) => boolean = Object.is, milliseconds = 100): T {
  const [shown, setShown] = useState(value);
  const newest = useRef(value);
  const last = useRef(-Infinity);
  const cancel = useRef<(() => void) | null>(null);
  useEffect(() => {
    newest.current = value;
    if (cancel.current !== null) return;
    const show = () => {
      cancel.current = null;
      last.current = performance.now();
      setShown((now) => (alike(now, newest.current) ? now : newest.current));
    };
    const timer = setTimeout(
      () => (cancel.current = inTurn(show)),
      Math.max(0, last.current + milliseconds - performance.now()),
    );
    cancel.current = () => clearTimeout(timer);
  }, [value, alike, milliseconds]);
  useEffect(
    () => () => {
      cancel.current?.();
      cancel.current = null;
    },
    [],
  );
  return shown;
}

const PATIENCE_MS = 1500;

/**
 * Resolves after the page's first picture; where none comes (a part of the page alone has no images), after a while.
 */
export const afterFirstPicture = Promise.race([
  firstPicture,
  new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS)),
]);

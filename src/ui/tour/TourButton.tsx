import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useOnDemand } from '../useOnDemand';
import { useWords } from '../language';
import { useTour } from './tour';

const load = () => import('./TourGuide').then(({ TourGuide }) => TourGuide);

/** Starts the tour, or goes on with it. */
export function TourButton() {
  const { tour: words, missingPart } = useWords();
  const { open, step, start, close } = useTour();
  const { part: Guide, failed, ask } = useOnDemand(load);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) ask();
  }, [open, ask]);
  useEffect(() => {
    if (failed) close();
  }, [failed, close]);
  const wasOpen = useRef(false);
  useEffect(() => {
    // The invitation, where it may have begun, is gone by now: back to the place from where it can go on.
    if (wasOpen.current && !open) button.current?.focus({ preventScroll: false });
    wasOpen.current = open;
  }, [open]);
  return (
    <>
      <Button
        ref={button}
        size="compact-sm"
        variant="default"
        onClick={start}
        title={failed ? missingPart : step > 0 ? words.resume : words.take}
      >
        {words.open}
      </Button>
      {failed && <small role="alert">{missingPart}</small>}
      {Guide && <Guide />}
    </>
  );
}

/** For who comes for the first time: a line that stands in nobody's way. */
export function TourInvitation() {
  const words = useWords().tour;
  const { invites, start, decline } = useTour();
  if (!invites) return null;
  return (
    <span className="invitation">
      {words.invite}
      <button type="button" className="link-button" onClick={start}>
        {words.take}
      </button>
      <button type="button" className="link-button" onClick={decline}>
        {words.dismiss}
      </button>
    </span>
  );
}

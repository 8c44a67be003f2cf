import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ComponentType } from 'react';
import { LinkIcon } from '../icons';
import { useWords } from '../language';

/** Opens the dialog for sharing, which is loaded only when it is wanted. */
export function ShareButton() {
  const words = useWords().share;
  const [opened, setOpened] = useState(false);
  const [failed, setFailed] = useState(false);
  const [Dialog, setDialog] = useState<ComponentType<{ opened: boolean; onClose: () => void }> | null>(null);
  const open = () => {
    setFailed(false);
    import('./ShareDialog').then(
      ({ ShareDialog }) => {
        setDialog(() => ShareDialog);
        setOpened(true);
      },
      () => setFailed(true),
    );
  };
  return (
    <>
      <Button size="compact-sm" variant="default" leftSection={<LinkIcon />} aria-haspopup="dialog" onClick={open}>
        {words.open}
      </Button>
      {failed && (
        <span role="alert" className="view-note">
          {words.loadFailed}
        </span>
      )}
      {Dialog && <Dialog opened={opened} onClose={() => setOpened(false)} />}
    </>
  );
}

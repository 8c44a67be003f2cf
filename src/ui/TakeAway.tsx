import { Button, Menu } from '@mantine/core';
import { useComparison, useComparisonActions } from './compare/comparison';
import { SaveIcon } from './icons';
import { useWords } from './language';
import { useActions, usePlayground } from './playground';
import { useShowPhotographs } from './shippedRun';
import { download } from './takeaway/saving';

/** Asks for one file. */
function choose(accept: string, take: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  input.onchange = () => {
    const file = input.files?.[0];
    if (file) take(file);
  };
  input.click();
}

/** The run as a file, or the whole session, and such files back. */
export function TakeAway() {
  const words = useWords().takeAway;
  const something = usePlayground((state) => state.live !== null);
  const ready = usePlayground((state) => state.engine === 'ready' && !state.replacing);
  const results = useComparison((state) => state.results);
  const { addSaved } = useComparisonActions();
  const { saveRecording, openRecording, saveSession, openSession } = useActions();
  const showPhotographs = useShowPhotographs();
  const save = async () => {
    const file = await saveRecording();
    if (file) download(file.name, new Blob([file.text], { type: 'application/json' }));
  };
  const saveAll = async () => {
    const file = await saveSession(results);
    if (file) download(file.name, new Blob([file.bytes], { type: 'application/zip' }));
  };
  const openAll = async (file: File) => {
    const saved = await openSession(file);
    if (saved) addSaved(saved);
  };
  return (
    <Menu position="bottom-end" withArrow shadow="md" width={270}>
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<SaveIcon />}>
          {words.label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={!something} onClick={() => void save()}>
          {words.save}
          <small className="menu-hint">{something ? words.saveHint : words.nothing}</small>
        </Menu.Item>
        <Menu.Item onClick={() => choose('.json,application/json', (file) => void openRecording(file))}>
          {words.open}
          <small className="menu-hint">{words.openHint}</small>
        </Menu.Item>
        <Menu.Item onClick={() => void showPhotographs()}>
          {words.photographs}
          <small className="menu-hint">{words.photographsHint}</small>
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item disabled={!ready} onClick={() => void saveAll()}>
          {words.saveSession}
          <small className="menu-hint">{words.saveSessionHint}</small>
        </Menu.Item>
        <Menu.Item disabled={!ready} onClick={() => choose('.fdda', (file) => void openAll(file))}>
          {words.openSession}
          <small className="menu-hint">{words.openSessionHint}</small>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

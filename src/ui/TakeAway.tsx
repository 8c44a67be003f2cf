import { Button, Menu } from '@mantine/core';
import { SaveIcon } from './icons';
import { useWords } from './language';
import { useActions, usePlayground } from './playground';

function download(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the file over by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The run as a file, and such files back. */
export function TakeAway() {
  const words = useWords().takeAway;
  const something = usePlayground((state) => state.live !== null);
  const { saveRecording, openRecording } = useActions();
  const save = async () => {
    const file = await saveRecording();
    if (file) download(file.name, file.text);
  };
  const open = () => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.json,application/json';
    input.onchange = () => {
      const file = input.files?.[0];
      if (file) void openRecording(file);
    };
    input.click();
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
        <Menu.Item onClick={open}>
          {words.open}
          <small className="menu-hint">{words.openHint}</small>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

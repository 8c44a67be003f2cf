import { Menu } from '@mantine/core';
import { useState } from 'react';
import { DownloadIcon } from '../icons';
import { useWords } from '../language';
import { usePlayground } from '../playground';
import type { Format } from './saving';
import type { Thing } from './things';
import { dayOf } from './things';

interface TakeAwayProps {
  /** Title of the view. */
  view: string;
  /** What there is to take at this moment. */
  things: () => readonly Thing[];
}

const FORMATS: Record<Thing['kind'], readonly Format[]> = { picture: ['svg', 'png'], table: ['csv'], image: ['png'] };

/** A small menu that saves what a view shows as files. */
export function TakeAway({ view, things }: TakeAwayProps) {
  const words = useWords().share.takeAway;
  const seed = usePlayground(({ overview, settings }) => overview?.settings.seed ?? settings.seed);
  const [offered, setOffered] = useState<readonly Thing[]>([]);
  const [failed, setFailed] = useState(false);
  const take = async (thing: Thing, format: Format) => {
    setFailed(false);
    const date = dayOf(new Date());
    try {
      const { save } = await import('./saving');
      await save(thing, format, { seed, date, footnote: words.source(String(seed), date) });
    } catch (error) {
      console.error(error);
      setFailed(true);
    }
  };
  const label = words.label(view);
  return (
    <>
      {failed && (
        <span role="alert" className="view-note">
          {words.failed}
        </span>
      )}
      <Menu position="bottom-start" withArrow shadow="md" onOpen={() => setOffered(things())}>
        <Menu.Target>
          <button type="button" className="take-away" aria-label={label} title={label}>
            <DownloadIcon />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {offered.length === 0 && <Menu.Item disabled>{words.nothing}</Menu.Item>}
          {offered.flatMap((thing) =>
            FORMATS[thing.kind].map((format) => (
              <Menu.Item key={`${thing.file}.${format}`} onClick={() => void take(thing, format)}>
                {words[format](thing.what)}
              </Menu.Item>
            )),
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

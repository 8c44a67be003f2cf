import { ActionIcon, Button, Menu, useMantineColorScheme } from '@mantine/core';
import { useEffect, useState } from 'react';
import { BACKENDS, writeLink } from '../state/shareLink';
import { duration, exact } from './format';
import { AutoIcon, CheckIcon, ChipIcon, LinkIcon, MoonIcon, SunIcon } from './icons';
import { useActions, usePlayground } from './playground';
import { TakeAway } from './TakeAway';
import { text } from './text';

const words = text.header;

/** The backend in use with its speed; opens to what else there is. */
function BackendMenu() {
  const backend = usePlayground((state) => state.backend);
  const backends = usePlayground((state) => state.backends);
  const dead = usePlayground((state) => state.engine === 'dead');
  const measured = usePlayground((state) => state.position?.secondsPerStep ?? null);
  const { useBackend: choose } = useActions();
  const probed = backends.find(({ name }) => name === backend)?.secondsPerStep ?? null;
  const seconds = measured ?? probed;
  const name = backend === null ? text.backend.starting : text.backend.names[backend];
  const speed = backend !== null && seconds !== null ? text.backend.perStep(duration(seconds)) : '';
  return (
    <Menu position="bottom-end" withArrow shadow="md" width={300}>
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<ChipIcon />} disabled={backend === null || dead} aria-label={text.backend.label(name, speed)}
          title={seconds === null ? undefined : text.backend.perStep(`${exact(seconds)} s`)} className="backend">
          {name}
          {speed && <small>{speed}</small>}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{text.backend.choose}</Menu.Label>
        {BACKENDS.map((name) => {
          const report = backends.find((each) => each.name === name);
          const works = report?.works ?? false;
          return (
            <Menu.Item key={name} disabled={!works} onClick={() => name !== backend && choose(name)} leftSection={name === backend ? <CheckIcon /> : <span className="icon-space" />}>
              <span className="backend-name">{text.backend.names[name]}{name === backend && ` (${text.backend.inUse})`}</span>
              <small className="backend-detail">
                {works && report ? [report.secondsPerStep !== null && text.backend.probe(duration(report.secondsPerStep)), report.detail].filter(Boolean).join(', ') : (report?.reason ?? text.backend.unavailable)}
              </small>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

function ThemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const options = [['light', <SunIcon key="light" />], ['dark', <MoonIcon key="dark" />], ['auto', <AutoIcon key="auto" />]] as const;
  return (
    <Menu position="bottom-end" withArrow shadow="md">
      <Menu.Target>
        <ActionIcon variant="default" size="md" aria-label={words.theme.label} title={words.theme.label}>
          {options.find(([name]) => name === colorScheme)?.[1]}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {options.map(([name, icon]) => (
          <Menu.Item key={name} leftSection={icon} rightSection={name === colorScheme ? <CheckIcon /> : undefined} onClick={() => setColorScheme(name)}>
            {words.theme[name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function CopyLink() {
  const settings = usePlayground((state) => state.settings);
  const backend = usePlayground((state) => state.wantedBackend);
  const without = usePlayground((state) => state.without);
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), 2500);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    const url = new URL(writeLink({ settings, backend, without: [...without] }) || location.pathname, location.href).href;
    try {
      await navigator.clipboard.writeText(url);
      setSaid(words.linkCopied);
    } catch {
      history.replaceState(null, '', url);
      setSaid(words.copyFailed);
    }
  };
  return (
    <Button size="compact-sm" variant="default" leftSection={said === words.linkCopied ? <CheckIcon /> : <LinkIcon />} onClick={copy}>
      <span aria-live="polite">{said ?? words.copyLink}</span>
    </Button>
  );
}

export function Header() {
  return (
    <header className="page-head">
      <h1>{text.title}</h1>
      <p>{text.tagline}</p>
      <div className="page-tools">
        <a href="#explanation">{text.howItWorks}</a>
        <BackendMenu />
        <ThemeMenu />
        <TakeAway />
        <CopyLink />
      </div>
    </header>
  );
}

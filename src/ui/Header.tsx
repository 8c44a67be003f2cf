import { ActionIcon, Button, Menu, useMantineColorScheme } from '@mantine/core';
import { inWords } from '../engine/sentences';
import { BACKENDS } from '../state/shareLink';
import { LANGUAGES } from '../state/language';
import { exact } from './format';
import { AutoIcon, CheckIcon, ChipIcon, LanguageIcon, MoonIcon, SunIcon } from './icons';
import { useActions, usePlayground } from './playground';
import { LessonsButton } from './lessons/LessonsButton';
import { TourButton, TourInvitation } from './tour/TourButton';
import { LANGUAGE_NAMES, useFormat, useLanguage, useWords } from './language';
import { TakeAway } from './TakeAway';
import { ShareButton } from './share/ShareButton';

/** The backend in use with its speed; opens to what else there is. */
function BackendMenu() {
  const backend = usePlayground((state) => state.backend);
  const backends = usePlayground((state) => state.backends);
  const dead = usePlayground((state) => state.engine === 'dead');
  // Of this run's own steps only: the small test by which backends are compared says little of them, and is in the menu.
  const seconds = usePlayground((state) => state.position?.secondsPerStep ?? null);
  const { useBackend: choose } = useActions();
  const { backend: words, sentences, comma } = useWords();
  const { duration } = useFormat();
  const name = backend === null ? words.starting : words.names[backend];
  const speed = backend !== null && seconds !== null ? words.perStep(duration(seconds)) : '';
  return (
    <Menu position="bottom-end" withArrow shadow="md" width={300}>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<ChipIcon />}
          disabled={backend === null || dead}
          title={seconds === null ? undefined : words.perStep(`${exact(seconds)} s`)}
          className="backend"
        >
          <span className="visually-hidden">{words.label(name, speed)}</span>
          <span aria-hidden="true">
            {name}
            {speed && <small>{speed}</small>}
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.choose}</Menu.Label>
        {BACKENDS.map((name) => {
          const report = backends.find((each) => each.name === name);
          const choosable = report !== undefined && report.works !== false;
          const why = report?.works ? null : (report?.reason ?? words.unavailable);
          return (
            <Menu.Item
              key={name}
              disabled={!choosable}
              onClick={() => name !== backend && choose(name)}
              leftSection={name === backend ? <CheckIcon /> : <span className="icon-space" />}
            >
              <span className="backend-name">
                {words.names[name]}
                {name === backend && ` (${words.inUse})`}
              </span>
              <small className="backend-detail">
                {[
                  why !== null && inWords(why, sentences),
                  choosable && report.secondsPerStep !== null && words.probe(duration(report.secondsPerStep)),
                  choosable && inWords(report.detail, sentences),
                ]
                  .filter(Boolean)
                  .join(comma)}
              </small>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

function LanguageMenu() {
  const { language, words, choose } = useLanguage();
  const { label } = words.header.language;
  return (
    <Menu position="bottom-end" withArrow shadow="md">
      <Menu.Target>
        <ActionIcon variant="default" size="md" aria-label={label} title={label}>
          <LanguageIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map((each) => (
          <Menu.Item
            key={each}
            lang={each}
            rightSection={each === language ? <CheckIcon /> : undefined}
            onClick={() => choose(each)}
          >
            {LANGUAGE_NAMES[each]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function ThemeMenu() {
  const words = useWords().header;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const options = [
    ['light', <SunIcon key="light" />],
    ['dark', <MoonIcon key="dark" />],
    ['auto', <AutoIcon key="auto" />],
  ] as const;
  return (
    <Menu position="bottom-end" withArrow shadow="md">
      <Menu.Target>
        <ActionIcon variant="default" size="md" aria-label={words.theme.label} title={words.theme.label}>
          {options.find(([name]) => name === colorScheme)?.[1]}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {options.map(([name, icon]) => (
          <Menu.Item
            key={name}
            leftSection={icon}
            rightSection={name === colorScheme ? <CheckIcon /> : undefined}
            onClick={() => setColorScheme(name)}
          >
            {words.theme[name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function Header() {
  const words = useWords();
  return (
    <header className="page-head">
      <h1>{words.title}</h1>
      <p>
        {words.tagline} <TourInvitation />
      </p>
      <div className="page-tools">
        <a href="#compare">{words.compare.link}</a>
        <a href="#explanation">{words.howItWorks}</a>
        <TourButton />
        <LessonsButton />
        <BackendMenu />
        <LanguageMenu />
        <ThemeMenu />
        <TakeAway />
        <ShareButton />
      </div>
    </header>
  );
}

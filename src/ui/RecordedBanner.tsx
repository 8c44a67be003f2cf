import { Button } from '@mantine/core';
import { differingSettings, engineRun } from '../state/playgroundState';
import type { SettingKey } from '../state/settings';
import { SETTINGS } from '../state/settings';
import { useActions, usePlayground } from './playground';
import { text } from './text';

const words = text.recorded;
/** Settings that are named one by one before the rest is only counted. */
const NAMED = 4;

/** A setting's value as its control shows it. */
function valueWords(key: SettingKey, value: string | number | boolean): string {
  const setting = SETTINGS[key];
  if (setting.kind === 'boolean') return value ? text.controls.on.toLowerCase() : text.controls.off;
  return setting.kind === 'choice' ? (setting.options.find((option) => option.value === value)?.label ?? String(value)) : String(value);
}

/** Says that what is shown was recorded, what it is and how it was made, and where it differs from what is set now. */
export function RecordedBanner() {
  const recorded = usePlayground((state) => state.recorded);
  const network = usePlayground((state) => state.overview?.network.name ?? '');
  const settings = usePlayground((state) => state.settings);
  // As one text, because a list made anew would count as a change each time.
  const differing = usePlayground((state) => differingSettings(state).join());
  const hasOwn = usePlayground((state) => engineRun(state).live !== null && (state.started || state.recorded?.file != null));
  const { showLive } = useActions();
  if (!recorded) return null;
  const { backend, dataset, file, finished, versions, written } = recorded;
  const { seed } = recorded.settings;
  const backendName = text.backend.names[backend];
  const keys = differing === '' ? [] : (differing.split(',') as SettingKey[]);
  const named = keys.slice(0, NAMED).map((key) => words.difference(SETTINGS[key].label, valueWords(key, recorded.settings[key]), valueWords(key, settings[key])));
  if (keys.length > NAMED) named.push(words.more(keys.length - NAMED));
  return (
    <section className="recorded" aria-label={words.region}>
      <span className="recorded-badge">{words.badge}</span>
      <p title={words.versions(versions.playground, versions.tfjs)}>
        {file === null ? words.shipped(network, dataset, backendName, seed) : words.file(file, network, new Date(written).toLocaleDateString(), backendName, seed)}
        {!finished && ` ${words.unfinished}`}
        {named.length > 0 && <span className="recorded-differs"> {words.differs} {named.join(', ')}.</span>}
      </p>
      {hasOwn && <Button size="compact-xs" variant="default" onClick={showLive}>{words.back}</Button>}
    </section>
  );
}

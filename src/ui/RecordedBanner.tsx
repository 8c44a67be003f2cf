import { Button } from '@mantine/core';
import { differingSettings, engineRun, isFirstRun } from '../state/playgroundState';
import type { SettingKey } from '../state/settings';
import { useLanguage } from './language';
import { useActions, usePlayground } from './playground';
import { useShowPhotographs } from './shippedRun';
import { valueWords } from './words/words';

/** Settings that are named one by one before the rest is only counted. */
const NAMED = 4;

/** Says that what is shown was recorded, what it is and how it was made, and where it differs from what is set now. */
export function RecordedBanner() {
  const { words: text, language } = useLanguage();
  const words = text.recorded;
  const recorded = usePlayground((state) => state.recorded);
  const network = usePlayground((state) => state.overview?.network.name ?? '');
  const settings = usePlayground((state) => state.settings);
  // As one text, because a list made anew would count as a change each time.
  const differing = usePlayground((state) => differingSettings(state).join());
  const hasOwn = usePlayground(
    (state) =>
      engineRun(state).live !== null && (state.started || (state.recorded !== null && !isFirstRun(state.recorded))),
  );
  const withheld = usePlayground((state) => state.overview?.calibration.images.withheld === true);
  const { showLive } = useActions();
  const showPhotographs = useShowPhotographs();
  if (!recorded) return null;
  const { backend, dataset, file, finished, versions, written } = recorded;
  const { seed } = recorded.settings;
  const backendName = text.backend.names[backend];
  const keys = differing === '' ? [] : (differing.split(',') as SettingKey[]);
  const named = keys
    .slice(0, NAMED)
    .map((key) =>
      words.difference(
        text.settings[key].label,
        valueWords(text, key, recorded.settings[key]),
        valueWords(text, key, settings[key]),
      ),
    );
  if (keys.length > NAMED) named.push(words.more(String(keys.length - NAMED)));
  return (
    <section className="recorded" aria-label={words.region}>
      <span className="recorded-badge">{words.badge}</span>
      <p title={words.versions(versions.playground, versions.tfjs)}>
        {file === null
          ? words[isFirstRun(recorded) ? 'shipped' : 'elsewhere'](network, dataset, backendName, String(seed))
          : words.file(file, network, new Date(written).toLocaleDateString(language), backendName, String(seed))}
        {withheld && ` ${words.withheld}`}
        {!finished && ` ${words.unfinished}`}
        {named.length > 0 && <span className="recorded-differs"> {words.differs(named.join(text.comma))}</span>}
      </p>
      {isFirstRun(recorded) && (
        <Button size="compact-xs" variant="default" onClick={() => void showPhotographs()}>
          {words.photographs}
        </Button>
      )}
      {hasOwn && (
        <Button size="compact-xs" variant="default" onClick={showLive}>
          {words.back}
        </Button>
      )}
    </section>
  );
}

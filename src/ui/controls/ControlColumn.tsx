import { TERMS } from '../../engine/runSettings';
import type { SettingGroup, SettingKey } from '../../state/settings';
import { SETTING_KEYS, SETTINGS } from '../../state/settings';
import { applySetup, setupOf, SETUPS } from '../../state/setups';
import { HelpLines } from '../Help';
import { useActions, usePlayground } from '../playground';
import { useWords } from '../language';
import { LockNote, mayBecome } from './Lock';
import { MethodChooser } from './MethodChooser';
import { NetworkPicker } from './NetworkPicker';
import { SettingControl } from './SettingControl';
import { TermControl } from './TermControl';

const TERM_KEYS = new Set<string>(TERMS.flatMap((term) => [`${term}Enabled`, `${term}Weight`]));
const keysOf = (group: SettingGroup): SettingKey[] =>
  SETTING_KEYS.filter((key) => SETTINGS[key].group === group && !TERM_KEYS.has(key));

function Setups() {
  const { controls: words, setups } = useWords();
  const settings = usePlayground((state) => state.settings);
  const { setSettings } = useActions();
  const current = setupOf(settings);
  const locked = usePlayground(({ embed }) => embed?.locked);
  return (
    <section className="presets" aria-label={words.setup}>
      <div className="control-title">
        {words.setup}
        <HelpLines label={words.setup} lines={words.setupHelp} />
      </div>
      <div className="preset-grid">
        {SETUPS.map((setup) => (
          <button
            key={setup}
            type="button"
            aria-pressed={setup === current}
            disabled={!mayBecome(settings, applySetup(settings, setup), locked)}
            title={setups[setup].help}
            onClick={() => setSettings(applySetup(settings, setup))}
          >
            {setups[setup].name}
          </button>
        ))}
      </div>
    </section>
  );
}

function Group({ group }: { group: SettingGroup }) {
  const { groups } = useWords();
  // What was found out about files that were opened is to be seen.
  const opens = usePlayground((state) => group === 'data' && (state.opened !== null || state.ownImages !== null));
  return (
    <details className="group" open={opens || undefined}>
      <summary>{groups[group]}</summary>
      <div className="group-body">
        {keysOf(group).map((key) => (
          <SettingControl key={key} settingKey={key} />
        ))}
        {group === 'data' && <NetworkPicker />}
      </div>
    </details>
  );
}

/** All settings of a run. */
export function ControlColumn({ id }: { id: string }) {
  const { controls: words, groups, termDetails } = useWords();
  return (
    <aside className="controls" id={id} aria-label={words.region}>
      <LockNote />
      <Setups />
      <MethodChooser />
      <section className="terms" aria-label={groups.terms}>
        <div className="control-title">
          {groups.terms}
          <span className="view-note">
            {words.weight} · {words.valueNow}
          </span>
        </div>
        {TERMS.map((term) => (
          <TermControl key={term} term={term} />
        ))}
        <details className="group">
          <summary>{termDetails}</summary>
          <div className="group-body">
            {keysOf('terms').map((key) => (
              <SettingControl key={key} settingKey={key} />
            ))}
          </div>
        </details>
      </section>
      {(['quantizer', 'data', 'generator', 'student'] as const).map((group) => (
        <Group key={group} group={group} />
      ))}
    </aside>
  );
}

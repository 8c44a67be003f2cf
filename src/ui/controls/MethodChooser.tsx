import type { MethodId } from '../../engine/methods';
import { METHOD_IDS } from '../../engine/methods';
import { isIdle } from '../../state/idleSettings';
import { waitingForReset } from '../../state/playgroundState';
import type { PresetName } from '../../state/presets';
import { choosePreset, PRESETS, presetOf } from '../../state/presets';
import { HelpLines } from '../Help';
import { useWords, useFormat } from '../language';
import { useActions, usePlayground } from '../playground';
import { useEstimate } from '../useEstimate';
import { mayBecome, useLocked } from './Lock';

function Row({ preset, leads }: { preset: PresetName; leads: boolean }) {
  const { presets, arms: words } = useWords();
  const settings = usePlayground((state) => state.settings);
  const locked = usePlayground(({ embed }) => embed?.locked);
  const besideLocked = useLocked('beside');
  const { setSetting, setSettings } = useActions();
  const { name, help } = presets[preset];
  const ticked = preset !== 'ptq' && settings.beside.includes(preset);
  const toggle = (id: MethodId) =>
    setSetting(
      'beside',
      METHOD_IDS.filter((each) => (each === id) !== settings.beside.includes(each)),
    );
  return (
    <div className="method" data-leads={leads}>
      <input
        type="checkbox"
        aria-label={preset === 'ptq' ? `${name}: ${words.always}` : words.tick(name)}
        title={preset === 'ptq' ? words.always : words.tick(name)}
        checked={ticked || leads || preset === 'ptq'}
        disabled={leads || preset === 'ptq' || besideLocked}
        onChange={() => preset !== 'ptq' && toggle(preset)}
      />
      <button
        type="button"
        aria-pressed={leads}
        disabled={!mayBecome(settings, choosePreset(settings, preset), locked)}
        title={help}
        onClick={() => setSettings(choosePreset(settings, preset))}
      >
        {name}
      </button>
      <span className="method-role" aria-hidden="true">
        {leads ? words.leads : preset === 'ptq' ? words.always : ticked ? words.beside : ''}
      </span>
    </div>
  );
}

/** Which method leads, which others run beside it, and how long all of that takes. */
export function MethodChooser() {
  const { controls: words, presets, arms } = useWords();
  const current = usePlayground((state) => presetOf(state.settings));
  const idle = usePlayground((state) => isIdle(state.settings, 'beside'));
  const waits = usePlayground((state) => waitingForReset(state).includes('beside'));
  const estimate = useEstimate();
  const { span } = useFormat();
  return (
    <section className="presets" aria-label={words.method}>
      <div className="control-title">
        {words.method}
        <HelpLines
          label={words.method}
          lines={[
            arms.help,
            words.methodHelp,
            ...PRESETS.map((preset) => `${presets[preset].name}: ${presets[preset].help}`),
          ]}
        />
        {waits && (
          <span className="waits" title={words.waits} aria-label={words.waits} role="img">
            ●
          </span>
        )}
        {current === null && <span className="view-note">{words.custom}</span>}
      </div>
      <p className="method-hint">{arms.hint}</p>
      <div className="method-list">
        {PRESETS.map((preset) => (
          <Row key={preset} preset={preset} leads={preset === current} />
        ))}
      </div>
      {idle && <p className="setting-idle">{arms.untrained}</p>}
      {estimate !== null && (
        <p className="setting-idle" title={arms.estimateHelp}>
          {arms.estimateOf(span(estimate))}
        </p>
      )}
    </section>
  );
}

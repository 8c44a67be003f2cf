import { memo } from 'react';
import type { TermName } from '../../engine/runSettings';
import { enabledKey, weightKey } from '../../state/presets';
import { leadingSample } from '../../state/playgroundState';
import { SETTINGS } from '../../state/settings';
import { Help } from '../Help';
import { Num } from '../Num';
import { lineColors } from '../palette';
import { useActions, usePlayground, useThrottledPlayground } from '../playground';
import { useWords } from '../language';
import { useScheme } from '../useScheme';
import { Lock, useLocked } from './Lock';
import { NumberInput, NumberSlider } from './NumberField';

/** One term of the generator's loss: on or off, its weight, its value now, and what it is for. */
export const TermControl = memo(function TermControl({ term }: { term: TermName }) {
  const enabled = usePlayground((state) => state.settings[enabledKey(term)]);
  const weight = usePlayground((state) => state.settings[weightKey(term)]);
  const value = useThrottledPlayground(leadingSample)?.terms[term];
  const { setSetting } = useActions();
  const switchLocked = useLocked(enabledKey(term));
  const weightLocked = useLocked(weightKey(term));
  const scheme = useScheme();
  const { terms, controls, settings } = useWords();
  const words = terms[term];
  const setting = SETTINGS[weightKey(term)];
  const weightLabel = settings[weightKey(term)].label;
  const changeWeight = (next: number) => setSetting(weightKey(term), next);
  return (
    <div className="term" data-off={!enabled}>
      <div className="setting-row">
        <label className="switch-label">
          <input
            type="checkbox"
            role="switch"
            className="switch"
            checked={enabled}
            disabled={switchLocked}
            onChange={(event) => setSetting(enabledKey(term), event.target.checked)}
            style={{ '--switch-on': lineColors[scheme][term] } as React.CSSProperties}
          />
          <span className="setting-label">
            {words.name}
            {(switchLocked || weightLocked) && <Lock />}
          </span>
        </label>
        <Help label={`${words.name} (${words.short})`}>
          <p>{words.help}</p>
          <p className="help-facts">{settings[weightKey(term)].help}</p>
        </Help>
        <span className="term-value" title={controls.valueHelp}>
          {enabled ? <Num value={value} note={controls.valueHelp} /> : controls.off}
        </span>
      </div>
      <div className="term-weight">
        <span className="term-short">{words.short}</span>
        <NumberSlider
          setting={setting}
          value={weight}
          label={weightLabel}
          disabled={weightLocked}
          onChange={changeWeight}
        />
        <NumberInput
          setting={setting}
          value={weight}
          label={weightLabel}
          disabled={weightLocked}
          onChange={changeWeight}
        />
      </div>
    </div>
  );
});

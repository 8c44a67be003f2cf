import type { RangeMethod, StudentChanges } from '../../engine/workbench/report';
import { short } from '../format';
import { useWords } from '../language';
import { optionLabel, type Words } from '../words/words';
import { isChanged, withoutRange } from './kept';

export interface KeptProps {
  /** What was chosen to be done to the student that is compared and taken away. */
  kept: StudentChanges;
  onKeep: (kept: StudentChanges) => void;
}

/** A way to ranges by its name; that of the settings says from which images, which here is another choice. */
export const rangeMethodLabel = ({ settings, workbench }: Words, method: RangeMethod): string =>
  method === 'movingAverage' ? workbench.calibration.movingAverage : optionLabel(settings, 'activationRange', method);

/** What was chosen in the other parts, each to be taken back. */
export function KeptBar({ kept, onKeep }: KeptProps) {
  const all = useWords();
  const words = all.workbench.kept;
  if (!isChanged(kept)) return null;
  const { calibration, ranges = [], repairs } = kept;
  const { sources } = all.workbench;
  const entries: { text: string; without: StudentChanges }[] = [];
  if (calibration)
    entries.push({
      text: words.calibration(rangeMethodLabel(all, calibration.method), sources[calibration.source]),
      without: { ...kept, calibration: undefined },
    });
  for (const each of ranges) {
    const { node, channel, range } = each;
    const name = channel === null ? node : words.channel(node, String(channel + 1));
    entries.push({
      text: words.range(name, short(range.lo), short(range.hi)),
      without: withoutRange(kept, each),
    });
  }
  if (repairs)
    entries.push({
      text: words.repairs(
        repairs.names.map((name) => all.workbench.repairs.names[name]).join(all.comma),
        sources[repairs.source],
      ),
      without: { ...kept, repairs: undefined },
    });
  return (
    <div className="bench-kept" role="group" aria-label={words.title}>
      <b>{words.title}</b>
      <ul>
        {entries.map(({ text, without }) => (
          <li key={text}>
            {text}{' '}
            <button type="button" aria-label={words.takeBack(text)} onClick={() => onKeep(without)}>
              ×
            </button>
          </li>
        ))}
      </ul>
      <span className="view-note">{words.help}</span>
    </div>
  );
}

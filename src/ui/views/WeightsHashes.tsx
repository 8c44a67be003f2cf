import { memo } from 'react';
import type { AccuracyRow } from '../../engine/runReport';
import { agreementOf, type Compared } from '../../state/recording/agreement';
import { useWords } from '../language';
import { useThrottledPlayground } from '../playground';
import type { Words } from '../words/words';

/** The agreement as text: what a selector makes anew would count as a change each time. */
const agreementText = (state: Compared): string => JSON.stringify(agreementOf(state));

function inWords({ recorded: { agreement: words }, arms: { names } }: Words, text: string): string | null {
  const agreement = JSON.parse(text) as ReturnType<typeof agreementOf>;
  switch (agreement?.kind) {
    case 'loss':
      return words.loss[agreement.of](names[agreement.arm], String(agreement.step));
    case 'end':
      return words.end(names[agreement.arm]);
    case 'same':
    case 'alike':
      return words[agreement.kind];
    default:
      return null;
  }
}

/**
 * What the run came to, bit by bit: a hash of each student's weights; and whether it is what the recording of the same
 * settings came to. Nothing before there is something to say.
 */
export const WeightsHashes = memo(function WeightsHashes({ rows }: { rows: readonly AccuracyRow[] }) {
  const words = useWords();
  const { hashes, hashesHelp } = words.views.accuracy;
  const said = inWords(words, useThrottledPlayground(agreementText));
  const hashed = rows.filter(({ weightsHash }) => weightsHash !== null);
  if (hashed.length === 0 && said === null) return null;
  return (
    <div className="weights-hashes">
      {said && <p role="note">{said}</p>}
      {hashed.length > 0 && (
        <dl title={hashesHelp} aria-label={hashes}>
          <dt>{hashes}</dt>
          {hashed.map(({ id, weightsHash }) => (
            <dd key={id}>
              {words.arms.names[id]} <code>{weightsHash}</code>
            </dd>
          ))}
        </dl>
      )}
    </div>
  );
});

import { memo } from 'react';
import type { AccuracyRow } from '../../engine/runReport';
import { agreementOf, type Compared } from '../../state/recording/agreement';
import { leadingArm } from '../../state/runRecord';
import { useWords } from '../language';
import { usePlayground, useThrottledPlayground } from '../playground';
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
 * What the run came to, bit by bit: a hash of its student's weights, to be seen of the leading arm and to be read of all;
 * and whether it is what the recording of the same settings came to. Nothing before there is something to say.
 */
export const WeightsHashes = memo(function WeightsHashes({ rows }: { rows: readonly AccuracyRow[] }) {
  const words = useWords();
  const { hash, hashHelp } = words.views.accuracy;
  const leading = usePlayground((state) => leadingArm(state.overview));
  const said = inWords(words, useThrottledPlayground(agreementText));
  const hashed = rows.filter(({ weightsHash }) => weightsHash !== null);
  if (hashed.length === 0 && said === null) return null;
  const title = [hashHelp, ...hashed.map(({ id, weightsHash }) => `${words.arms.names[id]}: ${weightsHash}`)].join(
    '\n',
  );
  return (
    <p className="weights-hashes">
      {hashed.length > 0 && (
        <span title={title} className={hashed.some(({ id }) => id === leading) ? undefined : 'visually-hidden'}>
          {hash}{' '}
          {hashed.map(({ id, weightsHash }) => (
            <span key={id} className={id === leading ? undefined : 'visually-hidden'}>
              {id !== leading && `${words.arms.names[id]} `}
              <code>{weightsHash}</code>{' '}
            </span>
          ))}
        </span>
      )}
      {said && <span>{said}</span>}
    </p>
  );
});

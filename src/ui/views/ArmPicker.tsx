import { shownGenerator } from '../../state/playgroundState';
import { generatorArms } from '../../state/runRecord';
import type { ArmId } from '../../engine/methods/arms';
import { useActions, usePlayground } from '../playground';
import { useWords } from '../language';

/** Whose synthetic images are shown, in every view; nothing where the run has one generator at most. */
export function ArmPicker() {
  const { names, whose, shares } = useWords().arms;
  const { comma } = useWords();
  const arms = usePlayground((state) => state.overview?.arms);
  const shown = usePlayground(shownGenerator);
  const { selectArm } = useActions();
  const owners = generatorArms(arms ? { arms } : null);
  if (!arms || owners.length < 2 || shown === null) return null;
  const label = (owner: ArmId): string => {
    const others = arms.filter(({ id, generator }) => generator === owner && id !== owner).map(({ id }) => names[id]);
    return others.length === 0 ? names[owner] : shares(names[owner], others.join(comma));
  };
  return (
    <select
      className="arm-picker"
      aria-label={whose}
      title={whose}
      value={shown}
      onChange={(event) => selectArm(event.target.value as ArmId)}
    >
      {owners.map((owner) => (
        <option key={owner} value={owner}>
          {label(owner)}
        </option>
      ))}
    </select>
  );
}

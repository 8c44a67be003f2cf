import { useWords } from '../language';

/** A table's last cell: whether its row was chosen for the student that is taken away. */
export function UseCell({ used, label, onToggle }: { used: boolean; label: string; onToggle: () => void }) {
  const words = useWords().workbench.kept;
  return (
    <td>
      <button
        type="button"
        className="bench-use"
        aria-pressed={used}
        aria-label={words.useOf(label)}
        onClick={onToggle}
      >
        {used ? words.used : words.use}
      </button>
    </td>
  );
}

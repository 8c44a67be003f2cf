import { useWords } from '../language';

/** Legend of the pinned run: its dash, or why it is not drawn. */
export function PinnedKey({ shown, otherwise }: { shown: boolean; otherwise?: string }) {
  const { legend } = useWords().compare;
  if (!shown) return <span className="pinned-none">{otherwise}</span>;
  return (
    <span className="legend-key">
      <span className="legend-line dotted" aria-hidden="true" />
      {legend}
    </span>
  );
}

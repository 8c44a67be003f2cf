import { exact, short } from './format';

/** A number at reading precision whose exact value shows on hover. */
export function Num({ value, show, note }: { value: number | null | undefined; show?: string; note?: string }) {
  if (value == null || !Number.isFinite(value)) return <span className="num">–</span>;
  return (
    <data className="num" value={exact(value)} title={note ? `${note}: ${exact(value)}` : exact(value)}>
      {show ?? short(value)}
    </data>
  );
}

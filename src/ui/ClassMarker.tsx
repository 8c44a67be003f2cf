import { classColor, classMarker } from './palette';
import { useScheme } from './useScheme';

/** A class's color and shape, as in the map of centers. */
export function ClassMarker({ index, size = 11 }: { index: number; size?: number }) {
  const scheme = useScheme();
  return (
    <svg
      className="class-marker"
      width={size}
      height={size}
      viewBox="-1.5 -1.5 3 3"
      aria-hidden="true"
      focusable="false"
    >
      <path d={classMarker(index)} fill={classColor(index, scheme)} />
    </svg>
  );
}

/** The place after or before `from` among sorted `places`; from nowhere the first or the last. */
export function nextPlace(places: readonly number[], from: number | null, direction: 1 | -1): number {
  if (from === null) return direction > 0 ? places[0] : places[places.length - 1];
  const beyond = places.filter((place) => (direction > 0 ? place > from : place < from));
  if (beyond.length === 0) return direction > 0 ? places[places.length - 1] : places[0];
  return direction > 0 ? beyond[0] : beyond[beyond.length - 1];
}

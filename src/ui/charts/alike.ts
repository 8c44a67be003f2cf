/**
 * Whether two values say the same: numbers, texts and functions by themselves, lists and plain objects by what is in
 * them. Drawing a chart costs a hundred times as much as finding out that it would look as before.
 */
export function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) => key in b && alike((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}

/** Numbers as recordings keep them: to what the page shows of them. */

export const round = (value: number, digits = 5): number => Number(value.toPrecision(digits));
/** Null for what is no number. */
export const orNull = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : round(value);

export type Value = string | number | boolean | null;

export interface Table {
  /**
   * Names with units in square brackets. English in every language: what reads the file should not have to know which
   * one.
   */
  header: readonly string[];
  rows: readonly (readonly Value[])[];
}

function field(value: Value): string {
  // What is unknown is empty; numbers have as many digits as it takes to read back the same one.
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return '';
  // A text may not begin like a formula, in wide letters either: a network's name comes from a file.
  const isFormula =
    typeof value === 'string' && /^\s*[=+\-@＝＋－＠\t\r\n]/.test(value) && !Number.isFinite(Number(value));
  const text = isFormula ? `'${value}` : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as RFC 4180 has it: commas, CRLF, quotes where they are needed, one header line. */
export function toCsv({ header, rows }: Table): string {
  return [header, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** JSON of files that somebody else has written. */

/** Deeper than anything that is meant; what goes through it by calling itself then comes to an end. */
const DEEPEST = 200;

/**
 * As `JSON.parse`.
 *
 * @throws SyntaxError where it is no JSON, or is nested deeper than 200
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === 92) at++;
      else if (code === 34) inText = false;
    } else if (code === 34) inText = true;
    else if (code === 91 || code === 123) {
      if (++depth > DEEPEST) throw new SyntaxError(`it is nested deeper than ${DEEPEST}`);
    } else if (code === 93 || code === 125) depth--;
  }
  return JSON.parse(text);
}

/** A value as JSON for a sentence, cut where it is long. */
export function brief(value: unknown, most = 60): string {
  const text = JSON.stringify(Array.isArray(value) ? value.slice(0, most) : value) ?? 'undefined';
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

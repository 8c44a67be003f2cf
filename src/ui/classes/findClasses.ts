/** Classes whose name or number fits what was typed. */

export interface FoundClasses {
  /** The first few, best first. */
  classes: number[];
  /** How many fit besides. */
  more: number;
}

/**
 * @param names what each class is called on the page
 * @param typed part of a name in any case, or a number (counted from 1, as in a link)
 * @param most of those given back
 */
export function findClasses(names: readonly string[], typed: string, most = 8): FoundClasses {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return { classes: [], more: 0 };
  const number = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
  // A class's number, its whole name, how its name begins, how a word in it begins, anywhere in it.
  const groups: number[][] = [[], [], [], [], []];
  names.forEach((name, c) => {
    const lower = name.toLowerCase();
    const at = lower.indexOf(wanted);
    if (c === number) groups[0].push(c);
    else if (lower === wanted) groups[1].push(c);
    else if (at === 0) groups[2].push(c);
    else if (at > 0) groups[/[\p{L}\p{N}]/u.test(lower[at - 1]) ? 4 : 3].push(c);
  });
  const found = groups.flat();
  return { classes: found.slice(0, most), more: Math.max(0, found.length - most) };
}

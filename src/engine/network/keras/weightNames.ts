/**
 * Which stored weights belong to which layer. Files name them after the layer, or after the models around it too, or
 * (where a model was built twice in one session) after the layer with another number at the end.
 */
import { say } from '../../sentences';
import { NetworkError } from '../networkError';

export interface WeightedLayer {
  /** The models around it and its name. */
  path: string;
  kind: string;
  /** What its weights are called, e.g. "kernel". */
  suffixes: string[];
}

export interface AssignedWeights {
  /** Layer's path -> what the file calls the layer. */
  prefixes: Map<string, string>;
  /** Names did not tell, so that the order in the file did. */
  byOrder: boolean;
}

/**
 * @param names of all stored weights, in the file's order
 * @throws NetworkError where a layer has no weights in the file, or more than one layer's
 */
export function assignWeights(layers: WeightedLayer[], names: readonly string[]): AssignedWeights {
  const stored = new Map<string, Set<string>>();
  for (const name of names) {
    const cut = name.lastIndexOf('/');
    const prefix = name.slice(0, Math.max(0, cut));
    stored.set(prefix, (stored.get(prefix) ?? new Set()).add(name.slice(cut + 1)));
  }
  return byName(layers, stored) ?? byOrder(layers, stored);
}

/** Null unless every layer has a place of its own in the file that is named after it. */
function byName(layers: WeightedLayer[], stored: ReadonlyMap<string, Set<string>>): AssignedWeights | null {
  const prefixes = new Map<string, string>();
  const ends = byEnd(stored.keys());
  for (const { path, suffixes } of layers) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const found = [path, name].map((end) => (stored.has(end) ? [end] : ends.get(end))).find((keys) => keys);
    if (found?.length !== 1 || suffixes.some((suffix) => !stored.get(found[0])!.has(suffix))) return null;
    prefixes.set(path, found[0]);
  }
  return new Set(prefixes.values()).size === prefixes.size ? { prefixes, byOrder: false } : null;
}

/** What ends in "/" and this, for everything that a place may end in. */
function byEnd(keys: Iterable<string>): Map<string, string[]> {
  const ends = new Map<string, string[]>();
  for (const key of keys) {
    // No network has models this deep in each other.
    for (let cut = key.lastIndexOf('/'), depth = 0; cut > 0 && depth < 32; depth++) {
      push(ends, key.slice(cut + 1), key);
      cut = key.lastIndexOf('/', cut - 1);
    }
  }
  return ends;
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Layers of one kind and base name against the file's places of the same weights and base name, in order. */
function byOrder(layers: WeightedLayer[], stored: ReadonlyMap<string, Set<string>>): AssignedWeights {
  const base = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace(/(_\d+)+$/, '');
  const sorted = (suffixes: Iterable<string>) => [...suffixes].sort().join(' ');
  const places = new Map<string, string[]>();
  for (const [prefix, suffixes] of stored) {
    push(places, `${base(prefix)} ${sorted(suffixes)}`, prefix);
  }
  const groups = new Map<string, WeightedLayer[]>();
  for (const layer of layers) {
    push(groups, `${base(layer.path)} ${sorted(layer.suffixes)}`, layer);
  }
  const prefixes = new Map<string, string>();
  for (const [key, members] of groups) {
    const candidates = places.get(key) ?? [];
    if (candidates.length !== members.length) {
      const there = new Set(candidates);
      const lacking = members.find(({ path }) => !there.has(path)) ?? members[0];
      const { path, kind, suffixes } = lacking;
      const near = stored.get(path);
      const missing = near ? suffixes.filter((suffix) => !near.has(suffix)) : [];
      throw new NetworkError(
        say('layerLacksWeight', path, kind, (missing.length > 0 ? missing : suffixes).join('", "')),
        say('otherModelHint'),
      );
    }
    members.forEach(({ path }, i) => prefixes.set(path, candidates[i]));
  }
  return { prefixes, byOrder: true };
}

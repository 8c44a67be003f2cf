/** Updates that write an optimizer's variables where they are, as replayed steps do it (optimizers.ts). */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { openOf, sumOfParts, sumOfTaps } from './openResults';
import type { OpenResult } from './recording/openResult';
import {
  adamRule,
  LIMIT_SHARE,
  LIMIT_THREADS,
  sgdRule,
  type AdamAttrs,
  type LimitAttrs,
  type SgdAttrs,
} from './optimizers';
import { FLAT_GROUP, flatGroups, launch, size, type WebgpuBackend } from './program';
import { lanesOf, ROW_THREADS, rowSumsOfSlab, slabs, sumsOfRows } from './rows';

/** Arrays that every device lets a shader see. */
const MOST_ARRAYS = 8;
const IN_PLACE_THREADS = 256;

/** Variables, their gradients and the optimizer's memory: what an update in place reads and writes. */
export interface Places {
  /** Variables and their gradients, in the order of the memory. */
  p: TensorInfo[];
  g: TensorInfo[];
  /** By name: vectors that have all variables end to end. */
  state: Record<string, TensorInfo>;
  rates: TensorInfo;
}

/** Of the inputs of a kernel: `p0`, `p1`, ..., `g0`, `g1`, ..., `rates`, and the memory. */
export function placesOf({ rates, ...inputs }: Record<string, TensorInfo>): Places {
  const all = (letter: string) => {
    const found: TensorInfo[] = [];
    for (let i = 0; `${letter}${i}` in inputs; i++) found.push(inputs[`${letter}${i}`]);
    return found;
  };
  return {
    p: all('p'),
    g: all('g'),
    rates,
    state: Object.fromEntries(Object.entries(inputs).filter(([name]) => !/^[pg]\d+$/.test(name))),
  };
}

/** A variable, how its gradient is to be had, and where its memory begins. */
interface Part {
  p: TensorInfo;
  g: TensorInfo;
  open: OpenResult | null;
  begin: number;
}

/** How an element of a new value is made: elements of `p` and `g` and, at `at`, of the memory. */
type Rule = (p: string, g: string, newP: string, at: string) => string;

interface Update {
  name: string;
  floats: Record<string, number>;
  rule: Rule;
  state: Record<string, TensorInfo>;
  rates: TensorInfo;
  /** Where the variables are limited: new values end to end, instead of those in place. */
  next: TensorInfo | null;
}

/**
 * Some variables a launch; gradients whose sums were left open (openResults.ts) are added up on the way.
 *
 * @param isLimited the variables stay as they are
 * @returns new values end to end where they are limited, which are the caller's; nothing otherwise
 */
function updateInPlace(
  backend: WebgpuBackend,
  { p, g, state, rates }: Places,
  name: string,
  floats: Record<string, number>,
  isLimited: boolean,
  rule: Rule,
): TensorInfo[] {
  let all = 0;
  const parts = p.map((each, i): Part => {
    const begin = all;
    all += size(each.shape);
    return { p: each, g: g[i], open: openOf(backend, g[i]), begin };
  });
  const next = isLimited ? backend.makeTensorInfo([all], 'float32') : null;
  const update = { name, floats, rule, state, rates, next };
  const taken = 1 + Object.keys(state).length + Number(isLimited);
  const pairs = pairsOf(parts);
  const inPairs = new Set(pairs.flat());
  const single = parts.filter((part) => !inPairs.has(part));
  // Sorted, because every mixture is a pipeline of its own.
  const sorted = KINDS.flatMap((kind) => single.filter((part) => kindOf(part) === kind));
  for (const some of batches(sorted, Math.floor((MOST_ARRAYS - taken) / 2))) updateEach(backend, some, update);
  for (const some of batches(pairs, Math.floor((MOST_ARRAYS - taken) / 3))) updatePairs(backend, some, update);
  return next ? [next] : [];
}

/** How one invocation has an element of a gradient; whatever else was left open is taken as it is. */
const KINDS = ['whole', 'parts', 'taps'] as const;
const kindOf = ({ open }: Part): (typeof KINDS)[number] =>
  open?.kind === 'parts' || open?.kind === 'taps' ? open.kind : 'whole';

/** Gradients of gamma and beta that come from the same rows. */
function pairsOf(parts: Part[]): [Part, Part][] {
  const first = new Map<object, Part>();
  for (const part of parts)
    if (part.open?.kind === 'rows' && part.open.first === 0) first.set(part.open.from.dataId, part);
  return parts.flatMap((part): [Part, Part][] => {
    const gamma = part.open?.kind === 'rows' && part.open.first > 0 ? first.get(part.open.from.dataId) : undefined;
    return gamma ? [[gamma, part]] : [];
  });
}

const batches = <T>(values: T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(values.length / most) }, (_, i) => values.slice(i * most, (i + 1) * most));

/** One invocation an element. */
function updateEach(backend: WebgpuBackend, parts: Part[], update: Update): void {
  const { name, floats, rule, state, rates, next } = update;
  const kinds = parts.map(kindOf);
  const total = parts.reduce((sum, { p }) => sum + size(p.shape), 0);
  const variables = named('p', parts, ({ p }) => p);
  const gradients = named('g', parts, (part) => (kindOf(part) === 'whole' ? part.g : part.open!.from));
  const added = (sum: string) => `var gradient = 0.0; { ${sum} gradient = sum; }`;
  const gradientOf = (k: number) =>
    ({
      whole: `let gradient = g${k}[i];`,
      parts: added(sumOfParts(`g${k}`, `u.count${k}`, `u.p${k}Size`)),
      taps: added(sumOfTaps(`g${k}`, `u.count${k}`, `u.plane${k}`)),
    })[kinds[k]];
  launch(backend, {
    name,
    variant: `${kinds.join('+')} ${Object.keys(state).length} ${next !== null}`,
    inputs: { ...(next && variables), ...gradients, rates },
    outputs: { ...(next ? { next } : variables), ...state },
    integers: {
      ...named('begin', parts, ({ begin }) => begin),
      ...named('count', parts, ({ open }) => (open && 'count' in open ? open.count : 1)),
      ...named('plane', parts, ({ open }) => (open?.kind === 'taps' ? open.plane : 1)),
    },
    floats,
    threads: IN_PLACE_THREADS,
    groups: flatGroups(Math.ceil(total / IN_PLACE_THREADS)),
    source: () => `${FLAT_GROUP}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        var i = flatGroup(group, groups) * ${IN_PLACE_THREADS}u + lane;
        ${parts
          .map(
            (_, k) => `
        if (i < u.p${k}Size) {
          let at = u.begin${k} + i;
          ${gradientOf(k)}
          ${rule(`p${k}[i]`, 'gradient', next ? 'next[at]' : `p${k}[i]`, 'at')}
          return;
        }
        i -= u.p${k}Size;`,
          )
          .join('')}
      }`,
  });
}

/** Gammas and betas, of one layer each: a workgroup adds up a slab of channels, as in frozenBatchNorm.ts. */
function updatePairs(backend: WebgpuBackend, pairs: [Part, Part][], update: Update): void {
  const { name, floats, rule, state, rates, next } = update;
  const layers = pairs.map(([gamma, beta]) => {
    const open = gamma.open as Extract<OpenResult, { kind: 'rows' }>;
    return { gamma, beta, from: open.from, ...slabs(open.rows, open.channels) };
  });
  const variables = {
    ...named('gamma', layers, ({ gamma }) => gamma.p),
    ...named('beta', layers, ({ beta }) => beta.p),
  };
  const oneOf = (each: (k: number) => string) =>
    layers.map((_, k) => `if (group.y == ${k}u) { ${each(k)} }`).join('\n');
  const updated = (letter: 'gamma' | 'beta', k: number, gradient: string) => `{
    let at = u.${letter}Begin${k} + channel;
    ${rule(`${letter}${k}[channel]`, gradient, next ? 'next[at]' : `${letter}${k}[channel]`, 'at')}
  }`;
  launch(backend, {
    name: `${name}Pairs`,
    variant: `${layers.length} ${Object.keys(state).length} ${next !== null}`,
    inputs: { ...(next && variables), ...named('from', layers, ({ from }) => from), rates },
    outputs: { ...(next ? { next } : variables), ...state },
    integers: {
      ...named('gammaBegin', layers, ({ gamma }) => gamma.begin),
      ...named('betaBegin', layers, ({ beta }) => beta.begin),
      ...named('rows', layers, ({ fields }) => fields.rows),
      ...named('channels', layers, ({ fields }) => fields.channels),
      ...named('slab', layers, ({ fields }) => fields.slab),
    },
    floats,
    threads: ROW_THREADS,
    groups: [Math.max(...layers.map(({ count }) => count)), layers.length, 1],
    source: () => `
      ${rowSumsOfSlab('gamma', 'beta')}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        var slab = u.slab0;
        var channels = u.channels0;
        ${oneOf((k) => `slab = u.slab${k}; channels = u.channels${k};`)}
        ${lanesOf('slab', 'channels')}
        var products = 0.0;
        var sum = 0.0;
        ${oneOf((k) => sumsOfRows(`from${k}`, `u.rows${k}`, 'channels'))}
        let allProducts = sum_gamma(lane, rowLanes, products, slab);
        let all = sum_beta(lane, rowLanes, sum, slab);
        if (inside && row == 0u) {
          ${oneOf((k) => `${updated('gamma', k, 'allProducts')} ${updated('beta', k, 'all')}`)}
        }
      }`,
  });
}

/** One thing of each by the names that they have in a launch: `p0`, `p1`, ... */
const named = <T, V>(letter: string, all: readonly T[], of: (each: T) => V): Record<string, V> =>
  Object.fromEntries(all.map((each, k) => [`${letter}${k}`, of(each)]));

export interface InPlaceAttrs {
  /** The new values are not put in place, but returned. */
  isLimited: boolean;
}

/** As `adamUpdate`, in place. */
export function adamInPlace(
  backend: WebgpuBackend,
  places: Places,
  { beta1, beta2, isLimited }: AdamAttrs & InPlaceAttrs,
): TensorInfo[] {
  return updateInPlace(backend, places, 'AdamInPlace', { beta1, beta2 }, isLimited, (p, g, newP, at) =>
    adamRule({ p, g, newP, m: `m[${at}]`, v: `v[${at}]`, newM: `m[${at}]`, newV: `v[${at}]` }),
  );
}

/** As `sgdUpdate`, in place. */
export function sgdInPlace(
  backend: WebgpuBackend,
  places: Places,
  { momentum, weightDecay, nesterov, isLimited }: SgdAttrs & InPlaceAttrs,
): TensorInfo[] {
  const name = `SgdInPlace${nesterov ? 'Nesterov' : ''}`;
  return updateInPlace(backend, places, name, { weightDecay, momentum }, isLimited, (p, g, newP, at) => {
    const buffer = 'buffer' in places.state ? { old: `buffer[${at}]`, next: `buffer[${at}]` } : null;
    return sgdRule({ p, g, newP }, buffer, nesterov);
  });
}

/** As `limitUpdate`, in place. @param next new values end to end */
export function limitInPlace(
  backend: WebgpuBackend,
  { p, state: { next }, rates }: Places,
  { place, floor }: Omit<LimitAttrs, 'sizes'>,
): void {
  const together = MOST_ARRAYS - 2;
  let begin = 0;
  for (const some of batches(p, together)) {
    const variables = named('p', some, (info) => info);
    const names = Object.keys(variables);
    launch(backend, {
      name: 'LimitInPlace',
      variant: `${names.length}`,
      inputs: { next, rates },
      outputs: { ...variables } as Record<string, TensorInfo>,
      integers: { place, begin },
      floats: { floor },
      threads: LIMIT_THREADS,
      groups: [names.length, 1, 1],
      source: () => `
        var<workgroup> sums: array<vec2<f32>, ${LIMIT_THREADS}>;
        fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
          var first = u.begin;
          ${names.map((name, k) => `if (group.x > ${k}u) { first += u.${name}Size; }`).join('\n')}
          var count = 0u;
          var mine = vec2<f32>(0.0);
          ${names
            .map(
              (name, k) => `
          if (group.x == ${k}u) {
            count = u.${name}Size;
            for (var i = lane; i < count; i += ${LIMIT_THREADS}u) {
              let d = next[first + i] - ${name}[i];
              mine += vec2<f32>(${name}[i] * ${name}[i], d * d);
            }
          }`,
            )
            .join('')}
          ${LIMIT_SHARE}
          ${names
            .map(
              (name, k) => `
          if (group.x == ${k}u) {
            for (var i = lane; i < count; i += ${LIMIT_THREADS}u) {
              ${name}[i] = ${name}[i] + share * (next[first + i] - ${name}[i]);
            }
          }`,
            )
            .join('')}
        }`,
    });
    begin += Object.values(variables).reduce((sum, { shape }) => sum + size(shape), 0);
  }
}

/**
 * WGSL of a tiled matrix product C[m, n] = sum over k of A[m, k] B[k, n], where A and B are not matrices in memory but
 * whatever two functions read: the windows of an image, a filter seen from its other side. Convolutions and their
 * gradients are such products.
 *
 * A workgroup computes one tile of C; every invocation 4 x 4 elements of it, from tiles of A and B in workgroup memory.
 * Both are read four elements at a time, along whichever direction lies in memory.
 */

/** Elements of k that a workgroup holds at a time. A multiple of 4. Not tuned on a real adapter. */
const TILE_K = 16;

/**
 * Columns of C in a tile, at most; tiles are as wide as they must be to share C's columns evenly. Not tuned on a real
 * adapter.
 */
const WIDEST_TILE = 64;
/** Tiles are multiples of this wide. */
const TILE_STEP = 8;
/** Rows of C in a tile, of narrow tiles (up to 16 columns) and of others. Not tuned on a real adapter. */
const [TALL_TILE, TILE] = [128, 64];
/** Where C has fewer rows, tiles are halved down to this. */
const LOWEST_TILE = 32;

export interface Tile {
  m: number;
  n: number;
  threads: number;
}

/** The tile for a product with C [m, n]. */
export function tileFor(m: number, n: number): Tile {
  const width = TILE_STEP * Math.ceil(n / Math.ceil(n / WIDEST_TILE) / TILE_STEP);
  let height = width <= 16 ? TALL_TILE : TILE;
  while (height / 2 >= m && height > LOWEST_TILE) height /= 2;
  return { m: height, n: width, threads: (height * width) / 16 };
}

export interface GemmSource {
  tile: Tile;
  /**
   * Direction of the four elements that `readA` returns, (m..m+3, k) or (m, k..k+3), and of those that `readB` returns,
   * (k, n..n+3) or (k..k+3, n).
   */
  along: 'mn' | 'kn' | 'kk';
  /**
   * WGSL of
   * - `fn readA(m: u32, k: u32, end: u32, z: u32) -> vec4<f32>` and
   *   `fn readB(k: u32, n: u32, end: u32, z: u32) -> vec4<f32>`, which give 0 outside the matrix (k >= end counts as
   *   outside);
   * - `fn rangeOfK(z: u32) -> vec2<u32>`, first k and end;
   * - `fn rowAt(m: u32, z: u32) -> i32`, the index in the array `result` of C[m, 0], or -1 where there is no such row.
   */
  functions: string;
  /** WGSL expression: columns of C. */
  width: string;
}

/** Source with `run` for workgroups [m tiles, n tiles, z]; z is the caller's: a part of k, a phase. */
export function gemmSource({ tile, along, functions, width }: GemmSource): string {
  const [aAlongK, bAlongK] = [along[0] === 'k', along[1] === 'k'];
  const [rows, columns, depth] = [tile.m / 4, tile.n / 4, TILE_K / 4];
  const load = (name: string, alongK: boolean, across: number, read: (across: string, k: string) => string) => `
    for (var item = lane; item < ${(TILE_K * across) / 4}u; item += ${tile.threads}u) {
      ${
        alongK
          ? `let k = item % ${depth}u; tile${name}[item] = ${read(`item / ${depth}u`, '4u * k')};`
          : `let k = item / ${across / 4}u; tile${name}[item] = ${read(`4u * (item % ${across / 4}u)`, 'k')};`
      }
    }`;
  const four = [0, 1, 2, 3];
  const component = ['x', 'y', 'z', 'w'];
  // Rows of A that lie along k are spread over the tile, and so are columns of B: neighbours then read different banks.
  const rowOf = (i: number) => (!aAlongK ? `4u * row + ${i}u` : `row + ${i * rows}u`);
  const columnOf = (j: number) => (!bAlongK ? `4u * column + ${j}u` : `column + ${j * columns}u`);
  const multiply = !aAlongK
    ? `for (var k = 0u; k < ${TILE_K}u; k++) {
        let a = tileA[k * ${rows}u + row];
        let b = tileB[k * ${columns}u + column];
        ${four.map((i) => `sum${i} += a.${component[i]} * b;`).join(' ')}
      }`
    : `for (var k = 0u; k < ${depth}u; k++) {
        ${four
          .map((j) =>
            !bAlongK
              ? `let b${j} = tileB[(4u * k + ${j}u) * ${columns}u + column];`
              : `let b${j} = tileB[(${columnOf(j)}) * ${depth}u + k];`,
          )
          .join(' ')}
        ${four
          .map(
            (i) => `{
          let a = tileA[(${rowOf(i)}) * ${depth}u + k];
          sum${i} += ${!bAlongK ? 'a.x * b0 + a.y * b1 + a.z * b2 + a.w * b3' : 'vec4<f32>(dot(a, b0), dot(a, b1), dot(a, b2), dot(a, b3))'};
        }`,
          )
          .join(' ')}
      }`;
  return `
    var<workgroup> tileA: array<vec4<f32>, ${(TILE_K * tile.m) / 4}>;
    var<workgroup> tileB: array<vec4<f32>, ${(TILE_K * tile.n) / 4}>;
    ${functions}
    fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
      let row = lane / ${columns}u;
      let column = lane % ${columns}u;
      let firstM = group.x * ${tile.m}u;
      let firstN = group.y * ${tile.n}u;
      let range = rangeOfK(group.z);
      ${four.map((i) => `var sum${i} = vec4<f32>(0.0);`).join(' ')}
      for (var firstK = range.x; firstK < range.y; firstK += ${TILE_K}u) {
        ${load('A', aAlongK, tile.m, (m, k) => `readA(firstM + ${m}, firstK + ${k}, range.y, group.z)`)}
        ${load('B', bAlongK, tile.n, (n, k) => `readB(firstK + ${k}, firstN + ${n}, range.y, group.z)`)}
        workgroupBarrier();
        ${multiply}
        workgroupBarrier();
      }
      ${four.map((i) => `put(rowAt(firstM + ${rowOf(i)}, group.z), firstN, column, sum${i});`).join('\n')}
    }
    fn put(at: i32, firstN: u32, column: u32, values: vec4<f32>) {
      if (at < 0) { return; }
      ${four.map((j) => `if (firstN + ${columnOf(j)} < ${width}) { result[u32(at) + firstN + ${columnOf(j)}] = values.${component[j]}; }`).join('\n')}
    }`;
}

/** WGSL expression: the four values of `each(offset)`, 0 where not `inside(offset)`. */
export function gather4(inside: (offset: number) => string, each: (offset: number) => string): string {
  return `vec4<f32>(${[0, 1, 2, 3].map((j) => `select(0.0, ${each(j)}, ${inside(j)})`).join(', ')})`;
}

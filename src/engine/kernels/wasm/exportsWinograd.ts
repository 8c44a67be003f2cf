/** Of what the module exports, what ./winograd.ts calls (see ./exports.ts). */
export interface WinogradExports {
  winogradFilter(filter: number, ci: number, co: number, out: number, temporary: number): void;
  winogradTurnedFilter(filter: number, ci: number, co: number, out: number, temporary: number): void;
  winogradConvolve(
    x: number,
    panels: number,
    y: number,
    scratch: number,
    first: number,
    last: number,
    h: number,
    w: number,
    ci: number,
    top: number,
    left: number,
    oh: number,
    ow: number,
    co: number,
    block: number,
  ): void;
  winogradTiles(
    x: number,
    dy: number,
    maps: number,
    slopes: number,
    scratch: number,
    begin: number,
    count: number,
    first: number,
    last: number,
    h: number,
    w: number,
    ci: number,
    top: number,
    left: number,
    oh: number,
    ow: number,
    co: number,
  ): void;
  winogradProducts(
    maps: number,
    slopes: number,
    sums: number,
    first: number,
    last: number,
    tiles: number,
    ci: number,
    co: number,
  ): void;
  finishWinogradFilter(sums: number, ci: number, co: number, out: number, temporary: number): void;
}

// Entry of the module: what its exports are is declared again, for TypeScript, in ../module.ts.
export { convolve, packFilter, packTurnedFilter } from './convolution';
export { filterGradient, finishFilterGradient } from './filterGradient';

export function zero(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}

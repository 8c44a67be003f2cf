// Entry of the module: what its exports are is declared again, for TypeScript, in ../module.ts.
export { frozenCoefficients, frozenGradients, groupCoefficients, groupGradients, groupMoments, momentsGradient } from './batchNorm';
export { convolve, packFilter, packTurnedFilter } from './convolution';
export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export {
  adam, columnRanges, fakeQuantize, fakeQuantizeColumns, fakeQuantizeColumnsGradient, fakeQuantizeGradient, leakyRelu, leakyReluGradient, limitUpdate, quantizationGrids, relu, relu6, relu6Gradient, reluGradient, sgd, tanhGradient,
} from './elementwise';
export { filterGradient, finishFilterGradient } from './filterGradient';
export { averagePoolGradient, maxPoolGradient } from './pooling';
export { affine2Images, affineImages, columnSums, imageMeans, imageMoments, imagePairSums, spreadMeans, stretchSums, sumOfStretches } from './rows';
export { copyColumns, poolStatistics, poolStatisticsGradient } from './tables';
export { upsampleConvolve, upsampleFilterGradient, upsampleFilters, upsampleFiltersGradient, upsampleInputGradient } from './upsample';
export { finishWinogradFilter, winogradConvolve, winogradFilter, winogradProducts, winogradTiles, winogradTurnedFilter } from './winograd';

export function zero(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}

export function copy(from: usize, to: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}

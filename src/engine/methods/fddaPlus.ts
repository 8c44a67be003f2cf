import type { Method } from './method';

/** Beyond the paper, so that classes really reach their centres within some hundreds of steps. */
export const fddaPlus: Method = {
  terms: ['ceMixed', 'bns', 'distorted', 'centralized', 'contrast'],
  switches: {
    classesPerStep: 4,
    scaledDistances: true,
    distortionScale: 'scatter',
    refineShare: 0.6,
    syntheticShare: 'byRealImages',
  },
  values: { bnsWeight: 1, centralizedWeight: 4, contrastWeight: 2, contrastTemperature: 0.02, labelRule: false },
};

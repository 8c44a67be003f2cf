import { batchNormCases } from './batchNorm';
import type { Case } from './case';
import { convolutionCases } from './convolutions';
import { fusedKernelCases } from './fusedKernels';
import { generatorCases } from './generator';
import { kernelCases } from './kernels';
import { learnedQuantizerCases } from './learnedQuantizer';
import { lossesCases } from './losses';
import { networkCases } from './network';
import { operationCases } from './operations';
import { optimizerCases } from './optimizers';
import { quantizerCases } from './quantizer';
import { refinedImagesCases } from './refinedImages';
import { replayCases } from './replay';
import { rectifiedCases } from './rectified';
import { resnet20Cases } from './resnet20';
import { statisticsCases } from './statistics';
import { stepCases } from './steps';
import { studentCases } from './student';

/** Every numeric case; a new file of cases is added here and runs on every backend. */
export const allCases: Case[] = [
  ...kernelCases,
  ...convolutionCases,
  ...batchNormCases,
  ...fusedKernelCases,
  ...rectifiedCases,
  ...networkCases,
  ...operationCases,
  ...optimizerCases,
  ...quantizerCases,
  ...learnedQuantizerCases,
  ...studentCases,
  ...statisticsCases,
  ...generatorCases,
  ...refinedImagesCases,
  ...lossesCases,
  ...resnet20Cases,
  ...stepCases,
  ...replayCases,
];

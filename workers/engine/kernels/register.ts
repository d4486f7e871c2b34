import '@tensorflow/tfjs-core';
// After the core: it registers into what the core has set up.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { registerActivationSlope } from './activationSlope';
import { registerBpr } from './bpr';
import { registerColumnSums } from './columnSums';
import { registerCsrProduct } from './csrProduct';
import { registerDropoutMask } from './dropoutMask';
import { registerExpertScores } from './expertScores';
import { registerHalves } from './halves';
import { registerMaskedTopK } from './maskedTopK';
import { registerMixture } from './mixture';
import { registerModalityMix } from './modalityMix';
import { registerExpertReads } from './expertReads';
import { registerMaskedSoftmax } from './maskedSoftmax';
import { registerMoments } from './moments';
import { registerNodeRows } from './nodeRows';
import { registerPerturbedRows } from './perturbedRows';
import { registerProductLogSums } from './productLogSums';
import { registerRowBlend } from './rowBlend';
import { registerRoutingStage } from './routingStage';
import { registerRowCosines } from './rowCosines';
import { registerSumOfSquares } from './sumOfSquares';
import { registerTanhScores } from './tanhScores';
import { registerTopMask } from './topMask';
import { registerTripleLogSums } from './tripleLogSums';
import { registerUniformDraws } from './uniformDraws';
import { registerWeightedSquares } from './weightedSquares';
import { registerWeightedSum } from './weightedSum';

/** Makes the kernels of this folder callable on every backend, beside tfjs's gradients; again does nothing. */
export function registerKernels(): void {
  registerCsrProduct();
  registerExpertScores();
  registerMaskedTopK();
  registerTopMask();
  registerHalves();
  registerUniformDraws();
  registerRowCosines();
  registerWeightedSum();
  registerBpr();
  registerDropoutMask();
  registerRoutingStage();
  registerSumOfSquares();
  registerColumnSums();
  registerActivationSlope();
  registerProductLogSums();
  registerWeightedSquares();
  registerNodeRows();
  registerTanhScores();
  registerModalityMix();
  registerMoments();
  registerPerturbedRows();
  registerTripleLogSums();
  registerMaskedSoftmax();
  registerMixture();
  registerExpertReads();
  registerRowBlend();
}

// AssemblyScript. Works in place on the heap of the WASM backend: every argument named after a tensor is the address of its
// first number. Holds no memory of its own, so it may not use what needs tables or strings.
export { adam } from './adam';
export { compare } from './compare';
export { csrProduct } from './csrProduct';
export { divergences, divergenceSlope } from './divergence';
export { exponential, hyperbolicTangent } from './exponential';
export { expertScores } from './expertScores';
export { halves } from './halves';
export { expSums, labelledSlope, plusShares } from './labelled';
export { block, line, matMul, packedNumbers } from './matMul';
export { neighbourShares, neighbourSharesSlope } from './neighbourShares';
export { copyColumns, gatherRows } from './rows';
export { sums } from './sums';
export { maskedTopK } from './topK';

import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../../src/domain/at';
import { isWebGPU, submitRecorded } from '../../engine/backends';
import { expSums } from '../../engine/kernels/labelled';
import { rowDots, unitRows } from '../../engine/kernels/rowCosines';
import { productLogSums } from '../../engine/kernels/productLogSums';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { noteBuffer } from '../../engine/ledger';
import { gatherRows, type RowIndex } from '../../engine/rows';
import { matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import type { Batch, DistinctRows } from '../model';
import { logSumExpRows } from './losses';

/** Rows that a loss over a batch averages and contrasts: all real rows, or each entity once. */
export interface LossRows {
  /** `[B]`, sums to 1. */
  readonly weights: tf.Tensor1D;
  /** `[B]`: 1 for the rows, 0 for those left out. */
  readonly mask: tf.Tensor1D;
}

export const allRows = ({ weights, mask }: Batch): LossRows => ({ weights, mask });
export const distinctRows = ({ weights, mask }: DistinctRows): LossRows => ({ weights, mask });

/** Logits `[B]`, those of rows left out so low that a softmax does not see them. */
export const maskLogits = (logits: tf.Tensor, { mask }: LossRows): tf.Tensor =>
  tf.add(logits, tf.mul(tf.sub(mask, 1), 1e9));

/** Single precision holds e^80 a hundred million times over. */
const LARGEST = 80;

/**
 * `ln Σ_j exp(a_i · c_j)` over the rows `j` of `rows`, `[B, 1]`; `bothWays` adds `ln Σ_i exp(a_i · c_j)` as a second column.
 * No product exceeds `bound`, so no row's maximum is looked for. Both gradients come from the exponentials: of one direction
 * as `α ⊙ (E c)` and `Eᵀ (α ⊙ a)` with α = ∂/Σ, without another `B × B` matrix.
 */
function exponentialSums(
  a: tf.Tensor2D,
  c: tf.Tensor2D,
  bound: number,
  { mask }: LossRows,
  bothWays: boolean,
): tf.Tensor2D {
  const shift = Math.max(0, bound - LARGEST);
  const rows = a.shape[0];
  const counted = (): tf.Tensor2D => matrixOf(tf.reshape(mask, [rows, 1]));
  const reduce = tf.customGrad((left, right, save) => {
    if (!(left instanceof tf.Tensor) || !(right instanceof tf.Tensor) || typeof save !== 'function')
      throw new Error('The sums take two matrices.');
    const products = tf.matMul(matrixOf(left), matrixOf(right), false, true);
    const exponentials = matrixOf(tf.exp(shift > 0 ? tf.sub(products, shift) : products));
    const m = counted();
    const along = tf.matMul(exponentials, m);
    const sums = bothWays ? tf.concat([along, tf.matMul(exponentials, m, true)], 1) : along;
    save([left, right, exponentials, sums]);
    return {
      value: shift > 0 ? tf.add(tf.log(sums), shift) : tf.log(sums),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, y, e, total] = saved.map(matrixOf);
        if (!x || !y || !e || !total) throw new Error('The sums have lost their saved values.');
        const m = counted();
        const shares = matrixOf(tf.div(dy, total));
        if (!bothWays)
          return [
            tf.mul(shares, tf.matMul(e, matrixOf(tf.mul(m, y)))),
            tf.mul(m, tf.matMul(e, matrixOf(tf.mul(shares, x)), true)),
          ];
        const [alpha, beta] = tf.split(shares, 2, 1);
        if (!alpha || !beta) throw new Error('Two directions have two sums.');
        const weights = tf.matMul(matrixOf(tf.concat([alpha, m], 1)), matrixOf(tf.concat([m, beta], 1)), false, true);
        const slopes = matrixOf(tf.mul(e, weights));
        return [tf.matMul(slopes, y), tf.matMul(slopes, x, true)];
      },
    };
  });
  return matrixOf(reduce(a, c));
}

/** Unit rows `a` and `c`, `[B, d]`, of whose products times `scale` those with the rows of `c` count that `rows` has. */
export interface ScaledProducts {
  readonly a: tf.Tensor2D;
  readonly c: tf.Tensor2D;
  readonly scale: number;
  readonly rows: LossRows;
}

/** `ln Σ_k Σ_j exp(s_k a_ki · c_kj)` over up to three tables of products, `[B]`. */
export function logSumExpProducts(terms: readonly ScaledProducts[]): tf.Tensor1D {
  if (isWebGPU(tf.backend()))
    return productLogSums(terms.map(({ a, c, scale, rows: { mask } }) => ({ a, c, scale, mask })));
  const each = terms.map(({ a, c, scale, rows }) => exponentialSums(matrixOf(tf.mul(a, scale)), c, scale, rows, false));
  return logSumExpRows(matrixOf(tf.concat(each, 1)));
}

/** The most bytes of a block of exponentials against a whole table. */
const BLOCK = 2 ** 25;

/**
 * `ln Σ_j exp(a_i · c_j)` over all rows of `c [n, d]`, `[B, 1]`. Blocks of candidates are exponentiated one after the other, and again for the
 * gradient, so that no `B × n` matrix is held, but at most `blockBytes` of it. No product exceeds `bound`.
 */
export function logSumExpAgainst(a: tf.Tensor2D, c: tf.Tensor2D, bound: number, blockBytes = BLOCK): tf.Tensor2D {
  const shift = Math.max(0, bound - LARGEST);
  const [rows, candidates] = [a.shape[0], c.shape[0]];
  const most = Math.max(1, Math.floor(blockBytes / (4 * rows)));
  // Blocks of one size take each other's buffers.
  const height = Math.ceil(candidates / Math.ceil(candidates / most));
  const blocks = Array.from({ length: Math.ceil(candidates / height) }, (_, place) => ({
    first: place * height,
    taken: Math.min(height, candidates - place * height),
  }));
  const noted = (block: tf.Tensor): tf.Tensor2D => {
    noteBuffer(block, { mostBytes: blockBytes });
    return matrixOf(block);
  };
  const exponentialsOf = (products: tf.Tensor2D): tf.Tensor2D =>
    noted(tf.exp(shift > 0 ? noted(tf.sub(products, shift)) : products));
  /** `[B, 1]`: on WebGPU no exponential is kept. */
  const sumsOf = (products: tf.Tensor2D): tf.Tensor =>
    isWebGPU(tf.backend())
      ? tf.reshape(expSums(products, { scale: 1, shift }), [rows, 1])
      : tf.sum(exponentialsOf(products), 1, true);
  /** What `use` makes of each block of candidates and its products `[B, taken]`. */
  const throughBlocks = <T extends tf.TensorContainer>(
    x: tf.Tensor2D,
    y: tf.Tensor2D,
    use: (products: tf.Tensor2D, block: tf.Tensor2D) => T,
  ): T[] =>
    blocks.map(({ first, taken }) => {
      const made = tf.tidy(() => {
        const block: tf.Tensor2D = blocks.length === 1 ? y : tf.slice(y, [first, 0], [taken, -1]);
        return use(noted(tf.matMul(x, block, false, true)), block);
      });
      // What is recorded holds on to its buffers until it is submitted.
      const backend: unknown = tf.backend();
      if (blocks.length > 1 && isWebGPU(backend)) submitRecorded(backend);
      return made;
    });
  const reduce = tf.customGrad((left, right, save) => {
    if (!(left instanceof tf.Tensor) || !(right instanceof tf.Tensor) || typeof save !== 'function')
      throw new Error('logSumExpAgainst takes two matrices.');
    const [x, y] = [matrixOf(left), matrixOf(right)];
    const sums = matrixOf(tf.addN(throughBlocks(x, y, sumsOf)));
    save([x, y, sums]);
    return {
      value: shift > 0 ? tf.add(tf.log(sums), shift) : tf.log(sums),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [anchors, table, total] = saved.map(matrixOf);
        if (!anchors || !table || !total) throw new Error('logSumExpAgainst has lost its saved values.');
        const shares = matrixOf(tf.div(dy, total));
        const weighted = matrixOf(tf.mul(shares, anchors));
        const slopes = throughBlocks(anchors, table, (products, block) => {
          const exponentials = exponentialsOf(products);
          return [tf.matMul(exponentials, block), tf.matMul(exponentials, weighted, true)];
        });
        const ofAnchors = tf.mul(shares, tf.addN(slopes.map(([slope]) => required(slope))));
        return [
          ofAnchors,
          tf.concat(
            slopes.map(([, slope]) => required(slope)),
            0,
          ),
        ];
      },
    };
  });
  return matrixOf(reduce(a, c));
}

/**
 * InfoNCE against a whole table, one direction: row `b` of `anchors [B, d]` against all rows of `candidates [n, d]`, cosine over
 * temperature. The positive is the candidate that `index` names, and stands in the denominator. `Σ_b weights_b · loss_b`.
 */
export function infoNceAgainst(
  anchors: tf.Tensor2D,
  candidates: tf.Tensor2D,
  index: RowIndex,
  temperature: number,
  { weights }: Pick<LossRows, 'weights'>,
): tf.Scalar {
  const a = unitRows(anchors, 1 / temperature);
  const c = unitRows(candidates);
  const sums = vectorOf(tf.reshape(logSumExpAgainst(a, c, 1 / temperature), [-1]));
  return weightedSum(tf.sub<tf.Tensor1D>(sums, rowDots(a, gatherRows(c, index))), weights);
}

/**
 * InfoNCE of whole tables `[n, d]`, one direction: every row of `anchors` against all rows of `candidates`, cosine over temperature. The positive
 * is the same row, and stands in the denominator; the mean over rows.
 */
export function infoNceTables(anchors: tf.Tensor2D, candidates: tf.Tensor2D, temperature: number): tf.Scalar {
  const a = unitRows(anchors, 1 / temperature);
  const c = unitRows(candidates);
  const sums = tf.reshape(logSumExpAgainst(a, c, 1 / temperature), [-1]);
  return scalarOf(tf.mean(tf.sub(sums, rowDots(a, c))));
}

/**
 * InfoNCE within the batch, one direction: row `b` of `anchors` against all rows of `candidates`, cosine over
 * temperature, the positive (the same row) in the denominator, mean over `rows` (by default all real rows, duplicates kept).
 */
export function infoNce(
  anchors: tf.Tensor2D,
  candidates: tf.Tensor2D,
  temperature: number,
  batch: Batch,
  rows: LossRows = allRows(batch),
): tf.Scalar {
  return contrast(anchors, candidates, temperature, rows, false);
}

/**
 * Cross-entropy of plain products within the batch, one direction: `ln Σ_c exp(x_b · y_c / τ) − x_b · y_b / τ`, the mean over `rows`.
 * Products have no bound: each row's maximum is taken out. `[B, B]` logits are held.
 */
export function productEntropy(
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  temperature: number,
  batch: Batch,
  rows: LossRows = allRows(batch),
): tf.Scalar {
  const scaled = matrixOf(tf.mul(x, 1 / temperature));
  const logits = matrixOf(maskLogits(tf.matMul(scaled, y, false, true), rows));
  return weightedSum(tf.sub<tf.Tensor1D>(logSumExpRows(logits), rowDots(scaled, y)), rows.weights);
}

/** The mean of `infoNce` from `x` to `y` and from `y` to `x`. */
export function infoNceBothWays(x: tf.Tensor2D, y: tf.Tensor2D, temperature: number, rows: LossRows): tf.Scalar {
  return contrast(x, y, temperature, rows, true);
}

function contrast(
  anchors: tf.Tensor2D,
  candidates: tf.Tensor2D,
  temperature: number,
  rows: LossRows,
  bothWays: boolean,
): tf.Scalar {
  const c = unitRows(candidates);
  if (isWebGPU(tf.backend())) {
    const products = { a: unitRows(anchors), c, mask: rows.mask, scale: 1 / temperature };
    return weightedSum(productLogSums([products], { bothWays, paired: true }), rows.weights, bothWays ? 0.5 : 1);
  }
  // The temperature divides the smaller operand, not the B × B logits.
  const a = matrixOf(tf.mul(unitRows(anchors), 1 / temperature));
  const both = exponentialSums(a, c, 1 / temperature, rows, bothWays);
  const sums = vectorOf(bothWays ? tf.mean(both, 1) : tf.reshape(both, [-1]));
  return weightedSum(tf.sub<tf.Tensor1D>(sums, rowDots(a, c)), rows.weights);
}

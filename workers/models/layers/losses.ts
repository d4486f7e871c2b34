import * as tf from '@tensorflow/tfjs-core';
import type { Parameter } from '../../engine/parameters';
import { bprLosses } from '../../engine/kernels/bpr';
import { rowCosinesWith, rowDots, rowSquares } from '../../engine/kernels/rowCosines';
import { sumOfSquares } from '../../engine/kernels/sumOfSquares';
import { weightedNorms, weightedSquares } from '../../engine/kernels/weightedSquares';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { gatherRows } from '../../engine/rows';
import { matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import type { Batch } from '../model';
import type { NodeTable } from './propagation';

/** The batch's rows of user and item representations. */
export interface BatchRows {
  /** `[B, d]` */
  readonly users: tf.Tensor2D;
  /** `[B, d]` */
  readonly positives: tf.Tensor2D;
  /** `[B·ρ, d]`, the ρ negatives of a row next to each other. */
  readonly negatives: tf.Tensor2D;
}

export const batchRows = (users: tf.Tensor2D, items: tf.Tensor2D, batch: Batch): BatchRows =>
  batchRowsOf({ users: (index) => gatherRows(users, index), items: (index) => gatherRows(items, index) }, batch);

/** The same of a table of users above items. */
export const batchRowsOf = ({ users, items }: NodeTable, batch: Batch): BatchRows => ({
  users: users(batch.users),
  positives: items(batch.positives),
  negatives: items(batch.negatives),
});

/** Mean over the real rows of `values [B]`. */
export const batchMean = (values: tf.Tensor1D, { weights }: Pick<Batch, 'weights'>): tf.Scalar =>
  weightedSum(values, weights);

/**
 * BPR, the mean of `−ln σ(ŷ_ui − ŷ_uj)`. `floor` puts 1e-10 inside the logarithm, as MMRec's BPR-MF, LightGCN and VBPR do;
 * without it the stable form `softplus(−x)` is used.
 */
export const bprLoss = (
  { users, positives, negatives }: BatchRows,
  { weights }: Pick<Batch, 'weights'>,
  floor: boolean,
): tf.Scalar => weightedSum(bprLosses(users, positives, negatives, floor), weights);

/** `ŷ_ui` of the batch's rows, `[B]`, and `ŷ_uj` of each row's negatives, `[B, ρ]`. */
export interface Scores {
  readonly positives: tf.Tensor1D;
  readonly negatives: tf.Tensor2D;
}

export function scoresOf(
  { users, positives, negatives }: BatchRows,
  { size, negativesPerPositive: ratio }: Pick<Batch, 'size' | 'negativesPerPositive'>,
): Scores {
  const width = users.shape[1];
  const drawn =
    ratio === 1
      ? rowDots(users, negatives)
      : tf.matMul(tf.reshape(negatives, [size, ratio, width]), tf.reshape(users, [size, width, 1]));
  return { positives: rowDots(users, positives), negatives: matrixOf(tf.reshape(drawn, [size, ratio])) };
}

/** `ŷ_uj − f ŷ_ui` with a factor `f [B]` for each row, `[B, ρ]`. */
export const margins = ({ positives, negatives }: Scores, factors: tf.Tensor1D): tf.Tensor2D =>
  matrixOf(tf.sub(negatives, tf.reshape(tf.mul(factors, positives), [-1, 1])));

/** `Σ_k −ln σ(−x_k)` of each row of `x [B, ρ]`, `[B]`: a sum over a row's negatives, where `bprLoss` takes their mean. */
export const rowLosses = (x: tf.Tensor2D): tf.Tensor1D => vectorOf(tf.sum(tf.softplus(x), 1));

/** `(‖E_u‖_F + ‖E_i‖_F + ‖E_j‖_F) / b`: Frobenius norms of the batch's rows, not squared, `b` the real batch size. */
export const frobeniusRegulariser = (rows: BatchRows, batch: Batch): tf.Scalar =>
  scalarOf(tf.div(weightedNorms(maskedRows(rows, batch)), batch.rows));

const maskedRows = ({ users, positives, negatives }: BatchRows, { mask, negativeMask }: Batch) =>
  [
    [users, mask],
    [positives, mask],
    [negatives, negativeMask],
  ] as const;

/** `½(ΣE_u² + ΣE_i² + ΣE_j²) / B` over the batch's real rows, `B` the configured batch size also in a short batch. */
export const squaredRegulariser = (rows: BatchRows, batch: Batch): tf.Scalar =>
  weightedSquares(maskedRows(rows, batch), 0.5 / batch.size);

/** `Σ ‖Θ‖²` over parameters. */
export const squaresOf = (parameters: readonly Parameter[]): tf.Scalar =>
  sumOfSquares(parameters.map(({ tensor }) => tensor));

/** `1 − mean cos(x, y)` over the batch's real rows, `x` and `y` `[B, d]`; between 0 and 2. No gradient flows to `y`. */
export const cosineDistance = (x: tf.Tensor2D, y: tf.Tensor2D, batch: Batch): tf.Scalar =>
  scalarOf(tf.sub(1, batchMean(rowCosinesWith(x, y), batch)));

/** `‖X‖_F` of a whole table, not squared. */
export const frobeniusNorm = (x: tf.Tensor2D): tf.Scalar => scalarOf(tf.sqrt(tf.sum(rowSquares(x))));

/** `ln Σ_j exp(x_ij)`, `[rows]`; its gradient is the softmax, with no detour over the maximum. */
export function logSumExpRows(x: tf.Tensor2D): tf.Tensor1D {
  const reduce = tf.customGrad((logits, save) => {
    if (!(logits instanceof tf.Tensor) || typeof save !== 'function') throw new Error('logSumExp takes one matrix.');
    const value = tf.logSumExp(logits, 1, true);
    save([logits, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [kept, total] = saved;
        if (!kept || !total) throw new Error('logSumExp has lost its saved values.');
        return tf.mul(dy, tf.exp(tf.sub(kept, total)));
      },
    };
  });
  return vectorOf(tf.squeeze(reduce(x), [1]));
}

/** What `compute` makes of `x`, of the same shape, through which no gradient flows; by default `x` itself. */
export function withoutGradient(x: tf.Tensor, compute: (x: tf.Tensor) => tf.Tensor = tf.clone): tf.Tensor {
  const stop = tf.customGrad((value) => {
    if (!(value instanceof tf.Tensor)) throw new Error('A tensor was expected.');
    return { value: compute(value), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) };
  });
  return stop(x);
}

import * as tf from '@tensorflow/tfjs-core';
import type { Parameter } from '../../engine/parameters';
import { rowSquares, unitRows } from '../../engine/kernels/rowCosines';
import { gatherRows } from '../../engine/rows';
import { matrixOf, scalarOf } from '../../engine/tensors';
import type { Random } from '../../numbers/rng';
import type { Batch } from '../model';
import type { RowTable } from './frozenTable';
import { drawnMatrix, xavierNormal } from './initialisers';
import { linear } from './linear';
import { batchMean } from './losses';

/** How many times wider the hidden layer is than the output. */
const WIDER = 4;

/** Users' preferences and an encoder of what items bring, IDs or the features of a modality. */
export interface Channel {
  readonly key: string;
  /** P, `[U, d]`. */
  readonly preference: Parameter;
  readonly parameters: readonly Parameter[];
  /** `LeakyReLU(X W₁ + b₁) W₂ + b₂`, `W₁ [in, 4d]`, `W₂ [4d, d]`: `[n, in]` → `[n, d]`; of a table all rows. */
  encode(x: tf.Tensor2D | RowTable): tf.Tensor2D;
}

/** Of what shape a channel is. */
interface ChannelShape {
  readonly users: number;
  readonly inputs: number;
  readonly width: number;
}

/**
 * Parameters `<prefix>userPreference/<key>`, Xavier-normal, and `<prefix>encode/<key>/hidden` and `…/output`, which start as PyTorch's linear
 * layers do.
 */
export function channel(
  key: string,
  { users, inputs, width }: ChannelShape,
  random: (name: string) => Random,
  prefix = '',
): Channel {
  const name = `${prefix}userPreference/${key}`;
  const preference = drawnMatrix(random, name, `preferences of users, ${key}, users × d`, users, width, xavierNormal);
  const hidden = linear(
    `${prefix}encode/${key}/hidden`,
    `encoder, hidden layer, ${key}`,
    inputs,
    WIDER * width,
    random,
  );
  const output = linear(`${prefix}encode/${key}/output`, `encoder, last layer, ${key}`, WIDER * width, width, random);
  return {
    key,
    preference,
    parameters: [preference, ...hidden.parameters, ...output.parameters],
    encode: (x) => {
      const made =
        x instanceof tf.Tensor ? hidden.apply(x, { activation: 'leakyRelu' }) : x.through(hidden, 'leakyRelu');
      return output.apply(made);
    },
  };
}

/** Tables of the same rows side by side. */
export const sideBySide = (tables: readonly tf.Tensor[]): tf.Tensor2D => matrixOf(tf.concat([...tables], 1));

/** `Σ_m` of the mean squares of the batch's rows of the preferences, users with repetition. */
export function preferenceSquares(channels: readonly Channel[], batch: Batch): tf.Scalar {
  const rows = gatherRows(sideBySide(channels.map(({ preference }) => preference.tensor)), batch.users);
  return scalarOf(tf.mul(batchMean(rowSquares(rows), batch), channels.length / rows.shape[1]));
}

/** Each block of `width` columns of each row at unit length, `[n, C·width]` → the same shape; divisors are at least 1e-12. */
export function unitBlocks(x: tf.Tensor2D, width: number): tf.Tensor2D {
  const [rows, columns] = x.shape;
  const blocks = matrixOf(tf.reshape(x, [(rows * columns) / width, width]));
  return matrixOf(tf.reshape(unitRows(blocks), [rows, columns]));
}

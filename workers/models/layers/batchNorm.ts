import * as tf from '@tensorflow/tfjs-core';
import { readFloats } from '../../engine/backends';
import { newParameter, type Parameter } from '../../engine/parameters';
import { columnMoments, normalised } from '../../engine/kernels/batchNorm';
import { copyInto } from '../../engine/kernels/inPlace';
import { matrixOf } from '../../engine/tensors';
import { writeNumbers } from '../../engine/upload';
import type { Random } from '../../numbers/rng';
import { xavierUniform } from './initialisers';

/** What running statistics keep of themselves in a step. */
const KEPT = 0.9;
/** PyTorch's start of PReLU. */
const SLOPE = 0.25;

/** `PReLU(BN(x W))`, `W [in, out]`. There is no bias: the normalisation would take it away again. */
export interface NormalisedLayer {
  readonly parameters: readonly Parameter[];
  /**
   * `[n, in]` → `[n, out]`. While training, the statistics are those of the n rows, and the running ones move a tenth of the way towards them (with the
   * unbiased variance); otherwise the running ones are used, and there is no gradient.
   */
  apply(x: tf.Tensor2D, training: boolean): tf.Tensor2D;
  /** Running mean and variance, as `<name>/mean` and `<name>/variance`. */
  state(): Promise<Record<string, Float32Array>>;
  restore(state: Readonly<Record<string, Float32Array>>): void;
  dispose(): void;
}

/** Weights start Xavier-uniform, γ at 1, β at 0, the slope at .25, running statistics at 0 and 1. */
export function normalisedLayer(
  name: string,
  meaning: string,
  inputs: number,
  outputs: number,
  random: (name: string) => Random,
): NormalisedLayer {
  const parameter = (part: string, what: string, shape: number[], values: Float32Array): Parameter =>
    newParameter(`${name}/${part}`, `${meaning}, ${what}`, shape, values);
  const start = random(`init/${name}/weight`);
  const weight = parameter('weight', '[in, out]', [inputs, outputs], xavierUniform(start, inputs, outputs));
  const scale = parameter('scale', 'γ of the normalisation', [outputs], new Float32Array(outputs).fill(1));
  const shift = parameter('shift', 'β of the normalisation', [outputs], new Float32Array(outputs));
  const slope = parameter('slope', 'slope of PReLU below 0', [1], Float32Array.of(SLOPE));
  const running = tf.keep(tf.tidy(() => tf.concat([tf.zeros([1, outputs]), tf.ones([1, outputs])], 0)));

  /** Mean and unbiased variance weigh a tenth each. */
  const move = (moments: tf.Tensor2D, rows: number): void => {
    const shares = tf.tensor2d([1 - KEPT, ((1 - KEPT) * rows) / Math.max(1, rows - 1)], [2, 1]);
    copyInto(running, tf.add(tf.mul(running, KEPT), tf.mul(moments, shares)));
  };

  return {
    parameters: [weight, scale, shift, slope],
    apply: (x, training) => {
      const product = matrixOf(tf.matMul(x, matrixOf(weight.tensor)));
      const moments = training ? columnMoments(product) : matrixOf(running);
      if (training) move(moments, x.shape[0]);
      return normalised(product, moments, { scale: scale.tensor, shift: shift.tensor, slope: slope.tensor });
    },
    state: async () => {
      const values = await readFloats(running);
      return { [`${name}/mean`]: values.slice(0, outputs), [`${name}/variance`]: values.slice(outputs) };
    },
    restore: (state) => {
      const [mean, variance] = [state[`${name}/mean`], state[`${name}/variance`]];
      if (mean) writeNumbers(running, 0, mean);
      if (variance) writeNumbers(running, outputs, variance);
    },
    dispose: () => running.dispose(),
  };
}

import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../../src/domain/at';
import { activationSlope } from '../../engine/kernels/activationSlope';
import { newParameter, type Parameter } from '../../engine/parameters';
import { columnSums } from '../../engine/kernels/columnSums';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { withGradient } from '../../engine/withGradient';
import type { Random } from '../../numbers/rng';
import { normals, xavierNormal } from '../layers/initialisers';
import { linearOf, type Linear } from '../layers/linear';
import { diffusionSteps, STEPS, TIME } from './schedule';

/** A modality's denoiser of histories, `x̂ = tanh([x, W_t code] W_in + b) W_out + b`. */
export interface Denoiser {
  readonly parameters: readonly Parameter[];
  /** What it takes for the start of noisy rows `x [n, I]`, of which no gradient is taken; `times [n, 10]` are their steps' codes. */
  found(x: tf.Tensor2D, times: tf.Tensor2D): tf.Tensor2D;
}

/** Weights are normal with a deviation of √(2/(in + out)), biases with .001. */
export function denoiser(key: string, items: number, size: number, random: (name: string) => Random): Denoiser {
  const layer = (role: string, meaning: string, inputs: number, outputs: number): Linear => {
    const name = `denoise/${key}/${role}`;
    const weight = xavierNormal(random(`init/${name}/weight`), inputs, outputs);
    const bias = normals(random(`init/${name}/bias`), outputs, 1e-3);
    return linearOf(
      newParameter(`${name}/weight`, `${meaning} of the denoiser, ${key}, [in, out]`, [inputs, outputs], weight),
      newParameter(`${name}/bias`, `${meaning} of the denoiser, ${key}, bias`, [outputs], bias),
    );
  };
  const time = layer('time', 'layer of the step’s code', TIME, TIME);
  const hidden = layer('hidden', 'hidden layer', items + TIME, size);
  const output = layer('output', 'output layer', size, items);
  return {
    parameters: [time, hidden, output].flatMap(({ parameters }) => parameters),
    found: (x, times) => output.apply(hiddenLayer(x, time.apply(times), hidden)),
  };
}

/** `tanh([x, t] W + b)`, `x [n, I]` a constant and `t [n, 10]`: the gradient of x, which would be as large, is not made. */
function hiddenLayer(x: tf.Tensor2D, times: tf.Tensor2D, { weight, bias }: Linear): tf.Tensor2D {
  const items = x.shape[1];
  return matrixOf(
    withGradient({
      inputs: [times, weight.tensor, bias.tensor],
      constants: [x],
      forward: ([t, w, b], keep) => {
        const rows = tf.concat([x, required(t)], 1);
        const made = tf.tanh(tf.add(tf.matMul(matrixOf(rows), matrixOf(required(w))), required(b)));
        keep(rows);
        keep(made);
        return made;
      },
      backward: (dy, [, w], _, [rows, made]) => {
        const slope = matrixOf(activationSlope(required(made), dy, 'tanh'));
        const ofTimes = tf.slice(matrixOf(required(w)), [items, 0], [TIME, -1]);
        return [
          tf.matMul(slope, ofTimes, false, true),
          tf.matMul(matrixOf(required(rows)), slope, true),
          columnSums(slope),
        ];
      },
    }),
  );
}

/** Constants of the diffusion on the device. */
export interface DiffusionTables {
  /** Steps of rows, `⌊5u⌋` of `draws [n, 1]`. */
  stepsOf(draws: tf.Tensor2D): tf.Tensor1D;
  /** By steps `[n]` int32: codes `[n, 10]`, shares of start and noise `[n, 2]`, and weights `[n]`. */
  codes(steps: tf.Tensor1D): tf.Tensor2D;
  shares(steps: tf.Tensor1D): tf.Tensor2D;
  weights(steps: tf.Tensor1D): tf.Tensor1D;
  dispose(): void;
}

export function diffusionTables(): DiffusionTables {
  const all = diffusionSteps();
  const codes = tf.keep(tf.tensor2d(all.map(({ code }) => [...code])));
  const shares = tf.keep(tf.tensor2d(all.map(({ start, noise }) => [start, noise])));
  const weights = tf.keep(tf.tensor1d(all.map(({ weight }) => weight)));
  return {
    stepsOf: (draws) =>
      vectorOf(tf.cast(tf.minimum(tf.floor(tf.mul(tf.reshape(draws, [-1]), STEPS)), STEPS - 1), 'int32')),
    codes: (steps) => tf.gather(codes, steps),
    shares: (steps) => tf.gather(shares, steps),
    weights: (steps) => tf.gather(weights, steps),
    dispose: () => tf.dispose([codes, shares, weights]),
  };
}

/** Mean squared differences of rows, `[n]`, of `found [n, d]` and a constant `x [n, d]`; the differences are not kept. */
export const rowDistances = (found: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor1D => {
  const columns = x.shape[1];
  return vectorOf(
    withGradient({
      inputs: [found],
      constants: [x],
      forward: ([made]) => tf.mean(tf.squaredDifference(required(made), x), 1),
      backward: (dy, [made], [start]) => [
        tf.mul(tf.sub(required(made), required(start)), tf.reshape(tf.mul(dy, 2 / columns), [-1, 1])),
      ],
    }),
  );
};

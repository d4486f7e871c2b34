import { required } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair } from '../kernelPair';
import { vectorOf } from '../tensors';
import { withGradient } from '../withGradient';
import { pairCriticsPair, pairCriticsSlopePair } from './pairCritics';

const LANES = 64;

/**
 * What `pairCriticsPair` made of two blocks of rows, `made_k [n_k, 3C]` with their `weights_k [n_k]`, and `logs [C]` → of each critic `± Σ_k Σ_i weights_ki (T_ii − R_i)`, − for those with logarithms, and then the share
 * of pairs that it lets through, the second block counted `ratio²` times, `[2C]`.
 */
export const criticTotalsPair: KernelPair = {
  name: 'LodestoneCriticTotals',
  inputs: ['made0', 'weights0', 'made1', 'weights1', 'logs'],
  outputShape: ([, , , , [count = 0] = []]) => [2 * count],
  portable: ([made0, weights0, made1, weights1, logs], output, _, { ratio = 1 }) => {
    if (!made0 || !weights0 || !made1 || !weights1 || !logs) throw new Error('Totals are of two blocks.');
    const count = logs.length;
    const mean = (made: HostArray, weights: HostArray, column: number): number => {
      let sum = 0;
      for (let row = 0; row < weights.length; row++) sum += weights[row]! * made[row * 3 * count + column]!;
      return sum;
    };
    for (let of = 0; of < count; of++) {
      const sum = mean(made0, weights0, of) + mean(made1, weights1, of);
      output[of] = logs[of]! > 0 ? -sum : sum;
      const [first, second] = [mean(made0, weights0, 2 * count + of), mean(made1, weights1, 2 * count + of)];
      output[count + of] = (first + second * ratio ** 2) / (1 + ratio ** 2);
    }
  },
  wgsl: ([, , , , [count = 0] = []], { ratio = 1 }) => ({
    key: `${count}_${ratio}`,
    inputComponents: [1, 1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: LANES,
    workgroups: 2 * count,
    code: `
      var<workgroup> parts : array<f32, ${LANES}>;
      fn main(index : i32) {
        let place = min(index / ${LANES}, ${2 * count - 1});
        let lane = i32(localId.x);
        let critic = place % ${count};
        let shares = place >= ${count};
        let column = select(critic, ${2 * count} + critic, shares);
        let second = select(1.0, f32(${ratio ** 2}), shares);
        var sum = 0.0;
        for (var row = lane; row < uniforms.weights0Shape; row = row + ${LANES}) {
          sum = sum + weights0[row] * made0[row * ${3 * count} + column];
        }
        for (var row = lane; row < uniforms.weights1Shape; row = row + ${LANES}) {
          sum = sum + second * weights1[row] * made1[row * ${3 * count} + column];
        }
        parts[lane] = sum;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }
        if (lane == 0) {
          let signed = select(parts[0], -parts[0], logs[critic] > 0.0);
          result[place] = select(signed, parts[0] * f32(${1 / (1 + ratio ** 2)}), shares);
        }
      }`,
  }),
};

export const registerCriticTotals = (): void => registerPair(criticTotalsPair);

/** Critics of pairs, as `pairCriticsPair` has them. */
export interface Critics {
  /** `[C]`, of which the signs count. */
  readonly factors: tf.Tensor1D;
  /** `[C]`: 1 for logarithms of sums, 0 for means. */
  readonly logs: tf.Tensor1D;
}

/** Rows `pq [n, 2C]` that are paired with each other; `weights [n]` are 1/b for b rows and 0 for the others. */
export interface CriticBlock {
  readonly pq: tf.Tensor2D;
  readonly weights: tf.Tensor1D;
}

/**
 * As `criticTotalsPair` has them, of two blocks, `[2C]`: estimates, which alone carry a gradient, and the shares of pairs that critics let through. No `n × n` matrix
 * is made.
 */
export const criticTotals = (
  [first, second]: readonly [CriticBlock, CriticBlock],
  { factors, logs }: Critics,
  ratio: number,
): tf.Tensor1D =>
  vectorOf(
    withGradient({
      inputs: [first.pq, second.pq],
      constants: [factors, logs, first.weights, second.weights],
      forward: ([x, y], keep) => {
        const made = [
          runPair(pairCriticsPair, [required(x), factors, logs, first.weights]),
          runPair(pairCriticsPair, [required(y), factors, logs, second.weights]),
        ] as const;
        made.forEach(keep);
        return runPair(criticTotalsPair, [made[0], first.weights, made[1], second.weights, logs], { ratio });
      },
      backward: (dy, tables, [signs, kinds, ...weights], made) =>
        tables.map((x, of) =>
          runPair(
            pairCriticsSlopePair,
            [x, signs, kinds, weights[of], made[of], dy].map((one) => required(one)),
          ),
        ),
    }),
  );

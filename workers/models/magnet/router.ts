import * as tf from '@tensorflow/tfjs-core';
import type { MagnetConfig } from './table';
import { disposeParameter, newParameter, type Parameter } from '../../engine/parameters';
import { required } from '../../../src/domain/at';
import { copyInto } from '../../engine/kernels/inPlace';
import {
  routingStage,
  STATE,
  STRENGTHS,
  SWITCHES,
  TOLD,
  type StageAttributes,
} from '../../engine/kernels/routingStage';
import { productWithBias } from '../../engine/products';
import { withGradient } from '../../engine/withGradient';
import { topMask } from '../../engine/kernels/topMask';
import type { Random } from '../../numbers/rng';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { writeNumbers } from '../../engine/upload';
import { linearUniform } from '../layers/initialisers';
import { withoutGradient } from '../layers/losses';

/** MAGNET's router: `π = softmax(W_r [z_u; z_i] + b_r)`, or with a hidden ReLU layer. */
export interface Router {
  /** None where it is frozen. */
  readonly parameters: readonly Parameter[];
  /** H, 0 for a linear router. */
  readonly hidden: number;
  /** What users and items bring to the logits (to the hidden layer), biases on the users' side: `[n, E]` or `[n, H]`. */
  userPart(z: tf.Tensor2D): tf.Tensor2D;
  itemPart(z: tf.Tensor2D): tf.Tensor2D;
  /** Logits `[n, E]` of pairs from both parts. */
  join(users: tf.Tensor2D, items: tf.Tensor2D): tf.Tensor2D;
  /** `[H, E]` and `[E]` of the layer after the hidden one; any numbers for a linear router. */
  readonly last: { weights(): tf.Tensor; bias(): tf.Tensor };
  dispose(): void;
}

export function router(config: MagnetConfig, experts: number, random: (name: string) => Random): Router {
  const width = config.embeddingSize;
  const hidden = config.routerHidden;
  const first = hidden > 0 ? hidden : experts;
  // The pair [z_u; z_i] has 2d numbers.
  const parameter = (name: string, meaning: string, shape: number[], fanIn: number): Parameter => {
    const size = shape.reduce((a, b) => a * b, 1);
    const uniform = config.router === 'uniform';
    return newParameter(
      name,
      meaning,
      shape,
      uniform ? new Float32Array(size) : linearUniform(random(`init/${name}`), fanIn, size),
    );
  };
  const users = parameter('router/user', 'router, users’ half, [in, out]', [width, first], 2 * width);
  const items = parameter('router/item', 'router, items’ half, [in, out]', [width, first], 2 * width);
  const bias = parameter(hidden > 0 ? 'router/hidden/bias' : 'router/bias', 'router, bias', [first], 2 * width);
  const output =
    hidden > 0
      ? {
          weight: parameter('router/output/weight', 'router, last layer, [in, out]', [hidden, experts], hidden),
          bias: parameter('router/output/bias', 'router, last bias', [experts], hidden),
        }
      : null;
  const all = [users, items, bias, ...(output ? [output.weight, output.bias] : [])];
  return {
    parameters: config.router === 'learned' ? all : [],
    hidden,
    userPart: (z) => productWithBias(z, matrixOf(users.tensor), bias.tensor),
    itemPart: (z) => matrixOf(tf.matMul(z, matrixOf(items.tensor))),
    join: (u, i) => {
      const sum = matrixOf(tf.add(u, i));
      return output
        ? matrixOf(tf.add(tf.matMul(tf.relu(sum), matrixOf(output.weight.tensor)), output.bias.tensor))
        : sum;
    },
    last: { weights: () => output?.weight.tensor ?? users.tensor, bias: () => output?.bias.tensor ?? bias.tensor },
    dispose: () => all.forEach(disposeParameter),
  };
}

/** π of logits, `[n, E]`. */
export const probabilities = (logits: tf.Tensor2D): tf.Tensor2D => matrixOf(tf.softmax(logits));

/** 1 for each row's `top` most probable experts (ties: the lower), 0 elsewhere, `[n, E]`; null where that is all. No gradient flows through the choice. */
export const chosenExperts = (logits: tf.Tensor2D, top: number): tf.Tensor2D | null =>
  top >= logits.shape[1] ? null : matrixOf(withoutGradient(logits, (x) => topMask(matrixOf(x), top)));

/** π renormalised on each row's `top` most probable experts, 0 elsewhere. */
export function renormalised(pi: tf.Tensor2D, top: number): tf.Tensor2D {
  const chosen = chosenExperts(pi, top);
  if (!chosen) return pi;
  const selected = matrixOf(tf.mul(pi, chosen));
  return matrixOf(tf.div(selected, tf.sum(selected, 1, true)));
}

/** The two-stage regulariser of the routing, whose state stays on the device. */
export interface StageMachine {
  /** From the batch's π̄: the weights of coverage and confidence, H̃, the counter and the stage, `[5]`. Moves the state on. */
  advance(mean: tf.Tensor1D): tf.Tensor1D;
  /** Counter, stage, steps done, step of the switch (0: not yet). */
  state(): tf.Tensor1D;
  restore(state: Float32Array): void;
  dispose(): void;
}

interface StageRule {
  readonly weight: number;
  readonly stages: string;
  readonly stageWeights: string;
  readonly threshold: number;
  readonly window: number;
  readonly minSteps: number;
  readonly switchStep: number;
}

/**
 * Per step `H̃ = H(π̄)/ln E`, counter `n + 1` if `H̃ ≥ H*`, else 0; stage 1 → 2 once, when `n ≥ W` and at least `minSteps` steps
 * lie before this one. Counter and stage move first, and the step's weights are those of the stage it ends up in.
 */
export function stageMachine({ stages, stageWeights, ...numbers }: StageRule): StageMachine {
  const begins = stages === 'confidence' ? 2 : 1;
  const state = tf.keep(tf.tensor1d([0, begins, 0, 0]));
  const attributes: StageAttributes = {
    ...numbers,
    by: Math.max(
      0,
      SWITCHES.findIndex((name) => name === stages),
    ),
    strength: Math.max(
      0,
      STRENGTHS.findIndex((name) => name === stageWeights),
    ),
  };
  return {
    advance: (mean) => {
      const all = withGradient({
        inputs: [mean],
        forward: ([pi]) => routingStage(required(pi), state, attributes),
        backward: (_, [pi]) => [tf.zerosLike(required(pi))],
      });
      copyInto(state, tf.slice(all, TOLD, STATE));
      return vectorOf(tf.slice(all, 0, TOLD));
    },
    state: () => state,
    restore: (values) => writeNumbers(state, 0, values),
    dispose: () => state.dispose(),
  };
}

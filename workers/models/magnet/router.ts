import * as tf from '@tensorflow/tfjs-core';
import type { MagnetConfig } from './table';
import { newParameter, type Parameter } from '../../engine/kernels/adam';
import { copyInto } from '../../engine/kernels/inPlace';
import { topMask } from '../../engine/kernels/topMask';
import type { Random } from '../../numbers/rng';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { writeNumbers } from '../../engine/upload';
import { linearUniform } from '../layers/initialisers';
import { withoutGradient } from '../layers/losses';

/** MAGNET's router: `π = softmax(W_r [z_u; z_i] + b_r)`, or with a hidden ReLU layer. */
export interface Router {
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
}

export function router(config: MagnetConfig, experts: number, random: (name: string) => Random): Router {
  const width = config.embeddingSize;
  const hidden = config.routerHidden;
  const first = hidden > 0 ? hidden : experts;
  // The pair [z_u; z_i] has 2d numbers.
  const parameter = (name: string, meaning: string, shape: number[], fanIn: number): Parameter =>
    newParameter(
      name,
      meaning,
      shape,
      linearUniform(
        random(`init/${name}`),
        fanIn,
        shape.reduce((a, b) => a * b, 1),
      ),
    );
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
  return {
    parameters: [users, items, bias, ...(output ? [output.weight, output.bias] : [])],
    hidden,
    userPart: (z) => matrixOf(tf.add(tf.matMul(z, matrixOf(users.tensor)), bias.tensor)),
    itemPart: (z) => matrixOf(tf.matMul(z, matrixOf(items.tensor))),
    join: (u, i) => {
      const sum = matrixOf(tf.add(u, i));
      return output
        ? matrixOf(tf.add(tf.matMul(tf.relu(sum), matrixOf(output.weight.tensor)), output.bias.tensor))
        : sum;
    },
    last: { weights: () => output?.weight.tensor ?? users.tensor, bias: () => output?.bias.tensor ?? bias.tensor },
  };
}

/** π and ln π of logits, `[n, E]`. */
export function probabilities(logits: tf.Tensor2D): { readonly pi: tf.Tensor2D; readonly logPi: tf.Tensor2D } {
  const logPi = matrixOf(tf.logSoftmax(logits));
  return { pi: matrixOf(tf.exp(logPi)), logPi };
}

/** π renormalised on each row's `top` most probable experts (ties: the lower), 0 elsewhere. No gradient through the choice. */
export function renormalised(pi: tf.Tensor2D, top: number): tf.Tensor2D {
  if (top >= pi.shape[1]) return pi;
  const selected = matrixOf(
    tf.mul(
      pi,
      withoutGradient(pi, (x) => topMask(matrixOf(x), top)),
    ),
  );
  return matrixOf(tf.div(selected, tf.sum(selected, 1, true)));
}

/** `−Σ p ln p` of a distribution `[E]`. */
export const entropyOf = (mean: tf.Tensor1D): tf.Tensor =>
  tf.neg(tf.sum(tf.mul(mean, tf.log(tf.maximum(mean, 1e-30)))));

/** Slots of the stage's state and of what a step is told. */
const STAGE_SLOTS = 4;

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
export function stageMachine(rule: StageRule, experts: number): StageMachine {
  const state = tf.keep(tf.tensor1d([0, rule.stages === 'confidence' ? 2 : 1, 0, 0]));
  const flag = (condition: tf.Tensor): tf.Tensor => tf.cast(condition, 'float32');

  const nextStage = (stage: tf.Tensor, counter: tf.Tensor, steps: tf.Tensor): tf.Tensor => {
    switch (rule.stages) {
      case 'entropy':
        return tf.maximum(
          stage,
          tf.add(1, tf.mul(flag(tf.greaterEqual(counter, rule.window)), flag(tf.greater(steps, rule.minSteps)))),
        );
      case 'fixed':
        return tf.add(1, flag(tf.greater(steps, rule.switchStep)));
      default:
        return stage;
    }
  };
  /** What H̃ makes of λ_r in stage 1 and in stage 2. */
  const strength = (entropy: tf.Tensor): { coverage: tf.Tensor; confidence: tf.Tensor } => {
    const rest = tf.sub(1, entropy);
    const one = tf.onesLike(entropy);
    switch (rule.stageWeights) {
      case 'quad':
        return { coverage: tf.square(rest), confidence: tf.square(entropy) };
      case 'const':
        return { coverage: one, confidence: one };
      case 'rev':
        return { coverage: entropy, confidence: rest };
      default:
        return { coverage: rest, confidence: entropy };
    }
  };

  return {
    advance: (mean) => {
      const move = tf.customGrad((pi) => {
        if (!(pi instanceof tf.Tensor)) throw new Error('The stage follows a mean routing.');
        const entropy = tf.reshape(tf.mul(entropyOf(vectorOf(pi)), 1 / Math.log(experts)), [1]);
        const [counterBefore, stageBefore, stepsBefore, switchBefore] = tf.split(state, STAGE_SLOTS);
        if (!counterBefore || !stageBefore || !stepsBefore || !switchBefore)
          throw new Error('The stage has lost its state.');
        const steps = tf.add(stepsBefore, 1);
        const counter = tf.mul(tf.add(counterBefore, 1), flag(tf.greaterEqual(entropy, rule.threshold)));
        const stage = nextStage(stageBefore, counter, steps);
        const switched = tf.add(switchBefore, tf.mul(steps, tf.sub(stage, stageBefore)));
        copyInto(state, tf.concat([counter, stage, steps, switched]));
        const second = tf.sub(stage, 1);
        const { coverage, confidence } = strength(entropy);
        const weights = [
          tf.mul(tf.mul(coverage, tf.sub(1, second)), rule.weight),
          tf.mul(tf.mul(confidence, second), rule.weight),
        ];
        return {
          value: tf.concat([...weights, entropy, counter, stage]),
          gradFunc: (dy: tf.Tensor) => tf.zeros([experts], dy.dtype),
        };
      });
      return vectorOf(move(mean));
    },
    state: () => state,
    restore: (values) => writeNumbers(state, 0, values),
    dispose: () => state.dispose(),
  };
}

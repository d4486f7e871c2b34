import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { vectorOf } from '../tensors';

/** What a step is told, then the state it leaves: `[TOLD + STATE]`. */
export const TOLD = 5;
export const STATE = 4;

/** When a router's stage is switched: not at all, by its entropy, after some steps. */
export const SWITCHES = ['never', 'entropy', 'fixed'] as const;
/** What the entropy H̃ makes of the weights of coverage and confidence. */
export const STRENGTHS = ['linear', 'quad', 'const', 'rev'] as const;

export interface StageAttributes {
  /** λ_r */
  readonly weight: number;
  /** Places in `SWITCHES` and in `STRENGTHS`. */
  readonly by: number;
  readonly strength: number;
  /** H*, W, and the steps that lie before a switch. */
  readonly threshold: number;
  readonly window: number;
  readonly minSteps: number;
  readonly switchStep: number;
}

const LEAST = 1e-30;

/**
 * `mean [E]` (π̄), `state [4]` (counter, stage, steps done, step of the switch) → the weights of coverage and confidence, H̃, counter, stage,
 * and the state after them. `H̃ = H(π̄)/ln E`; the counter is `n + 1` if `H̃ ≥ H*`, else 0; the stage goes from 1 to 2 once, when
 * `n ≥ W` and at least `minSteps` steps lie before this one. Counter and stage move first.
 */
export const routingStagePair: KernelPair = {
  name: 'LodestoneRoutingStage',
  inputs: ['mean', 'state'],
  outputShape: () => [TOLD + STATE],
  portable: ([mean, state], output, _, attributes) => {
    if (!mean || !state) throw new Error('A stage follows a mean routing and a state.');
    const { weight = 0, by = 0, strength = 0, threshold = 0, window = 0, minSteps = 0, switchStep = 0 } = attributes;
    let sum = 0;
    for (const share of mean) sum -= share * Math.log(Math.max(share, LEAST));
    const entropy = sum / Math.log(mean.length);
    const [counterBefore = 0, stageBefore = 1, stepsBefore = 0, switchBefore = 0] = state;
    const steps = stepsBefore + 1;
    const counter = entropy >= threshold ? counterBefore + 1 : 0;
    const byEntropy = Math.max(stageBefore, 1 + Number(counter >= window && steps > minSteps));
    const stage = [stageBefore, byEntropy, 1 + Number(steps > switchStep)][by] ?? stageBefore;
    const rest = 1 - entropy;
    const coverage = [rest, rest * rest, 1, entropy][strength] ?? rest;
    const confidence = [entropy, entropy * entropy, 1, rest][strength] ?? entropy;
    const second = stage - 1;
    const told = [weight * coverage * (1 - second), weight * confidence * second, entropy, counter, stage];
    output.set([...told, counter, stage, steps, switchBefore + steps * (stage - stageBefore)]);
  },
  wgsl: (_, attributes) => {
    const { weight = 0, by = 0, strength = 0, threshold = 0, window = 0, minSteps = 0, switchStep = 0 } = attributes;
    const number = (value: number): string => `f32(${value})`;
    return {
      key: [weight, by, strength, threshold, window, minSteps, switchStep].join('_'),
      inputComponents: [1, 1],
      outputComponent: 1,
      workgroupSize: 1,
      workgroups: 1,
      code: `
        fn main(index : i32) {
          if (index > 0) { return; }
          var sum = 0.0;
          for (var e = 0; e < uniforms.meanShape; e = e + 1) { sum = sum - mean[e] * log(max(mean[e], ${LEAST})); }
          let entropy = sum / log(f32(uniforms.meanShape));
          let steps = state[2] + 1.0;
          let counter = select(0.0, state[0] + 1.0, entropy >= ${number(threshold)});
          let stage = ${
            [
              'state[1]',
              `max(state[1], select(1.0, 2.0, counter >= ${number(window)} && steps > ${number(minSteps)}))`,
              `select(1.0, 2.0, steps > ${number(switchStep)})`,
            ][by]
          };
          let rest = 1.0 - entropy;
          let second = stage - 1.0;
          result[0] = ${number(weight)} * (${['rest', 'rest * rest', '1.0', 'entropy'][strength]}) * (1.0 - second);
          result[1] = ${number(weight)} * (${['entropy', 'entropy * entropy', '1.0', 'rest'][strength]}) * second;
          result[2] = entropy;
          result[3] = counter;
          result[4] = stage;
          result[5] = counter;
          result[6] = stage;
          result[7] = steps;
          result[8] = state[3] + steps * (stage - state[1]);
        }`,
    };
  },
};

export const registerRoutingStage = (): void => registerPair(routingStagePair);

/** `[TOLD + STATE]`; carries no gradient. */
export const routingStage = (mean: tf.Tensor, state: tf.Tensor, attributes: StageAttributes): tf.Tensor1D =>
  vectorOf(runPair(routingStagePair, [mean, state], { ...attributes }));

import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';

/** What a layer makes of `x W + b`. */
export const ACTIVATIONS = ['linear', 'relu', 'sigmoid', 'leakyRelu', 'tanh'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Slope of LeakyReLU below 0. */
export const LEAK = 0.01;

/** Of ReLU and LeakyReLU. */
const lowSlope = (of: number): number => (of === 3 ? LEAK : 0);

/** Of `y = φ(x)`. */
function slopeAt(value: number, of: number): number {
  if (of === 2) return value * (1 - value);
  if (of === 4) return 1 - value * value;
  return value > 0 ? 1 : lowSlope(of);
}

function wgslSlope(T: string, of: number): string {
  if (of === 2) return 'value * (1.0 - value)';
  if (of === 4) return '(1.0 - value * value)';
  return `select(${T}(${lowSlope(of)}), ${T}(1.0), value > ${T}(0.0))`;
}

/**
 * `y = φ(x)`, `∂y`, of one shape → `∂x`: `∂y [y > 0]` of ReLU (`of` 1), `∂y y (1 − y)` of σ (2), `∂y` above 0 and `.01 ∂y` elsewhere of
 * LeakyReLU (3), `∂y (1 − y²)` of tanh (4).
 */
export const activationSlopePair: KernelPair = {
  name: 'LodestoneActivationSlope',
  inputs: ['y', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([y, dy], output, _, { of = 1 }) => {
    if (!y || !dy) throw new Error('A slope has values and gradients.');
    for (let place = 0; place < output.length; place++) output[place] = dy[place]! * slopeAt(y[place]!, of);
  },
  wgsl: ([shape = []], { of = 1 }) => {
    const component = (shape.at(-1) ?? 0) % 4 === 0 ? 4 : 1;
    const T = component === 4 ? 'vec4<f32>' : 'f32';
    return {
      key: `${component}_${of}`,
      inputComponents: [component, component],
      outputComponent: component,
      workgroupSize: 128,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let value = y[index];
          result[index] = dy[index] * ${wgslSlope(T, of)};
        }
      }`,
    };
  },
};

export const registerActivationSlope = (): void => registerPair(activationSlopePair);

/** `∂x` of `y = φ(x)`; carries no gradient. */
export const activationSlope = (y: tf.Tensor, dy: tf.Tensor, activation: Exclude<Activation, 'linear'>): tf.Tensor =>
  runPair(activationSlopePair, [y, dy], { of: ACTIVATIONS.indexOf(activation) });

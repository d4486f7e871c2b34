import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';

/** What a layer makes of `x W + b`. */
export const ACTIVATIONS = ['linear', 'relu', 'sigmoid'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** `y = φ(x)`, `∂y`, of one shape → `∂x`: `∂y [y > 0]` of ReLU (`of` 1), `∂y y (1 − y)` of σ (2). */
export const activationSlopePair: KernelPair = {
  name: 'LodestoneActivationSlope',
  inputs: ['y', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([y, dy], output, _, { of = 1 }) => {
    if (!y || !dy) throw new Error('A slope has values and gradients.');
    for (let place = 0; place < output.length; place++) {
      const value = y[place]!;
      output[place] = dy[place]! * (of === 1 ? Number(value > 0) : value * (1 - value));
    }
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
          result[index] = dy[index] * ${of === 1 ? `select(${T}(0.0), ${T}(1.0), value > ${T}(0.0))` : 'value * (1.0 - value)'};
        }
      }`,
    };
  },
};

export const registerActivationSlope = (): void => registerPair(activationSlopePair);

/** `∂x` of `y = φ(x)`; carries no gradient. */
export const activationSlope = (y: tf.Tensor, dy: tf.Tensor, activation: Exclude<Activation, 'linear'>): tf.Tensor =>
  runPair(activationSlopePair, [y, dy], { of: ACTIVATIONS.indexOf(activation) });

import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';

/** Invocations that share a column. */
const LANES = 256;

/**
 * `x [n, d]` → `Σ_r x_rc`, `[d]`, and of blocks `[k, n, d]` → `[k, d]`; with `factors [n]` (`[k, n]`) `Σ_r f_r x_rc`, and with `tanh`
 * `Σ_r f_r tanh x_rc`.
 */
export const columnSumsPair: KernelPair = {
  name: 'LodestoneColumnSums',
  inputs: ['x', 'factors'],
  outputShape: ([shape = []]) => [...shape.slice(0, -2), shape.at(-1) ?? 0],
  portable: ([x, factors], output, [shape = []], { tanh = 0 }) => {
    if (!x) throw new Error('There is no table.');
    const [rows = 0, columns = 0] = shape.slice(-2);
    output.fill(0);
    for (let row = 0; row < x.length / columns; row++) {
      const to = Math.floor(row / rows) * columns;
      const factor = factors ? factors[row]! : 1;
      for (let c = 0; c < columns; c++) {
        const value = x[row * columns + c]!;
        output[to + c]! += factor * (tanh > 0 ? Math.tanh(value) : value);
      }
    }
  },
  wgsl: (shapes, { tanh = 0 }) => {
    const [shape = []] = shapes;
    const columns = shape.at(-1) ?? 0;
    const component = columns % 4 === 0 ? 4 : 1;
    const T = component === 4 ? 'vec4<f32>' : 'f32';
    const width = columns / component;
    const blocks = shape.length > 2 ? (shape[0] ?? 1) : 1;
    const weighted = shapes.length > 1;
    // Of what is not positive the exponential cannot overflow.
    const value = tanh > 0 ? 'sign(y) * (1.0 - exp(-2.0 * abs(y))) / (1.0 + exp(-2.0 * abs(y)))' : 'y';
    return {
      key: `${blocks}_${width}_${component}_${weighted}_${tanh}`,
      inputComponents: weighted ? [component, 1] : [component],
      outputComponent: component,
      workgroupSize: LANES,
      workgroups: blocks * width,
      code: `
      var<workgroup> parts : array<${T}, ${LANES}>;
      fn main(index : i32) {
        let place = min(index / ${LANES}, ${blocks * width - 1});
        let rows = uniforms.xShape[${shape.length - 2}];
        let first = (place / ${width}) * rows;
        let column = place % ${width};
        let lane = i32(localId.x);
        var sum = ${T}(0.0);
        for (var row = first + lane; row < first + rows; row = row + ${LANES}) {
          let y = x[row * ${width} + column];
          sum = sum + ${weighted ? 'factors[row] * ' : ''}(${value});
        }
        parts[lane] = sum;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }
        if (lane == 0) { result[place] = parts[0]; }
      }`,
    };
  },
};

export const registerColumnSums = (): void => registerPair(columnSumsPair);

/** Of `x [n, d]` or `[k, n, d]`, rows weighted by `factors`, if there are any; carries no gradient. */
export const columnSums = (x: tf.Tensor, factors?: tf.Tensor, tanh = false): tf.Tensor =>
  runPair(columnSumsPair, factors ? [x, factors] : [x], { tanh: tanh ? 1 : 0 });

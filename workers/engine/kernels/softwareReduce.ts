import type * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { runOnDevice, type KernelPair } from '../kernelPair';
import { replaceOnSoftware } from '../replace';
import { reductionOf, type Reduction } from './reduction';

export const REDUCTIONS = { sum: 0, mean: 1, max: 2 } as const;

/** `x [outer, depth, inner]` → `[outer, inner]`: sum, mean or maximum over the middle, each by one invocation, in order. */
export const softwareReducePair: KernelPair = {
  name: 'LodestoneSoftwareReduce',
  inputs: ['x'],
  outputShape: ([[outer = 0, , inner = 0] = []]) => [outer, inner],

  portable: ([x], output, [[outer = 0, depth = 0, inner = 0] = []], { kind = 0 }) => {
    if (!x) throw new Error('A reduction has an operand.');
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let result = kind === REDUCTIONS.max ? -Infinity : 0;
        for (let d = 0; d < depth; d++) {
          const value = x[(o * depth + d) * inner + i]!;
          result = kind === REDUCTIONS.max ? Math.max(result, value) : result + value;
        }
        output[o * inner + i] = kind === REDUCTIONS.mean ? result / depth : result;
      }
    }
  },

  wgsl: ([[, depth = 0, inner = 0] = []], { kind = 0 }) => {
    const along = inner === 1 && depth % 4 === 0;
    const across = inner % 4 === 0;
    const join = (a: string, b: string): string => (kind === REDUCTIONS.max ? `max(${a}, ${b})` : `${a} + ${b}`);
    const whole = along ? join(join('total.x', 'total.y'), join('total.z', 'total.w')) : 'total';
    return {
      key: [kind, along, across].join('_'),
      inputComponents: [along || across ? 4 : 1],
      outputComponent: across ? 4 : 1,
      workgroupSize: 16,
      workgroups: null,
      code: `
        fn main(index : i32) {
          if (index < uniforms.size) {
            let depth = uniforms.xShape[1]${along ? ' / 4' : ''};
            let inner = ${along ? '1' : `uniforms.xShape[2]${across ? ' / 4' : ''}`};
            let first = (index / inner) * depth * inner + index % inner;
            var total = x[first];
            for (var d = 1; d < depth; d = d + 1) { total = ${join('total', 'x[first + d * inner]')}; }
            result[index] = ${kind === REDUCTIONS.mean ? `(${whole}) / f32(uniforms.xShape[1])` : whole};
          }
        }`,
    };
  },
};

/** Fewer invocations leave cores idle. */
const FEW = 64;
const MOST_PARTS = 256;

/** Number of parts that a long reduction is split into: the parts are reduced first, then their results. */
const partsOf = (depth: number, results: number): number => {
  if (results >= FEW || depth < 16 * FEW) return 1;
  for (let parts = MOST_PARTS; parts > 1; parts--) if (depth % parts === 0) return parts;
  return 1;
};

function reduce(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  [outer, depth, inner]: Reduction['view'],
  kind: number,
): tf.TensorInfo {
  const parts = partsOf(depth, outer * inner);
  const pass = (source: tf.TensorInfo, shape: number[]): tf.TensorInfo =>
    runOnDevice(backend, softwareReducePair, [{ ...source, shape }], { kind });
  if (parts === 1) return pass(x, [outer, depth, inner]);
  const some = pass(x, [outer * parts, depth / parts, inner]);
  const all = pass(some, [outer, parts, inner]);
  backend.disposeData(some.dataId);
  return all;
}

/** The backend reduces a row by a workgroup with barriers, and brings other axes to the end first. */
export function replaceSoftwareReductions(): void {
  for (const [name, kind, axes] of [
    ['Sum', REDUCTIONS.sum, 'axis'],
    ['Mean', REDUCTIONS.mean, 'axis'],
    ['Max', REDUCTIONS.max, 'reductionIndices'],
  ] as const) {
    replaceOnSoftware(name, ({ inputs: { x }, attrs, backend }) => {
      const reduction = x?.dtype === 'float32' ? reductionOf(x.shape, attrs[axes], attrs['keepDims'] === true) : null;
      return x && reduction ? { ...reduce(backend, x, reduction.view, kind), shape: reduction.shape } : null;
    });
  }
}

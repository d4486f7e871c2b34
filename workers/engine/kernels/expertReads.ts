import { required } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair, type WgslSource } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';

const LANES = 256;

/** What two numbers of an expert are read as: `p q`, or `ReLU(p + q)`. */
const joined = (p: number, q: number, mlp: number): number => (mlp > 0 ? Math.max(0, p + q) : p * q);

/** Calls with every place of `[E, n, d]`, in order, and where it lies in `[n, E]` and `[n, E·d]`. */
function forEachNumber(
  [experts = 0, rows = 0, columns = 0]: readonly number[],
  use: (place: number, pair: number, beside: number, column: number) => void,
): void {
  let place = 0;
  for (let e = 0; e < experts; e++)
    for (let row = 0; row < rows; row++) {
      const pair = row * experts + e;
      for (let c = 0; c < columns; c++) use(place++, pair, pair * columns + c, c);
    }
}

/** In numbers of type `T`, four at once where rows divide by four: `p`, `q` and `kept` of a place. */
function partsOf(columns: number, kept: boolean, mlp: number) {
  const component = columns % 4 === 0 ? 4 : 1;
  const T = component === 4 ? 'vec4<f32>' : 'f32';
  return {
    component,
    T,
    read: `${mlp > 0 ? `max(${T}(0.0), users[place] + items[place])` : 'users[place] * items[place]'}${kept ? ' * keep[beside]' : ''}`,
    keep: kept ? ' * keep[beside]' : '',
  } as const;
}

/** `users`, `items` `[E, n, d]`, `output [d]`, with a mask `keep [n, E·d]` where there is one → `Σ_c v_c k_rec s_erc` with `s = p q` or (`mlp` 1) `ReLU(p + q)`, `[n, E]`. */
export const expertReadsPair: KernelPair = {
  name: 'LodestoneExpertReads',
  inputs: ['users', 'items', 'output', 'keep'],
  outputShape: ([[experts = 0, rows = 0] = []]) => [rows, experts],
  portable: ([users, items, output, keep], result, [shape = []], { mlp = 0 }) => {
    result.fill(0);
    forEachNumber(shape, (place, pair, beside, c) => {
      result[pair]! += output![c]! * (keep ? keep[beside]! : 1) * joined(users![place]!, items![place]!, mlp);
    });
  },
  wgsl: (shapes, { mlp = 0 }): WgslSource => {
    const kept = shapes.length > 3;
    const { component, read } = partsOf(shapes[0]?.[2] ?? 0, kept, mlp);
    return {
      key: `${component}_${kept}_${mlp}`,
      inputComponents: shapes.map(() => component),
      outputComponent: 1,
      workgroupSize: 64,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let experts = uniforms.usersShape[0];
          let width = uniforms.usersShape[2] / ${component};
          let first = ((index % experts) * uniforms.usersShape[1] + index / experts) * width;
          var sum = 0.0;
          for (var c = 0; c < width; c = c + 1) {
            let place = first + c;
            ${kept ? 'let beside = index * width + c;' : ''}
            sum = sum + ${component === 4 ? `dot(output[c], ${read})` : `output[c] * ${read}`};
          }
          result[index] = sum;
        }
      }`,
    };
  },
};

/** With `dy [n, E]`: the slope with respect to the users' (`of` 0) or the items' numbers, `[E, n, d]`; under `mlp` both are the same. */
export const expertReadsSlopePair: KernelPair = {
  name: 'LodestoneExpertReadsSlope',
  inputs: ['users', 'items', 'output', 'dy', 'keep'],
  outputShape: ([shape = []]) => [...shape],
  portable: ([users, items, output, dy, keep], result, [shape = []], { mlp = 0, of = 0 }) => {
    forEachNumber(shape, (place, pair, beside, c) => {
      const other = (of === 0 ? items : users)![place]!;
      const slope = mlp > 0 ? Number(users![place]! + items![place]! > 0) : other;
      result[place] = dy![pair]! * output![c]! * (keep ? keep[beside]! : 1) * slope;
    });
  },
  wgsl: (shapes, { mlp = 0, of = 0 }): WgslSource => {
    const kept = shapes.length > 4;
    const { component, T, keep } = partsOf(shapes[0]?.[2] ?? 0, kept, mlp);
    const other = of === 0 ? 'items' : 'users';
    return {
      key: `${component}_${kept}_${mlp}_${of}`,
      inputComponents: shapes.map((_, place) => (place === 3 ? 1 : component)),
      outputComponent: component,
      workgroupSize: 128,
      workgroups: null,
      code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let width = uniforms.usersShape[2] / ${component};
          let rows = uniforms.usersShape[1];
          let place = index;
          let c = index % width;
          let line = index / width;
          let pair = (line % rows) * uniforms.usersShape[0] + line / rows;
          ${kept ? 'let beside = pair * width + c;' : ''}
          ${
            mlp > 0
              ? `let slope = select(${T}(0.0), ${T}(1.0), users[place] + items[place] > ${T}(0.0));`
              : `_ = users[0]; _ = items[0]; let slope = ${other}[place];`
          }
          result[index] = dy[pair] * output[c]${keep} * slope;
        }
      }`,
    };
  },
};

/** `Σ_e Σ_r ∂y_re k_rec s_erc`, `[d]`: the slope with respect to `output`. */
export const expertOutputSlopePair: KernelPair = {
  name: 'LodestoneExpertOutputSlope',
  inputs: ['users', 'items', 'dy', 'keep'],
  outputShape: ([[, , columns = 0] = []]) => [columns],
  portable: ([users, items, dy, keep], result, [shape = []], { mlp = 0 }) => {
    result.fill(0);
    forEachNumber(shape, (place, pair, beside, c) => {
      result[c]! += dy![pair]! * (keep ? keep[beside]! : 1) * joined(users![place]!, items![place]!, mlp);
    });
  },
  wgsl: (shapes, { mlp = 0 }): WgslSource => {
    const kept = shapes.length > 3;
    const columns = shapes[0]?.[2] ?? 0;
    const { component, T, read } = partsOf(columns, kept, mlp);
    const width = columns / component;
    return {
      key: `${width}_${component}_${kept}_${mlp}`,
      inputComponents: shapes.map((_, place) => (place === 2 ? 1 : component)),
      outputComponent: component,
      workgroupSize: LANES,
      workgroups: width,
      code: `
      var<workgroup> parts : array<${T}, ${LANES}>;
      fn main(index : i32) {
        let c = min(index / ${LANES}, ${width - 1});
        let lane = i32(localId.x);
        let experts = uniforms.usersShape[0];
        let rows = uniforms.usersShape[1];
        var sum = ${T}(0.0);
        for (var line = lane; line < experts * rows; line = line + ${LANES}) {
          let place = line * ${width} + c;
          let pair = (line % rows) * experts + line / rows;
          ${kept ? `let beside = pair * ${width} + c;` : ''}
          sum = sum + dy[pair] * (${read});
        }
        parts[lane] = sum;
        workgroupBarrier();
        for (var half = ${LANES / 2}; half > 0; half = half / 2) {
          if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
          workgroupBarrier();
        }
        if (lane == 0) { result[c] = parts[0]; }
      }`,
    };
  },
};

export const EXPERT_READ_PAIRS: readonly KernelPair[] = [expertReadsPair, expertReadsSlopePair, expertOutputSlopePair];

export const registerExpertReads = (): void => EXPERT_READ_PAIRS.forEach(registerPair);

/**
 * What each expert reads of pairs, `[n, E]`: `Σ_c v_c s_c` with `s = p ⊙ q` or (`mlp`) `ReLU(p + q)` of `users` and `items` `[E, n, d]`, each number times
 * that of `keep [n, E·d]`, through which no gradient flows; `output` is `v [d, 1]`.
 */
export function expertReads(
  users: tf.Tensor3D,
  items: tf.Tensor3D,
  output: tf.Tensor2D,
  keep: tf.Tensor2D | null,
  mlp: boolean,
): tf.Tensor2D {
  const kept = keep ? [keep] : [];
  const attributes = { mlp: mlp ? 1 : 0 };
  return matrixOf(
    withGradient({
      inputs: [users, items, output],
      constants: kept,
      forward: ([p, q, v]) =>
        runPair(expertReadsPair, [required(p), required(q), tf.reshape(required(v), [-1]), ...kept], attributes),
      backward: (dy, [p, q, v], constants) => {
        const tables = [required(p), required(q)];
        const inputs = [...tables, tf.reshape(required(v), [-1]), dy, ...constants];
        const ofUsers = runPair(expertReadsSlopePair, inputs, { ...attributes, of: 0 });
        const ofItems = mlp ? ofUsers.clone() : runPair(expertReadsSlopePair, inputs, { ...attributes, of: 1 });
        const ofOutput = runPair(expertOutputSlopePair, [...tables, dy, ...constants], attributes);
        return [ofUsers, ofItems, tf.reshape(ofOutput, output.shape)];
      },
    }),
  );
}

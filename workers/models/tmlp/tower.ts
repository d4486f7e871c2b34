import * as tf from '@tensorflow/tfjs-core';
import type { StepScope } from '../../engine/contract';
import { disposeParameter, newParameter, type Parameter } from '../../engine/parameters';
import { layerNorm } from '../../engine/kernels/layerNorm';
import type { Random } from '../../numbers/rng';
import { dropout } from '../layers/dropout';
import { normals, xavierUniform } from '../layers/initialisers';
import { linearOf, type Linear } from '../layers/linear';

/** Of the LayerNorm. */
const EPSILON = 1e-6;
/** Standard deviation of the biases at the start. */
const SPREAD = 1e-6;

/** How wide a tower is, and how many linear layers it has, at least two. */
interface TowerShape {
  readonly width: number;
  readonly hidden: number;
  readonly layers: number;
}

/** Linear layers `d → h → … → h → d`, between them tanh, LayerNorm and dropout. */
export interface Tower {
  readonly parameters: readonly Parameter[];
  /** `[n, d]` → `[n, d]`; `ids [n]` say which rows share a mask. Without a step there is no dropout. */
  apply(x: tf.Tensor2D, ids: tf.Tensor1D, step: StepScope | null, rate: number): tf.Tensor2D;
  dispose(): void;
}

/** Parameters `tower/<key>/<layer>`, and one norm `tower/<key>/norm` that all hidden layers share. */
export function tower(key: string, { width, hidden, layers }: TowerShape, random: (name: string) => Random): Tower {
  const sizes = [width, ...Array.from({ length: layers - 1 }, () => hidden), width];
  const linears = Array.from({ length: layers }, (_, place) =>
    layer(`tower/${key}/${place + 1}`, `tower, layer ${place + 1}, ${key}`, sizes.slice(place, place + 2), random),
  );
  const norm = (name: string, start: number): Parameter =>
    newParameter(
      `tower/${key}/norm/${name}`,
      `norm of the hidden layers, ${name}, ${key}`,
      [hidden],
      new Float32Array(hidden).fill(start),
    );
  const scale = norm('scale', 1);
  const shift = norm('shift', 0);
  const parameters = [...linears.flatMap((one) => one.parameters), scale, shift];
  return {
    parameters,
    apply: (x, ids, step, rate) =>
      linears.reduce((input, linear, place) => {
        if (place === layers - 1) return linear.apply(input);
        const active = linear.apply(input, { activation: 'tanh' });
        const normed = layerNorm(active, scale.tensor, shift.tensor, EPSILON);
        return step ? dropout(normed, ids, { step, site: `tower/${key}/${place + 1}`, rate }) : normed;
      }, x),
    dispose: () => parameters.forEach(disposeParameter),
  };
}

function layer(
  name: string,
  meaning: string,
  [inputs = 0, outputs = 0]: readonly number[],
  random: (name: string) => Random,
): Linear {
  const weight = xavierUniform(random(`init/${name}/weight`), inputs, outputs);
  return linearOf(
    newParameter(`${name}/weight`, `${meaning}, [in, out]`, [inputs, outputs], weight),
    newParameter(`${name}/bias`, `${meaning}, bias`, [outputs], normals(random(`init/${name}/bias`), outputs, SPREAD)),
  );
}

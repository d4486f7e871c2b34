import * as tf from '@tensorflow/tfjs-core';
import type { Representation, StepScope } from '../../engine/contract';
import { disposeParameter, type Parameter } from '../../engine/parameters';
import { rowCosinesWith } from '../../engine/kernels/rowCosines';
import { productWithBias } from '../../engine/products';
import { floats, matrix, matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { dropout } from '../layers/dropout';
import { linearUniform } from '../layers/initialisers';
import { linear } from '../layers/linear';
import { withoutGradient } from '../layers/losses';
import type { BuildContext, NamedInput } from '../model';

/** The layer `x Q + q` of the masking term, `[n, width]` → `[n, width]`. */
export interface MaskLayer {
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly NamedInput[];
  apply(x: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
}

/** A layer that is trained. */
export function trainedMask(width: number, random: BuildContext['random']): MaskLayer {
  const layer = linear('mask', 'reconstruction of masked rows', width, width, random);
  return {
    parameters: layer.parameters,
    inputs: [],
    apply: (x) => layer.apply(x),
    dispose: () => layer.parameters.forEach(disposeParameter),
  };
}

/** The layer as the authors' code has it: it never trains. */
export function fixedMask(width: number, random: BuildContext['random']): MaskLayer {
  const kept = new Map<string, tf.Tensor>();
  const named = (name: string, shape: readonly number[], meaning: string): NamedInput => {
    const size = shape.reduce((product, length) => product * length, 1);
    const drawn = (): Float32Array => linearUniform(random(`input/${name}`), width, size);
    const replace = (values: Float32Array): void => {
      kept.get(name)?.dispose();
      kept.set(name, tf.keep(shape.length === 1 ? floats(values.slice()) : matrix(values.slice(), width, width)));
    };
    replace(drawn());
    return { name, meaning, shape, read: async () => drawn(), replace };
  };
  const inputs = [
    named('mask/weight', [width, width], 'weight of the masking layer, [in, out]'),
    named('mask/bias', [width], 'bias of the masking layer'),
  ];
  const tensorOf = (name: string): tf.Tensor => {
    const tensor = kept.get(name);
    if (!tensor) throw new Error(`MENTOR has lost ${name}.`);
    return tensor;
  };
  return {
    parameters: [],
    inputs,
    apply: (x) => productWithBias(x, matrixOf(tensorOf('mask/weight')), vectorOf(tensorOf('mask/bias'))),
    dispose: () => tf.dispose([...kept.values()]),
  };
}

/** What the masking term looks at: fused rows of one side, and their numbers. */
type Sides<T> = Readonly<Record<'users' | 'items', T>>;

/**
 * `2 − mean cos(drop_p(E_u), E_u Q + q) − mean cos(drop_p(E_i), E_i Q + q)` over all fused rows; the rows with dropout are constants.
 */
export function maskTerm(
  rows: Representation,
  layer: MaskLayer,
  { ids, step, rate }: { readonly ids: Sides<tf.Tensor1D>; readonly step: StepScope; readonly rate: number },
): tf.Scalar {
  const cosine = (side: 'users' | 'items'): tf.Tensor => {
    const target = withoutGradient(dropout(rows[side], ids[side], { step, site: `mask/${side}`, rate }));
    return tf.mean(rowCosinesWith(layer.apply(rows[side]), matrixOf(target)));
  };
  return scalarOf(tf.sub(2, tf.add(cosine('users'), cosine('items'))));
}

import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../../src/domain/at';
import { newParameter, type Parameter } from '../../engine/kernels/adam';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { criticMeans, type Critics } from '../../engine/kernels/pairCritics';
import { productWithBias } from '../../engine/products';
import { gatherRows } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { withGradient } from '../../engine/withGradient';
import { csrFromEntries, type Csr } from '../../graphs/csr';
import type { Random } from '../../numbers/rng';
import { linearUniform } from '../layers/initialisers';
import type { Batch } from '../model';

/** `upper`: C^S on D_m and E_S; `lower`: I^S on E_m and E_S; `cross`: C^X on E_m and [E_S; E_m̄], the mean of the other modalities. */
type Kind = 'upper' | 'lower' | 'cross';

interface Critic {
  /** As the term that it estimates. */
  readonly name: string;
  readonly kind: Kind;
  /** The place of its modality. */
  readonly modality: number;
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly factor: Parameter;
}

/** Rows of nodes that the terms look at. */
export interface CriticRows {
  /** Specific parts D_m side by side, then the shared part E_S, `[U + I, (|M| + 1)·d]`. */
  readonly parts: tf.Tensor2D;
  /** The node of item 0 as the terms count. */
  readonly first: number;
  /** I */
  readonly items: number;
}

/** What a group of critics makes of a batch: of each the estimate with its sign, summed over the block of positives and that of negatives, and the share of pairs it is active for, `[C]`. */
interface Estimates {
  readonly values: readonly tf.Scalar[];
  active(): tf.Tensor1D;
}

export interface CriticGroup {
  readonly names: readonly string[];
  readonly parameters: readonly Parameter[];
  /** `mean t − mean T` of upper bounds, `−(mean t − mean_i ln Σ_j e^T_ij + ln n)` of lower ones. Gradients flow to `trained` and to the rows. */
  estimates(rows: CriticRows, batch: Batch): Estimates;
  dispose(): void;
}

/** Critics `c(z) = κ ReLU(w·z + β)`, all that the modalities give rise to; γ, which cancels in every term, is left out. */
export function criticsOf(keys: readonly string[], width: number, random: (name: string) => Random): Critic[] {
  const kinds: readonly Kind[] = keys.length > 1 ? ['upper', 'lower', 'cross'] : ['lower'];
  return kinds.flatMap((kind) =>
    keys.map((key, modality) => {
      const name = `${kind}/${key}`;
      const inputs = (kind === 'cross' ? 3 : 2) * width;
      const made = (role: string, meaning: string, shape: number[], fanIn: number): Parameter => {
        const full = `critic/${name}/${role}`;
        const length = shape.reduce((product, size) => product * size, 1);
        return newParameter(
          full,
          `${meaning} of the critic ${name}`,
          shape,
          linearUniform(random(`init/${full}`), fanIn, length),
        );
      };
      return {
        name,
        kind,
        modality,
        weight: made('hidden/weight', 'hidden unit’s weights', [inputs, 1], inputs),
        bias: made('hidden/bias', 'hidden unit’s bias', [1], inputs),
        factor: made('output/weight', 'factor κ', [1, 1], 1),
      };
    }),
  );
}

/** The parameters of critics whose kind is among these. */
export const parametersOf = (critics: readonly Critic[], kinds: readonly Kind[]): Parameter[] =>
  critics.flatMap(({ kind, weight, bias, factor }) => (kinds.includes(kind) ? [weight, bias, factor] : []));

/**
 * Critics that are evaluated together. All are linear in the parts before their kink, so one product gives every `p` and `q` of the pairs `T_ij = κ ReLU(p_i + q_j)`;
 * |κ| goes into it, its sign is left.
 */
export function criticGroup(
  critics: readonly Critic[],
  { modalities, width, trained, logs }: CriticOptions,
): CriticGroup {
  const spread = sparseTensor(placesOf(critics, modalities, width), false);
  const count = critics.length;
  const kinds = tf.keep(tf.tensor1d(critics.map(({ kind }) => Number(logs.includes(kind)))));
  // A lower bound is to rise.
  const directions = tf.keep(tf.tensor1d(critics.map(({ kind }) => (logs.includes(kind) ? -1 : 1))));
  const moved = critics.map(({ kind }) => trained.includes(kind));
  const list = (of: (critic: Critic) => Parameter): tf.Tensor1D => concatenated(critics.map(of), moved);
  return {
    names: critics.map(({ name }) => name),
    parameters: parametersOf(critics, trained),
    estimates: ({ parts, first, items }, batch) => {
      const factors = list(({ factor }) => factor);
      const sizes = tf.tile(tf.abs(factors), [2]);
      const flat = tf.reshape(
        list(({ weight }) => weight),
        [-1, 1],
      );
      const weights = tf.mul(tf.reshape(sparseProduct(spread, matrixOf(flat)), [-1, 2 * count]), sizes);
      const biases = tf.mul(
        tf.pad(
          list(({ bias }) => bias),
          [[0, count]],
        ),
        sizes,
      );
      const nodes = tf.slice(productWithBias(parts, matrixOf(weights), biases), [first, 0], [items, -1]);
      const of: Critics = { signs: vectorOf(tf.sign(factors)), logs: kinds };
      const ratio = batch.negativesPerPositive;
      const blocks = [
        { index: batch.positives, weights: batch.weights },
        {
          index: batch.negatives,
          weights: ratio === 1 ? batch.weights : vectorOf(tf.div(batch.negativeMask, tf.mul(batch.rows, ratio))),
        },
      ].map(({ index, weights: counted }) => criticMeans(gatherRows(matrixOf(nodes), index), of, counted));
      const [positives, negatives] = [entry(blocks, 0), entry(blocks, 1)];
      const sums = vectorOf(tf.reshape(tf.slice(tf.add(positives, negatives), [0, 0], [1, count]), [-1]));
      const signed = tf.mul(sums, directions);
      // tfjs has no gradient for a split into one.
      const values = count === 1 ? [tf.reshape(signed, [])] : tf.unstack(signed);
      return {
        values: values.map(scalarOf),
        active: () => {
          const pairs = tf.add(positives, tf.mul(negatives, ratio ** 2));
          const shares = tf.mul(tf.slice(pairs, [0, 2 * count], [1, count]), 1 / (1 + ratio ** 2));
          return vectorOf(tf.reshape(shares, [-1]));
        },
      };
    },
    dispose: () => {
      disposeSparse(spread);
      tf.dispose([kinds, directions]);
    },
  };
}

interface CriticOptions {
  /** |M| */
  readonly modalities: number;
  /** d */
  readonly width: number;
  /** Kinds whose parameters a gradient flows to. */
  readonly trained: readonly Kind[];
  /** Kinds of lower bounds, which have logarithms of sums. */
  readonly logs: readonly Kind[];
}

/** Parameters one behind the other; a gradient flows to those that are moved. */
function concatenated(parameters: readonly Parameter[], moved: readonly boolean[]): tf.Tensor1D {
  const lists = parameters.map(({ tensor }) => tf.reshape(tensor, [-1]));
  const ends = lists.reduce<number[]>((all, { size }) => [...all, (all.at(-1) ?? 0) + size], []);
  const wanted = lists.flatMap((_, place) => (moved[place] ? [place] : []));
  return vectorOf(
    withGradient({
      inputs: wanted.map((place) => entry(lists, place)),
      forward: () => tf.concat(lists),
      backward: (dy) =>
        wanted.map((place) => {
          const { size } = entry(lists, place);
          return tf.slice(dy, [entry(ends, place) - size], [size]);
        }),
    }),
  );
}

/**
 * `[(|M| + 1)·d · 2C, weights]`: where each critic's weights stand in the matrix `[(|M| + 1)·d, 2C]` that takes the parts to all p and then all q. E_m = D_m + E_S, and the other
 * modalities' mean is E_S and the mean of their D.
 */
function placesOf(critics: readonly Critic[], modalities: number, width: number): Csr {
  const [rows, columns, values]: [number[], number[], number[]] = [[], [], []];
  const count = critics.length;
  let behind = 0;
  critics.forEach(({ kind, modality, weight }, of) => {
    /** Adds `factor` times the weights from the `from`-th block on to the rows of a part. */
    const put = (part: number, from: number, column: number, factor = 1): void => {
      for (let k = 0; k < width; k++) {
        rows.push((part * width + k) * 2 * count + column);
        columns.push(behind + from * width + k);
        values.push(factor);
      }
    };
    const [p, q, shared] = [of, count + of, modalities];
    if (kind === 'upper') {
      put(shared, 0, p);
      put(modality, 1, q);
    } else if (kind === 'lower') {
      put(shared, 1, p);
      for (const part of [modality, shared]) put(part, 0, q);
    } else {
      for (const part of [modality, shared]) put(part, 0, p);
      put(shared, 1, q);
      put(shared, 2, q);
      for (let other = 0; other < modalities; other++) if (other !== modality) put(other, 2, q, 1 / (modalities - 1));
    }
    behind += weight.tensor.size;
  });
  return csrFromEntries(
    (modalities + 1) * width * 2 * count,
    behind,
    Int32Array.from(rows),
    Int32Array.from(columns),
    Float32Array.from(values),
  );
}

import * as tf from '@tensorflow/tfjs-core';
import { entry, required } from '../../../src/domain/at';
import { newParameter, type Parameter } from '../../engine/parameters';
import { columnSums } from '../../engine/kernels/columnSums';
import { criticBiases, criticMatrix, criticSlopes, type CriticLists } from '../../engine/kernels/criticWeights';
import { multiplyCsr, type SparseTensor } from '../../engine/kernels/csrProduct';
import { criticTotals } from '../../engine/kernels/criticTotals';
import { productWithBias } from '../../engine/products';
import type { RowIndex } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { withGradient } from '../../engine/withGradient';
import { csrFromEntries, type Csr } from '../../graphs/csr';
import type { Random } from '../../numbers/rng';
import { linearUniform } from '../layers/initialisers';
import { rowsFrom } from '../layers/propagation';
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

/** What a group of critics makes of a batch, `[C]` each: the estimates with their signs, summed over the block of positives and that of negatives, and the shares of pairs they are active for. */
interface Estimates {
  readonly values: tf.Tensor1D;
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
export function criticGroup(critics: readonly Critic[], options: CriticOptions): CriticGroup {
  const { modalities, width, trained, logs } = options;
  const spread = sparseTensor(placesOf(critics, modalities, width), false);
  const count = critics.length;
  const kinds = tf.keep(tf.tensor1d(critics.map(({ kind }) => Number(logs.includes(kind)))));
  const list = (of: (critic: Critic) => Parameter): tf.Tensor1D =>
    vectorOf(tf.concat(critics.map((critic) => tf.reshape(of(critic).tensor, [-1]))));
  return {
    names: critics.map(({ name }) => name),
    parameters: parametersOf(critics, trained),
    estimates: ({ parts, first, items }, batch) => {
      const lists = {
        weights: list(({ weight }) => weight),
        biases: list(({ bias }) => bias),
        factors: list(({ factor }) => factor),
      };
      const moved = critics.map(({ kind }) => trained.includes(kind));
      const numbers = criticNumbers(parts, critics, { lists, spread, moved, constant: options.constant });
      const ratio = batch.negativesPerPositive;
      const blockOf = (index: RowIndex, weights: tf.Tensor1D) => ({
        pq: rowsFrom(numbers, index, { first, count: items }),
        weights,
      });
      const drawn = ratio === 1 ? batch.weights : vectorOf(tf.div(batch.negativeMask, tf.mul(batch.rows, ratio)));
      const blocks = [blockOf(batch.positives, batch.weights), blockOf(batch.negatives, drawn)] as const;
      const totals = criticTotals(blocks, { factors: lists.factors, logs: kinds }, ratio);
      return { values: tf.slice(totals, [0], [count]), active: () => tf.slice(totals, [count], [count]) };
    },
    dispose: () => {
      disposeSparse(spread);
      kinds.dispose();
    },
  };
}

/** `p` of all critics for every node, and then `q`, times |κ|, `[U + I, 2C]`. Gradients flow to the parts, unless they are `constant`, and to the critics that are `moved`. */
function criticNumbers(
  parts: tf.Tensor2D,
  critics: readonly Critic[],
  {
    lists,
    spread,
    moved,
    constant,
  }: {
    readonly lists: CriticLists;
    readonly spread: SparseTensor;
    readonly moved: readonly boolean[];
    readonly constant: boolean;
  },
): tf.Tensor2D {
  const sizes = critics.map(({ weight }) => weight.tensor.size);
  const ends = sizes.map((_, of) => sizes.slice(0, of + 1).reduce((sum, size) => sum + size, 0));
  const [length, count] = [entry(ends, ends.length - 1), critics.length];
  const wanted = critics.flatMap((critic, of) => (moved[of] ? [{ ...critic, of }] : []));
  return matrixOf(
    withGradient({
      inputs: [
        ...(constant ? [] : [parts]),
        ...wanted.flatMap(({ weight, bias, factor }) => [weight.tensor, bias.tensor, factor.tensor]),
      ],
      constants: [parts, lists.weights, lists.biases, lists.factors],
      forward: (_, keep) => {
        const matrix = criticMatrix(spread.forward, lists);
        keep(matrix);
        return productWithBias(parts, matrix, criticBiases(lists));
      },
      backward: (dy, _, [x, weights, biases, factors], [matrix]) => {
        const slope = matrixOf(tf.matMul(matrixOf(required(x)), matrixOf(dy), true));
        const ofWeights = multiplyCsr(spread.backward, tf.reshape(slope, [-1, 1]));
        const known = {
          weights: vectorOf(required(weights)),
          biases: vectorOf(required(biases)),
          factors: vectorOf(required(factors)),
        };
        const slopes = criticSlopes(tf.reshape(ofWeights, [-1]), columnSums(dy), known, ends);
        const part = (first: number, shape: number[]): tf.Tensor =>
          tf.reshape(tf.slice(slopes, [first], [tf.util.sizeFromShape(shape)]), shape);
        return [
          ...(constant ? [] : [tf.matMul(matrixOf(dy), matrixOf(required(matrix)), false, true)]),
          ...wanted.flatMap(({ of, weight, bias, factor }) => [
            part(entry(ends, of) - entry(sizes, of), weight.tensor.shape),
            part(length + of, bias.tensor.shape),
            part(length + count + of, factor.tensor.shape),
          ]),
        ];
      },
    }),
  );
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
  /** Whether no gradient flows to the parts. */
  readonly constant: boolean;
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

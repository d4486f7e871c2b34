import * as tf from '@tensorflow/tfjs-core';
import { entry, required } from '../../../src/domain/at';
import { isWebGPU, submitRecorded } from '../../engine/backends';
import { divergences, divergenceSlope } from '../../engine/kernels/divergence';
import { expSums, labelledLosses, plusShares, withoutLabels, type LabelSets } from '../../engine/kernels/labelled';
import { maskedTopK } from '../../engine/kernels/maskedTopK';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { noteBuffer } from '../../engine/ledger';
import { matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { withGradient } from '../../engine/withGradient';

/** The most bytes of a block of products. */
const BLOCK = 2 ** 26;
/** Bytes of a block whose buffers are not left waiting. */
const LARGE = 2 ** 22;
/** Single precision holds e^80 a hundred million times over. */
const LARGEST = 80;

interface Block {
  readonly first: number;
  readonly taken: number;
}

/** `make` of each block of `rows`, each as many rows of `columns` products as `bytes` hold; what a block makes on the way is freed at its end. */
function inBlocks<T extends tf.TensorContainer>(
  rows: number,
  columns: number,
  bytes: number,
  make: (block: Block) => T,
): T[] {
  const most = Math.max(1, Math.floor(bytes / (4 * columns)));
  // Blocks of one size take each other's buffers.
  const height = Math.ceil(rows / Math.ceil(rows / most));
  return Array.from({ length: Math.ceil(rows / height) }, (_, place) => {
    const first = place * height;
    const taken = Math.min(height, rows - first);
    const made = tf.tidy(() => make({ first, taken }));
    giveBack(taken * columns);
    return made;
  });
}

/** Submits what is recorded: it holds on to its buffers until then. */
function giveBack(size: number): void {
  const backend: unknown = tf.backend();
  if (4 * size > LARGE && isWebGPU(backend)) submitRecorded(backend);
}

/** What `use` makes of a block that is not needed again. */
function usedUp<T>(block: tf.Tensor2D, use: (block: tf.Tensor2D) => T): T {
  const made = use(block);
  block.dispose();
  giveBack(block.size);
  return made;
}

/** Says that no more than `bytes` of a block is held at once, whatever the tables. */
function bounded<T extends tf.Tensor>(block: T, bytes: number): T {
  noteBuffer(block, { mostBytes: bytes });
  return block;
}

const rowsOf = (x: tf.Tensor2D, { first, taken }: Block): tf.Tensor2D =>
  taken === x.shape[0] ? x : tf.slice(x, [first, 0], [taken, -1]);
const placesOf = (x: tf.Tensor1D, { first, taken }: Block): tf.Tensor1D =>
  taken === x.size ? x : tf.slice(x, [first], [taken]);
const sumOf = (parts: readonly tf.Tensor[]): tf.Tensor => (parts.length === 1 ? entry(parts, 0) : tf.addN([...parts]));
const joined = (parts: readonly tf.Tensor[]): tf.Tensor =>
  parts.length === 1 ? entry(parts, 0) : tf.concat([...parts], 0);

/**
 * The two-sided divergence of Bernoulli variables with logits `a = x · p` and `b = x · q`, `(σ(a) − σ(b))(a − b)`, summed over all rows of `x [n, d]`
 * and of `p` and `q` `[k, d]` by `weights` of both. Blocks of pairs are taken one after the other, and their slopes with them: no `n × k` matrix
 * above `bytes` is held, and nothing is computed again backwards.
 */
export function weighedDivergence(
  x: tf.Tensor2D,
  p: tf.Tensor2D,
  q: tf.Tensor2D,
  weights: { readonly rows: tf.Tensor1D; readonly columns: tf.Tensor1D },
  bytes = BLOCK,
): tf.Scalar {
  const noted = (block: tf.Tensor): tf.Tensor2D => matrixOf(bounded(block, bytes));
  return scalarOf(
    withGradient({
      inputs: [x, p, q],
      constants: [weights.rows, weights.columns],
      forward: (given, keep) => {
        const [rows, first, second] = given.map(matrixOf);
        if (!rows || !first || !second) throw new Error('A divergence takes three tables.');
        const parts = inBlocks(first.shape[0], rows.shape[0], bytes, (block) => {
          const [near, far] = [rowsOf(first, block), rowsOf(second, block)];
          const cells = { rows: weights.rows, columns: placesOf(weights.columns, block) };
          const a = noted(tf.matMul(rows, near, false, true));
          const b = noted(tf.matMul(rows, far, false, true));
          const toA = noted(divergenceSlope(a, b, cells));
          const toB = noted(divergenceSlope(b, a, cells));
          return {
            loss: tf.sum(divergences(a, b, cells)),
            rows: tf.add(tf.matMul(toA, near), tf.matMul(toB, far)),
            near: tf.matMul(toA, rows, true),
            far: tf.matMul(toB, rows, true),
          };
        });
        keep(sumOf(parts.map((part) => part.rows)));
        keep(joined(parts.map(({ near }) => near)));
        keep(joined(parts.map(({ far }) => far)));
        return sumOf(parts.map(({ loss }) => loss));
      },
      backward: (dy, _, __, slopes) => slopes.map((slope) => tf.mul(slope, dy)),
    }),
  );
}

/** One of several views of the same rows, at unit length. */
export interface LabelledView {
  /** Rows that are looked at, `[n, d]`. */
  readonly anchors: tf.Tensor2D;
  /** All rows, `[I, d]`. */
  readonly table: tf.Tensor2D;
}

/**
 * Labels of rows by their cosines `[n, I]` with all rows in each view: `near` are the greatest of `2 π_g + Σ_{others} π`, with π the softmax over all rows, `own` the greatest
 * of `π_g` outside of `near`.
 */
function labelsOf(cosines: readonly tf.Tensor2D[], count: number, bytes: number): LabelSets[] {
  const rows = cosines[0]?.shape[0] ?? 0;
  const ids = vectorOf(tf.zeros([rows], 'int32'));
  const nothing = { pointers: vectorOf(tf.zeros([2], 'int32')), columns: vectorOf(tf.zeros([1], 'int32')) };
  const greatest = (x: tf.Tensor2D): tf.Tensor2D => matrixOf(maskedTopK(x, ids, nothing, count));
  const sums = cosines.map((x) => expSums(x, { scale: 1, shift: 0 }));
  const added = (base: tf.Tensor2D | undefined, view: number): tf.Tensor2D =>
    bounded(plusShares(entry(cosines, view), entry(sums, view), base), bytes);
  const all = cosines
    .slice(1)
    .reduce((base, _, before) => usedUp(base, () => added(base, before + 1)), added(undefined, 0));
  return usedUp(all, () =>
    cosines.map((x, view) => {
      const near = usedUp(added(all, view), greatest);
      return { near, own: usedUp(bounded(withoutLabels(x, near, count), bytes), greatest), count };
    }),
  );
}

const productsOf = (views: readonly LabelledView[], block: Block, bytes: number): tf.Tensor2D[] =>
  views.map(({ anchors, table }): tf.Tensor2D => {
    const products: tf.Tensor2D = tf.matMul(rowsOf(anchors, block), table, false, true);
    return bounded(products, bytes);
  });

/** Labels of all rows of tables of unit rows `[I, d]`: of each view `near` and `own`, `[I, count]`. They carry no gradient. */
export function labelTables(tables: readonly tf.Tensor2D[], count: number, bytes = BLOCK): LabelSets[] {
  const views = tables.map((table) => ({ anchors: table, table }));
  const rows = tables[0]?.shape[0] ?? 0;
  const parts = inBlocks(rows, rows, bytes, (block) =>
    labelsOf(productsOf(views, block, bytes), count, bytes).map(({ near, own }) => ({
      near: tf.slice(near, [0, 0], [block.taken, count]),
      own: tf.slice(own, [0, 0], [block.taken, count]),
    })),
  );
  return tables.map((_, view) => ({
    near: matrixOf(joined(parts.map((part) => entry(part, view).near))),
    own: matrixOf(joined(parts.map((part) => entry(part, view).own))),
    count,
  }));
}

interface LabelOptions {
  /** Labels of each kind. */
  readonly count: number;
  /** Divides the cosines of the loss, not those of the labels. */
  readonly temperature: number;
  /** Labels of the anchors that are known already, one for each view. */
  readonly sets?: readonly LabelSets[] | null;
}

/**
 * Aligns each view with labels that all views agree on: the mean over views of `Σ_i w_i (−ln(A/T + 1e-9) − ln(B/(T − A) + 1e-9))` over the anchors, with T the sum of
 * `e^(cos/τ)` over all rows, A over the labels `near`, B over `own`. The labels carry no gradient; anchors and all rows do. Blocks of anchors are taken one after
 * the other, and their slopes with them.
 */
export function labelledAlignment(
  views: readonly LabelledView[],
  weights: tf.Tensor1D,
  { count, temperature, sets }: LabelOptions,
  bytes = BLOCK,
): tf.Scalar {
  const powers = { scale: 1 / temperature, shift: Math.max(0, 1 / temperature - LARGEST) };
  const [anchors, candidates] = [weights.size, required(views[0]).table.shape[0]];
  return scalarOf(
    withGradient({
      inputs: [...views.map((view) => view.anchors), ...views.map(({ table }) => table)],
      constants: [weights],
      forward: (given, keep) => {
        const held = views.map((_, view) => ({
          anchors: matrixOf(entry(given, view)),
          table: matrixOf(entry(given, views.length + view)),
        }));
        const parts = inBlocks(anchors, candidates, bytes, (block) => {
          const cosines = productsOf(held, block, bytes);
          const own = placesOf(weights, block);
          const labels = sets?.map(({ near, own: rest }) => ({
            near: rowsOf(near, block),
            own: rowsOf(rest, block),
            count,
          }));
          const made = (labels ?? labelsOf(cosines, count, bytes)).map((set, view) => {
            const { losses, slope } = usedUp(entry(cosines, view), (x) => labelledLosses(x, own, set, powers));
            const { anchors: rows, table } = entry(held, view);
            return usedUp(bounded(slope, bytes), () => ({
              losses,
              anchors: tf.matMul(slope, table),
              table: tf.matMul(slope, rowsOf(rows, block), true),
            }));
          });
          return {
            loss: weightedSum(vectorOf(joined(made.map(({ losses }) => losses))), own),
            made: made.map((one) => ({ anchors: one.anchors, table: one.table })),
          };
        });
        views.forEach((_, view) => keep(joined(parts.map(({ made }) => entry(made, view).anchors))));
        views.forEach((_, view) => keep(sumOf(parts.map(({ made }) => entry(made, view).table))));
        return tf.mul(sumOf(parts.map(({ loss }) => loss)), 1 / views.length);
      },
      backward: (dy, _, __, slopes) => {
        const factor = tf.mul(dy, 1 / views.length);
        return slopes.map((slope) => tf.mul(slope, factor));
      },
    }),
  );
}

import * as tf from '@tensorflow/tfjs-core';
import { at, required } from '../../../src/domain/at';
import { readFloats } from '../../engine/backends';
import type { StepScope } from '../../engine/contract';
import type { SparseTensor } from '../../engine/kernels/csrProduct';
import { disposeSparse } from '../../engine/sparse';
import { floats, integers } from '../../engine/tensors';
import { writeNumbers } from '../../engine/upload';
import { bipartiteGraph, type Pairs } from '../../graphs/behaviour';
import { csrFromEntries, symmetricNormalised, withDiagonal, type Csr } from '../../graphs/csr';
import { mirroredPlaces } from '../layers/diffusion';
import type { NamedGraph } from '../model';

/** `sym(G + 1)`: users before items, a loop at every node. */
export const loopedGraph = (pairs: Pairs, users: number, items: number): Csr =>
  symmetricNormalised(withDiagonal(bipartiteGraph(pairs, users, items, null), 1));

/** Each user with `count` items, as many in every epoch, so that a graph's tensors stay where they are. */
export interface ItemGraph {
  readonly tensor: SparseTensor;
  /** Each user's items in use, `[U · count]`. */
  readonly edges: Int32Array;
  /** Puts other items in their place, entries dropped with probability `1 − keepRate` each by draws at `site`. */
  rebuild(edges: Int32Array, step: Pick<StepScope, 'draw'>, site: string): Promise<void>;
  /** Items and values `[entries]`, 0 for those dropped: what `restore` takes back. */
  state(): { readonly edges: Float32Array; readonly values: Float32Array };
  restore(state: { readonly edges: Float32Array; readonly values: Float32Array }): void;
  /** As it is multiplied, without what was dropped. */
  named(name: string, meaning: string): NamedGraph;
  dispose(): void;
}

/** Before the first epoch every user has the first items. */
export function itemGraph(users: number, items: number, count: number, keepRate: number): ItemGraph {
  const owners = Int32Array.from({ length: users * count }, (_, place) => Math.floor(place / count));
  const whole = (edges: Int32Array): Csr => loopedGraph({ users: owners, items: edges }, users, items);
  let edges = Int32Array.from({ length: users * count }, (_, place) => place % count);
  let matrix = whole(edges);
  // Copies: on the CPU backend a tensor is the array that it was made of.
  const pointers = tf.keep(integers(matrix.pointers.slice()));
  const columns = tf.keep(integers(matrix.indices.slice()));
  const half = () => ({
    rowPointers: pointers,
    columnIndices: columns,
    values: tf.keep(floats(matrix.values.slice())),
  });
  // The places of entries mirror each other; which of them were dropped does not.
  const tensor: SparseTensor = { rows: matrix.rows, columns: matrix.columns, forward: half(), backward: half() };
  const use = (next: Int32Array, values: Float32Array | null): void => {
    edges = Int32Array.from(next);
    const made = whole(edges);
    matrix = values ? { ...made, values } : made;
    const mirrored = Float32Array.from(mirroredPlaces(matrix), (place) => at(matrix.values, place));
    writeNumbers(pointers, 0, matrix.pointers);
    writeNumbers(columns, 0, matrix.indices);
    writeNumbers(required(tensor.forward.values ?? undefined), 0, matrix.values);
    writeNumbers(required(tensor.backward.values ?? undefined), 0, mirrored);
  };
  return {
    tensor,
    get edges() {
      return edges;
    },
    rebuild: async (next, step, site) => {
      if (keepRate === 1) return use(next, null);
      const made = whole(next);
      const draws = tf.tidy(() => step.draw(site, tf.range(0, made.values.length, 1, 'int32'), 1));
      const drawn = await readFloats(draws);
      draws.dispose();
      const least = Math.fround(1 - keepRate);
      use(
        next,
        made.values.map((value, place) => (at(drawn, place) >= least ? value / keepRate : 0)),
      );
    },
    state: () => ({ edges: Float32Array.from(edges), values: matrix.values.slice() }),
    restore: (state) => use(Int32Array.from(state.edges), state.values),
    named: (name, meaning) => ({ name, meaning, matrix: withoutZeros(matrix) }),
    dispose: () => {
      disposeSparse(tensor);
    },
  };
}

function withoutZeros(matrix: Csr): Csr {
  const rows: number[] = [];
  const places: number[] = [];
  for (let row = 0; row < matrix.rows; row++)
    for (let k = at(matrix.pointers, row); k < at(matrix.pointers, row + 1); k++)
      if (at(matrix.values, k) !== 0) {
        rows.push(row);
        places.push(k);
      }
  return csrFromEntries(
    matrix.rows,
    matrix.columns,
    Int32Array.from(rows),
    Int32Array.from(places, (k) => at(matrix.indices, k)),
    Float32Array.from(places, (k) => at(matrix.values, k)),
  );
}

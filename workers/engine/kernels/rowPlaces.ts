import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU } from '../backends';
import { registerPair, runPair, type KernelPair } from '../kernelPair';
import { vectorOf } from '../tensors';
import type { CsrTensors } from './csrProduct';

/** Workgroups that count the places of rows on a device, each in a block of its own, at most. Where a loop counts, one block is enough. */
const BLOCKS = 128;
/** Counts of all blocks together, at most: 64 MiB of them fit every device's bindings. */
const MOST_COUNTS = 2 ** 24;
/** Invocations of a workgroup: one has every 64th row of the table, so that no two count the same row. */
const LANES = 64;
/** Invocations that add up all counts, one after the other. */
const ADDING = 128;
/** Places are counted in single precision. */
const MOST_PLACES = 2 ** 24;

const blockOf = (length: number, blocks: number): number => Math.ceil(length / blocks);

/**
 * `taken [n]`, rows of a table of `rows`, in `blocks` of equal length. `result [blocks · rows + n]`: how often each row is taken in each
 * block, then how often each place's row was taken before in its block.
 */
export const rowRanksPair: KernelPair = {
  name: 'LodestoneRowRanks',
  inputs: ['taken'],
  outputShape: ([shape = []], { rows = 1, blocks = 1 }) => [blocks * rows + (shape[0] ?? 0)],
  portable: ([taken], output, _, { rows = 1, blocks = 1 }) => {
    if (!taken) throw new Error('No rows are taken.');
    const block = blockOf(taken.length, blocks);
    output.fill(0, 0, blocks * rows);
    for (let place = 0; place < taken.length; place++) {
      const count = Math.floor(place / block) * rows + taken[place]!;
      output[blocks * rows + place] = output[count]!;
      output[count]! += 1;
    }
  },
  wgsl: ([shape = []], { rows = 1, blocks = 1 }) => ({
    key: `${rows}_${blocks}_${shape[0] ?? 0}`,
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: LANES,
    workgroups: blocks,
    code: `
      fn main(index : i32) {
        let block = index / ${LANES};
        let lane = index % ${LANES};
        if (block < ${blocks}) {
          let first = block * ${rows};
          for (var row = lane; row < ${rows}; row = row + ${LANES}) { result[first + row] = 0.0; }
          let length = ${blockOf(shape[0] ?? 0, blocks)};
          let end = min(uniforms.takenShape, (block + 1) * length);
          for (var place = block * length; place < end; place = place + 1) {
            let row = i32(taken[place]);
            if (row % ${LANES} == lane) {
              let before = result[first + row];
              result[${blocks * rows} + place] = before;
              result[first + row] = before + 1.0;
            }
          }
        }
      }`,
  }),
};

/** Of those, `[(blocks + 1) · rows]`: how often each row is taken before each block, then in all. */
export const rowsBeforePair: KernelPair = {
  name: 'LodestoneRowsBefore',
  inputs: ['ranks'],
  outputShape: (_, { rows = 1, blocks = 1 }) => [(blocks + 1) * rows],
  portable: ([ranks], output, _, { rows = 1, blocks = 1 }) => {
    if (!ranks) throw new Error('There are no counts.');
    output.fill(0, 0, rows);
    for (let place = 0; place < blocks * rows; place++) output[place + rows] = output[place]! + ranks[place]!;
  },
  wgsl: (_, { rows = 1, blocks = 1 }) => ({
    key: `${rows}_${blocks}`,
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: ADDING,
    workgroups: Math.ceil(rows / ADDING),
    code: `
      fn main(index : i32) {
        if (index < ${rows}) {
          var sum = 0.0;
          for (var place = index; place < uniforms.size; place = place + ${rows}) {
            result[place] = sum;
            if (place < ${blocks * rows}) { sum = sum + ranks[place]; }
          }
        }
      }`,
  }),
};

/** Of those, `[rows + 1]`: the sums of the counts before each row, as a sparse matrix points to its rows. */
export const rowStartsPair: KernelPair = {
  name: 'LodestoneRowStarts',
  inputs: ['before'],
  outputShape: (_, { rows = 1 }) => [rows + 1],
  portable: ([before], output, _, { rows = 1, blocks = 1 }) => {
    if (!before) throw new Error('There are no counts.');
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      output[row] = sum;
      sum += before[blocks * rows + row]!;
    }
    output[rows] = sum;
  },
  wgsl: (_, { rows = 1, blocks = 1 }) => ({
    key: `${rows}_${blocks}`,
    inputComponents: [1],
    outputComponent: 1,
    workgroupSize: ADDING,
    workgroups: 1,
    code: `
      var<workgroup> sums : array<f32, ${ADDING}>;
      fn main(index : i32) {
        let lane = i32(localId.x);
        let first = lane * ${Math.ceil(rows / ADDING)};
        let end = min(first + ${Math.ceil(rows / ADDING)}, uniforms.size - 1);
        var own = 0.0;
        for (var row = first; row < end; row = row + 1) { own = own + before[${blocks * rows} + row]; }
        sums[lane] = own;
        workgroupBarrier();
        var sum = 0.0;
        for (var one = 0; one < lane; one = one + 1) { sum = sum + sums[one]; }
        for (var row = first; row < end; row = row + 1) {
          result[row] = sum;
          sum = sum + before[${blocks * rows} + row];
        }
        if (lane == ${ADDING - 1}) { result[${rows}] = sum; }
      }`,
  }),
};

/** `[n]`: the places of each row one after the other, the earlier one first. */
export const rowPlacesPair: KernelPair = {
  name: 'LodestoneRowPlaces',
  inputs: ['taken', 'ranks', 'before', 'starts'],
  outputShape: ([shape = []]) => [shape[0] ?? 0],
  portable: ([taken, ranks, before, starts], output, _, { rows = 1, blocks = 1 }) => {
    if (!taken || !ranks || !before || !starts) throw new Error('Places need rows and their counts.');
    const block = blockOf(taken.length, blocks);
    for (let place = 0; place < taken.length; place++) {
      const row = taken[place]!;
      const earlier = before[Math.floor(place / block) * rows + row]! + ranks[blocks * rows + place]!;
      output[starts[row]! + earlier] = place;
    }
  },
  wgsl: ([shape = []], { rows = 1, blocks = 1 }) => ({
    key: `${rows}_${blocks}_${shape[0] ?? 0}`,
    inputComponents: [1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: ADDING,
    workgroups: null,
    code: `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let row = i32(taken[index]);
          let earlier = before[(index / ${blockOf(shape[0] ?? 0, blocks)}) * ${rows} + row] + ranks[${blocks * rows} + index];
          result[i32(starts[row] + earlier)] = f32(index);
        }
      }`,
  }),
};

export const registerRowPlaces = (): void =>
  [rowRanksPair, rowsBeforePair, rowStartsPair, rowPlacesPair].forEach(registerPair);

/**
 * At which places of `taken [n]` each row of a table of `rows` is taken, on the device: what `hostRowIndex` counts on the host. `taken`:
 * whole numbers below `rows`, in either type. Throws a `RangeError` for more than 2²⁴ places.
 */
export function rowPlaces(taken: tf.Tensor1D, rows: number): CsrTensors {
  if (taken.size > MOST_PLACES)
    throw new RangeError(`Rows are taken at most at ${MOST_PLACES} places, not at ${taken.size}.`);
  const blocks = isWebGPU(tf.backend()) ? Math.max(1, Math.min(BLOCKS, Math.floor(MOST_COUNTS / rows))) : 1;
  const attributes = { rows, blocks };
  const ranks = runPair(rowRanksPair, [taken], attributes);
  const before = runPair(rowsBeforePair, [ranks], attributes);
  const starts = runPair(rowStartsPair, [before], attributes);
  const places = runPair(rowPlacesPair, [taken, ranks, before, starts], attributes);
  const made = {
    rowPointers: vectorOf(tf.cast(starts, 'int32')),
    columnIndices: vectorOf(tf.cast(places, 'int32')),
    values: null,
  };
  tf.dispose([ranks, before, starts, places]);
  return made;
}

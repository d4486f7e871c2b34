import { at } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type KernelPair } from '../kernelPair';

/** What a row must not be given: `columns[pointers[r] … pointers[r+1])`, ascending, of row id `r`. */
export interface Mask {
  readonly pointers: tf.Tensor1D;
  readonly columns: tf.Tensor1D;
}

/** Invocations that share one row on the device. */
const LANES = 128;

/**
 * The `k` greatest scores of each row and where they are, masked columns left out; equal scores: the lower column
 * first. Output `[rows, 2k]`: columns (exact in float32 below 2²⁴), then scores. Column −1 where fewer than `k` remain.
 */
export const maskedTopKPair: KernelPair = {
  name: 'LodestoneMaskedTopK',
  inputs: ['scores', 'rowIds', 'maskPointers', 'maskColumns'],
  outputShape: (shapes, { k }) => [shapes[0]?.[0] ?? 0, 2 * (k ?? 1)],

  portable: ([scores, rowIds, maskPointers, maskColumns], output, shapes, { k = 1 }) => {
    if (!scores || !rowIds || !maskPointers || !maskColumns) throw new Error('Top-k needs scores and a mask.');
    const [rows = 0, columns = 0] = shapes[0] ?? [];
    const masked = new Uint8Array(columns);
    for (let row = 0; row < rows; row++) {
      const id = rowIds[row] ?? 0;
      const maskStart = maskPointers[id] ?? 0;
      const maskEnd = maskPointers[id + 1] ?? 0;
      for (let m = maskStart; m < maskEnd; m++) masked[maskColumns[m] ?? 0] = 1;
      selectRow(scores, row * columns, columns, masked, output, row * 2 * k, k);
      for (let m = maskStart; m < maskEnd; m++) masked[maskColumns[m] ?? 0] = 0;
    }
  },

  simd: {
    run: (
      kernels,
      { inputs: [scores = 0, ids = 0, pointers = 0, columns = 0], output },
      [[rows = 0, width = 0] = []],
      { k = 1 },
    ) => kernels.maskedTopK(scores, ids, pointers, columns, output, rows, width, k),
  },

  wgsl: (shapes, { k = 1 }) => ({
    key: `${LANES}_${k}`,
    inputComponents: [1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: LANES,
    workgroups: shapes[0]?.[0] ?? 0,
    code: `
      const none = 2147483647;
      const lowest = -3.4028234e38;
      var<workgroup> laneScore : array<f32, ${LANES}>;
      var<workgroup> laneColumn : array<i32, ${LANES}>;

      fn isMasked(id : i32, column : i32) -> bool {
        var low = maskPointers[id];
        var high = maskPointers[id + 1];
        while (low < high) {
          let middle = (low + high) / 2;
          if (maskColumns[middle] < column) { low = middle + 1; } else { high = middle; }
        }
        return low < maskPointers[id + 1] && maskColumns[low] == column;
      }

      fn precedes(score : f32, column : i32, otherScore : f32, otherColumn : i32) -> bool {
        return score > otherScore || (score == otherScore && column < otherColumn);
      }

      fn main(index : i32) {
        let lane = i32(localId.x);
        let row = index / ${LANES};
        let columns = uniforms.scoresShape[1];
        let id = rowIds[row];
        var lastScore = 3.4028234e38;
        var lastColumn = -1;
        var search = true;
        var bestScore = lowest;
        var bestColumn = none;
        for (var rank = 0; rank < ${k}; rank = rank + 1) {
          // A lane looks again only after its own candidate was taken.
          if (search) {
            bestScore = lowest;
            bestColumn = none;
            for (var column = lane; column < columns; column = column + ${LANES}) {
              let score = scores[row * columns + column];
              if (precedes(lastScore, lastColumn, score, column) && precedes(score, column, bestScore, bestColumn)
                  && !isMasked(id, column)) {
                bestScore = score;
                bestColumn = column;
              }
            }
          }
          laneScore[lane] = bestScore;
          laneColumn[lane] = bestColumn;
          workgroupBarrier();
          for (var half = ${LANES / 2}; half > 0; half = half / 2) {
            if (lane < half && precedes(laneScore[lane + half], laneColumn[lane + half], laneScore[lane], laneColumn[lane])) {
              laneScore[lane] = laneScore[lane + half];
              laneColumn[lane] = laneColumn[lane + half];
            }
            workgroupBarrier();
          }
          let wonScore = laneScore[0];
          let wonColumn = laneColumn[0];
          if (lane == 0) {
            result[row * ${2 * k} + rank] = select(f32(wonColumn), -1.0, wonColumn == none);
            result[row * ${2 * k} + ${k} + rank] = wonScore;
          }
          search = wonColumn == bestColumn && wonColumn != none;
          if (search) {
            lastScore = wonScore;
            lastColumn = wonColumn;
          }
          workgroupBarrier();
        }
      }`,
  }),
};

const LOWEST = -3.4028234663852886e38;

function selectRow(
  scores: Float32Array | Int32Array,
  offset: number,
  columns: number,
  masked: Uint8Array,
  output: Float32Array,
  target: number,
  k: number,
): void {
  output.fill(-1, target, target + k);
  output.fill(LOWEST, target + k, target + 2 * k);
  let found = 0;
  let threshold = LOWEST;
  for (let column = 0; column < columns; column++) {
    const score = at(scores, offset + column);
    // Columns come in ascending order, so an equal score never displaces an earlier one. NaN never enters.
    if (!(score > threshold) || masked[column] === 1) continue;
    let place = found < k ? found++ : k - 1;
    while (place > 0 && at(output, target + k + place - 1) < score) {
      output[target + place] = at(output, target + place - 1);
      output[target + k + place] = at(output, target + k + place - 1);
      place--;
    }
    output[target + place] = column;
    output[target + k + place] = score;
    if (found === k) threshold = at(output, target + 2 * k - 1);
  }
}

export const registerMaskedTopK = (): void => registerPair(maskedTopKPair);

/** `scores [rows, n]`, `rowIds [rows]` int32 index the mask. Returns `[rows, 2k]`: columns, then scores. */
export function maskedTopK(scores: tf.Tensor2D, rowIds: tf.Tensor1D, mask: Mask, k: number): tf.Tensor {
  return runPair(maskedTopKPair, [scores, rowIds, mask.pointers, mask.columns], { k });
}

import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type Attributes, type HostArray, type KernelPair } from '../kernelPair';
import { vectorOf } from '../tensors';
import { withGradient } from '../withGradient';
import { rowSource } from './rowKernels';

/** What the logarithm of σ is kept from, where a model has it. */
const FLOOR = 1e-10;

type Shapes = readonly (readonly number[])[];

/** `ŷ_ui − ŷ_uj` of the row that begins at `first` and the negative that begins at `second`. */
function margin(
  users: HostArray,
  positives: HostArray,
  negatives: HostArray,
  first: number,
  second: number,
  columns: number,
): number {
  let [liked, other] = [0, 0];
  for (let c = 0; c < columns; c++) {
    const u = users[first + c]!;
    liked += u * positives[first + c]!;
    other += u * negatives[second + c]!;
  }
  return liked - other;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const lossOf = (x: number, floor: boolean): number =>
  floor ? -Math.log(sigmoid(x) + FLOOR) : Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const slopeOf = (x: number, floor: boolean): number =>
  floor ? (-sigmoid(x) * sigmoid(-x)) / (sigmoid(x) + FLOOR) : -sigmoid(-x);

const WGSL_MARGIN = (dot: (a: string, b: string) => string): string => `
          var liked = 0.0;
          var other = 0.0;
          for (var c = 0; c < width; c = c + 1) {
            let u = users[first + c];
            liked = liked + ${dot('u', 'positives[first + c]')};
            other = other + ${dot('u', 'negatives[second + c]')};
          }
          let x = liked - other;
          // exp of what is not positive: it cannot overflow.
          let small = exp(-abs(x));
          let likely = select(small, 1.0, x >= 0.0) / (1.0 + small);
          let unlikely = select(1.0, small, x >= 0.0) / (1.0 + small);`;

/** `users [B, d]`, `positives [B, d]`, `negatives [B·ρ, d]` → the mean over ρ of `−ln σ(ŷ_ui − ŷ_uj)`, `[B]`. */
export const bprLossesPair: KernelPair = {
  name: 'LodestoneBprLosses',
  inputs: ['users', 'positives', 'negatives'],
  outputShape: ([[rows = 0] = []]) => [rows],
  portable: ([users, positives, negatives], output, [[rows = 0, columns = 0] = []], { ratio = 1, floor = 0 }) => {
    if (!users || !positives || !negatives) throw new Error('BPR compares rows of three tables.');
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let n = row * ratio; n < (row + 1) * ratio; n++)
        sum += lossOf(margin(users, positives, negatives, row * columns, n * columns, columns), floor > 0);
      output[row] = sum / ratio;
    }
  },
  wgsl: (shapes, { ratio = 1, floor = 0 }) =>
    rowSource(
      { tables: ['users', 'positives', 'negatives'], makes: 'list' },
      shapes,
      `${ratio}_${floor}`,
      (_, dot) => `
        var sum = 0.0;
        for (var n = 0; n < ${ratio}; n = n + 1) {
          let second = (row * ${ratio} + n) * width;
          ${WGSL_MARGIN(dot)}
          sum = sum + ${floor > 0 ? `-log(likely + ${FLOOR})` : 'max(-x, 0.0) + log(1.0 + small)'};
        }
        result[row] = sum / ${ratio}.0;`,
    ),
};

/** Of which table a slope is. */
const TABLES = ['users', 'positives', 'negatives'] as const;

/** The slope of the losses along `dy [B]` with respect to one of the three tables: `of` is its number. */
export const bprSlopePair: KernelPair = {
  name: 'LodestoneBprSlope',
  inputs: ['users', 'positives', 'negatives', 'dy'],
  outputShape: (shapes, { of = 0 }) => [...(shapes[of] ?? [])],
  portable: (inputs, output, [[rows = 0, columns = 0] = []], { ratio = 1, floor = 0, of = 0 }) => {
    const [users, positives, negatives, dy] = inputs;
    if (!users || !positives || !negatives || !dy) throw new Error('BPR compares rows of three tables.');
    output.fill(0);
    for (let row = 0; row < rows; row++) {
      const first = row * columns;
      for (let n = row * ratio; n < (row + 1) * ratio; n++) {
        const second = n * columns;
        const x = margin(users, positives, negatives, first, second, columns);
        const slope = (dy[row]! * slopeOf(x, floor > 0)) / ratio;
        if (of === 0)
          for (let c = 0; c < columns; c++)
            output[first + c]! += slope * (positives[first + c]! - negatives[second + c]!);
        else if (of === 1) for (let c = 0; c < columns; c++) output[first + c]! += slope * users[first + c]!;
        else for (let c = 0; c < columns; c++) output[second + c] = -slope * users[first + c]!;
      }
    }
  },
  wgsl: (shapes: Shapes, { ratio = 1, floor = 0, of = 0 }: Attributes) =>
    rowSource(
      { tables: TABLES, lists: ['dy'], makes: 'table' },
      shapes,
      `${ratio}_${floor}_${of}`,
      (T, dot) => `
        ${of === 2 ? '' : `for (var c = first; c < first + width; c = c + 1) { result[c] = ${T}(0.0); }`}
        for (var n = 0; n < ${ratio}; n = n + 1) {
          let second = (row * ${ratio} + n) * width;
          ${WGSL_MARGIN(dot)}
          let slope = dy[row] * ${floor > 0 ? `(-likely * unlikely / (likely + ${FLOOR}))` : '-unlikely'} / ${ratio}.0;
          for (var c = 0; c < width; c = c + 1) {
            ${
              [
                'result[first + c] = result[first + c] + slope * (positives[first + c] - negatives[second + c]);',
                'result[first + c] = result[first + c] + slope * users[first + c];',
                'result[second + c] = -slope * users[first + c];',
              ][of]
            }
          }
        }`,
    ),
};

export const BPR_PAIRS: readonly KernelPair[] = [bprLossesPair, bprSlopePair];

export const registerBpr = (): void => BPR_PAIRS.forEach(registerPair);

/**
 * The mean over a row's ρ negatives of `−ln σ(ŷ_ui − ŷ_uj)`, `[B]`: `users` and `positives` `[B, d]`, `negatives [B·ρ, d]`. `floor` puts
 * 1e-10 inside the logarithm.
 */
export function bprLosses(
  users: tf.Tensor2D,
  positives: tf.Tensor2D,
  negatives: tf.Tensor2D,
  floor: boolean,
): tf.Tensor1D {
  const attributes = { ratio: negatives.shape[0] / users.shape[0], floor: floor ? 1 : 0 };
  return vectorOf(
    withGradient({
      inputs: [users, positives, negatives],
      forward: (tables) => runPair(bprLossesPair, tables, attributes),
      backward: (dy, tables) => TABLES.map((_, of) => runPair(bprSlopePair, [...tables, dy], { ...attributes, of })),
    }),
  );
}

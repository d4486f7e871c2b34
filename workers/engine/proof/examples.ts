import { entry } from '../../../src/domain/at';
import { csrFromEntries, type Csr } from '../../graphs/csr';
import { stream, type Random } from '../../numbers/rng';
import type { Attributes, HostArray } from '../kernelPair';
import { STATE } from '../kernels/routingStage';
import { ROUNDING } from './difference';

/** What a kernel is tried on: one array for each input, with its shape. */
export interface KernelExample {
  readonly inputs: readonly { readonly values: HostArray; readonly shape: readonly number[] }[];
  readonly attributes: Attributes;
}

interface KernelTrial {
  /** What it computes, in a researcher's words. */
  readonly label: string;
  /** How far the device may be from the twin, as a share of the twin's largest number. */
  readonly allowed: number;
  readonly examples: (numbers: Numbers) => readonly KernelExample[];
}

/** Makes inputs; the same in every run. */
interface Numbers {
  readonly random: Random;
  list(length: number): { values: Float32Array; shape: number[] };
  table(rows: number, columns: number): { values: Float32Array; shape: number[] };
}

/** More rows than a workgroup has invocations. */
const ROWS = 150;
/** Rows that divide by four are read four numbers at once; others one by one. */
const WIDTHS = [64, 7];

/** Trials of kernels on inputs of their own, by name: ties, empty rows and widths that the models' first steps do not have. */
export const TRIALS: Readonly<Record<string, KernelTrial>> = {
  LodestoneCsrProduct: {
    label: 'sparse product',
    allowed: ROUNDING,
    examples: (numbers) =>
      WIDTHS.flatMap((width) => {
        const { pointers, indices, values } = raggedMatrix(numbers.random, ROWS, 90);
        const matrix = [listed(pointers), listed(indices), numbers.table(90, width)];
        return [
          { inputs: [...matrix, listed(values)], attributes: {} },
          { inputs: matrix, attributes: {} },
          { inputs: [...matrix, listed(values), numbers.table(ROWS, width)], attributes: { shared: 1, scale: 0.5 } },
        ];
      }),
  },
  LodestoneExpertScores: {
    label: 'scores of expert mixtures',
    allowed: ROUNDING,
    examples: (numbers) =>
      [
        { experts: 9, width: 8, top: 4, mlp: 0, hidden: 0 },
        { experts: 6, width: 12, top: 3, mlp: 1, hidden: 5 },
      ].map((attributes) => {
        const { experts, width, hidden } = attributes;
        const columns = experts * width + (hidden || experts);
        return {
          inputs: [
            numbers.table(33, columns),
            numbers.table(70, columns),
            numbers.list(width),
            numbers.table(Math.max(1, hidden), experts),
            numbers.list(experts),
          ],
          attributes,
        };
      }),
  },
  LodestoneMaskedTopK: {
    label: 'top-k without training items',
    allowed: 0,
    examples: ({ random }) => [
      {
        inputs: [
          // Few values, so that many scores are equal.
          shaped(
            Float32Array.from({ length: 5 * 300 }, () => random.integer(40) / 8),
            [5, 300],
          ),
          listed(Int32Array.of(0, 1, 2, 1, 0)),
          listed(Int32Array.of(0, 3, 3, 5)),
          listed(Int32Array.of(4, 17, 299, 0, 128)),
        ],
        attributes: { k: 50 },
      },
    ],
  },
  LodestoneTopMask: {
    label: 'mask of the greatest',
    allowed: 0,
    examples: ({ random }) => [
      {
        inputs: [
          shaped(
            Float32Array.from({ length: ROWS * 9 }, () => random.integer(4)),
            [ROWS, 9],
          ),
        ],
        attributes: { top: 4 },
      },
    ],
  },
  LodestoneHalves: {
    label: 'features in half precision',
    allowed: 0,
    examples: ({ random }) => {
      // Pairs of normal numbers: bits below the exponent's upper end.
      const half = (): number => (random.integer(2) << 15) | (random.integer(0x7bff) & 0x7fff);
      const words = Int32Array.from({ length: 40 * 4 }, () => (half() << 16) | half());
      return [
        {
          inputs: [shaped(words, [40, 4]), listed(Int32Array.from({ length: ROWS }, () => random.integer(40)))],
          attributes: { columns: 7 },
        },
      ];
    },
  },
  LodestoneDrawnRows: {
    label: 'random rows',
    allowed: 0,
    examples: () =>
      [3, 6710, 2 ** 24].map((rows) => ({
        inputs: [listed(Int32Array.of(123_456_789, -987_654_321))],
        attributes: { n: ROWS, width: 10, rows },
      })),
  },
  LodestoneUniformDraws: {
    label: 'random draws',
    allowed: 0,
    examples: ({ random }) => [
      {
        inputs: [
          listed(Int32Array.of(123_456_789, -987_654_321)),
          listed(Int32Array.from({ length: ROWS }, () => random.integer(1_000_000))),
        ],
        attributes: { width: 70 },
      },
    ],
  },
  LodestoneRowDots: ofRows('products of rows', (numbers, width) => [
    numbers.table(ROWS, width),
    numbers.table(ROWS, width),
  ]),
  LodestoneSquaresSlope: ofRows('slope of squared lengths', (numbers, width) => [
    numbers.table(ROWS, width),
    numbers.list(ROWS),
  ]),
  LodestoneUnitRows: ofRows('rows of length one', (numbers, width) => [numbers.table(ROWS, width)]),
  LodestoneUnitRowsSlope: ofRows('slope of rows of length one', (numbers, width) => [
    numbers.table(ROWS, width),
    numbers.table(ROWS, width),
  ]),
  LodestoneRowCosines: ofRows('cosines of rows', (numbers, width) => [
    numbers.table(ROWS, width),
    numbers.table(ROWS, width),
  ]),
  LodestoneCosineSlope: ofRows('slope of cosines', (numbers, width) => [
    numbers.table(ROWS, width),
    numbers.table(ROWS, width),
    numbers.list(ROWS),
  ]),
  LodestoneWeightedSum: {
    label: 'weighted sum',
    allowed: ROUNDING,
    examples: (numbers) => [{ inputs: [numbers.list(2048), numbers.list(2048)], attributes: {} }],
  },
  LodestoneBprLosses: {
    label: 'BPR',
    allowed: ROUNDING,
    examples: (numbers) =>
      [1, 3].flatMap((ratio) =>
        [0, 1].map((floor) => ({
          inputs: [numbers.table(ROWS, 64), numbers.table(ROWS, 64), numbers.table(ROWS * ratio, 64)],
          attributes: { ratio, floor },
        })),
      ),
  },
  LodestoneBprSlope: {
    label: 'slope of BPR',
    allowed: ROUNDING,
    examples: (numbers) =>
      [0, 1, 2].map((of) => ({
        inputs: [numbers.table(ROWS, 64), numbers.table(ROWS, 64), numbers.table(ROWS * 3, 64), numbers.list(ROWS)],
        attributes: { ratio: 3, floor: 1, of },
      })),
  },
  LodestoneDropoutMask: {
    label: 'dropout mask',
    allowed: 0,
    examples: ({ random }) => [
      {
        inputs: [
          shaped(
            Float32Array.from({ length: ROWS * 7 }, () => random.uniform()),
            [ROWS, 7],
          ),
        ],
        attributes: { rate: 0.3 },
      },
    ],
  },
  LodestoneRoutingStage: {
    label: 'stage of a router',
    allowed: ROUNDING,
    examples: () => [
      {
        inputs: [listed(Float32Array.of(0.1, 0.4, 0.2, 0.3)), shaped(Float32Array.of(2, 1, 5, 0), [STATE])],
        attributes: { weight: 0.3, by: 1, strength: 0, threshold: 0.9, window: 3, minSteps: 4, switchStep: 5 },
      },
    ],
  },
  LodestoneColumnSums: {
    label: 'column sums',
    allowed: ROUNDING,
    // Gradients of a step cancel in such sums, and their error says nothing of the kernel.
    examples: (numbers) =>
      WIDTHS.flatMap((width) =>
        [0, 1].map((tanh) => ({ inputs: [numbers.table(ROWS, width), numbers.list(ROWS)], attributes: { tanh } })),
      ),
  },
  LodestoneNoisyRows: {
    label: 'noisy rows',
    allowed: ROUNDING,
    // Draws at and beside both ends and turns, where logarithms and cosines lose most.
    examples: (numbers) => {
      const { random } = numbers;
      const edges = [0, 2 ** -24, 1 / 8, 1 / 4, 1 / 2 - 2 ** -24, 1 / 2, 3 / 4, 7 / 8, 1 - 2 ** -24];
      const draw = (): number =>
        random.integer(3) === 0 ? entry(edges, random.integer(edges.length)) : random.uniform();
      const draws = Float32Array.from({ length: ROWS * 2 * 16 }, draw);
      return [{ inputs: [numbers.table(ROWS, 16), shaped(draws, [ROWS, 32]), numbers.table(ROWS, 2)], attributes: {} }];
    },
  },
  LodestoneLongProduct: {
    label: 'product over many rows',
    allowed: ROUNDING,
    examples: (numbers) =>
      WIDTHS.flatMap((width) => [
        { inputs: [numbers.table(4 * ROWS, width), numbers.table(4 * ROWS, 64)], attributes: {} },
        { inputs: [numbers.table(ROWS, width), numbers.table(ROWS, 3)], attributes: {} },
      ]),
  },
  LodestoneSquareShares: {
    label: 'sum of squares',
    allowed: ROUNDING,
    examples: (numbers) => [{ inputs: [numbers.list(5000)], attributes: {} }],
  },
};

/** A kernel that reads tables `[n, d]` row by row. */
function ofRows(label: string, inputs: (numbers: Numbers, width: number) => KernelExample['inputs']): KernelTrial {
  return {
    label,
    allowed: ROUNDING,
    examples: (numbers) => WIDTHS.map((width) => ({ inputs: inputs(numbers, width), attributes: {} })),
  };
}

/** Inputs that are the same wherever they are made. */
export function exampleNumbers(): Numbers {
  const random = stream(11, 'proof');
  const list = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * random.uniform() - 1);
  return {
    random,
    list: (length) => listed(list(length)),
    table: (rows, columns) => shaped(list(rows * columns), [rows, columns]),
  };
}

const shaped = <A extends HostArray>(values: A, shape: number[]): { values: A; shape: number[] } => ({ values, shape });
const listed = <A extends HostArray>(values: A): { values: A; shape: number[] } => shaped(values, [values.length]);

/** A matrix with an empty row and a full one, and nothing symmetric about it. */
function raggedMatrix(random: Random, rows: number, columns: number): Csr {
  const row: number[] = [];
  const column: number[] = [];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      if (r === 1 || (r !== 0 && random.uniform() < 0.15)) {
        row.push(r);
        column.push(c);
      }
  const values = Float32Array.from(row, () => 2 * random.uniform() - 1);
  return csrFromEntries(rows, columns, Int32Array.from(row), Int32Array.from(column), values);
}

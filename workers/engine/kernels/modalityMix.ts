import { required } from '../../../src/domain/at';
import type * as tf from '@tensorflow/tfjs-core';
import { registerPair, runPair, type HostArray, type KernelPair, type WgslSource } from '../kernelPair';
import { matrixOf } from '../tensors';
import { withGradient } from '../withGradient';

type Shapes = readonly (readonly number[])[];

/** What a row of all views is made of. */
interface Row {
  /** `softmax_m s_m` */
  readonly shares: Float64Array;
  /** `S = Σ_m a_m V_m` */
  readonly shared: Float64Array;
  /** Where the row begins in view `m`, and in gate `m`. */
  readonly view: (m: number) => number;
  readonly gate: (m: number) => number;
}

/** Goes through the rows; the shared part is made of `views [M·n, d]`, where there are any, and of `scores [M·n]`. */
export function forEachRow(
  views: HostArray | undefined,
  scores: HostArray | undefined,
  rows: number,
  columns: number,
  use: (row: number, of: Row) => void,
): void {
  if (!scores) throw new Error('A mix has scores.');
  const count = scores.length / rows;
  const shares = new Float64Array(count);
  const shared = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    let greatest = -Infinity;
    for (let m = 0; m < count; m++) greatest = Math.max(greatest, scores[m * rows + row]!);
    let sum = 0;
    for (let m = 0; m < count; m++) sum += shares[m] = Math.exp(scores[m * rows + row]! - greatest);
    shared.fill(0);
    for (let m = 0; m < count; m++) {
      const share = (shares[m]! /= sum);
      const first = (m * rows + row) * columns;
      if (views) for (let c = 0; c < columns; c++) shared[c]! += share * views[first + c]!;
    }
    use(row, { shares, shared, view: (m) => (m * rows + row) * columns, gate: (m) => (row * count + m) * columns });
  }
}

/** `1 − Σ_m P_m` of a row. */
function restOf(gates: HostArray, gate: (m: number) => number, count: number, rest: Float64Array): void {
  rest.fill(1);
  for (let m = 0; m < count; m++) {
    const own = gate(m);
    for (let c = 0; c < rest.length; c++) rest[c]! -= gates[own + c]!;
  }
}

interface MixKernel {
  readonly makes: 'table' | 'list';
  /** M and d */
  readonly count: number;
  readonly columns: number;
}

/**
 * The shader of a row of all views: shares `a<m>` are known, and where the row begins in view `m` and in gate `m`. In `body`, `SHARED` and
 * `GATES` stand for the shared part and for the sum of the gates at column `c`, `TYPE` for the numbers' type.
 */
export function mixSource(
  { makes, count, columns }: MixKernel,
  shapes: Shapes,
  scoresAt: number,
  body: (each: (make: (m: number) => string) => string, dot: (a: string, b: string) => string) => string,
): WgslSource {
  const component = columns % 4 === 0 ? 4 : 1;
  const width = columns / component;
  const parts = (make: (m: number) => string): string[] => Array.from({ length: count }, (_, m) => make(m));
  const each = (make: (m: number) => string): string => parts(make).join('');
  const dot = (a: string, b: string): string => (component === 4 ? `dot(${a}, ${b})` : `(${a}) * (${b})`);
  const rows = (shapes[scoresAt]?.[0] ?? 0) / Math.max(1, count);
  return {
    key: `${count}_${columns}`,
    inputComponents: shapes.map((_, place) => (place === scoresAt ? 1 : component)),
    outputComponent: makes === 'table' ? component : 1,
    workgroupSize: 64,
    workgroups: Math.ceil(rows / 64),
    code: `
      fn main(row : i32) {
        let rows = uniforms.scoresShape / ${count};
        if (row >= rows) { return; }
        let width = ${width};
        var greatest = scores[row];
        ${each((m) => `greatest = max(greatest, scores[row + ${m} * rows]);`)}
        ${each((m) => `let e${m} = exp(scores[row + ${m} * rows] - greatest);`)}
        let total = ${parts((m) => `e${m}`).join(' + ')};
        ${each((m) => `let a${m} = e${m} / total; let v${m} = (row + ${m} * rows) * width; let g${m} = (row * ${count} + ${m}) * width;`)}
        ${body(each, dot)
          .replaceAll('SHARED', `(${parts((m) => `a${m} * views[v${m} + c]`).join(' + ')})`)
          .replaceAll('GATES', `(${parts((m) => `gates[g${m} + c]`).join(' + ')})`)
          .replaceAll('TYPE', component === 4 ? 'vec4<f32>' : 'f32')}
      }`,
  };
}

/**
 * `views V_m [M·n, d]` one under the other, `gates P_m [n, M·d]` side by side, `scores s_m [M·n]` →
 * `(S + Σ_m P_m ⊙ (V_m − S)) / (M + 1)` with `S = Σ_m a_m V_m`, `a = softmax_m s`, `[n, d]`.
 */
export const modalityMixPair: KernelPair = {
  name: 'LodestoneModalityMix',
  inputs: ['views', 'gates', 'scores'],
  outputShape: ([[, columns = 0] = [], [rows = 0] = []]) => [rows, columns],
  portable: ([views, gates, scores], output, [[, columns = 0] = [], [rows = 0] = []]) => {
    forEachRow(views, scores, rows, columns, (row, { shares, shared, view, gate }) => {
      const to = row * columns;
      for (let c = 0; c < columns; c++) output[to + c] = shared[c]!;
      for (let m = 0; m < shares.length; m++) {
        const [first, own] = [view(m), gate(m)];
        for (let c = 0; c < columns; c++) output[to + c]! += gates![own + c]! * (views![first + c]! - shared[c]!);
      }
      for (let c = to; c < to + columns; c++) output[c]! /= shares.length + 1;
    });
  },
  wgsl: (shapes) => {
    const [[stacked = 0, columns = 0] = [], [rows = 0] = []] = shapes;
    const count = stacked / Math.max(1, rows);
    return mixSource(
      { makes: 'table', count, columns },
      shapes,
      2,
      (each) => `
        for (var c = 0; c < width; c = c + 1) {
          let joint = SHARED;
          var sum = joint;
          ${each((m) => `sum = sum + gates[g${m} + c] * (views[v${m} + c] - joint);`)}
          result[row * width + c] = sum / ${count + 1}.0;
        }`,
    );
  },
};

/** `∂P_m = g ⊙ (V_m − S)` with `g = ∂y/(M + 1)`, `[n, M·d]`. */
export const mixGatesSlopePair: KernelPair = {
  name: 'LodestoneModalityMixGatesSlope',
  inputs: ['views', 'scores', 'dy'],
  outputShape: ([[stacked = 0] = [], , [rows = 0, columns = 0] = []]) => [
    rows,
    (stacked * columns) / Math.max(1, rows),
  ],
  portable: ([views, scores, dy], output, [, , [rows = 0, columns = 0] = []]) => {
    forEachRow(views, scores, rows, columns, (row, { shares, shared, view, gate }) => {
      for (let m = 0; m < shares.length; m++) {
        const [first, own, from] = [view(m), gate(m), row * columns];
        for (let c = 0; c < columns; c++)
          output[own + c] = (dy![from + c]! / (shares.length + 1)) * (views![first + c]! - shared[c]!);
      }
    });
  },
  wgsl: (shapes) => {
    const [[stacked = 0] = [], , [rows = 0, columns = 0] = []] = shapes;
    const count = stacked / Math.max(1, rows);
    return mixSource(
      { makes: 'table', count, columns },
      shapes,
      1,
      (each) => `
        for (var c = 0; c < width; c = c + 1) {
          let joint = SHARED;
          let g = dy[row * width + c] / ${count + 1}.0;
          ${each((m) => `result[g${m} + c] = g * (views[v${m} + c] - joint);`)}
        }`,
    );
  },
};

/** `∂V_m = g ⊙ P_m + a_m t` with `t = g ⊙ (1 − Σ_m P_m)`, `[M·n, d]`. */
export const mixViewsSlopePair: KernelPair = {
  name: 'LodestoneModalityMixViewsSlope',
  inputs: ['gates', 'scores', 'dy'],
  outputShape: ([, [stacked = 0] = [], [, columns = 0] = []]) => [stacked, columns],
  portable: ([gates, scores, dy], output, [, , [rows = 0, columns = 0] = []]) => {
    const rest = new Float64Array(columns);
    forEachRow(undefined, scores, rows, columns, (row, { shares, view, gate }) => {
      restOf(gates!, gate, shares.length, rest);
      const from = row * columns;
      for (let m = 0; m < shares.length; m++) {
        const [to, own, share] = [view(m), gate(m), shares[m]!];
        for (let c = 0; c < columns; c++)
          output[to + c] = (dy![from + c]! / (shares.length + 1)) * (gates![own + c]! + share * rest[c]!);
      }
    });
  },
  wgsl: (shapes) => {
    const [, [stacked = 0] = [], [rows = 0, columns = 0] = []] = shapes;
    const count = stacked / Math.max(1, rows);
    return mixSource(
      { makes: 'table', count, columns },
      shapes,
      1,
      (each) => `
        for (var c = 0; c < width; c = c + 1) {
          let g = dy[row * width + c] / ${count + 1}.0;
          let rest = TYPE(1.0) - GATES;
          ${each((m) => `result[v${m} + c] = g * (gates[g${m} + c] + a${m} * rest);`)}
        }`,
    );
  },
};

/** `∂s_m = a_m (b_m − Σ_k a_k b_k)` with `b_m = Σ_c t_c V_mc`, `[M·n]`. */
export const mixScoresSlopePair: KernelPair = {
  name: 'LodestoneModalityMixScoresSlope',
  inputs: ['views', 'gates', 'scores', 'dy'],
  outputShape: ([[stacked = 0] = []]) => [stacked],
  portable: ([views, gates, scores, dy], output, [, , , [rows = 0, columns = 0] = []]) => {
    const along = new Float64Array(scores ? scores.length / rows : 0);
    const rest = new Float64Array(columns);
    forEachRow(undefined, scores, rows, columns, (row, { shares, view, gate }) => {
      const count = shares.length;
      restOf(gates!, gate, count, rest);
      const from = row * columns;
      for (let c = 0; c < columns; c++) rest[c]! *= dy![from + c]! / (count + 1);
      for (let m = 0; m < count; m++) {
        const first = view(m);
        let sum = 0;
        for (let c = 0; c < columns; c++) sum += rest[c]! * views![first + c]!;
        along[m] = sum;
      }
      let mean = 0;
      for (let m = 0; m < count; m++) mean += shares[m]! * along[m]!;
      for (let m = 0; m < count; m++) output[m * rows + row] = shares[m]! * (along[m]! - mean);
    });
  },
  wgsl: (shapes) => {
    const [[stacked = 0, columns = 0] = [], , , [rows = 0] = []] = shapes;
    const count = stacked / Math.max(1, rows);
    return mixSource(
      { makes: 'list', count, columns },
      shapes,
      2,
      (each, dot) => `
        ${each((m) => `var b${m} = 0.0;`)}
        for (var c = 0; c < width; c = c + 1) {
          let t = (dy[row * width + c] / ${count + 1}.0) * (TYPE(1.0) - GATES);
          ${each((m) => `b${m} = b${m} + ${dot('t', `views[v${m} + c]`)};`)}
        }
        var mean = 0.0;
        ${each((m) => `mean = mean + a${m} * b${m};`)}
        ${each((m) => `result[row + ${m} * rows] = a${m} * (b${m} - mean);`)}`,
    );
  },
};

export const MIX_PAIRS: readonly KernelPair[] = [
  modalityMixPair,
  mixViewsSlopePair,
  mixGatesSlopePair,
  mixScoresSlopePair,
];

export const registerModalityMix = (): void => MIX_PAIRS.forEach(registerPair);

/** Of `views [M·n, d]`, `gates [n, M·d]` and `scores [M·n]`: shared part and gated specific parts, `[n, d]`, as `modalityMixPair` says. */
export const modalityMix = (views: tf.Tensor2D, gates: tf.Tensor2D, scores: tf.Tensor1D): tf.Tensor2D =>
  matrixOf(
    withGradient({
      inputs: [views, gates, scores],
      forward: (all) => runPair(modalityMixPair, all),
      backward: (dy, all) => {
        const [v, p, s] = all;
        return [
          runPair(mixViewsSlopePair, [required(p), required(s), dy]),
          runPair(mixGatesSlopePair, [required(v), required(s), dy]),
          runPair(mixScoresSlopePair, [...all, dy]),
        ];
      },
    }),
  );

import { registerPair, type HostArray, type KernelPair } from '../kernelPair';

/** Numbers in descending order, and sums of what belongs to them: how many are greater than a bound, and what those sum up to. */
interface Ranked {
  count(bound: number): number;
  sum(count: number, of: 'values' | 'weights'): number;
}

function ranked(numbers: readonly number[], weights: readonly number[]): Ranked {
  const order = numbers.map((_, place) => place).sort((a, b) => numbers[b]! - numbers[a]!);
  const sums = { values: [0], weights: [0] };
  order.forEach((place, k) => {
    sums.values.push(sums.values[k]! + numbers[place]!);
    sums.weights.push(sums.weights[k]! + weights[place]!);
  });
  return {
    count: (bound) => {
      let [low, high] = [0, order.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (numbers[order[middle]!]! > bound) low = middle + 1;
        else high = middle;
      }
      return low;
    },
    sum: (count, of) => sums[of][count]!,
  };
}

/** A critic's numbers of the real rows: `p`, `q`, its sign, and whether it has logarithms of sums. */
interface Critic {
  readonly rows: readonly number[];
  readonly p: readonly number[];
  readonly q: readonly number[];
  readonly sign: number;
  readonly logs: boolean;
}

/** The critics of `pq [n, 2C]`, one after the other. */
function forEachCritic([pq, factors, logs, weights]: readonly HostArray[], use: (critic: Critic, of: number) => void) {
  if (!pq || !factors || !logs || !weights) throw new Error('Critics have numbers, factors, kinds and weights.');
  const count = factors.length;
  const rows = Array.from(weights.keys()).filter((row) => weights[row]! > 0);
  for (let of = 0; of < count; of++) {
    const column = (place: number): number[] => rows.map((row) => pq[row * 2 * count + place]!);
    use({ rows, p: column(of), q: column(count + of), sign: Math.sign(factors[of]!), logs: logs[of]! > 0 }, of);
  }
}

/** The index of row and critic, and what both shaders read of them. */
const READ = `
  fn signOf(critic : i32) -> f32 { return sign(factors[critic]); }
  fn hidden(i : i32, j : i32, critic : i32) -> f32 {
    let count = uniforms.factorsShape;
    return pq[i * 2 * count + critic] + pq[j * 2 * count + count + critic];
  }
  fn estimate(i : i32, j : i32, critic : i32) -> f32 { return signOf(critic) * max(hidden(i, j, critic), 0.0); }`;

/**
 * Critics with one hidden unit: `T_ij = s · max(p_i + q_j, 0)` for pairs of rows, `pq [n, 2C]` the p of all critics and then the q, s the sign of `factors [C]`. Of those rows whose
 * `weights [n]` are 1/b and not 0: `T_ii − R_i`, `R_i` and the share of `j` with `p_i + q_j > 0`, `[n, 3C]`, where `R_i` is `mean_j T_ij`, or `ln mean_j e^T_ij` for
 * critics whose `logs [C]` are 1. The twin sorts, the shader goes through all pairs.
 */
export const pairCriticsPair: KernelPair = {
  name: 'LodestonePairCritics',
  inputs: ['pq', 'factors', 'logs', 'weights'],
  outputShape: ([[rows = 0] = [], [count = 0] = []]) => [rows, 3 * count],
  portable: (inputs, output, [, [count = 0] = []]) => {
    output.fill(0);
    forEachCritic(inputs, ({ rows, p, q, sign, logs }, of) => {
      const exponentials = q.map((value) => Math.exp(sign * value));
      const behind = ranked(q, exponentials);
      rows.forEach((row, i) => {
        const active = behind.count(-p[i]!);
        const sum = active * p[i]! + behind.sum(active, 'values');
        const mean = (sign * sum) / rows.length;
        const powers = rows.length - active + Math.exp(sign * p[i]!) * behind.sum(active, 'weights');
        const log = Math.log(powers / rows.length);
        const all = logs ? log : mean;
        output[row * 3 * count + of] = sign * Math.max(p[i]! + q[i]!, 0) - all;
        output[row * 3 * count + count + of] = all;
        output[row * 3 * count + 2 * count + of] = active / rows.length;
      });
    });
  },
  wgsl: ([[rows = 0] = [], [count = 0] = []]) => ({
    key: `${rows}_${count}`,
    inputComponents: [1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: Math.ceil((rows * count) / 64),
    code: `
      ${READ}
      fn lessOne(x : f32) -> f32 {
        if (abs(x) > 0.1) { return exp(x) - 1.0; }
        return x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0))));
      }
      fn plusOne(x : f32) -> f32 {
        if (abs(x) > 0.02) { return log(1.0 + x); }
        return x * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * (0.25 - x * 0.2))));
      }
      fn main(index : i32) {
        if (index >= ${rows * count}) { return; }
        let critic = index % ${count};
        let i = index / ${count};
        let first = i * ${3 * count} + critic;
        let own = estimate(i, i, critic);
        // All is relative to the row's own pair: what is left of differences of means is not lost in rounding.
        var above = 0.0;
        var alive = 0.0;
        if (weights[i] > 0.0) {
          var greatest = 0.0;
          for (var j = 0; j < ${rows}; j = j + 1) {
            if (weights[j] > 0.0) {
              let apart = estimate(i, j, critic) - own;
              above = above + weights[j] * apart;
              alive = alive + weights[j] * select(0.0, 1.0, hidden(i, j, critic) > 0.0);
              greatest = max(greatest, apart);
            }
          }
          if (logs[critic] > 0.0) {
            let near = greatest < 1.0;
            let shift = select(greatest, 0.0, near);
            var sum = 0.0;
            for (var j = 0; j < ${rows}; j = j + 1) {
              if (weights[j] > 0.0) {
                let apart = estimate(i, j, critic) - own - shift;
                sum = sum + weights[j] * select(exp(apart), lessOne(apart), near);
              }
            }
            above = select(log(sum) + shift, plusOne(sum), near);
          }
        }
        result[first] = -above;
        result[first + ${count}] = select(0.0, own + above, weights[i] > 0.0);
        result[first + ${2 * count}] = alive;
      }`,
  }),
};

/** The same, what the pair made, and `dy` of `± Σ_i weights_i (T_ii − R_i)`, the first C of them → the slope with respect to `pq`. The sign is − for critics with logarithms. */
export const pairCriticsSlopePair: KernelPair = {
  name: 'LodestonePairCriticsSlope',
  inputs: ['pq', 'factors', 'logs', 'weights', 'made', 'dy'],
  outputShape: ([shape = []]) => [...shape],
  portable: (inputs, output, [, [count = 0] = []]) => {
    const [, , , , made, dy] = inputs;
    output.fill(0);
    forEachCritic(inputs, ({ rows, p, q, sign, logs }, of) => {
      const all = rows.map((row) => made![row * 3 * count + count + of]!);
      const factor = (dy![of]! * (logs ? -sign : sign)) / rows.length;
      const share = (exponent: number): number => (logs ? Math.exp(exponent) : 1) / rows.length;
      const behind = ranked(
        q,
        q.map((value) => share(sign * value)),
      );
      const above = ranked(
        p,
        p.map((value, i) => share(sign * value - all[i]!)),
      );
      rows.forEach((row, i) => {
        const own = p[i]! + q[i]! > 0 ? 1 : 0;
        const [right, left] = [behind.count(-p[i]!), above.count(-q[i]!)];
        const along = behind.sum(right, 'weights') * (logs ? Math.exp(sign * p[i]! - all[i]!) : 1);
        const across = above.sum(left, 'weights') * (logs ? Math.exp(sign * q[i]!) : 1);
        const off = (rows.length - right) * share(-all[i]!);
        output[row * 2 * count + of] = factor * (own > 0 ? off : -along);
        output[row * 2 * count + count + of] = factor * (own - across);
      });
    });
  },
  wgsl: ([[rows = 0] = [], [count = 0] = []]) => ({
    key: `${rows}_${count}`,
    inputComponents: [1, 1, 1, 1, 1, 1],
    outputComponent: 1,
    workgroupSize: 64,
    workgroups: null,
    code: `
      ${READ}
      fn share(i : i32, j : i32, critic : i32) -> f32 {
        if (logs[critic] > 0.0) { return weights[j] * exp(estimate(i, j, critic) - made[i * ${3 * count} + ${count} + critic]); }
        return weights[j];
      }
      fn main(index : i32) {
        if (index < uniforms.size) {
          let row = index / ${2 * count};
          let critic = index % ${count};
          let across = index % ${2 * count} >= ${count};
          let own = hidden(row, row, critic) > 0.0;
          // Where shares sum to 1, those of the other kind are all that is left.
          let whole = !across || !(logs[critic] > 0.0);
          var sum = 0.0;
          if (weights[row] > 0.0) {
            for (var other = 0; other < ${rows}; other = other + 1) {
              if (weights[other] > 0.0) {
                let i = select(row, other, across);
                let j = select(other, row, across);
                if ((hidden(i, j, critic) > 0.0) != (whole && own)) { sum = sum + share(i, j, critic); }
              }
            }
          }
          let slope = select(select(0.0, 1.0, own && !whole) - sum, sum, whole && own);
          result[index] = dy[critic] * select(1.0, -1.0, logs[critic] > 0.0) * signOf(critic) * weights[row] * slope;
        }
      }`,
  }),
};

export const CRITIC_PAIRS: readonly KernelPair[] = [pairCriticsPair, pairCriticsSlopePair];

export const registerPairCritics = (): void => CRITIC_PAIRS.forEach(registerPair);

import { expect } from 'vitest';
import { expertScores, expertScoresPair, type ExpertShape } from '../../workers/engine/kernels/expertScores';
import { stream } from '../../workers/numbers/rng';
import { floats, matrix } from '../../workers/engine/tensors';
import { BACKENDS, describeOn, values, worst } from '../helpers/device';

const random = stream(5, 'experts');
const USERS = 7;
/** More than one block of the portable path, the last one short. */
const ITEMS = 70;

interface Inputs {
  readonly users: Float32Array;
  readonly items: Float32Array;
  readonly output: Float32Array;
  readonly hiddenWeights: Float32Array;
  readonly hiddenBias: Float32Array;
  readonly stride: number;
}

/** `logit` makes the numbers of the router. */
function inputsOf({ experts, width, hidden }: ExpertShape, logit: () => number): Inputs {
  const routed = hidden || experts;
  const stride = experts * width + routed;
  const rows = (count: number): Float32Array =>
    Float32Array.from({ length: count * stride }, (_, place) =>
      place % stride < experts * width ? random.normal() : logit(),
    );
  const of = (length: number, make: () => number): Float32Array => Float32Array.from({ length }, make);
  return {
    users: rows(USERS),
    items: rows(ITEMS),
    output: of(width, random.normal),
    hiddenWeights: of(Math.max(1, hidden) * experts, logit),
    hiddenBias: of(experts, logit),
    stride,
  };
}

/** The definition, in double precision: softmax over all experts, the `K` most probable (ties: the lower), renormalised. */
function scoreOf(
  { users, items, output, hiddenWeights, hiddenBias, stride }: Inputs,
  { experts, width, top, mlp, hidden }: ExpertShape,
  u: number,
  i: number,
): number {
  const user = users.subarray(u * stride, (u + 1) * stride);
  const item = items.subarray(i * stride, (i + 1) * stride);
  const sums = Array.from(
    { length: hidden || experts },
    (_, r) => user[experts * width + r]! + item[experts * width + r]!,
  );
  const logits =
    hidden === 0
      ? sums
      : Array.from(
          { length: experts },
          (_, e) =>
            hiddenBias[e]! + sums.reduce((sum, x, h) => sum + Math.max(0, x) * hiddenWeights[h * experts + e]!, 0),
        );
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const pi = powers.map((power) => power / powers.reduce((a, b) => a + b));
  const chosen = [...pi.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, top);
  const mass = chosen.reduce((sum, e) => sum + pi[e]!, 0);
  return chosen.reduce((score, e) => {
    let value = 0;
    for (let c = e * width; c < (e + 1) * width; c++)
      value += mlp === 0 ? user[c]! * item[c]! : output[c % width]! * Math.max(0, user[c]! + item[c]!);
    return score + (pi[e]! / mass) * value;
  }, 0);
}

const normal = (): number => random.normal();
/** Whole numbers: sums are exact, and a third and more of them are equal. */
const whole = (): number => random.integer(3) - 1;
const far = (): number => 300 * random.normal();

const CASES: readonly (readonly [string, ExpertShape, () => number])[] = [
  ['Hadamard heads and a linear router', { experts: 9, width: 8, top: 4, mlp: 0, hidden: 0 }, normal],
  ['Hadamard heads and a hidden layer', { experts: 9, width: 4, top: 4, mlp: 0, hidden: 6 }, normal],
  ['MLP heads and a linear router', { experts: 6, width: 12, top: 2, mlp: 1, hidden: 0 }, normal],
  ['MLP heads and a hidden layer', { experts: 6, width: 4, top: 3, mlp: 1, hidden: 5 }, normal],
  ['logits that tie', { experts: 9, width: 4, top: 4, mlp: 0, hidden: 0 }, whole],
  ['logits of a hidden layer that tie', { experts: 8, width: 4, top: 3, mlp: 1, hidden: 4 }, whole],
  ['logits that are all the same', { experts: 9, width: 4, top: 4, mlp: 0, hidden: 0 }, () => 0],
  ['logits far apart', { experts: 9, width: 4, top: 4, mlp: 0, hidden: 0 }, far],
  ['one expert for each pair', { experts: 9, width: 4, top: 1, mlp: 0, hidden: 0 }, normal],
  ['all experts for each pair', { experts: 9, width: 8, top: 9, mlp: 0, hidden: 0 }, normal],
  ['all experts, which tie', { experts: 5, width: 8, top: 5, mlp: 1, hidden: 0 }, whole],
  ['one expert in all', { experts: 1, width: 16, top: 1, mlp: 0, hidden: 0 }, normal],
  ['one MLP expert in all', { experts: 1, width: 16, top: 1, mlp: 1, hidden: 0 }, normal],
];

for (const backend of BACKENDS) {
  describeOn(backend, 'expert scores', (test) => {
    for (const [name, shape, logit] of CASES) {
      test(`equal their twin and their definition: ${name}`, async () => {
        const inputs = inputsOf(shape, logit);
        const { users, items, output, hiddenWeights, hiddenBias, stride } = inputs;
        const got = await values(() =>
          expertScores(
            matrix(users, USERS, stride),
            matrix(items, ITEMS, stride),
            floats(output),
            matrix(hiddenWeights, Math.max(1, shape.hidden), shape.experts),
            floats(hiddenBias),
            shape,
          ),
        );
        const twin = new Float32Array(USERS * ITEMS);
        expertScoresPair.portable(
          [users, items, output, hiddenWeights, hiddenBias],
          twin,
          [
            [USERS, stride],
            [ITEMS, stride],
          ],
          { ...shape },
        );
        expect(worst(got, twin)).toBeLessThanOrEqual(2e-5);
        const expected = Float64Array.from({ length: USERS * ITEMS }, (_, pair) =>
          scoreOf(inputs, shape, Math.floor(pair / ITEMS), pair % ITEMS),
        );
        expect(worst(got, expected)).toBeLessThanOrEqual(2e-5);
        expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1);
      });
    }
  });
}

import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { readFloats } from '../../workers/engine/backends';
import { disposeParameter, newParameter } from '../../workers/engine/parameters';
import { stream } from '../../workers/numbers/rng';
import { termGradients } from '../../workers/engine/step';
import { matrix, scalarOf } from '../../workers/engine/tensors';
import { allRows, infoNce, infoNceBothWays } from '../../workers/models/layers/contrast';
import { logSumExpRows, squaresOf } from '../../workers/models/layers/losses';
import { deviceBatch } from '../../workers/training/batch';
import { BACKENDS, describeOn, values, worst } from '../helpers/device';

const random = stream(12, 'losses');
const normals = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());

/** The mean over the first `count` rows of −ln(exp(c_bb/τ) / Σ_j exp(c_bj/τ)), c cosines, j over the first `count` rows; in double precision. */
function infoNceReference(
  anchors: Float64Array,
  candidates: Float64Array,
  width: number,
  count: number,
  temperature: number,
): number {
  const row = (x: Float64Array, r: number): Float64Array => x.subarray(r * width, (r + 1) * width);
  const cosine = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
  let sum = 0;
  for (let b = 0; b < count; b++) {
    const logits = Array.from({ length: count }, (_, j) => cosine(row(anchors, b), row(candidates, j)) / temperature);
    sum += Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0)) - logits[b]!;
  }
  return sum / count;
}

describeOn('cpu', 'losses alone', (test) => {
  test('logSumExp is exact for large logits, and its gradient is the softmax', async () => {
    const logits = Float32Array.of(1, 2, 3, 1000, 1001, -1000, -1e9, 0.5, -1e9);
    const weights = Float32Array.of(1, -2, 0.25);
    const got = await values(() => {
      const x = matrix(logits, 3, 3);
      const { value, grads } = tf.engine().gradients(() => tf.sum(tf.mul(logSumExpRows(x), tf.tensor1d(weights))), [x]);
      return tf.concat([logSumExpRows(x), tf.reshape(value, [1]), tf.reshape(grads[0]!, [9])]);
    });
    const rows = [0, 1, 2].map((r) => [...logits.subarray(3 * r, 3 * r + 3)]);
    const sums = rows.map(
      (row) => Math.max(...row) + Math.log(row.reduce((sum, x) => sum + Math.exp(x - Math.max(...row)), 0)),
    );
    // Beside 1001 a float32 resolves 6e-5, and so does the exponential of what is left when it is taken off.
    const expected = [
      ...sums,
      sums.reduce((sum, value, r) => sum + weights[r]! * value, 0),
      ...rows.flatMap((row, r) => row.map((x) => weights[r]! * Math.exp(x - sums[r]!))),
    ];
    expected.forEach((value, place) =>
      expect(Math.abs(got[place]! - value), `place ${place}`).toBeLessThanOrEqual(
        place < 4 ? 1e-6 * Math.abs(value) : 1e-4 * Math.abs(value),
      ),
    );
  });

  for (const [name, count, temperature, bothWays] of [
    ['a full batch', 6, 0.2, false],
    ['a padded batch', 4, 0.2, false],
    ['one row', 1, 0.5, false],
    ['a low temperature', 6, 0.02, false],
    ['the lowest temperature', 6, 0.01, false],
    ['a full batch, both ways', 6, 0.2, true],
    ['a padded batch, both ways', 4, 0.2, true],
    ['the lowest temperature, both ways', 5, 0.01, true],
  ] as const) {
    test(`InfoNCE is its formula, and so is its gradient: ${name}`, async () => {
      const size = 6;
      const width = 4;
      const anchors = normals(size * width);
      const candidates = normals(size * width);
      // Two equal rows: duplicates stay in the denominator.
      if (count > 1) candidates.copyWithin(width, 0, width);
      const places = new Int32Array(size);
      const batch = deviceBatch({ count, pairs: places, users: places, positives: places, negatives: places }, 1, 1);
      const got = await values(() => {
        const a = matrix(anchors, size, width);
        const c = matrix(candidates, size, width);
        const { value, grads } = tf
          .engine()
          .gradients(
            () => (bothWays ? infoNceBothWays(a, c, temperature, allRows(batch)) : infoNce(a, c, temperature, batch)),
            [a, c],
          );
        return tf.concat([tf.reshape(value, [1]), ...grads.map((gradient) => tf.reshape(gradient, [size * width]))]);
      });
      batch.dispose();

      const inputs = [Float64Array.from(anchors), Float64Array.from(candidates)] as const;
      const oneWay = (from: Float64Array, to: Float64Array): number =>
        infoNceReference(from, to, width, count, temperature);
      const reference = (): number =>
        bothWays ? (oneWay(inputs[0], inputs[1]) + oneWay(inputs[1], inputs[0])) / 2 : oneWay(inputs[0], inputs[1]);
      const value = reference();
      expect(Math.abs(got[0]! - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, value));
      // Central differences in double precision: good to eight digits and more.
      const gradient = inputs.flatMap((x) =>
        Array.from(x, (start, i) => {
          const ends = [1e-5, -1e-5].map((step) => {
            x[i] = start + step;
            return reference();
          });
          x[i] = start;
          return (ends[0]! - ends[1]!) / 2e-5;
        }),
      );
      const largest = Math.max(...gradient.map(Math.abs));
      if (count > 1) expect(largest).toBeGreaterThan(0.01);
      expect(worst(got.subarray(1), gradient)).toBeLessThanOrEqual(1e-4 * largest + 1e-6);
    });
  }
});

for (const backend of BACKENDS) {
  describeOn(backend, 'a loss', (test) => {
    test('may have more terms and parameters than a shader binds buffers', async () => {
      const count = 24;
      const starts = Array.from({ length: count }, () => normals(3));
      const parameters = starts.map((start, k) => newParameter(`p${k}`, 'test', [3], start));
      const { gradients, values: terms } = termGradients(parameters, () => [
        ...parameters.map(({ name, tensor }, k) => ({ key: name, weight: k + 1, value: scalarOf(tf.sum(tensor)) })),
        { key: 'squares', weight: 0.5, value: squaresOf(parameters) },
      ]);
      const sums = starts.map((start) => start.reduce((a, b) => a + b));
      const squares = starts.reduce((sum, start) => sum + start.reduce((a, b) => a + b * b, 0), 0);
      const weighted = [...sums.map((sum, k) => (k + 1) * sum), 0.5 * squares];
      expect(
        worst(await readFloats(terms), [...weighted, weighted.reduce((a, b) => a + b), ...sums, squares]),
      ).toBeLessThanOrEqual(2e-4);
      for (const [k, gradient] of gradients.entries())
        expect(
          worst(
            await readFloats(gradient),
            starts[k]!.map((x) => k + 1 + x),
          ),
        ).toBeLessThanOrEqual(1e-5);
      tf.dispose([terms, ...gradients]);
      parameters.forEach(disposeParameter);
    });
  });
}

import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { completeConfig } from '../../src/domain/models/catalogue';
import { disposeParameter } from '../../workers/engine/parameters';
import { stream } from '../../workers/numbers/rng';
import { sampledGraph } from '../../workers/models/magnet/views';
import { dropout } from '../../workers/models/layers/dropout';
import { infoNceTables, logSumExpAgainst, productEntropy } from '../../workers/models/layers/contrast';
import { channel, sideBySide, unitBlocks } from '../../workers/models/layers/encoder';
import { mixedGraph } from '../../workers/models/layers/itemGraphs';
import { cosineDistance, frobeniusNorm, margins, rowLosses, scoresOf } from '../../workers/models/layers/losses';
import { signsFinding } from '../../workers/models/layers/signs';
import { standardisedColumns, standardisedUnitRows } from '../../workers/models/layers/scaling';
import { complexProduct } from '../../workers/engine/kernels/complexProduct';
import { filterRow, fourier, type Fourier } from '../../workers/models/layers/spectrum';
import { modelKind } from '../../workers/models/registry';
import type { NamedGraph } from '../../workers/models/model';
import { csrOf, dense } from '../helpers/matrices';
import { describeOn, values, worst } from '../helpers/device';
import { builtModel, smallStudy } from '../helpers/dataset';
import { QuietStep } from '../helpers/step';
import { matrix, matrixOf, integers } from '../../workers/engine/tensors';
import { deviceBatch } from '../../workers/training/batch';
import { heldRows, readAll } from '../../workers/engine/rowSource';

describe('standardised columns', () => {
  it('have mean 0 and deviation 1, and rows may be made unit vectors', async () => {
    const random = stream(1, 'scaling');
    const [rows, columns] = [13, 4];
    const x = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, (_, c) => Math.fround(100 * c + 10 ** (c - 2) * random.normal())),
    );
    const expected = x.map((row) =>
      row.map((value, c) => {
        const column = x.map((other) => other[c]!);
        const mean = column.reduce((a, b) => a + b) / rows;
        return (value - mean) / Math.sqrt(column.reduce((sum, other) => sum + (other - mean) ** 2, 0) / rows);
      }),
    );
    const held = heldRows(Float32Array.from(x.flat()), rows, columns);
    const got = await readAll(await standardisedColumns(held));
    expected.flat().forEach((value, place) => expect(got[place]).toBeCloseTo(value, 5));
    const unit = await readAll(await standardisedUnitRows(held));
    expected.forEach((row, r) =>
      row.forEach((value, c) => expect(unit[r * columns + c]).toBeCloseTo(value / Math.hypot(...row), 5)),
    );
  });

  it('that are constant become 0, also where rounding leaves them a deviation, and rows of nothing else stay 0', async () => {
    // A sum of sevenths of such numbers is not exactly the number.
    const numbers = [0.1, 1e6 / 3, 0, 0.7, 12345.678, -0.3, Math.PI];
    const means = numbers.map((number) =>
      Array.from({ length: 7 }, () => Math.fround(number) / 7).reduce((a, b) => a + b),
    );
    expect(means.some((mean, c) => mean !== Math.fround(numbers[c]!))).toBe(true);
    const constant = heldRows(
      Float32Array.from({ length: 49 }, (_, place) => numbers[place % 7]!),
      7,
      7,
    );
    for (const scaled of [standardisedColumns, standardisedUnitRows])
      expect((await readAll(await scaled(constant))).every((value) => value === 0)).toBe(true);
    const mixed = await readAll(await standardisedColumns(heldRows(Float32Array.of(7, 1, 7, 3), 2, 2)));
    expect([...mixed].map((value) => value + 0)).toEqual([0, -1, 0, 1]);
  });
});

describe('a graph sampled by fan-out', () => {
  const random = stream(2, 'sampled');
  const values = Array.from({ length: 9 }, (_, r) =>
    Array.from({ length: 11 }, () =>
      r !== 4 && random.uniform() < 0.2 + r / 12 ? Math.fround(0.1 + random.uniform()) : 0,
    ),
  );
  const graph = csrOf(values);
  const degrees = values.map((row) => row.filter((value) => value !== 0).length);

  it('has at most F entries in a row, all of them the graph’s, scaled so that a row’s expected sum stays', () => {
    expect(Math.max(...degrees)).toBeGreaterThan(6);
    expect(degrees[4]).toBe(0);
    for (const fanOut of [1, 3, 6, 100]) {
      const sampled = dense(sampledGraph(graph, fanOut, random));
      sampled.forEach((row, r) => {
        const kept = Math.min(degrees[r]!, fanOut);
        expect(row.filter((value) => value !== 0)).toHaveLength(kept);
        row.forEach((value, c) => {
          if (value !== 0) expect(value).toBeCloseTo((values[r]![c]! * degrees[r]!) / kept, 5);
        });
      });
    }
  });

  it('takes each neighbour equally often', () => {
    const draws = 6000;
    const seen = values.map((row) => row.map(() => 0));
    for (let draw = 0; draw < draws; draw++)
      dense(sampledGraph(graph, 3, random)).forEach((row, r) =>
        row.forEach((value, c) => void (value !== 0 && seen[r]![c]!++)),
      );
    values.forEach((row, r) =>
      row.forEach((value, c) => {
        const chance = value === 0 ? 0 : Math.min(1, 3 / degrees[r]!);
        expect(Math.abs(seen[r]![c]! / draws - chance), `${r}, ${c}`).toBeLessThanOrEqual(
          4.5 * Math.sqrt((chance * (1 - chance)) / draws),
        );
      }),
    );
  });
});

describeOn('cpu', 'MAGNET with a fan-out', (test) => {
  const graphsOf = async (seed: number, epoch: number): Promise<NamedGraph[]> => {
    const study = await smallStudy(
      'magnet',
      { fanOut: 3, neighbours: 4, inducedPerUser: 6, embeddingSize: 4, layers: 2 },
      'cpu',
      { users: 24, items: 20 },
    );
    const { model: first, data } = await builtModel(study);
    first.dispose();
    const model = await modelKind('magnet').build({
      input: data.input,
      config: completeConfig('magnet', study.run.experiment.config),
      random: (name) => stream(seed, name),
      progress: async () => undefined,
    });
    const graphs = (await model.epochGraphs?.(epoch, new QuietStep({ epoch, stepInEpoch: 0 }))) ?? [];
    const whole = new Map(model.graphs.map(({ name, matrix }) => [name, matrix]));
    for (const { name, matrix } of graphs) {
      const source = dense(whole.get(name.split('/')[0]!)!);
      dense(matrix).forEach((row, r) => {
        const degree = source[r]!.filter((value) => value !== 0).length;
        expect(row.filter((value) => value !== 0)).toHaveLength(Math.min(3, degree));
        row.forEach(
          (value, c) => value !== 0 && expect(value).toBeCloseTo((source[r]![c]! * degree) / Math.min(3, degree), 5),
        );
      });
    }
    model.dispose();
    return graphs;
  };
  const entries = (graphs: readonly NamedGraph[]): string[] =>
    graphs.map(({ matrix }) => JSON.stringify(dense(matrix)));

  test('draws at most F neighbours for each view, layer and epoch, and the same again for the same epoch of the same seed', async () => {
    const [zero, one, other, again] = [
      await graphsOf(1, 0),
      await graphsOf(1, 1),
      await graphsOf(2, 0),
      await graphsOf(1, 0),
    ];
    expect(zero.map(({ name }) => name)).toEqual([
      'userItem/layer0@epoch0',
      'userItem/layer1@epoch0',
      'userItemInduced/layer0@epoch0',
      'userItemInduced/layer1@epoch0',
    ]);
    const all = [...entries(zero), ...entries(one), ...entries(other)];
    expect(new Set(all).size).toBe(all.length);
    // A run that resumes in an epoch builds its model anew.
    expect(entries(again)).toEqual(entries(zero));
  });
});

describeOn('cpu', 'dropout', (test) => {
  const width = 200;
  const rows = (rate: number, site: string) =>
    values(() => {
      const x = matrix(new Float32Array(3 * width).fill(3), 3, width);
      // The first and the last row belong to the same item.
      return dropout(x, integers(Int32Array.of(4, 1, 4)), { step: new QuietStep(), site, rate });
    });

  test('drops numbers with the given probability, scales the others, and treats rows of one id alike', async () => {
    const got = await rows(0.25, 'a');
    const dropped = got.filter((value) => value === 0).length;
    expect(Math.abs(dropped / got.length - 0.25)).toBeLessThan(0.08);
    for (const value of got) expect([0, 4]).toContain(value);
    const [first, second, third] = [0, 1, 2].map((row) => [...got.subarray(row * width, (row + 1) * width)]);
    expect(third).toEqual(first);
    expect(second).not.toEqual(first);
    expect(await rows(0.25, 'a')).toEqual(got);
    expect(await rows(0.25, 'b')).not.toEqual(got);
    expect((await rows(0, 'a')).every((value) => value === 3)).toBe(true);
  });
});

describeOn('cpu', 'terms without negatives', (test) => {
  test('are 1 − mean cosine of the real rows, and the norm of a whole table', async () => {
    const places = new Int32Array(3);
    const none = new Int32Array(0);
    const batch = deviceBatch({ count: 2, pairs: places, users: places, positives: places, negatives: none }, 1, 1);
    const x = [3, 4, 0, 2, 5, 5];
    const y = [6, 8, 2, 0, 1, 0];
    const got = await values(() => {
      const [a, b] = [x, y].map((numbers) => matrix(Float32Array.from(numbers), 3, 2));
      return tf.stack([cosineDistance(a!, b!, batch), frobeniusNorm(a!)]);
    });
    batch.dispose();
    // Cosines 1 and 0; the third row is padding.
    expect(got[0]).toBeCloseTo(0.5, 6);
    expect(got[1]).toBeCloseTo(Math.hypot(...x), 5);
  });
});

describeOn('cpu', 'the Fourier transform of rows', (test) => {
  const random = stream(5, 'spectrum');
  const WIDTH = 8;
  const rows = Array.from({ length: 3 }, () => Array.from({ length: WIDTH }, () => random.normal()));
  const given = (): tf.Tensor2D => matrix(Float32Array.from(rows.flat()), rows.length, WIDTH);
  /** What a filter makes of rows. */
  const through = (transform: Fourier, numbers: tf.Tensor2D): tf.Tensor =>
    tf.matMul(complexProduct(transform.spectrum(given()), filterRow(numbers)), transform.back);

  test('gives the coefficients that its equation does', async () => {
    const transform = fourier(WIDTH);
    const spectrum = await values(() => transform.spectrum(given()));
    const frequencies = WIDTH / 2 + 1;
    rows.forEach((row, r) => {
      for (let k = 0; k < frequencies; k++) {
        const angle = (n: number): number => (2 * Math.PI * k * n) / WIDTH;
        const sum = (of: (n: number) => number): number => row.reduce((total, x, n) => total + x * of(n), 0);
        expect(spectrum[2 * r * frequencies + k]).toBeCloseTo(sum((n) => Math.cos(angle(n))) / Math.sqrt(WIDTH), 5);
        expect(spectrum[(2 * r + 1) * frequencies + k]).toBeCloseTo(
          sum((n) => -Math.sin(angle(n))) / Math.sqrt(WIDTH),
          5,
        );
      }
    });
    transform.dispose();
    expect(() => fourier(7)).toThrow();
  });

  test('with a filter of ones gives the rows back, and with a kernel’s spectrum their circular convolution', async () => {
    const transform = fourier(WIDTH);
    const ones = Float32Array.from({ length: WIDTH + 2 }, (_, place) => (place % 2 === 0 ? 1 : 0));
    const kept = await values(() => through(transform, matrix(ones, WIDTH / 2 + 1, 2)));
    expect(worst(kept, rows.flat())).toBeLessThan(1e-5);
    const kernel = Array.from({ length: WIDTH }, () => random.normal());
    const made = await values(() => {
      const spectrum = transform.spectrum(matrix(Float32Array.from(kernel), 1, WIDTH));
      const numbers = tf.transpose(tf.reshape(spectrum, [2, WIDTH / 2 + 1]));
      return through(transform, matrixOf(tf.mul(numbers, Math.sqrt(WIDTH))));
    });
    const convolved = rows.flatMap((row) =>
      row.map((_, n) => kernel.reduce((sum, weight, k) => sum + weight * row[(n - k + WIDTH) % WIDTH]!, 0)),
    );
    expect(worst(made, convolved)).toBeLessThan(1e-4);
    transform.dispose();
  });
});

describeOn('cpu', 'an encoder', (test) => {
  test('has a leaky layer four times as wide as its output, and a preference for each user', async () => {
    const shape = { users: 3, inputs: 2, width: 4 };
    const made = channel('text', shape, (name) => stream(3, name), 'view/');
    expect(made.parameters.map(({ name, tensor }) => [name, tensor.shape])).toEqual([
      ['view/userPreference/text', [3, 4]],
      ['view/encode/text/hidden/weight', [2, 16]],
      ['view/encode/text/hidden/bias', [16]],
      ['view/encode/text/output/weight', [16, 4]],
      ['view/encode/text/output/bias', [4]],
    ]);
    const [, w, b, v, c] = await Promise.all(
      made.parameters.map(({ tensor }) => tensor.array() as Promise<number[][]>),
    );
    const x = [
      [1, -2],
      [0.5, 3],
    ];
    const got = await values(() => made.encode(matrix(Float32Array.from(x.flat()), 2, 2)));
    const layer = (row: number[], weight: number[][], bias: unknown[]): number[] =>
      bias.map((add, out) => row.reduce((sum, value, place) => sum + value * weight[place]![out]!, Number(add)));
    const expected = x.flatMap((row) => {
      const hidden = layer(row, w!, b!).map((value) => (value > 0 ? value : 0.01 * value));
      return layer(hidden, v!, c!);
    });
    expected.forEach((value, place) => expect(got[place]).toBeCloseTo(value, 5));
    made.parameters.forEach(disposeParameter);
  });

  test('gives blocks of unit rows side by side', async () => {
    const got = await values(() => {
      const [a, b] = [
        [3, 4, 0, 0],
        [5, 12, -2, 0],
      ].map((rows) => matrix(Float32Array.from(rows), 2, 2));
      return unitBlocks(sideBySide([a!, b!]), 2);
    });
    [0.6, 0.8, 5 / 13, 12 / 13, 0, 0, -1, 0].forEach((value, place) => expect(got[place]).toBeCloseTo(value, 6));
  });
});

describe('the mixed item graph', () => {
  it('weighs every neighbour alike, and images by their share', () => {
    const lists = [
      [0, 1, 1, 2, 2, 1],
      [0, 2, 1, 0, 2, 0],
    ].map((indices) => ({ rows: 3, k: 2, indices: Int32Array.from(indices), values: new Float32Array(6).fill(1) }));
    const got = dense(mixedGraph(lists, ['image', 'text'], 0.1, 0));
    const expected = [
      [0.5, 0.05, 0.45],
      [0.45, 0.05 + 0.45, 0.05],
      [0.45, 0.05, 0.5],
    ];
    expected.forEach((row, r) => row.forEach((value, c) => expect(got[r]![c]).toBeCloseTo(value, 6)));
  });
});

describeOn('cpu', 'InfoNCE of whole tables', (test) => {
  test('has every row against all rows', async () => {
    const random = stream(4, 'tables');
    const draw = (): number[][] => Array.from({ length: 5 }, () => Array.from({ length: 3 }, () => random.normal()));
    const [x, y] = [draw(), draw()];
    const cosine = (a: number[], b: number[]): number =>
      a.reduce((sum, value, c) => sum + value * b[c]!, 0) / Math.hypot(...a) / Math.hypot(...b);
    const losses = x.map((row, r) => {
      const logits = y.map((other) => cosine(row, other) / 0.3);
      return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[r]!;
    });
    const [got] = await values(() => {
      const [a, b] = [x, y].map((rows) => matrix(Float32Array.from(rows.flat()), 5, 3));
      return infoNceTables(a!, b!, 0.3);
    });
    expect(got).toBeCloseTo(losses.reduce((a, b) => a + b) / 5, 5);
  });
});

describeOn('cpu', 'the cross-entropy of products', (test) => {
  test('is that of a softmax over the batch’s real rows, also where products are large', async () => {
    const random = stream(6, 'products');
    const [size, count, width] = [5, 4, 3];
    const made = (): number[][] =>
      Array.from({ length: size }, () => Array.from({ length: width }, () => Math.fround(20 * random.normal())));
    const [x, y] = [made(), made()];
    const batch = deviceBatch(
      {
        count,
        pairs: new Int32Array(size),
        users: new Int32Array(size),
        positives: new Int32Array(size),
        negatives: new Int32Array(0),
      },
      1,
      1,
    );
    const product = (a: number[], b: number[]): number => a.reduce((sum, value, c) => sum + value * b[c]!, 0) / 0.5;
    const rows = x.slice(0, count).map((row, r) => {
      const logits = y.slice(0, count).map((other) => product(row, other));
      const most = Math.max(...logits);
      return most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0)) - logits[r]!;
    });
    const table = (of: number[][]): tf.Tensor2D => matrix(Float32Array.from(of.flat()), size, width);
    const [got] = await values(() => productEntropy(table(x), table(y), 0.5, batch));
    const expected = rows.reduce((sum, value) => sum + value, 0) / count;
    expect(Math.abs(got! - expected)).toBeLessThan(1e-5 * expected);
    batch.dispose();
  });
});

for (const backend of ['cpu', 'webgpu'] as const)
  describeOn(backend, 'log-sum-exp against a whole table', (test) => {
    const random = stream(7, 'against');
    const [rows, candidates, width] = [5, 13, 4];
    const made = (count: number): Float32Array => Float32Array.from({ length: count * width }, () => random.normal());
    const [a, c] = [made(rows), made(candidates)];
    const slope = Float32Array.from({ length: rows }, () => random.normal());
    const anchors = (): tf.Tensor2D => matrix(a, rows, width);
    const table = (): tf.Tensor2D => matrix(c, candidates, width);

    for (const [blocks, bytes] of [
      [1, 2 ** 24],
      [4, 16 * rows],
      [13, 1],
    ] as const)
      for (const bound of [40, 90])
        test(`in ${blocks} blocks under ${bound} is what one softmax over all gives, and so is its gradient`, async () => {
          const whole = (x: tf.Tensor, y: tf.Tensor): tf.Tensor2D =>
            matrixOf(tf.logSumExp(tf.matMul(matrixOf(x), matrixOf(y), false, true), 1, true));
          const inBlocks = (x: tf.Tensor, y: tf.Tensor): tf.Tensor2D =>
            logSumExpAgainst(matrixOf(x), matrixOf(y), bound, bytes);
          expect(
            worst(await values(() => inBlocks(anchors(), table())), await values(() => whole(anchors(), table()))),
          ).toBeLessThan(1e-4);
          for (const of of [0, 1] as const) {
            const gradient = (loss: typeof whole): tf.Tensor =>
              tf.grads((x, y) => tf.sum(tf.mul(loss(x!, y!), matrix(slope, rows, 1))))([anchors(), table()])[of]!;
            expect(worst(await values(() => gradient(inBlocks)), await values(() => gradient(whole)))).toBeLessThan(
              1e-4,
            );
          }
        });
  });

for (const backend of ['cpu', 'wasm'] as const)
  describeOn(backend, 'BPR with a factor for each row', (test) => {
    test('adds up over the negatives of a row', async () => {
      const [size, ratio, width] = [3, 2, 4];
      const numbers = (rows: number, step: number): Float32Array =>
        Float32Array.from({ length: rows * width }, (_, place) => Math.sin(step * place + 1));
      const [u, i, j] = [numbers(size, 0.7), numbers(size, 1.3), numbers(size * ratio, 2.1)];
      const factors = [1, 2, -1];
      const dot = (b: Float32Array, row: number, of: number): number =>
        Array.from({ length: width }, (_, c) => u[row * width + c]! * b[of * width + c]!).reduce((x, y) => x + y);
      const expected = factors.map((factor, row) =>
        Array.from({ length: ratio }, (_, k) => dot(j, row, row * ratio + k) - factor * dot(i, row, row))
          .map((x) => Math.log1p(Math.exp(x)))
          .reduce((x, y) => x + y),
      );
      const got = await values(() => {
        const rows = {
          users: matrix(u, size, width),
          positives: matrix(i, size, width),
          negatives: matrix(j, size * ratio, width),
        };
        return rowLosses(margins(scoresOf(rows, { size, negativesPerPositive: ratio }), tf.tensor1d(factors)));
      });
      expect(worst(got, expected)).toBeLessThan(1e-5);
    });
  });

describe('signs of interactions', () => {
  it('are counted, and the users who dislike nothing', () => {
    const pairs = { users: Int32Array.of(0, 0, 4, 4), items: Int32Array.of(1, 2, 1, 0) };
    const finding = signsFinding(pairs, Uint8Array.of(1, 0, 1, 1));
    expect(finding.kind === 'numbers' && finding.rows.map(({ value }) => value)).toEqual([3, 1, 0.25, 0.5]);
  });
});

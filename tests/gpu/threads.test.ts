import * as tf from '@tensorflow/tfjs-core';
import { testHost } from '#test-host';
import { describe, expect, it, vi } from 'vitest';
import { openDevice } from '../../workers/engine/device';
import { Adam, ADAM_DEFAULTS } from '../../workers/engine/kernels/adam';
import { newParameter } from '../../workers/engine/parameters';
import { sparseProduct } from '../../workers/engine/kernels/csrProduct';
import { divergences, divergenceSlope } from '../../workers/engine/kernels/divergence';
import { expertScores } from '../../workers/engine/kernels/expertScores';
import { expSums, labelledLosses, plusShares } from '../../workers/engine/kernels/labelled';
import { maskedTopK } from '../../workers/engine/kernels/maskedTopK';
import { neighbourLosses } from '../../workers/engine/kernels/neighbourShares';
import { stream } from '../../workers/numbers/rng';
import { plain } from '../../workers/engine/simd/assembly/kernels.ts?simd';
import { withSharedMemory } from '../../workers/engine/simd/sharedMemory';
import { Crowd, openTeam, type Helper } from '../../workers/engine/simd/team';
import { sparseTensor } from '../../workers/engine/sparse';
import { integers, matrix, matrixOf } from '../../workers/engine/tensors';
import { csrFromEntries } from '../../workers/graphs/csr';

const normals = (name: string, length: number): Float32Array => {
  const random = stream(7, name);
  return Float32Array.from({ length }, () => random.normal());
};

const ALONE = 'A page of its own has no threads; its workers have.';

/** Large enough that every kernel is shared; odd sizes, so that the shares differ. */
const [ROWS, COLUMNS, INNER] = [1537, 211, 131];
const [ITEMS, EXPERTS, WIDTH] = [701, 3, 32];

const WORK: Readonly<Record<string, () => tf.Tensor>> = {
  'a product': () =>
    tf.matMul(matrix(normals('a', ROWS * INNER), ROWS, INNER), matrix(normals('b', INNER * COLUMNS), INNER, COLUMNS)),
  'a product, both operands turned': () =>
    tf.matMul(
      matrix(normals('a', ROWS * INNER), INNER, ROWS),
      matrix(normals('b', INNER * COLUMNS), COLUMNS, INNER),
      true,
      true,
    ),
  'a matrix times a vector': () =>
    tf.matMul(matrix(normals('a', 2053 * 2051), 2053, 2051), matrix(normals('b', 2051), 2051, 1)),
  'a turned matrix times a vector': () =>
    tf.matMul(matrix(normals('a', 2053 * 2051), 2051, 2053), matrix(normals('b', 2051), 2051, 1), true),
  'a batch of products': () =>
    tf.matMul(
      tf.tensor3d(normals('a', 3 * ROWS * INNER), [3, ROWS, INNER]),
      tf.tensor3d(normals('b', 3 * INNER * COLUMNS), [3, INNER, COLUMNS]),
    ),
  'a sparse product': () => {
    const random = stream(7, 'cells');
    // Rows grow denser downwards, and the first have no entry.
    const cells = [
      ...new Set(
        Array.from({ length: 60_000 }, () => Math.floor(2000 * random.uniform() ** 0.3) * 500 + random.integer(500)),
      ),
    ].sort((x, y) => x - y);
    const graph = csrFromEntries(
      2000,
      500,
      Int32Array.from(cells, (cell) => Math.floor(cell / 500)),
      Int32Array.from(cells, (cell) => cell % 500),
      normals('values', cells.length),
    );
    return sparseProduct(sparseTensor(graph, false), matrix(normals('x', 500 * 64), 500, 64));
  },
  'e^x': () => tf.exp(tf.tensor1d(normals('x', 200_003))),
  tanh: () => tf.tanh(tf.tensor1d(normals('x', 200_003))),
  'sums of rows': () => tf.sum(matrix(normals('x', 1100 * 1001), 1100, 1001), 1),
  Adam: () => {
    const parameter = newParameter('x', 'x', [ROWS, COLUMNS], normals('x', ROWS * COLUMNS));
    const adam = new Adam({ ...ADAM_DEFAULTS, weightDecay: 0.01 });
    for (let step = 0; step < 3; step++)
      adam.step([parameter], [matrix(normals(`g${step}`, ROWS * COLUMNS), ROWS, COLUMNS)], 0.01);
    return tf.stack([parameter.tensor, parameter.first, parameter.second]);
  },
  'the best items': () => {
    const masked = csrFromEntries(
      ROWS,
      COLUMNS,
      Int32Array.from({ length: ROWS }, (_, row) => row),
      Int32Array.from({ length: ROWS }, (_, row) => row % COLUMNS),
      new Float32Array(ROWS).fill(1),
    );
    return maskedTopK(
      matrix(normals('scores', ROWS * COLUMNS), ROWS, COLUMNS),
      integers(Int32Array.from({ length: ROWS }, (_, row) => row)),
      { pointers: integers(masked.pointers), columns: integers(masked.indices) },
      20,
    );
  },
  'shares of rows': () => {
    const x = matrix(normals('x', ROWS * COLUMNS), ROWS, COLUMNS);
    const sums = expSums(x, { scale: 1, shift: 0 });
    return tf.concat([tf.reshape(sums, [-1, 1]), plusShares(x, sums, plusShares(x, sums))], 1);
  },
  'slopes of labels': () => {
    const labels = (first: number): tf.Tensor2D =>
      matrix(
        Float32Array.from({ length: 4 * ROWS }, (_, place) => first + ((5 * place) % 100)),
        ROWS,
        4,
      );
    const x = matrix(normals('x', ROWS * COLUMNS), ROWS, COLUMNS);
    const weights = tf.tensor1d(normals('weights', ROWS));
    const powers = { scale: 2, shift: 1 };
    return labelledLosses(x, weights, { near: labels(0), own: labels(100), count: 4 }, powers).slope;
  },
  'shares of neighbours, and their slope': () => {
    const items = integers(Int32Array.from({ length: ROWS }, (_, row) => (7 * row) % ITEMS));
    const mask = tf.tensor1d(Array.from({ length: ROWS }, (_, row) => Number(row % 3 > 0)));
    const table = {
      places: tf.tensor2d(
        Array.from({ length: ITEMS }, (_, item) => [item, (item + 7) % ITEMS]),
        [ITEMS, 2],
        'int32',
      ),
      weights: matrix(new Float32Array(2 * ITEMS).fill(0.5), ITEMS, 2),
    };
    const x = matrix(normals('x', ROWS * 8), ROWS, 8);
    const { value, grad } = tf.valueAndGrad((of) => tf.sum(neighbourLosses(matrixOf(of), items, mask, table, 0.1)))(x);
    return tf.concat([tf.reshape(value, [1]), tf.reshape(grad, [-1])]);
  },
  'a divergence, and its slope': () => {
    const [a, b] = ['a', 'b'].map((name) => matrix(normals(name, ROWS * COLUMNS), ROWS, COLUMNS));
    const weights = { rows: tf.tensor1d(normals('rows', ROWS)), columns: tf.tensor1d(normals('columns', COLUMNS)) };
    const each = divergences(a!, b!, weights);
    return tf.concat([tf.reshape(each, [-1, 1]), divergenceSlope(a!, b!, weights)], 1);
  },
  'scores of experts': () => {
    const entity = EXPERTS * WIDTH + EXPERTS;
    const one = matrix(new Float32Array(WIDTH).fill(0.5), WIDTH, 1);
    return expertScores(
      matrix(normals('users', 512 * entity), 512, entity),
      matrix(normals('items', ITEMS * entity), ITEMS, entity),
      one,
      one,
      one,
      { experts: EXPERTS, width: WIDTH, top: 2, mlp: 1, hidden: 0 },
    );
  },
};

/** Everything above, computed on so many threads; and how often others were woken for it. */
async function computed(
  threads: number,
): Promise<{ name: string; results: Record<string, number[]>; woken: Record<string, number> }> {
  const host = await testHost(false, threads);
  const helpers = host.helpers && { ...host.helpers, stubborn: true };
  const device = await openDevice({ ...host, helpers }, { backend: 'wasm', allowSoftware: true });
  const results: Record<string, number[]> = {};
  const woken: Record<string, number> = {};
  const notify = vi.spyOn(Atomics, 'notify');
  for (const [name, work] of Object.entries(WORK)) {
    tf.engine().startScope();
    notify.mockClear();
    results[name] = Array.from(await work().data());
    woken[name] = notify.mock.calls.length;
    tf.engine().endScope();
  }
  notify.mockRestore();
  device.close();
  return { name: device.report.name, results, woken };
}

describe('threads that share the work', () => {
  it('make the same numbers as one, to the bit', async ({ skip }) => {
    if (!(await testHost(false, 2)).helpers) return skip(ALONE);
    const [one, three] = [await computed(1), await computed(3)];
    expect([one.name, three.name]).toEqual(['WebAssembly SIMD', 'WebAssembly SIMD × 3']);
    for (const name of Object.keys(WORK)) {
      expect(
        one.results[name]!.some((value) => value !== 0),
        name,
      ).toBe(true);
      expect([one.woken[name], three.woken[name]! >= 2], name).toEqual([0, true]);
      const wrong = one.results[name]!.findIndex((value, place) => !Object.is(value, three.results[name]![place]));
      expect(wrong, `${name}, place ${wrong}`).toBe(-1);
    }
  });

  it('are done without where none can be started', async ({ skip }) => {
    if (!(await testHost(false, 2)).helpers) return skip(ALONE);
    const failing: Helper = { begin: () => Promise.reject(new Error('no thread')), stop: () => undefined };
    const host = { ...(await testHost(false, 1)), helpers: { count: 2, start: () => failing } };
    const device = await openDevice(host, { backend: 'wasm', allowSoftware: true });
    expect(device.report.name).toBe('WebAssembly SIMD');
    expect([...(await tf.exp(tf.tensor1d([0])).data())]).toEqual([1]);
    device.close();
  });

  it('are done without where there is no room for a memory to share', async ({ skip }) => {
    const host = await testHost(false, 2);
    if (!host.helpers) return skip(ALONE);
    const memory = vi.spyOn(WebAssembly, 'Memory').mockImplementation(function none() {
      throw new RangeError('could not allocate memory');
    });
    const device = await openDevice(host, { backend: 'wasm', allowSoftware: true });
    memory.mockRestore();
    expect(device.report.name).toBe('WebAssembly SIMD');
    device.close();
  });

  it('tell when one of them fails', async ({ skip }) => {
    const { helpers } = await testHost(false, 2);
    if (!helpers) return skip(ALONE);
    const shared = withSharedMemory(Uint8Array.from(atob(plain), (character) => character.charCodeAt(0)));
    const module = await WebAssembly.compile(shared!);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const kernels = { ...exports, threads: 1 } as unknown as Parameters<typeof openTeam>[2];
    const team = await openTeam(module, memory, kernels, { ...helpers, count: 1 });
    // Beyond the end of the memory, where only the helper is sent.
    expect(() =>
      team!.run('exponential', [
        [0, 64, 4],
        [2 ** 20, 64, 4],
      ]),
    ).toThrow('A thread that shares the work failed.');
    team!.close();
  });
});

describe('other programs on the cores', () => {
  it('make the caller work alone for a while, longer each time, until they are gone', () => {
    const now = vi.spyOn(performance, 'now');
    const crowd = new Crowd();
    let clock = 1000;
    now.mockImplementation(() => clock);
    crowd.sees(30, 35);
    expect(crowd.isThere).toBe(false);
    for (const alone of [50, 100, 200]) {
      crowd.sees(1, 12);
      clock += alone - 1;
      expect(crowd.isThere).toBe(true);
      clock += 1;
      expect(crowd.isThere).toBe(false);
    }
    crowd.sees(1, 2);
    crowd.sees(1, 12);
    clock += 50;
    expect(crowd.isThere).toBe(false);
    now.mockRestore();
  });

  it('change none of the numbers', async ({ skip }) => {
    const host = await testHost(false, 2);
    if (!host.helpers) return skip(ALONE);
    const there = vi.spyOn(Crowd.prototype, 'isThere', 'get').mockReturnValue(true);
    const device = await openDevice(host, { backend: 'wasm', allowSoftware: true });
    const notify = vi.spyOn(Atomics, 'notify');
    const alone = Array.from(await WORK['a product']!().data());
    expect(notify).not.toHaveBeenCalled();
    there.mockRestore();
    const shared = Array.from(await WORK['a product']!().data());
    expect(notify).toHaveBeenCalled();
    notify.mockRestore();
    expect(alone).toEqual(shared);
    device.close();
  });
});

describe('a module with shared memory', () => {
  const module = (...sections: number[][]): Uint8Array<ArrayBuffer> =>
    Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
  const OWN = [5, 4, 1, 1, 1, 2];

  it('is the same but for one bit, whether the memory is imported or its own', () => {
    expect([...withSharedMemory(module(OWN))!]).toEqual([...module([5, 4, 1, 3, 1, 2])]);
    const imported = [2, 9, 1, 1, 0x65, 1, 0x6d, 2, 1, 1, 2];
    expect([...withSharedMemory(module(imported))!]).toEqual([...module([2, 9, 1, 1, 0x65, 1, 0x6d, 2, 3, 1, 2])]);
    expect(WebAssembly.validate(withSharedMemory(module(OWN))!)).toBe(true);
  });

  it('is not made where there is no memory, or one that may grow without end', () => {
    expect(withSharedMemory(module())).toBeNull();
    expect(withSharedMemory(module([5, 3, 1, 0, 1]))).toBeNull();
  });
});

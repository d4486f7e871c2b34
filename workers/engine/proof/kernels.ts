import { at } from '../../../src/domain/at';
import { faultOf } from '../../../src/domain/errors';
import type { KernelProof } from '../../../src/domain/proof';
import * as tf from '@tensorflow/tfjs-core';
import { readFloats } from '../backends';
import { registeredPairs, runPair, type KernelPair } from '../kernelPair';
import { Adam, ADAM_DEFAULTS, adamPortable, stepScalars } from '../kernels/adam';
import { disposeParameter, newParameter } from '../parameters';
import { floats, matrix } from '../tensors';
import { relative } from './difference';
import { exampleNumbers, TRIALS, type KernelExample } from './examples';

interface Trial {
  readonly label: string;
  readonly allowed: number;
  /** The largest difference from the specification, as a share of its largest number; null where one is no number. */
  readonly error: () => Promise<number | null>;
}

/**
 * Computes every kernel that has an example on the open device and on the processor; the others are compared while the models take their steps
 * (`audit.ts`). `check` throws what the device complained of; `said` hears what comes next.
 */
export async function proveKernels(
  check: () => void,
  said: (label: string, done: number) => void,
): Promise<KernelProof[]> {
  const trials = [...registeredPairs().flatMap(trialOf), ...PRODUCTS, ADAM];
  const proofs: KernelProof[] = [];
  for (const { label, allowed, error } of trials) {
    said(label, proofs.length / trials.length);
    proofs.push({ kernel: label, allowed, ...(await outcome(error, check)) });
  }
  return proofs;
}

async function outcome(error: () => Promise<number | null>, check: () => void) {
  try {
    const found = await error();
    check();
    return { error: found, failure: null };
  } catch (failure) {
    return { error: null, failure: faultOf(failure).message };
  }
}

function trialOf(pair: KernelPair): Trial[] {
  const trial = TRIALS[pair.name];
  if (!trial) return [];
  const { label, allowed, examples } = trial;
  const error = async (): Promise<number | null> => {
    let largest: number | null = 0;
    for (const example of examples(exampleNumbers())) largest = larger(largest, await differenceOf(pair, example));
    return largest;
  };
  return [{ label, allowed, error }];
}

const larger = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b);

async function differenceOf(pair: KernelPair, { inputs, attributes }: KernelExample): Promise<number | null> {
  const shapes = inputs.map(({ shape }) => shape);
  const twin = new Float32Array(tf.util.sizeFromShape(pair.outputShape(shapes, attributes)));
  pair.portable(
    inputs.map(({ values }) => values),
    twin,
    shapes,
    attributes,
  );
  return relative(
    await computed(() =>
      runPair(
        pair,
        inputs.map(({ values, shape }) =>
          tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32'),
        ),
        attributes,
      ),
    ),
    twin,
  );
}

async function computed(make: () => tf.Tensor): Promise<Float32Array> {
  const made = tf.tidy(make);
  try {
    return await readFloats(made);
  } finally {
    made.dispose();
  }
}

const ROWS = 65;
const INNER = 300;
const COLUMNS = 37;

/** Products of matrices are tfjs's own: in double precision they are these. */
const PRODUCTS: readonly Trial[] = [
  ['matrix product', false, false],
  ['matrix product, transposed left', true, false],
  ['matrix product, transposed right', false, true],
].map(([label, left, right]) => ({
  label: String(label),
  allowed: 1e-5,
  error: async () => {
    const numbers = exampleNumbers();
    const a = numbers.table(ROWS, INNER).values;
    const b = numbers.table(INNER, COLUMNS).values;
    const expected = new Float64Array(ROWS * COLUMNS);
    for (let r = 0; r < ROWS; r++)
      for (let c = 0; c < COLUMNS; c++) {
        let sum = 0;
        for (let k = 0; k < INNER; k++)
          sum += at(a, left ? k * ROWS + r : r * INNER + k) * at(b, right ? c * INNER + k : k * COLUMNS + c);
        expected[r * COLUMNS + c] = sum;
      }
    const got = await computed(() =>
      tf.matMul(
        left ? matrix(a, INNER, ROWS) : matrix(a, ROWS, INNER),
        right ? matrix(b, COLUMNS, INNER) : matrix(b, INNER, COLUMNS),
        Boolean(left),
        Boolean(right),
      ),
    );
    return relative(got, expected);
  },
}));

/** Three parameters of different lengths, ten steps. */
const ADAM: Trial = {
  label: 'Adam',
  allowed: 1e-5,
  error: async () => {
    const numbers = exampleNumbers();
    const adam = new Adam(ADAM_DEFAULTS);
    const each = [1001, 70, 3].map((length) => {
      const start = numbers.list(length).values;
      const twin = { theta: start.slice(), first: new Float32Array(length), second: new Float32Array(length) };
      return { parameter: newParameter(`proof/${length}`, 'a known answer', [length], start), twin };
    });
    for (let step = 1; step <= 10; step++) {
      const slopes = each.map(({ twin }) => numbers.list(twin.theta.length).values);
      const tensors = slopes.map(floats);
      adam.step(
        each.map(({ parameter }) => parameter),
        tensors,
        0.01,
      );
      tf.dispose(tensors);
      each.forEach(({ twin }, place) =>
        adamPortable(
          twin.theta,
          twin.first,
          twin.second,
          slopes[place] ?? new Float32Array(),
          stepScalars(ADAM_DEFAULTS, step, 0.01),
        ),
      );
    }
    let largest: number | null = 0;
    for (const { parameter, twin } of each) {
      largest = larger(largest, relative(await readFloats(parameter.tensor), twin.theta));
      disposeParameter(parameter);
    }
    return largest;
  },
};

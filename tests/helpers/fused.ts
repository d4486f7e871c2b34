import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { readFloats } from '../../workers/engine/backends';
import { runPair, type Attributes, type KernelPair } from '../../workers/engine/kernelPair';
import { required } from '../../src/domain/at';
import { matrixOf } from '../../workers/engine/tensors';
import { stream } from '../../workers/numbers/rng';
import { BACKENDS, describeOn, worst } from './device';

export interface PairInput {
  readonly values: Float32Array | Int32Array;
  readonly shape: number[];
}

/** Runs a pair's shader and its twin on the same numbers. */
export async function sameAsTwin(
  pair: KernelPair,
  inputs: readonly PairInput[],
  attributes: Attributes,
  tolerance = 2e-6,
): Promise<void> {
  const shapes = inputs.map(({ shape }) => shape);
  const twin = new Float32Array(tf.util.sizeFromShape(pair.outputShape(shapes, attributes)));
  pair.portable(
    inputs.map(({ values }) => values),
    twin,
    shapes,
    attributes,
  );
  const made = tf.tidy(() =>
    runPair(
      pair,
      inputs.map(({ values, shape }) => tf.tensor(values, shape)),
      attributes,
    ),
  );
  const got = await readFloats(made);
  made.dispose();
  const size = twin.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  expect(worst(got, twin) / size).toBeLessThanOrEqual(tolerance);
}

/** Value and gradients of Σ c · op(inputs), with fixed random c. */
export async function slopes(op: () => tf.Tensor, inputs: readonly tf.Tensor[]): Promise<Float32Array[]> {
  const { value, grads } = tf.engine().gradients(() => {
    const made = op();
    const at = tf.cos(tf.reshape(tf.range(0, Math.max(1, made.size), 1, 'float32'), made.shape));
    return tf.sum(tf.mul(made, at));
  }, [...inputs]);
  const read = await Promise.all([value, ...grads].map((tensor) => readFloats(tensor)));
  tf.dispose([value, ...grads]);
  return read;
}

/** Uniform numbers in [−1, 1) of a named stream. */
export function uniformOf(name: string): (shape: readonly number[]) => Float32Array {
  const random = stream(9, name);
  return (shape) => Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => 2 * random.uniform() - 1);
}

/** A pair, shapes of its inputs, and attributes. */
export type PairCase = readonly [pair: KernelPair, shapes: readonly (readonly number[])[], attributes: Attributes];

/** Every pair's shader against its twin, and its compiled loop where it has one. Inputs with `mask` in their name hold 0 and 1. */
export function describePairs(title: string, cases: readonly PairCase[]): void {
  describeBackend('webgpu', title, cases);
  const compiled = cases.filter(([pair]) => pair.simd);
  if (compiled.length > 0) describeBackend('wasm', title, compiled);
}

function describeBackend(backend: 'webgpu' | 'wasm', title: string, cases: readonly PairCase[]): void {
  const uniform = uniformOf(title);
  describeOn(backend, title, (test) => {
    for (const [pair, shapes, attributes] of cases)
      test(`${pair.name} equals its twin, ${JSON.stringify([shapes, attributes])}`, () =>
        sameAsTwin(
          pair,
          shapes.map((shape, place) => {
            const mask = pair.inputs[place]?.startsWith('mask');
            const values = uniform(shape);
            return { values: mask ? values.map((value) => Number(value > -0.3)) : values, shape: [...shape] };
          }),
          attributes,
          1e-5,
        ));
  });
}

type Op = (x: tf.Tensor2D[]) => tf.Tensor;

/** Each operation, the chain of tfjs's own that it stands for, and the shapes of what both are made of. */
export type Operations = Readonly<
  Record<string, readonly [fused: Op, chain: Op, shapes: readonly (readonly number[])[]]>
>;

/** Compares value and slopes of an operation with those of a chain. */
export async function sameSlopes(fused: Op, chain: Op, tables: tf.Tensor2D[]): Promise<void> {
  const got = await slopes(() => fused(tables), tables);
  const wanted = await slopes(() => chain(tables), tables);
  expect(got).toHaveLength(tables.length + 1);
  got.forEach((own, place) => {
    const other = required(wanted[place]);
    const size = other.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    expect(worst(own, other) / size, `${place}`).toBeLessThanOrEqual(2e-5);
  });
}

/** Every operation against its chain, on every backend. */
export function describeOperations(title: string, operations: Operations): void {
  const uniform = uniformOf(title);
  for (const backend of BACKENDS)
    describeOn(backend, title, (test) => {
      for (const [name, [fused, chain, shapes]] of Object.entries(operations))
        test(`${name} has the values and the slopes of the chain it stands for`, async () => {
          const tables = shapes.map((shape) => matrixOf(tf.tensor(uniform(shape), [...shape])));
          await sameSlopes(fused, chain, tables);
          tf.dispose(tables);
        });
    });
}

import * as tf from '@tensorflow/tfjs-core';
import { isWebGPU, readFloats } from './backends';
import { noteHeld, type RowSource } from './rowSource';
import { deviceZeros, uploadRows, writeNumbers } from './upload';

/**
 * A trainable tensor with its moments. The moments are updated where they lie; so is the tensor on WebGPU and CPU. On
 * WASM it is replaced at every step, because matrix products there keep a packed copy of a right operand for as long
 * as the tensor lives. So read `tensor` anew in every step.
 */
export interface Parameter {
  readonly name: string;
  /** What it is and which axis means what, for people who replay a run elsewhere. */
  readonly meaning: string;
  tensor: tf.Tensor;
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
}

export function newParameter(name: string, meaning: string, shape: number[], values: Float32Array): Parameter {
  // The values and their copy.
  for (let copy = 0; copy < 2; copy++) noteHeld(shape);
  return withMoments(name, meaning, tf.keep(tf.tensor(values.slice(), shape, 'float32')));
}

/** A parameter that starts as a source's rows, which only the device holds. */
export const uploadedParameter = async (name: string, meaning: string, source: RowSource): Promise<Parameter> =>
  withMoments(name, meaning, await uploadRows(source));

const withMoments = (name: string, meaning: string, tensor: tf.Tensor): Parameter => ({
  name,
  meaning,
  tensor,
  first: tf.keep(deviceZeros(tensor.shape)),
  second: tf.keep(deviceZeros(tensor.shape)),
});

export function disposeParameter(parameter: Parameter): void {
  tf.dispose([parameter.tensor, parameter.first, parameter.second]);
}

/** Values of all parameters by name, read back. */
export async function readValues(parameters: readonly Parameter[]): Promise<Record<string, Float32Array>> {
  const values: Record<string, Float32Array> = {};
  for (const parameter of parameters) values[parameter.name] = await readFloats(parameter.tensor);
  return values;
}

export interface SavedParameter {
  readonly shape: number[];
  readonly values: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** A parameter with its moments, read back. */
export async function saveParameter(parameter: Parameter): Promise<SavedParameter> {
  return {
    shape: parameter.tensor.shape,
    values: await readFloats(parameter.tensor),
    first: await readFloats(parameter.first),
    second: await readFloats(parameter.second),
  };
}

/** Gives a parameter other values. */
export function overwrite(parameter: Parameter, values: Float32Array): void {
  if (values.length !== parameter.tensor.size) throw new Error(`Saved values of ${parameter.name} have another size.`);
  if (!isWebGPU(tf.backend())) {
    const old = parameter.tensor;
    parameter.tensor = tf.keep(deviceZeros(old.shape));
    old.dispose();
  }
  writeNumbers(parameter.tensor, 0, values);
}

/** Gives a parameter the values and moments that `saveParameter` read. */
export function restoreParameter(parameter: Parameter, saved: SavedParameter): void {
  overwrite(parameter, saved.values);
  writeNumbers(parameter.first, 0, saved.first);
  writeNumbers(parameter.second, 0, saved.second);
}

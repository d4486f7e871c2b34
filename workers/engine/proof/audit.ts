import { faultOf } from '../../../src/domain/errors';
import type { KernelProof } from '../../../src/domain/proof';
import * as tf from '@tensorflow/tfjs-core';
import { watchPairs, type Attributes, type HostArray, type KernelPair } from '../kernelPair';
import { relative, ROUNDING } from './difference';
import { TRIALS } from './examples';

/** Calls of one kernel that are compared in one piece of work. */
const MOST_CALLS = 3;

interface Call {
  readonly pair: KernelPair;
  readonly inputs: readonly tf.TensorInfo[];
  readonly attributes: Attributes;
  readonly output: tf.TensorInfo;
}

/**
 * Compares kernels with their twins on what they are given while something is computed: all that have no example of their own. The tensors of
 * their calls are held until they are read.
 */
export class Audit {
  readonly #found = new Map<string, KernelProof>();

  /** Does `work`, then looks at what its kernels did; not if the device refused a command of it, which leaves all around it undone. */
  async during<T>(work: () => Promise<T>, sound: (result: T) => boolean): Promise<T> {
    const calls: Call[] = [];
    const end = watchPairs((call) => {
      const { name } = call.pair;
      if (TRIALS[name] || calls.filter(({ pair }) => pair.name === name).length >= MOST_CALLS) return;
      for (const { dataId } of [...call.inputs, call.output]) tf.backend().incRef(dataId);
      calls.push(call);
    });
    let looks = false;
    try {
      const result = await work();
      looks = sound(result);
      return result;
    } finally {
      end();
      for (const call of calls) {
        if (looks) await this.#look(call);
        for (const { dataId } of [...call.inputs, call.output]) tf.backend().disposeData(dataId);
      }
    }
  }

  async #look({ pair, inputs, attributes, output }: Call): Promise<void> {
    const known = this.#found.get(pair.name);
    try {
      const values = await Promise.all(inputs.map(read));
      const shapes = inputs.map(({ shape }) => shape);
      const twin = new Float32Array(tf.util.sizeFromShape(output.shape));
      pair.portable(values, twin, shapes, attributes);
      this.#note(pair, relative(await read(output), twin), known);
    } catch (error) {
      this.#found.set(pair.name, { ...proofOf(pair), error: null, failure: faultOf(error).message });
    }
  }

  #note(pair: KernelPair, error: number | null, known: KernelProof | undefined): void {
    const both = error === null || known?.error === null ? null : Math.max(error, known?.error ?? 0);
    this.#found.set(pair.name, { ...proofOf(pair), error: both, failure: known?.failure ?? null });
  }

  /** One for each kernel that was called, its worst call. */
  get proofs(): KernelProof[] {
    return [...this.#found.values()];
  }
}

const proofOf = ({ name }: KernelPair) => ({ kernel: labelOf(name), allowed: ROUNDING });

/** `LodestoneTanhScoresSlope` → `tanh scores slope`. */
export const labelOf = (name: string): string =>
  TRIALS[name]?.label ??
  name
    .replace(/^Lodestone/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();

/** A kernel's numbers as its twin reads them. */
async function read({ dataId, dtype }: tf.TensorInfo): Promise<HostArray> {
  const values = await tf.backend().read(dataId);
  return dtype === 'int32' ? Int32Array.from(numbersOf(values)) : Float32Array.from(numbersOf(values));
}

function numbersOf(values: tf.BackendValues): ArrayLike<number> {
  if (values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array) return values;
  throw new Error('A kernel was given what are no numbers.');
}

import { AppError } from '../domain/errors';
import type { WeightsOf } from '../domain/run';
import type { Shapes } from '../storage/weights';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from './safetensors';

export const WEIGHTS_ENDING = '.safetensors';
/** Before the names of what belongs to the last epoch. */
const LATEST = 'latest/';

/** Arrays by name, with their shapes. */
export interface Weights {
  readonly arrays: Readonly<Record<string, Float32Array>>;
  readonly shapes: Shapes;
}

/** A run's weights: of its best epoch, and of its last one where they are kept. */
export interface RunWeights {
  readonly runId: string;
  readonly best: Weights;
  readonly latest: Weights | null;
}

export function encodeWeights({ runId, best, latest }: RunWeights): Uint8Array<ArrayBuffer> {
  const named = ({ arrays, shapes }: Weights, prefix: string): NamedArray[] =>
    Object.entries(arrays).map(([name, values]) => ({
      name: prefix + name,
      shape: shapes[name] ?? [values.length],
      values,
    }));
  return encodeSafetensors([...named(best, ''), ...(latest ? named(latest, LATEST) : [])], {
    format: 'lodestone/weights',
    version: '1',
    run: runId,
  });
}

/** Throws `WEIGHTS_UNREADABLE` where the bytes are no weights of a run. */
export function decodeWeights(file: string, bytes: Uint8Array<ArrayBuffer>): RunWeights {
  const refuse = (what: string): AppError =>
    new AppError(
      'WEIGHTS_UNREADABLE',
      `${file} cannot be read: ${what}.`,
      'Ask for the file again. Nothing of it was stored.',
    );
  const { arrays, metadata } = decodeSafetensors(bytes, refuse);
  const runId = metadata['run'];
  if (metadata['format'] !== 'lodestone/weights' || metadata['version'] !== '1' || !runId)
    throw refuse('it does not say which run it belongs to');
  const of = (which: WeightsOf): Weights => {
    const chosen = arrays
      .filter(({ name }) => name.startsWith(LATEST) === (which === 'latest'))
      .map((one) => ({ ...one, name: which === 'latest' ? one.name.slice(LATEST.length) : one.name }));
    const floats = chosen.map(({ name, values }) => {
      if (!(values instanceof Float32Array)) throw refuse(`${name} is not float32`);
      return [name, values] as const;
    });
    return {
      arrays: Object.fromEntries(floats),
      shapes: Object.fromEntries(chosen.map(({ name, shape }) => [name, shape])),
    };
  };
  const latest = of('latest');
  return { runId, best: of('best'), latest: Object.keys(latest.arrays).length > 0 ? latest : null };
}

import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../engine/device';
import { registerKernels } from '../engine/kernels/register';
import { watchBuffers, type BufferNote } from '../engine/ledger';
import { newRanker } from '../engine/ranking';
import { watchHeld } from '../engine/rowSource';
import { withRepresentation } from '../engine/representation';
import { withTiles } from '../engine/tiles';
import { interactionMatrix } from '../graphs/behaviour';
import type { ModelId } from '../../src/domain/models/table';
import type { NamedGraph } from '../models/model';
import { modelKind } from '../models/registry';
import { stream } from '../numbers/rng';
import type { DryInput } from './dryInput';
import { MAX_CUTOFF } from './metrics';
import { newBatches } from './batches';
import { Trainer } from './trainer';

/** A buffer in the order of its making. */
export interface DryBuffer {
  readonly shape: readonly number[];
  /** Bytes of one number. */
  readonly width: number;
  note: BufferNote | null;
}

/** A buffer was made, or one was freed. */
export interface DryEvent {
  readonly kind: 'made' | 'freed';
  readonly buffer: DryBuffer;
}

/** What a model, its first step and the ranking of a tile of users do with memory. */
export interface Recording {
  /** Trained values; the optimiser's moments are as large again, twice. */
  readonly parameters: readonly DryBuffer[];
  readonly moments: readonly DryBuffer[];
  /** What else lies on the device from the first step to the last. */
  readonly kept: readonly DryBuffer[];
  /** What happens until then. */
  readonly preparing: readonly DryEvent[];
  readonly step: readonly DryEvent[];
  readonly ranking: readonly DryEvent[];
  /** What ranks users and items. */
  readonly representation: readonly DryBuffer[];
  /** What the model makes on the host on the way to the first step. */
  readonly made: readonly DryBuffer[];
  /** The model's graphs as they stay on the host: pointers, indices and values. */
  readonly graphs: readonly DryBuffer[];
}

const IDLE: Pick<Device, 'check' | 'memory'> = {
  check: () => undefined,
  memory: () => ({ tensors: 0, allocated: 0, peak: 0 }),
};

/** Builds a model on the plain CPU backend, takes one step and ranks one tile, and records every buffer. */
export async function recordRun(model: ModelId, { input, config, tiles }: DryInput): Promise<Recording> {
  return onPlainBackend(() =>
    withTiles(tiles, async () => {
      const ledger = newLedger();
      const made: DryBuffer[] = [];
      const endWatch = watchHeld((shape) => made.push(onHost(shape)));
      try {
        const built = await modelKind(model).build({
          input,
          config,
          random: (name) => stream(1, name),
          progress: async () => undefined,
        });
        const trained = interactionMatrix(input.train, input.users, input.items);
        const ranker = newRanker(trained, MAX_CUTOFF);
        const sampler = newBatches(model, config, { input, trained }, 1);
        const trainer = new Trainer({
          model: built,
          sampler,
          device: IDLE,
          config,
          sizes: input,
          trace: null,
          random: (name) => stream(1, name),
        });
        const buffersOf = (tensors: readonly tf.Tensor[]): DryBuffer[] =>
          tensors.flatMap(({ dataId }) => ledger.held.get(dataId) ?? []);
        const parameters = buffersOf(built.parameters.map(({ tensor }) => tensor));
        const moments = buffersOf(built.parameters.flatMap(({ first, second }) => [first, second]));
        const trainable = new Set([...parameters, ...moments]);
        const kept = [...ledger.held.values()].filter((buffer) => !trainable.has(buffer));
        const preparing = ledger.take();
        endWatch();
        await trainer.epoch(
          0,
          async () => undefined,
          // A pass before the epoch is no step of it.
          async ({ stepInEpoch }) => stepInEpoch === 0,
        );
        const step = ledger.take();
        await built.prepareRanking?.();
        const users = Int32Array.from({ length: ranker.tileRows }, (_, user) => user);
        const representation: DryBuffer[] = [];
        await withRepresentation(built.represent, (held) => {
          representation.push(onHost(held.users.shape), onHost(held.items.shape));
          return ranker.rank(held, users);
        });
        const ranking = ledger.take();
        trainer.dispose();
        ranker.dispose();
        built.dispose();
        const graphs = distinctArrays(built.graphs).map(({ length }) => onHost([length]));
        return { parameters, moments, kept, preparing, step, ranking, representation, made, graphs };
      } finally {
        endWatch();
        ledger.end();
      }
    }),
  );
}

/** Four bytes a number. */
const onHost = (shape: readonly number[]): DryBuffer => ({ shape: [...shape], width: 4, note: null });

/** The arrays of graphs; those of one may be another's too. */
const distinctArrays = (graphs: readonly NamedGraph[]): (Int32Array | Float32Array)[] => [
  ...new Set(graphs.flatMap(({ matrix: { pointers, indices, values } }) => [pointers, indices, values])),
];

function newLedger() {
  const held = new Map<object, DryBuffer>();
  let events: DryEvent[] = [];
  const end = watchBuffers({
    made: (id, shape, bytes) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const buffer = { shape: [...shape], width: size === 0 ? 0 : bytes / size, note: null };
      held.set(id, buffer);
      events.push({ kind: 'made', buffer });
    },
    freed: (id) => {
      const buffer = held.get(id);
      if (!buffer) return;
      held.delete(id);
      events.push({ kind: 'freed', buffer });
    },
    noted: (id, note) => {
      const buffer = held.get(id);
      if (buffer) buffer.note = note;
    },
  });
  return {
    held,
    /** The events since it was last asked. */
    take: (): DryEvent[] => {
      const taken = events;
      events = [];
      return taken;
    },
    end,
  };
}

/** The backend that was in use is in use again afterwards. */
async function onPlainBackend<T>(work: () => Promise<T>): Promise<T> {
  await import('@tensorflow/tfjs-backend-cpu');
  registerKernels();
  const before = tf.engine().backendName;
  const production = tf.env().getBool('PROD');
  // tfjs greets its CPU backend on the console otherwise.
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  try {
    return await work();
  } finally {
    tf.env().set('PROD', production);
    if (before) await tf.setBackend(before);
  }
}

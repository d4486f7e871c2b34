import { entry } from '../../src/domain/at';
import { WASM_BYTES } from '../../src/domain/backend';
import { modalitiesOf, type DatasetDocument } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import { readsFeatures } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { DeviceReport, MemoryEstimate } from '../../src/domain/run';
import { TILES } from '../engine/tiles';
import type { ComputedMemory, ComputedSizes } from '../models/model';
import { modelKind } from '../models/registry';
import { dryPlan, type DryPlan } from './dryInput';
import { recordRun, type DryBuffer, type DryEvent, type Recording } from './dryRun';
import { hostEstimate } from './hostEstimate';
import { actualLength } from './quantities';

/** What a run will take of its device. */
export interface RunMemory {
  readonly estimate: MemoryEstimate;
  /** Bytes of the largest single buffer that cannot be cut: a device may bind less at once than it holds. */
  readonly largest: number;
}

/**
 * Bytes a run will hold on its device, from two dry runs on a few hundred rows: every length that was seen in both is put
 * down to what it depends on, and the recording is played with the lengths of the run. Steps and evaluations take turns,
 * so the larger of the two counts; the total is the peak.
 */
export async function runMemory(dataset: DatasetDocument, model: ModelId, config: Config): Promise<RunMemory> {
  const computed = modelKind(model).memory;
  if (computed) return memoryOfComputed(dataset, computed(sizesOf(dataset, model, config), config));
  const plan = dryPlan(dataset, model, config);
  const first = await recordRun(model, plan.inputs[0]);
  const second = await recordRun(model, plan.inputs[1]);
  const bytes = sizes(first, second, plan);
  const of = (buffers: readonly DryBuffer[]): number => buffers.reduce((sum, buffer) => sum + bytes(buffer), 0);
  const isGraph = (buffer: DryBuffer): boolean => buffer.shape.length === 1;
  const parameters = of(first.parameters);
  const optimiser = of(first.moments);
  const graphs = of(first.kept.filter(isGraph));
  const constants = of(first.kept.filter((buffer) => !isGraph(buffer)));
  const step = peak(first.step, bytes);
  const evaluation = peak(first.ranking, bytes);
  const preparing = peak(first.preparing, bytes);
  const all = [...first.parameters, ...first.kept, ...[...first.step, ...first.ranking].map(({ buffer }) => buffer)];
  const total = parameters + optimiser + graphs + constants + Math.max(step, evaluation);
  const host = hostEstimate(dataset.statistics, {
    parameters: first.parameters.map(bytes),
    representation: of(first.representation),
    graphs: first.graphs.map(bytes),
    made: of(first.made),
    preparing,
    total,
  });
  return {
    estimate: { parameters, optimiser, graphs, constants, step, evaluation, total, host },
    largest: all.reduce((most, buffer) => (buffer.note?.cut ? most : Math.max(most, bytes(buffer))), 0),
  };
}

function sizesOf(dataset: DatasetDocument, model: ModelId, config: Config): ComputedSizes {
  const { users, items, splits } = dataset.statistics;
  const read = readsFeatures(model, config) ? modalitiesOf(dataset) : [];
  return {
    users,
    items,
    train: splits.train.interactions,
    columns: read.reduce((sum, feature) => sum + feature.columns, 0),
  };
}

/** Scores of a tile that are there at once: histories, both turned, and what comes of them. */
const TILE_MATRICES = 5;

/** Of a model that is computed, whose tables say how large they are. */
function memoryOfComputed({ statistics }: DatasetDocument, memory: ComputedMemory): RunMemory {
  const { graphs, constants, preparing = 0, made, largest } = memory;
  const { users, items } = statistics;
  const tile = 4 * TILES.ranking(items) * Math.max(users, items);
  const evaluation = TILE_MATRICES * tile;
  const total = graphs + constants + Math.max(evaluation, preparing);
  const host = hostEstimate(statistics, {
    parameters: [],
    representation: 0,
    graphs: [graphs],
    made,
    preparing: graphs + constants + preparing,
    total,
  });
  return {
    estimate: { parameters: 0, optimiser: 0, graphs, constants, step: preparing, evaluation, total, host },
    largest: Math.max(largest, tile),
  };
}

/** The most that events hold beyond what was there before them. */
function peak(events: readonly DryEvent[], bytes: (buffer: DryBuffer) => number): number {
  let now = 0;
  let most = 0;
  for (const { kind, buffer } of events) {
    now += kind === 'made' ? bytes(buffer) : -bytes(buffer);
    most = Math.max(most, now);
  }
  return most;
}

/** Bytes of the first recording's buffers in the run that is estimated. Throws where the two recordings do not run alike. */
function sizes(first: Recording, second: Recording, plan: DryPlan): (buffer: DryBuffer) => number {
  const known = new Map<DryBuffer, number>();
  const pair = (one: DryBuffer, other: DryBuffer): void => {
    if (known.has(one)) return;
    const list = one.shape.length === 1;
    const lengths = one.shape.map((length, axis) => {
      const column = axis === 0 && one.shape.length === 2 && one.shape[1] === 1;
      return actualLength({ seen: [length, entry(other.shape, axis)], list, column }, plan.quantities, plan.trainPairs);
    });
    const bytes = lengths.reduce((product, length) => product * length, one.width);
    known.set(one, Math.min(bytes, one.note?.mostBytes ?? Infinity));
  };
  const both = (ones: readonly DryBuffer[], others: readonly DryBuffer[]): void => {
    if (ones.length !== others.length) throw new Error('Two dry runs of a model did not run alike.');
    ones.forEach((one, place) => pair(one, entry(others, place)));
  };
  const made = (events: readonly DryEvent[]): DryBuffer[] =>
    events.flatMap(({ kind, buffer }) => (kind === 'made' ? [buffer] : []));
  both(first.parameters, second.parameters);
  both(first.moments, second.moments);
  both(first.kept, second.kept);
  both(made(first.preparing), made(second.preparing));
  both(made(first.step), made(second.step));
  both(made(first.ranking), made(second.ranking));
  both(first.representation, second.representation);
  both(first.made, second.made);
  both(first.graphs, second.graphs);
  return (buffer) => {
    const bytes = known.get(buffer);
    if (bytes === undefined) throw new Error('A buffer of a dry run was not made in it.');
    return bytes;
  };
}

/** Throws `RUN_MEMORY` when a run cannot fit the device. */
export function refuseTooLarge({ backend, limits }: DeviceReport, { estimate: { total }, largest }: RunMemory): void {
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  const limit =
    backend === 'webgpu'
      ? Math.min(limits['maxStorageBufferBindingSize'] ?? Infinity, limits['maxBufferSize'] ?? Infinity)
      : Infinity;
  if (largest > limit || (backend === 'wasm' && total > WASM_BYTES)) {
    throw new AppError(
      'RUN_MEMORY',
      largest > limit
        ? `The run needs one buffer of ${gib(largest)}, but this device allows at most ${gib(limit)}.`
        : `The run needs about ${gib(total)}, but WebAssembly can address at most ${gib(WASM_BYTES)}.`,
      'Lower the embedding or batch size, turn off “Train feature tables” if the model has it, or use a device with more memory.',
      { total, buffer: largest, limit: Number.isFinite(limit) ? limit : null },
    );
  }
}

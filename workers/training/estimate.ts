import type { DatasetDocument } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import { numberOption } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { DeviceReport, MemoryEstimate } from '../../src/domain/run';
import { rankingBytes } from '../engine/ranking';
import { modelKind } from '../models/registry';
import { modelSizes } from './input';
import { MAX_CUTOFF } from './metrics';

/**
 * Bytes a run will hold on its device. Steps and evaluations take turns, so the larger of the two counts; the total is
 * the peak.
 */
export function estimateMemory(dataset: DatasetDocument, model: ModelId, config: Config): MemoryEstimate {
  const sizes = modelSizes(dataset);
  const bytes = modelKind(model).bytes(sizes, config);
  const width = bytes.representation ?? numberOption(config, 'embeddingSize');
  const mask = 4 * (sizes.users + 1 + sizes.trainPairs);
  const evaluation = Math.max(
    bytes.represent ?? 0,
    rankingBytes(sizes.users, sizes.items, sizes.trainPairs, width, MAX_CUTOFF) - mask,
  );
  const optimiser = 2 * bytes.parameters;
  return {
    parameters: bytes.parameters,
    optimiser,
    graphs: bytes.graphs + mask,
    constants: bytes.constants,
    step: bytes.step,
    evaluation,
    total: bytes.parameters + optimiser + bytes.graphs + mask + bytes.constants + Math.max(bytes.step, evaluation),
  };
}

/** The largest single buffer a run will ask for. */
export function largestBuffer(dataset: DatasetDocument, model: ModelId, config: Config): number {
  return modelKind(model).bytes(modelSizes(dataset), config).largest;
}

/** WebAssembly addresses 4 GiB, and tfjs's heap grows by doubling. */
const WASM_BYTES = 3.5 * 2 ** 30;

/** Throws `RUN_MEMORY` when a run of `total` bytes, `buffer` of them in one piece, cannot fit the device. */
export function refuseTooLarge({ backend, limits }: DeviceReport, total: number, buffer: number): void {
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  const limit =
    backend === 'webgpu'
      ? Math.min(limits['maxStorageBufferBindingSize'] ?? Infinity, limits['maxBufferSize'] ?? Infinity)
      : Infinity;
  if (buffer > limit || (backend === 'wasm' && total > WASM_BYTES)) {
    throw new AppError(
      'RUN_MEMORY',
      buffer > limit
        ? `The run needs one buffer of ${gib(buffer)}, and this device binds at most ${gib(limit)}.`
        : `The run needs about ${gib(total)}, and WebAssembly addresses at most ${gib(WASM_BYTES)}.`,
      'Lower the embedding or batch size, freeze the feature tables where the model has that option, or use a device with more memory.',
      { total, buffer, limit: Number.isFinite(limit) ? limit : null },
    );
  }
}

import type { DatasetDocument } from '../../src/domain/dataset';
import { booleanOption, numberOption } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { MemoryEstimate } from '../../src/domain/run';
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
  const width = numberOption(config, 'embeddingSize');
  const mask = 4 * (sizes.users + 1 + sizes.trainPairs);
  const evaluation = rankingBytes(sizes.users, sizes.items, sizes.trainPairs, width, MAX_CUTOFF) - mask;
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
export function largestBuffer(dataset: DatasetDocument, config: Config): number {
  const sizes = modelSizes(dataset);
  const width = numberOption(config, 'embeddingSize');
  const tables = 4 * width * (sizes.users + sizes.items);
  const features = sizes.featureColumns.map((columns) => 4 * columns * sizes.items);
  const trained = booleanOption(config, 'trainFeatures');
  return Math.max(tables, ...(trained ? features : []), 0);
}

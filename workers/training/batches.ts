import { modelTable, negativesOf, protocolOf } from '../../src/domain/models/catalogue';
import { rowsOf } from '../../src/domain/models/batchRows';
import type { Config, ModelId } from '../../src/domain/models/table';
import type { Csr } from '../graphs/csr';
import type { ModelInput } from '../models/model';
import { PairRows } from './pairRows';
import { Sampler, type BatchSource } from './sampler';
import { UserSampler } from './userSampler';

/** What batches are drawn from. */
interface BatchData {
  readonly input: Pick<ModelInput, 'train' | 'items' | 'preferredPairs'>;
  readonly trained: Csr;
}

/** Of a model that takes no steps; its epochs count as one each. */
const NO_BATCHES: BatchSource = {
  stepsPerEpoch: 1,
  next: () => {
    throw new Error('A model that is computed takes no batches.');
  },
  state: () => ({ shuffleAtEpochStart: [], negatives: [], taken: 0, others: {} }),
  restore: () => undefined,
};

/**
 * The batches of a run, as its configuration asks for them: a pass over the training pairs, or users; with rows of preferred pairs, where there
 * are any. Throws `CONFIG_INVALID` and `SAMPLE_NO_NEGATIVE`.
 */
export function newBatches(model: ModelId, config: Config, { input, trained }: BatchData, seed: number): BatchSource {
  if (modelTable(model).computed !== undefined) return NO_BATCHES;
  const { batchSize } = protocolOf(config);
  const negatives = negativesOf(model, config);
  const { byUsers, added } = rowsOf(config);
  const { preferredPairs: pairs, train, items } = input;
  const own =
    byUsers && negatives
      ? new UserSampler(train, trained, { batchSize, negatives }, seed)
      : new Sampler(train, trained, { batchSize, negatives }, seed);
  return pairs && added > 0 ? new PairRows(own, { pairs, items, most: added }, seed) : own;
}

import { at } from '../../src/domain/at';
import type { DatasetLabels } from '../../src/domain/dataset';
import type { Traits } from '../../src/domain/projection';
import type { Database } from '../../src/storage/database';
import { readLabels } from '../../src/storage/datasets';
import { readRun } from '../../src/storage/runs';
import { signsOf } from '../graphs/signs';
import type { ModelInput } from '../models/model';
import { readTrainingData } from '../training/input';

/** Throws `DATA_NOT_FOUND` when the run's dataset is no longer stored. */
export async function readTraits(database: Database, runId: string): Promise<Traits> {
  const { experiment } = await readRun(database, runId);
  const { dataset, input, thresholds } = await readTrainingData(
    database,
    experiment,
    async () => undefined,
    'interactions',
  );
  return traitsOf(input, thresholds, await readLabels(database, dataset.id));
}

/** `thresholds [U]`: above it a rating says that the user liked the item; null on data without ratings. */
export function traitsOf(
  { train, ratings, users, items }: Pick<ModelInput, 'train' | 'ratings' | 'users' | 'items'>,
  thresholds: Float64Array | null,
  labels: DatasetLabels | null,
): Traits {
  const interactions = { users: countsOf(train.users, users), items: countsOf(train.items, items) };
  const signs = ratings && thresholds ? signsOf(train, ratings, thresholds) : null;
  return {
    interactions,
    liked: signs && {
      users: sharesOf(train.users, signs, interactions.users),
      items: sharesOf(train.items, signs, interactions.items),
    },
    categories: labels?.itemCategories ?? null,
    labels: labels && {
      users: labels.users,
      items: labels.items,
      originalUsers: labels.originalUsers,
      originalItems: labels.originalItems,
    },
  };
}

function countsOf(of: Int32Array, size: number): Int32Array {
  const counts = new Int32Array(size);
  for (const index of of) counts[index] = at(counts, index) + 1;
  return counts;
}

/** NaN where there is nothing to take a share of. */
function sharesOf(of: Int32Array, signs: Uint8Array, counts: Int32Array): Float32Array {
  const liked = new Float32Array(counts.length);
  of.forEach((index, row) => (liked[index] = at(liked, index) + at(signs, row)));
  return liked.map((sum, index) => sum / at(counts, index));
}

import { at } from '../../src/domain/at';
import { modalitiesOf } from '../../src/domain/dataset';
import { type Interactions } from '../../src/domain/interactions';
import { AppError } from '../../src/domain/errors';
import type { PairedUsers, Visibility } from '../../src/domain/gains';
import type { AnalysisCommand } from '../../src/domain/analysisProtocol';
import type { Database } from '../../src/storage/database';
import { findInteractions, readDataset, readInteractions } from '../../src/storage/datasets';
import { nearestRows } from '../engine/nearest';
import { storedFeature } from '../training/storedFeature';
import type { NeighbourLists } from '../graphs/neighbours';
import { pairSettings, userMeans, userReader } from './pairs';

const TRAIN = 0;
const TEST = 2;

type Request<Type> = Extract<AnalysisCommand, { type: Type }>;
type Progress = (text: string, fraction: number | null) => Promise<void> | void;

/** What every user got of a setting and of the reference, or why the two cannot be paired. */
export async function pairedUsers(
  database: Database,
  { setting, reference, metric, relevant, datasetId }: Request<'gains'>,
): Promise<PairedUsers | { readonly refused: string }> {
  const { seeds, mine, theirs, refused } = await pairSettings(setting, reference, userReader(database, relevant));
  const users = mine[0]?.users;
  if (refused !== null || !users) return { refused: refused ?? 'Neither run has any users.' };
  const interactions = await findInteractions(database, datasetId);
  return {
    seeds,
    users,
    mine: userMeans(mine, metric),
    theirs: userMeans(theirs, metric),
    trained: interactions && trainedBy(interactions, users),
  };
}

/** Training interactions of each of `users`. */
function trainedBy(interactions: Interactions, users: Int32Array): Int32Array {
  const counts = new Map<number, number>();
  interactions.users.forEach(
    (user, row) => interactions.split[row] === TRAIN && counts.set(user, (counts.get(user) ?? 0) + 1),
  );
  return users.map((user) => counts.get(user) ?? 0);
}

/** Finds the `k` most similar items of each item in every modality, on the device that is open. Throws `MODEL_NEEDS_FEATURES` without any. */
export async function visibilityOf(
  database: Database,
  { datasetId, neighbours }: Request<'visibility'>,
  progress: Progress,
): Promise<Visibility> {
  const dataset = await readDataset(database, datasetId);
  const modalities = modalitiesOf(dataset);
  if (modalities.length === 0) {
    throw new AppError(
      'MODEL_NEEDS_FEATURES',
      `${dataset.name} has no item features, so items have no nearest neighbours.`,
      'Import the dataset with its feature files.',
    );
  }
  const k = Math.max(1, Math.min(neighbours, dataset.statistics.items - 1));
  const lists: NeighbourLists[] = [];
  for (const feature of modalities) {
    const rows = storedFeature(database, datasetId, feature, async () => undefined);
    lists.push(
      await nearestRows(rows, k, false, (fraction) =>
        progress(`finding the ${k} nearest items by ${feature.key}`, fraction),
      ),
    );
  }
  return {
    ...visibility(await readInteractions(database, datasetId), lists),
    neighbours: k,
    modalities: modalities.map(({ key }) => key),
  };
}

/**
 * MAGNET, Figure 6: `v = Σ_m |I_u ∩ N^m(i)| / (M k)` for a test item `i` of a user with the training items `I_u`, `N^m(i)` the
 * `k` items most similar to `i` in modality `m`; mean over the user's test items. Users in ascending order.
 */
export function visibility(
  interactions: Interactions,
  lists: readonly NeighbourLists[],
): Pick<Visibility, 'users' | 'values'> {
  const history = new Map<number, Set<number>>();
  const tested = new Map<number, number[]>();
  interactions.users.forEach((user, row) => {
    const item = at(interactions.items, row);
    if (interactions.split[row] === TRAIN) history.set(user, (history.get(user) ?? new Set()).add(item));
    if (interactions.split[row] === TEST) tested.set(user, [...(tested.get(user) ?? []), item]);
  });
  const users = Int32Array.from(tested.keys()).sort();
  const values = Float64Array.from(users, (user) => {
    const own = history.get(user);
    const items = tested.get(user) ?? [];
    let seen = 0;
    for (const item of items) {
      for (const { k, indices } of lists)
        for (let place = item * k; place < (item + 1) * k; place++) seen += own?.has(at(indices, place)) ? 1 : 0;
    }
    const most = items.length * lists.reduce((sum, { k }) => sum + k, 0);
    return most === 0 ? NaN : seen / most;
  });
  return { users, values };
}

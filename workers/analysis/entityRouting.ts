import { at } from '../../src/domain/at';
import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import type { EntityRouting } from '../../src/domain/projection';
import { familyMassOf, relianceOf, routingGroups } from '../../src/domain/routing';
import type { Phase } from './nearestRows';
import type { OpenedRun } from './openRun';

/** π of every training pair, averaged over each user's and each item's pairs; null where the model routes nothing. */
export async function entityRouting({ run, data, model }: OpenedRun, phase: Phase): Promise<EntityRouting | null> {
  const config = completeConfig(run.experiment.model, run.experiment.config);
  const { users, items, train, features } = data.input;
  const groups = routingGroups(features.map(({ key }) => key));
  const shape = modelTable(run.experiment.model).routing?.shape(config, groups);
  if (!model.routePairs || !shape) return null;
  const { families } = shape;
  await phase('routing the training pairs', null);
  const { probabilities, groupShares } = await model.routePairs(train);
  const experts = shape.experts.map((expert, e) => ({
    ...expert,
    shares: Array.from(groupShares.subarray(e * groups.length, (e + 1) * groups.length)),
  }));
  const means = {
    users: meanRows(train.users, users, probabilities, experts.length),
    items: meanRows(train.items, items, probabilities, experts.length),
  };
  const perEntity = (of: (mean: readonly number[]) => readonly number[]) => ({
    users: Float32Array.from(means.users.flatMap(of)),
    items: Float32Array.from(means.items.flatMap(of)),
  });
  return {
    groups,
    families,
    reliance: perEntity((mean) => relianceOf(mean, experts, groups.length)),
    familyMass: perEntity((mean) => familyMassOf(mean, experts, families)),
  };
}

/** Means of the rows `[n, width]` that belong to each entity; NaN without any. */
function meanRows(of: Int32Array, entities: number, rows: Float32Array, width: number): number[][] {
  const counts = new Int32Array(entities);
  const sums = Array.from({ length: entities }, () => new Float64Array(width));
  of.forEach((entity, row) => {
    counts[entity] = at(counts, entity) + 1;
    sums[entity]?.forEach((sum, e, own) => (own[e] = sum + at(rows, row * width + e)));
  });
  return sums.map((sum, entity) => Array.from(sum, (total) => total / at(counts, entity)));
}

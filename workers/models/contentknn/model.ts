/** Item kNN on content, as in Ferrari Dacrema, Cremonesi, Jannach: Are We Really Making Much Progress?, RecSys 2019. */
import { nearestRows, unitRows } from '../../engine/nearest';
import { sideBySide } from '../../engine/rowSource';
import { interactionMatrix } from '../../graphs/behaviour';
import { transpose } from '../../graphs/csr';
import { cosineMatrix } from '../../graphs/neighbours';
import { requireFeatures } from '../layers/features';
import { scoredByLinks } from '../layers/historyScores';
import { sharesByLinks } from '../layers/historyShares';
import { computedModel, defineModel, type ComputedMemory } from '../model';
import { table } from './table';

/**
 * `score(u, i) = Σ_{j ∈ N(i) ∩ I_u} s_ij`, `s_ij` the mean of the modalities' cosines, `N(i)` the `k` items most similar to `i`; cosines ≤ 0 do
 * not count. Throws `MODEL_NEEDS_FEATURES`.
 */
export const model = defineModel(
  table,
  async ({ input: { train, users, items, features }, config: { neighbours }, progress }) => {
    requireFeatures(features, table.name);
    const k = Math.min(neighbours, items - 1);
    const lists = await nearestRows(sideBySide(features.map(unitRows), items), k, false, (share) =>
      progress('comparing items', share),
    );
    const links = cosineMatrix(lists);
    const histories = interactionMatrix(train, users, items);
    return computedModel({
      ...scoredByLinks(histories, transpose(links), false),
      historyShares: sharesByLinks(histories, links),
      graphs: [{ name: 'items', meaning: 'cosines of each item with its neighbours', matrix: links }],
    });
  },
  ({ users, items, train, columns }, { neighbours }): ComputedMemory => ({
    graphs: 4 * (2 * (users + items) + train) + 16 * items * neighbours,
    constants: 4 * (users + items),
    preparing: 4 * items * columns,
    made: 24 * items * neighbours,
    largest: 4 * items * Math.max(neighbours, columns),
  }),
);

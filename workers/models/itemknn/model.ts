/** Item kNN on interactions. Sarwar, Karypis, Konstan, Riedl: Item-Based Collaborative Filtering Recommendation Algorithms, WWW 2001; cosines shrunk as in Bell, Koren (ICDM 2007). */
import { interactionMatrix } from '../../graphs/behaviour';
import { transpose } from '../../graphs/csr';
import { cosineMatrix } from '../../graphs/neighbours';
import { nearestByOverlap } from '../../graphs/overlaps';
import { scoredByLinks } from '../layers/historyScores';
import { sharesByLinks } from '../layers/historyShares';
import { computedModel, defineModel, type ComputedMemory } from '../model';
import { table } from './table';

/** `score(u, i) = Σ_{j ∈ N(i) ∩ I_u} s_ij`, with `N(i)` the `k` items most similar to `i`. */
export const model = defineModel(
  table,
  async ({ input: { train, users, items }, config: { neighbours, shrinkage }, progress }) => {
    const histories = interactionMatrix(train, users, items);
    const lists = await nearestByOverlap(transpose(histories), neighbours, shrinkage, (share) =>
      progress('comparing items', share),
    );
    const links = cosineMatrix(lists);
    return computedModel({
      ...scoredByLinks(histories, transpose(links), false),
      historyShares: sharesByLinks(histories, links),
      graphs: [{ name: 'items', meaning: 'similarities of each item with its neighbours', matrix: links }],
    });
  },
  ({ users, items, train }, { neighbours }): ComputedMemory => ({
    graphs: 4 * (2 * (users + items) + train) + 16 * items * neighbours,
    constants: 4 * (users + items),
    made: 24 * items * neighbours,
    largest: 4 * items * neighbours,
  }),
);

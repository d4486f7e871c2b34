/** User kNN on interactions. Herlocker, Konstan, Borchers, Riedl: An Algorithmic Framework for Performing Collaborative Filtering, SIGIR 1999. */
import { interactionMatrix } from '../../graphs/behaviour';
import { cosineMatrix } from '../../graphs/neighbours';
import { nearestByOverlap } from '../../graphs/overlaps';
import { scoredByLinks } from '../layers/historyScores';
import { computedModel, defineModel, type ComputedMemory } from '../model';
import { table } from './table';

/** `score(u, i) = Σ_{v ∈ N(u), i ∈ I_v} s_uv`, with `N(u)` the `k` users most similar to `u`. */
export const model = defineModel(
  table,
  async ({ input: { train, users, items }, config: { neighbours, shrinkage }, progress }) => {
    const histories = interactionMatrix(train, users, items);
    const lists = await nearestByOverlap(histories, neighbours, shrinkage, (share) =>
      progress('comparing users', share),
    );
    const links = cosineMatrix(lists);
    return computedModel({
      ...scoredByLinks(links, histories, true),
      graphs: [{ name: 'users', meaning: 'similarities of each user with its neighbours', matrix: links }],
    });
  },
  ({ users, items, train }, { neighbours }): ComputedMemory => ({
    graphs: 4 * (2 * (users + items) + 4 * train) + 8 * users * neighbours,
    constants: 4 * (users + items),
    made: 24 * users * neighbours,
    largest: 4 * users * neighbours,
  }),
);

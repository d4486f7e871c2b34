/** User kNN on interactions. Herlocker, Konstan, Borchers, Riedl: An Algorithmic Framework for Performing Collaborative Filtering, SIGIR 1999. */
import { at } from '../../../src/domain/at';
import { columnsOf, valueAt, type Csr } from '../../graphs/csr';
import { interactionMatrix } from '../../graphs/behaviour';
import { cosineMatrix } from '../../graphs/neighbours';
import { nearestByOverlap } from '../../graphs/overlaps';
import { scoredByLinks } from '../layers/historyScores';
import { computedModel, defineModel, type ComputedMemory } from '../model';
import { table } from './table';

/** A neighbour's similarity is a sum over common items; each item of the history takes its own part of those that have `item`. */
function sharesOf(
  { histories, links, shrinkage }: { readonly histories: Csr; readonly links: Csr; readonly shrinkage: number },
  user: number,
  item: number,
): Float32Array {
  const history = columnsOf(histories, user);
  const shares = new Float32Array(history.length);
  for (const other of columnsOf(links, user)) {
    if (valueAt(histories, other, item) === 0) continue;
    const theirs = columnsOf(histories, other);
    const part = 1 / (Math.sqrt(history.length * theirs.length) + shrinkage);
    history.forEach((one, place) => theirs.includes(one) && (shares[place] = at(shares, place) + part));
  }
  return shares;
}

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
      historyShares: async (user, item) => ({ own: 0, items: sharesOf({ histories, links, shrinkage }, user, item) }),
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

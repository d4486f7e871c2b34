import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../../src/domain/at';
import type { Finding } from '../../../src/domain/observations';
import type { ConfigOf } from '../../../src/domain/models/table';
import { readFloats } from '../../engine/backends';
import { pairDots } from '../../engine/kernels/pairDots';
import { nearestIn, nearestToSums, unitTable, type UnitTable } from '../../engine/nearest';
import { noteBuffer } from '../../engine/ledger';
import { integers } from '../../engine/tensors';
import { behaviourGraph, interactionMatrix, userFromItem, userItemBlock } from '../../graphs/behaviour';
import type { Csr } from '../../graphs/csr';
import {
  bothWays,
  flooredSymmetric,
  interestCounts,
  positiveEntries,
  secondOrder,
  unionOfLists,
} from '../../graphs/interests';
import { cosineMatrix, weightedSum, type NeighbourLists } from '../../graphs/neighbours';
import { forEachFeature } from '../layers/features';
import type { BuildContext } from '../model';
import type { table } from './table';

type Context = BuildContext<ConfigOf<typeof table>>;

/** What normalised values are raised to. */
const LEAST = 1e-7;
/** Of second-order values in a graph. */
const HALF = 0.5;
/** Pairs whose products are asked for at a time. */
const PIECE = 2 ** 20;

/** All graphs of SOIL, which are built once. */
interface SoilGraphs {
  readonly userItem: Csr;
  readonly userFromItem: Csr;
  readonly neighbours: readonly NeighbourLists[];
  /** By modality, `[I, I]`. */
  readonly items: readonly Csr[];
  readonly findings: readonly Finding[];
}

export async function soilGraphs(context: Context): Promise<SoilGraphs> {
  const { input, config, progress } = context;
  const { users, items, train, features } = input;
  const trained = interactionMatrix(train, users, items);
  const say = (what: string) => (fraction: number) => progress(what, fraction);
  const tables = await forEachFeature(features, (feature) => unitTable(feature));
  try {
    const neighbours: NeighbourLists[] = [];
    const interests: NeighbourLists[] = [];
    for (const [m, one] of tables.entries()) {
      const key = entry(features, m).key;
      neighbours.push(
        await nearestIn([one], Math.min(config.neighbours, items), true, say(`finding the nearest items by ${key}`)),
      );
      const wanted = Math.min(config.interestNeighbours, items);
      interests.push(
        await nearestToSums(trained, one, wanted, say(`finding what histories are interested in by ${key}`)),
      );
    }
    const pairs = await secondOrderOf(context, trained, tables);
    await progress('counting interests', null);
    const counts = interestCounts(trained, unionOfLists(trained, interests), config.interestCount === 'once');
    const graphs: Csr[] = [];
    for (const [m, one] of tables.entries()) {
      const interest = positiveEntries(await weighted(counts, one));
      const near = flooredSymmetric(cosineMatrix(entry(neighbours, m)), LEAST);
      graphs.push(weightedSum([flooredSymmetric(interest, LEAST), near], [1, 1]));
    }
    const own = behaviourGraph(train, users, items, 0);
    const both = flooredSymmetric(bothWays(pairs), LEAST);
    const published = config.userBlock === 'reference' && items <= users;
    const block = published ? byOtherUsers(pairs) : userItemBlock(both, users);
    return {
      userItem: weightedSum([own, both], [1, HALF]),
      userFromItem: weightedSum([userFromItem(train, users, items), block], [1, HALF]),
      neighbours,
      items: graphs,
      findings: findingsOf(context, trained, pairs, counts, published),
    };
  } finally {
    tf.dispose(tables.map(({ table: rows }) => rows));
  }
}

/** `R^a`, by the product of the modalities' cosines. */
async function secondOrderOf({ config, progress }: Context, trained: Csr, tables: readonly UnitTable[]): Promise<Csr> {
  const items = trained.columns;
  // Of an item's list, a user who leaves out the history leaves out no more than that.
  const longest = trained.pointers.reduce(
    (most, end, user) => Math.max(most, user > 0 ? end - entry(trained.pointers, user - 1) : 0),
    0,
  );
  const wanted = config.secondOrderPairs + (config.excludeHistory ? Math.max(0, longest - 1) : 0);
  const lists = await nearestIn(tables, Math.max(0, Math.min(items - 1, wanted)), false, (fraction) =>
    progress('finding second-order items', fraction),
  );
  const own = Float32Array.from({ length: items }, (_, item) =>
    tables.reduce((product, one) => product * entry(one.own, item), 1),
  );
  return secondOrder(trained, lists, own, { count: config.secondOrderPairs, outside: config.excludeHistory });
}

/** Every entry times the cosine of its items, as many pairs at a time as a piece has. */
async function weighted(counts: Csr, { table: rows }: UnitTable): Promise<Csr> {
  const from = new Int32Array(counts.indices.length);
  for (let item = 0; item < counts.rows; item++)
    from.fill(item, entry(counts.pointers, item), entry(counts.pointers, item + 1));
  const values = new Float32Array(from.length);
  for (let first = 0; first < values.length; first += PIECE) {
    const end = Math.min(values.length, first + PIECE);
    const cosines = tf.tidy(() => {
      const found = pairDots(rows, integers(from.slice(first, end)), integers(counts.indices.slice(first, end)));
      noteBuffer(found, { cut: true });
      return found;
    });
    const read = await readFloats(cosines);
    cosines.dispose();
    for (let place = first; place < end; place++)
      values[place] = entry(read, place - first) * entry(counts.values, place);
  }
  return { ...counts, values };
}

/**
 * The users' block as published numbers have it: an item's degree is that of the user with its number, `max(R^a[u,j]/√(D_u · D_(user j)), 1e-7)`, `D` the
 * users' row sums.
 */
function byOtherUsers(pairs: Csr): Csr {
  const roots = new Float64Array(pairs.rows);
  for (let user = 0; user < pairs.rows; user++) {
    let sum = 0;
    for (let k = entry(pairs.pointers, user); k < entry(pairs.pointers, user + 1); k++) sum += entry(pairs.values, k);
    roots[user] = sum > 0 ? 1 / Math.sqrt(sum) : 0;
  }
  const values = new Float32Array(pairs.values.length);
  for (let user = 0; user < pairs.rows; user++)
    for (let k = entry(pairs.pointers, user); k < entry(pairs.pointers, user + 1); k++) {
      const scale = entry(roots, user) * entry(roots, entry(pairs.indices, k));
      values[k] = Math.max(entry(pairs.values, k) * scale, LEAST);
    }
  return { ...pairs, values };
}

function findingsOf({ config }: Context, trained: Csr, pairs: Csr, counts: Csr, published: boolean): Finding[] {
  let [known, all, withNew, active] = [0, 0, 0, 0];
  for (let user = 0; user < trained.rows; user++) {
    const [start, end] = [entry(trained.pointers, user), entry(trained.pointers, user + 1)];
    const history = new Set(trained.indices.subarray(start, end));
    if (history.size === 0) continue;
    active += 1;
    let isNew = false;
    for (let k = entry(pairs.pointers, user); k < entry(pairs.pointers, user + 1); k++) {
      const inside = history.has(entry(pairs.indices, k));
      all += entry(pairs.values, k);
      if (inside) known += entry(pairs.values, k);
      else isNew = true;
    }
    if (isNew) withNew += 1;
  }
  const numbers: Finding = {
    kind: 'numbers',
    key: 'secondOrder',
    title: 'Second-order neighbours',
    rows: [
      { label: 'users with an item outside of their history', value: withNew / Math.max(1, active), unit: 'share' },
      { label: 'weight on items of the history', value: all > 0 ? known / all : 0, unit: 'share' },
      { label: 'pairs of items in the interest graph', value: counts.indices.length },
    ],
  };
  if (published || config.userBlock !== 'reference') return [numbers];
  return [
    numbers,
    {
      kind: 'note',
      key: 'userBlock',
      title: 'Users’ block',
      text: 'There are more items than users, so items have no user with their number: the users’ block is that of the second-order graph.',
    },
  ];
}

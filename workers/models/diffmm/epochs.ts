import * as tf from '@tensorflow/tfjs-core';
import type { ConfigOf } from '../../../src/domain/models/table';
import { at, entry } from '../../../src/domain/at';
import { readFloats } from '../../engine/backends';
import type { StepScope } from '../../engine/contract';
import type { SparseTensor } from '../../engine/kernels/csrProduct';
import { maskedTopK } from '../../engine/kernels/maskedTopK';
import { integers, matrixOf } from '../../engine/tensors';
import type { BuildContext, NamedGraph } from '../model';
import type { Denoiser, DiffusionTables } from './denoiser';
import { itemGraph } from './graphs';
import { noisyStart, type Histories } from './histories';
import { diffusionSteps, STEPS } from './schedule';
import type { table } from './table';

interface Parts {
  readonly denoisers: readonly Denoiser[];
  readonly histories: Histories;
  readonly tables: DiffusionTables;
}

/** Each modality's graph of an epoch: users with the items that its denoiser scores highest. */
export interface EpochGraphs {
  tensor(m: number): SparseTensor;
  make(epoch: number, step: Pick<StepScope, 'draw'>): Promise<NamedGraph[]>;
  state(): Promise<Record<string, Float32Array>>;
  restore(state: Readonly<Record<string, Float32Array>>): void;
  dispose(): void;
}

const MEANING = 'sym(G_m + 1) of each user’s best items by the denoiser, entries dropped; ranks too';

export function epochGraphsOf(
  { input, config, progress }: BuildContext<ConfigOf<typeof table>>,
  parts: Parts,
): EpochGraphs {
  const { users, items } = input;
  const count = Math.min(config.itemsPerUser, items);
  const keys = input.features.map(({ key }) => key);
  const graphs = keys.map(() => itemGraph(users, items, count, config.keepRate));
  /** The epoch whose graphs are in use, −1 before the first; and whether a state brought them back. */
  let made = -1;
  let restored = false;
  const rebuild = async (step: Pick<StepScope, 'draw'>): Promise<void> => {
    for (const [m, key] of keys.entries()) {
      const said = (fraction: number): Promise<void> => progress(`rebuilding the graph of ${key}`, fraction);
      const edges = await bestItems(parts, m, key, { users, items, count, config, step, said });
      await entry(graphs, m).rebuild(edges, step, `edges/${key}`);
    }
  };
  return {
    tensor: (m) => entry(graphs, m).tensor,
    make: async (epoch, step) => {
      // A run that resumes in an epoch has its graphs; others may serve for several.
      const there = restored && made === epoch;
      if (!there && (made < 0 || epoch % config.rebuildEvery === 0)) await rebuild(step);
      [made, restored] = [epoch, false];
      return keys.map((key, m) => entry(graphs, m).named(`userItem/${key}@epoch${epoch}`, MEANING));
    },
    state: async () => ({
      epoch: Float32Array.of(made),
      ...Object.fromEntries(
        keys.flatMap((key, m) => {
          const { edges, values } = entry(graphs, m).state();
          return [
            [`edges/${key}`, edges],
            [`values/${key}`, values],
          ];
        }),
      ),
    }),
    restore: (state) => {
      made = state['epoch']?.[0] ?? made;
      restored = true;
      keys.forEach((key, m) => {
        const [edges, values] = [state[`edges/${key}`], state[`values/${key}`]];
        if (edges && values) entry(graphs, m).restore({ edges, values });
      });
    },
    dispose: () => graphs.forEach((graph) => graph.dispose()),
  };
}

interface Search {
  readonly users: number;
  readonly items: number;
  readonly count: number;
  readonly config: Pick<ConfigOf<typeof table>, 'batchSize' | 'rebuildNoise'>;
  readonly step: Pick<StepScope, 'draw'>;
  /** Hears how far it is; on a slow device a batch takes seconds. */
  readonly said: (fraction: number) => Promise<void>;
}

/** Of each user the items with the highest scores after all steps back from the history, `[U · count]`, best first; of equals the lower one. A batch of users at a time. */
async function bestItems(parts: Parts, m: number, key: string, search: Search): Promise<Int32Array> {
  const { users, count, config } = search;
  const edges = new Int32Array(users * count);
  const size = config.batchSize;
  for (let first = 0; first < users; first += size) {
    await search.said(first / users);
    const ids = Int32Array.from({ length: size }, (_, row) => Math.min(users - 1, first + row));
    const best = tf.tidy(() => {
      const scores = pathBack(parts, m, key, integers(ids), search);
      const none = { pointers: integers(new Int32Array(2)), columns: integers(new Int32Array(1)) };
      return maskedTopK(scores, integers(new Int32Array(size)), none, count);
    });
    const found = await readFloats(best);
    best.dispose();
    for (let row = 0; row < Math.min(size, users - first); row++)
      for (let k = 0; k < count; k++) edges[(first + row) * count + k] = at(found, row * 2 * count + k);
  }
  return edges;
}

/** `x ← c¹ x̂(x, t) + c² x` for t = 4 … 0 from the histories of `ids`, or from them after `rebuildNoise` steps of noise, `[n, I]`. */
function pathBack(
  { denoisers, histories, tables }: Parts,
  m: number,
  key: string,
  ids: tf.Tensor1D,
  { config, step }: Search,
): tf.Tensor2D {
  const stepsAt = (t: number): tf.Tensor1D => tf.fill([ids.size], t, 'int32');
  let x = histories.rows(ids);
  if (config.rebuildNoise > 0)
    x = noisyStart(x, ids, {
      step,
      site: `rebuild/noise/${key}`,
      shares: tables.shares(stepsAt(config.rebuildNoise - 1)),
    });
  const constants = diffusionSteps();
  for (let t = STEPS - 1; t >= 0; t--) {
    const before = x;
    const { found, stood } = entry(constants, t);
    x = tf.tidy(() => {
      const start = entry(denoisers, m).found(before, tables.codes(stepsAt(t)));
      return matrixOf(tf.add(tf.mul(start, found), tf.mul(before, stood)));
    });
    before.dispose();
  }
  return x;
}

import { at } from '../../src/domain/at';
import {
  calibrationOf,
  forEachList,
  listStatistics,
  type BeyondAccuracy,
  type BeyondReport,
  type SettingBeyond,
} from '../../src/domain/beyondAccuracy';
import { modalitiesOf } from '../../src/domain/dataset';
import type { TopLists } from '../../src/domain/longTail';
import type { AnalysisCommand } from '../../src/domain/analysisProtocol';
import type { Database } from '../../src/storage/database';
import { readDataset, readInteractions, readLabels } from '../../src/storage/datasets';
import { readDetails } from '../../src/storage/runs';
import { unitRows } from '../engine/nearest';
import { blocksOf, type RowSource } from '../engine/rowSource';
import { interactionMatrix } from '../graphs/behaviour';
import { columnsOf, type Csr } from '../graphs/csr';
import { storedFeature } from '../training/storedFeature';
import { countsOf } from './sizes';

type Phase = (text: string, fraction: number | null) => Promise<void>;

/** Users whose lists are looked into, evenly among all: features may be wide. */
const MOST_USERS = 1000;

/** What the lists of every run are like that are stored. Throws `DATA_NOT_FOUND` when the dataset no longer is. */
export async function beyondAccuracy(
  database: Database,
  { settings, datasetId, cutoff }: Extract<AnalysisCommand, { type: 'beyondAccuracy' }>,
  phase: Phase,
): Promise<BeyondReport> {
  const dataset = await readDataset(database, datasetId);
  const interactions = await readInteractions(database, datasetId);
  const labels = await readLabels(database, datasetId);
  const { users: userCount, items } = dataset.statistics;
  const popularity = countsOf(interactions.items, interactions.split, items);
  const histories = historiesOf(interactions, userCount, items);
  const trained = Array.from({ length: userCount }, (_, user) => columnsOf(histories, user).length).filter(
    Boolean,
  ).length;
  const modalities = modalitiesOf(dataset).map((feature) => ({
    key: feature.key,
    rows: unitRows(storedFeature(database, datasetId, feature, async () => undefined)),
  }));
  const found: SettingBeyond[] = [];
  let similarityUsers = 0;
  for (const { key, runs } of settings) {
    const kept: SettingBeyond['runs'][number][] = [];
    for (const { id, seed } of runs) {
      const details = await readDetails(database, id);
      if (!details) continue;
      const lists: TopLists = { users: details.perUser.users, topItems: details.topItems, width: details.cutoff };
      const some = sampleOf(lists);
      similarityUsers = some.users.length;
      const similarity: Record<string, number> = {};
      for (const modality of modalities) {
        await phase(`comparing items of lists by ${modality.key}`, null);
        similarity[modality.key] = await listSimilarity(some, cutoff, modality.rows);
      }
      const categories = labels?.itemCategories;
      const values: BeyondAccuracy = {
        ...listStatistics(lists, cutoff, popularity, trained),
        similarity,
        calibration: categories
          ? calibrationOf(lists, cutoff, categories.of, categories.names.length, (user) => columnsOf(histories, user))
          : null,
      };
      kept.push({ seed, values });
    }
    found.push({ key, runs: kept });
  }
  return { settings: found, similarityUsers };
}

function historiesOf(
  { users, items, split }: { readonly users: Int32Array; readonly items: Int32Array; readonly split: Uint8Array },
  userCount: number,
  itemCount: number,
): Csr {
  const rows = Array.from(split.keys()).filter((row) => split[row] === 0);
  const of = (ids: Int32Array): Int32Array => Int32Array.from(rows, (row) => at(ids, row));
  return interactionMatrix({ users: of(users), items: of(items) }, userCount, itemCount);
}

/** Evenly among the users. */
function sampleOf({ users, topItems, width }: TopLists): TopLists {
  const count = Math.min(MOST_USERS, users.length);
  const rows = Array.from({ length: count }, (_, place) => Math.floor((place * users.length) / count));
  return {
    users: Int32Array.from(rows, (row) => at(users, row)),
    topItems: Int32Array.from(rows.flatMap((row) => [...topItems.subarray(row * width, (row + 1) * width)])),
    width,
  };
}

/**
 * Mean over lists of the mean cosine of two items. `features`: rows of length 1, read once. Of `n` items with the sum `s` of their rows it is
 * `(‖s‖² − Σ ‖x‖²)/(n (n − 1))`. Lists of one item do not count.
 */
export async function listSimilarity(lists: TopLists, cutoff: number, features: RowSource): Promise<number> {
  const { columns } = features;
  const sums = new Float64Array(lists.users.length * columns);
  const squares = new Float64Array(lists.users.length);
  const rowsOf = new Map<number, number[]>();
  const sizes = new Int32Array(lists.users.length);
  forEachList(lists, cutoff, (_, items, row) => {
    sizes[row] = items.length;
    for (const item of items) rowsOf.set(item, [...(rowsOf.get(item) ?? []), row]);
  });
  for await (const { first, count, values } of blocksOf(features)) {
    for (let place = 0; place < count; place++) {
      const x = values.subarray(place * columns, (place + 1) * columns);
      const norm = x.reduce((sum, value) => sum + value * value, 0);
      for (const row of rowsOf.get(first + place) ?? []) {
        squares[row] = at(squares, row) + norm;
        for (let c = 0; c < columns; c++) sums[row * columns + c] = at(sums, row * columns + c) + at(x, c);
      }
    }
  }
  let [total, counted] = [0, 0];
  sizes.forEach((size, row) => {
    if (size < 2) return;
    const sum = sums.subarray(row * columns, (row + 1) * columns).reduce((all, value) => all + value * value, 0);
    total += (sum - at(squares, row)) / (size * (size - 1));
    counted += 1;
  });
  return counted === 0 ? NaN : total / counted;
}

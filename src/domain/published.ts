import type { DatasetStatistics } from './dataset';
import type { MetricKey } from './metrics';
import { PUBLISHED_DATASETS, PUBLISHED_TABLES } from './publishedTables';

/** One printed row, ready to stand beside a run's own. */
export interface PublishedRow {
  readonly paper: string;
  readonly table: string;
  readonly dataset: string;
  /** The method's name as printed. */
  readonly name: string;
  readonly values: Readonly<Partial<Record<MetricKey, number>>>;
}

type Counts = Pick<DatasetStatistics, 'users' | 'items' | 'interactions'>;

/** Names by which a dataset of the papers goes: its own and those of its files. */
const ALIASES: Readonly<Record<string, string>> = {
  baby: 'Baby',
  amazonbaby: 'Baby',
  babyproducts: 'Baby',
  sports: 'Sports',
  amazonsports: 'Sports',
  sportsandoutdoors: 'Sports',
  clothing: 'Clothing',
  amazonclothing: 'Clothing',
  clothingshoesandjewelry: 'Clothing',
  electronics: 'Electronics',
  elec: 'Electronics',
  amazonelectronics: 'Electronics',
  microlens: 'MicroLens',
};

/**
 * Which of the papers' datasets this is. Exact counts of users, items and interactions decide; a name alone only where the
 * papers give no counts, because figures of another split or filter must not stand beside a run as if they were comparable.
 * A name without counts (`null`) is taken at its word.
 */
export function publishedDataset(name: string, counts: Counts | null): string | null {
  const named = ALIASES[name.toLowerCase().replace(/[^a-z]/g, '')] ?? null;
  if (!counts) return named;
  for (const [dataset, printed] of Object.entries(PUBLISHED_DATASETS)) {
    if (
      printed.users === counts.users &&
      printed.items === counts.items &&
      printed.interactions === counts.interactions
    )
      return dataset;
  }
  return named !== null && !Object.hasOwn(PUBLISHED_DATASETS, named) ? named : null;
}

/** All of the papers' overall results on this dataset; of a method without any figure, none. */
export function publishedResults(dataset: {
  readonly name: string;
  readonly statistics: Counts | null;
}): readonly PublishedRow[] {
  const known = publishedDataset(dataset.name, dataset.statistics);
  if (known === null) return [];
  return PUBLISHED_TABLES.filter((table) => table.about === 'overall' && table.dataset === known).flatMap((table) =>
    Object.entries(table.rows).flatMap(([name, printed]): PublishedRow[] => {
      if (printed.every((value) => value === null)) return [];
      const values: Partial<Record<MetricKey, number>> = {};
      table.metrics.forEach((metric, i) => {
        const value = printed[i];
        if (typeof value === 'number') values[metric] = value;
      });
      return [{ paper: table.paper, table: table.table, dataset: known, name, values }];
    }),
  );
}

/** Those of a model that they print under one of `publishedAs`, table by table in the order of these names. */
export function publishedRows(
  dataset: { readonly name: string; readonly statistics: Counts | null },
  publishedAs: readonly string[],
): readonly PublishedRow[] {
  const rows = publishedResults(dataset);
  const tables = [...new Set(rows.map(({ paper, table }) => `${paper} ${table}`))];
  return tables.flatMap((wanted) =>
    publishedAs.flatMap((name) => rows.filter((row) => row.name === name && `${row.paper} ${row.table}` === wanted)),
  );
}

import { formatCount, formatNumber, formatPercent } from '../../ui/format';
import type { PaperTable } from '../../charts/paperTable';
import type { ChartTable } from '../../charts/table';
import type { DatasetDocument } from '../../domain/dataset';

type Described = Pick<DatasetDocument, 'name' | 'statistics'>;

/** The dataset table of a paper: one row per dataset. */
export function datasetPaper(datasets: readonly Described[]): PaperTable {
  return {
    caption: 'Statistics of the datasets.',
    columns: ['Dataset', 'Users', 'Items', 'Interactions', 'Density', 'Mean per user', 'Mean per item'],
    rows: datasets.map(({ name, statistics: s }) =>
      [
        name,
        formatCount(s.users),
        formatCount(s.items),
        formatCount(s.interactions),
        formatPercent(s.density),
        formatNumber(s.meanActionsPerUser, 3),
        formatNumber(s.meanActionsPerItem, 3),
      ].map((text) => ({ text })),
    ),
  };
}

/** In full precision, with the sizes of the splits. */
export function datasetsTable(datasets: readonly Described[]): ChartTable {
  return {
    columns: [
      'dataset',
      'users',
      'items',
      'interactions',
      'density',
      'mean_per_user',
      'mean_per_item',
      'train',
      'validation',
      'test',
    ],
    rows: datasets.map(({ name, statistics: s }) => [
      name,
      s.users,
      s.items,
      s.interactions,
      s.density,
      s.meanActionsPerUser,
      s.meanActionsPerItem,
      s.splits.train.interactions,
      s.splits.valid.interactions,
      s.splits.test.interactions,
    ]),
  };
}

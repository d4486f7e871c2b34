import { publishedDataset } from '../../domain/published';
import { PUBLISHED_DATASETS, type PublishedTable } from '../../domain/publishedTables';
import type { DatasetStatistics } from '../../domain/dataset';
import { formatCount } from '../../ui/format';
import { Notice } from '../../ui/Notice';

type Counts = Pick<DatasetStatistics, 'users' | 'items' | 'interactions'>;

interface OtherDataProps {
  readonly part: Pick<PublishedTable, 'dataset'>;
  readonly name: string;
  /** null where they are not known here. */
  readonly counts: Counts | null;
}

/** In words, where the data is not the paper's; null where it is. */
export function otherDataWords({ part, name, counts }: OtherDataProps): string | null {
  if (publishedDataset(name, counts) === part.dataset) return null;
  const words = ({ users, items, interactions }: Counts): string =>
    `${formatCount(users)} users, ${formatCount(items)} items and ${formatCount(interactions)} interactions`;
  const printed = PUBLISHED_DATASETS[part.dataset];
  return [
    `${name} is not the paper’s ${part.dataset}`,
    printed && counts ? `: that has ${words(printed)}, this has ${words(counts)}` : '',
    '. The claims are tested as claims about this data; the figures themselves cannot be compared.',
  ].join('');
}

/** Says that the data is not the paper's. */
export function OtherData(props: OtherDataProps) {
  const words = otherDataWords(props);
  return words ? (
    <Notice tone="warning" title="Other data than the paper’s.">
      {words}
    </Notice>
  ) : null;
}

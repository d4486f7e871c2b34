import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { formatBytes, formatCount, formatDateTime } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button, IconButton } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { featuresLabel, SPLIT_RULE_LABELS } from '../../ui/words';
import type { DatasetDocument } from '../../domain/dataset';
import { useDatasets } from '../../state/datasets';
import styles from './DatasetTable.module.css';
import { DeleteDataset } from './DeleteDataset';

/** What is stored in this browser. The current dataset is the one that new experiments use. */
export function DatasetTable() {
  const { datasets, currentId, select } = useDatasets();
  const [deleting, setDeleting] = useState<DatasetDocument | null>(null);
  const columns = useMemo(
    (): readonly Column<DatasetDocument>[] => [
      {
        id: 'name',
        header: 'Dataset',
        rowHeader: true,
        value: ({ name }) => name,
        cell: ({ id, name }) => (
          <Link to={`/data/${id}`} className={styles.name}>
            {name}
          </Link>
        ),
      },
      {
        id: 'users',
        header: 'Users',
        numeric: true,
        value: ({ statistics }) => statistics.users,
        cell: ({ statistics }) => formatCount(statistics.users),
      },
      {
        id: 'items',
        header: 'Items',
        numeric: true,
        value: ({ statistics }) => statistics.items,
        cell: ({ statistics }) => formatCount(statistics.items),
      },
      {
        id: 'interactions',
        header: 'Interactions',
        numeric: true,
        wideOnly: true,
        value: ({ statistics }) => statistics.interactions,
        cell: ({ statistics }) => formatCount(statistics.interactions),
      },
      {
        id: 'features',
        header: 'Features',
        wideOnly: true,
        value: ({ features }) => featuresLabel(features) || 'none',
      },
      { id: 'split', header: 'Split', wideOnly: true, value: ({ split }) => SPLIT_RULE_LABELS[split.rule] },
      {
        id: 'bytes',
        header: 'Size',
        numeric: true,
        wideOnly: true,
        value: ({ bytes }) => bytes,
        cell: ({ bytes }) => formatBytes(bytes),
      },
      {
        id: 'createdAt',
        header: 'Imported',
        wideOnly: true,
        value: ({ createdAt }) => createdAt,
        cell: ({ createdAt }) => formatDateTime(createdAt),
      },
      {
        id: 'actions',
        header: 'Actions',
        hideHeader: true,
        numeric: true,
        sortable: false,
        value: () => null,
        cell: (dataset) => (
          <span className={styles.actions}>
            {dataset.id === currentId ? (
              <span className={styles.current}>
                <Icon name="check" /> current
              </span>
            ) : (
              <Button
                small
                aria-label={`Use ${dataset.name} for new experiments`}
                onClick={() => void select(dataset.id)}
              >
                Use
              </Button>
            )}
            <IconButton
              small
              label={`Delete ${dataset.name}`}
              icon={<Icon name="trash" />}
              onClick={() => setDeleting(dataset)}
            />
          </span>
        ),
      },
    ],
    [currentId, select],
  );
  return (
    <>
      <DataTable
        label="Stored datasets"
        columns={columns}
        rows={datasets}
        rowId={({ id }) => id}
        isCurrent={({ id }) => id === currentId}
        initialSort={{ id: 'createdAt', descending: true }}
      />
      <DeleteDataset dataset={deleting} onClose={() => setDeleting(null)} />
    </>
  );
}

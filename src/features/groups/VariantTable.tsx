import { memo, useMemo } from 'react';
import { formatCount, formatMeanSd, formatSignedMeanSd } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { SHOWN_METRICS, shortMetric } from '../readings/curves';
import { RunLinks } from '../readings/RunLinks';
import type { Relevant } from '../../domain/comparison';
import type { Difference, VariantRow } from './groupRows';
import styles from './groups.module.css';

interface VariantTableProps {
  readonly label: string;
  readonly rows: readonly VariantRow[];
  readonly relevant: Relevant;
  /** Whether the runs are named, which one table of several does. */
  readonly withRuns: boolean;
}

/** One row per variant: mean ± sd over the seeds that have a result. */
export const VariantTable = memo(function VariantTable({ label, rows, relevant, withRuns }: VariantTableProps) {
  const columns = useMemo(
    (): readonly Column<VariantRow>[] => [
      {
        id: 'variant',
        header: 'Variant',
        rowHeader: true,
        value: ({ variant }) => variant,
        cell: ({ variant, full }) => (
          <span className={styles.variant}>{full ? <strong>{variant}</strong> : variant}</span>
        ),
      },
      ...metricColumns(relevant),
      {
        id: 'difference',
        header: 'Δ R@20',
        numeric: true,
        value: ({ difference }) => difference[relevant]?.mean ?? null,
        cell: ({ difference, full }) =>
          full ? 'the full model' : <DifferenceCell difference={difference[relevant]} />,
      },
      {
        id: 'seeds',
        header: 'Seeds',
        numeric: true,
        value: ({ done }) => done,
        cell: ({ done, runs }) => `${formatCount(done)} / ${formatCount(runs.length)}`,
      },
      ...(withRuns
        ? [
            {
              id: 'runs',
              header: 'Runs',
              sortable: false,
              value: () => null,
              cell: ({ runs }: VariantRow) => <RunLinks runs={runs} />,
            },
          ]
        : []),
    ],
    [relevant, withRuns],
  );
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={rows}
      rowId={({ variant }) => variant}
      isCurrent={({ full }) => full}
    />
  );
});

function metricColumns(relevant: Relevant): Column<VariantRow>[] {
  return SHOWN_METRICS.map((key) => ({
    id: key,
    header: shortMetric(key),
    numeric: true,
    value: ({ metrics }) => metrics[relevant].get(key)?.mean ?? null,
    cell: ({ metrics }) =>
      formatMeanSd(metrics[relevant].get(key)?.mean ?? null, metrics[relevant].get(key)?.sd ?? null),
  }));
}

function DifferenceCell({ difference }: { readonly difference: Difference | null }) {
  if (!difference) return '–';
  return (
    <>
      {formatSignedMeanSd(difference.mean, difference.sd)}
      {difference.pairs > 1 && (
        <span className={styles.small}>
          higher in {formatCount(difference.higher)} of {formatCount(difference.pairs)} seeds
        </span>
      )}
    </>
  );
}

import { useMemo } from 'react';
import { Link } from 'react-router';
import { formatCount, formatDateTime } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { ButtonLink } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { metricLabel } from '../../domain/metrics';
import { modelTable } from '../../domain/models/catalogue';
import type { RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { progressWords } from '../groups/progress';
import { bestPoint, pointRows, stopMetricOf, sweepsOf, type SweepGroup } from './points';
import { valueWords } from './sweepWords';
import styles from './sweeps.module.css';

interface SweepRow {
  readonly group: SweepGroup;
  readonly first: RunSummary;
  readonly points: number;
  readonly progress: string;
  readonly done: number;
  readonly best: string | null;
}

/** All sweeps, newest first, with how far each is. */
export function SweepsPage() {
  const runs = useRuns((state) => state.runs);
  const loaded = useRuns((state) => state.loaded);
  const paused = useRuns((state) => state.paused);
  const rows = useMemo(() => sweepRows(runs, paused), [runs, paused]);
  return (
    <Page
      title="Sweeps"
      subtitle="One model over several values of its options."
      actions={
        <ButtonLink to="/experiment" variant={rows.length === 0 ? 'primary' : 'secondary'}>
          <Icon name="experiment" />
          New experiment
        </ButtonLink>
      }
    >
      {loaded && rows.length === 0 && (
        <Notice title="No sweeps yet.">
          Set up a model on the Experiment page and press Sweep… to vary one to four options, as a grid or by random
          draws.
        </Notice>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Sweeps"
          columns={COLUMNS}
          rows={rows}
          rowId={({ group }) => group.id}
          initialSort={{ id: 'queued', descending: true }}
        />
      )}
    </Page>
  );
}

function sweepRows(runs: readonly RunSummary[], paused: readonly string[]): SweepRow[] {
  return sweepsOf(runs).flatMap(({ group, runs: own }): SweepRow[] => {
    const [first] = own;
    if (!first) return [];
    const points = pointRows(own, group.sweep);
    const metric = stopMetricOf(own);
    const best = bestPoint(points, 'valid', metric);
    return [
      {
        group,
        first,
        points: points.length,
        done: own.filter(({ result }) => result !== null).length,
        progress: `${paused.includes(group.id) ? 'paused · ' : ''}${progressWords(own)}`,
        best: best && `${best.label}: ${metricLabel(metric)} ${valueWords(best, 'valid', metric)}`,
      },
    ];
  });
}

const COLUMNS: readonly Column<SweepRow>[] = [
  {
    id: 'name',
    header: 'Sweep',
    rowHeader: true,
    value: ({ group }) => group.name,
    cell: ({ group, first }) => (
      <span className={styles.name}>
        <Link to={`/sweeps/${group.id}`}>{group.name}</Link>
        <span className={styles.small}>
          {modelTable(first.experiment.model).name}, {group.sweep.method === 'grid' ? 'grid' : 'random draws'}
          {group.sweep.medianRule && ', median rule'}
        </span>
      </span>
    ),
  },
  {
    id: 'points',
    header: 'Points',
    numeric: true,
    value: ({ points }) => points,
    cell: ({ points }) => formatCount(points),
  },
  {
    id: 'progress',
    header: 'Runs',
    value: ({ done }) => done,
    cell: ({ progress }) => <span className={styles.name}>{progress}</span>,
  },
  {
    id: 'best',
    header: 'Best by validation',
    sortable: false,
    value: () => null,
    cell: ({ best }) => <span className={styles.name}>{best ?? '–'}</span>,
  },
  {
    id: 'queued',
    header: 'Queued',
    wideOnly: true,
    value: ({ first }) => first.createdAt,
    cell: ({ first }) => formatDateTime(first.createdAt),
  },
];

import { memo, useMemo } from 'react';
import { Link } from 'react-router';
import { formatCount, formatDateTime, formatMetric } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { IconButton } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { fileName, saveText } from '../../charts/download';
import { toCsv } from '../../charts/table';
import type { Metrics } from '../../domain/metrics';
import { faultOf } from '../../domain/errors';
import { modelTable } from '../../domain/models/catalogue';
import { canResume, type RunSummary } from '../../domain/run';
import { database } from '../../state/database';
import { useRuns } from '../../state/runs';
import { readRun } from '../../storage/runs';
import { epochsTable, SHOWN_METRICS, shortMetric } from '../readings/curves';
import { standIn } from '../readings/findings';
import { StatusBadge } from './StatusBadge';
import { groupPath, shownEpoch, STATUS_ORDER } from '../readings/words';
import styles from './runs.module.css';

/** `liked`: the test split over liked items only. */
export type MetricColumns = 'test' | 'valid' | 'both' | 'liked';

interface RunsTableProps {
  readonly runs: readonly RunSummary[];
  readonly columns: MetricColumns;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly onRename: (run: RunSummary) => void;
  readonly onDelete: (ids: readonly string[]) => void;
}

export const RunsTable = memo(function RunsTable({
  runs,
  columns,
  chosen,
  onChoose,
  onRename,
  onDelete,
}: RunsTableProps) {
  const definition = useMemo(
    (): readonly Column<RunSummary>[] => [
      {
        id: 'chosen',
        header: 'Selected',
        hideHeader: true,
        sortable: false,
        value: ({ id }) => chosen.has(id),
        cell: ({ id, name }) => (
          <input
            type="checkbox"
            aria-label={`Select ${name}`}
            checked={chosen.has(id)}
            onChange={(event) =>
              onChoose(new Set(event.target.checked ? [...chosen, id] : [...chosen].filter((one) => one !== id)))
            }
          />
        ),
      },
      { id: 'name', header: 'Run', rowHeader: true, value: ({ name }) => name, cell: (run) => <RunName run={run} /> },
      ...fixedColumns,
      ...metricColumns(columns),
      {
        id: 'created',
        header: 'Created',
        wideOnly: true,
        value: ({ createdAt }) => createdAt,
        cell: ({ createdAt }) => shortDate(createdAt),
      },
      {
        id: 'actions',
        header: 'Actions',
        hideHeader: true,
        sortable: false,
        value: () => null,
        cell: (run) => <RowActions run={run} onRename={onRename} onDelete={onDelete} />,
      },
    ],
    [chosen, onChoose, onRename, onDelete, columns],
  );
  return (
    <DataTable
      label="Runs"
      columns={definition}
      rows={runs}
      rowId={({ id }) => id}
      isCurrent={({ id }) => chosen.has(id)}
      initialSort={{ id: 'created', descending: true }}
      empty="No run matches the filter."
    />
  );
});

const fixedColumns: readonly Column<RunSummary>[] = [
  { id: 'model', header: 'Model', wideOnly: true, value: ({ experiment }) => modelTable(experiment.model).name },
  { id: 'dataset', header: 'Dataset', wideOnly: true, value: ({ experiment }) => experiment.dataset.name },
  { id: 'seed', header: 'Seed', numeric: true, wideOnly: true, value: ({ experiment }) => experiment.seed },
  {
    id: 'status',
    header: 'Status',
    value: ({ status }) => STATUS_ORDER.indexOf(status),
    cell: ({ status }) => <StatusBadge status={status} />,
  },
  {
    id: 'epochs',
    header: 'Epochs',
    numeric: true,
    wideOnly: true,
    value: ({ epochsDone }) => epochsDone,
    cell: (run) => {
      const best = run.result?.bestEpoch ?? run.best?.epoch;
      return best === undefined
        ? formatCount(run.epochsDone)
        : `best ${formatCount(shownEpoch(best))} / ${formatCount(run.epochsDone)}`;
    },
  },
];

function metricColumns(columns: MetricColumns): Column<RunSummary>[] {
  const splits = columns === 'both' ? (['valid', 'test'] as const) : ([columns] as const);
  return splits.flatMap((split) =>
    SHOWN_METRICS.map((key): Column<RunSummary> => {
      const value = (run: RunSummary): number | null => metricsOf(run, split)?.[key] ?? null;
      return {
        id: `${split} ${key}`,
        header: columns === 'both' ? `${split} ${shortMetric(key)}` : shortMetric(key),
        numeric: true,
        value,
        cell: (run) => formatMetric(value(run)),
      };
    }),
  );
}

function metricsOf(run: RunSummary, split: 'valid' | 'test' | 'liked'): Metrics | undefined {
  if (split === 'valid') return run.result?.valid ?? run.best?.valid;
  return split === 'test' ? run.result?.test : run.result?.testLiked;
}

/** The run's name, the ablation set or sweep that it belongs to, and what must be known of its numbers. */
function RunName({ run }: { readonly run: RunSummary }) {
  const note = standIn(run);
  return (
    <span className={styles.runName}>
      <Link to={`/runs/${run.id}`}>{run.name}</Link>
      {run.group && (
        <span className={styles.runNote}>
          {run.group.variant} · <Link to={groupPath(run.group)}>{run.group.name}</Link>
        </span>
      )}
      {note && <span className={styles.runNote}>⚠ {note}</span>}
    </span>
  );
}

/** The date without this year. */
function shortDate(iso: string): string {
  return formatDateTime(iso).replace(`, ${new Date().getFullYear()}`, '');
}

interface RowActionsProps {
  readonly run: RunSummary;
  readonly onRename: (run: RunSummary) => void;
  readonly onDelete: (ids: readonly string[]) => void;
}

function RowActions({ run, onRename, onDelete }: RowActionsProps) {
  const { id, name } = run;
  return (
    <span className={styles.rowActions}>
      {canResume(run) && (
        <IconButton
          small
          label={`Resume ${name}`}
          icon={<Icon name="play" />}
          onClick={() => void useRuns.getState().resume(id)}
        />
      )}
      <IconButton
        small
        label={`Curves of ${name} as CSV`}
        icon={<Icon name="download" />}
        disabled={run.epochsDone === 0}
        onClick={() => saveCurves(run).catch((error: unknown) => useRuns.setState({ fault: faultOf(error) }))}
      />
      <IconButton small label={`Rename ${name}`} icon={<Icon name="note" />} onClick={() => onRename(run)} />
      <IconButton small label={`Delete ${name}`} icon={<Icon name="trash" />} onClick={() => onDelete([id])} />
    </span>
  );
}

async function saveCurves(run: RunSummary): Promise<void> {
  const { epochs } = await readRun(database, run.id);
  saveText(fileName(run.name, 'csv'), 'text/csv', toCsv(epochsTable(epochs, standIn(run))));
}

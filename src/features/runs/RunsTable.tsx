import { memo, useMemo } from 'react';
import { formatCount, formatDateTime, formatMetric, formatSignedMeanSd } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import type { Metrics } from '../../domain/metrics';
import { modelTable } from '../../domain/models/catalogue';
import type { Option } from '../../domain/models/table';
import type { MetricColumns } from '../../domain/listView';
import type { RunSummary } from '../../domain/run';
import { SHOWN_METRICS, shortMetric } from '../readings/curves';
import { EntryName, EntryStatus, RowActions } from './EntryCells';
import { common, entryOf, foldRuns, mean, runsOf, type Entry } from './list';
import { shownEpoch, STATUS_ORDER } from '../readings/words';
import styles from './runs.module.css';

interface RunsTableProps {
  readonly runs: readonly RunSummary[];
  readonly columns: MetricColumns;
  /** Options that are columns. */
  readonly options: readonly Option[];
  readonly folded: boolean;
  readonly baseline: RunSummary | null;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (ids: readonly string[], chosen: boolean) => void;
  readonly onRename: (run: RunSummary) => void;
  readonly onDelete: (ids: readonly string[]) => void;
}

const entries = new WeakMap<RunSummary, Entry>();

/** The same line for the same run: what has not changed is not drawn again. */
function lineOf(run: RunSummary): Entry {
  const known = entries.get(run) ?? entryOf(run);
  entries.set(run, known);
  return known;
}

const NONE: readonly Entry[] = [];
const inside = (entry: Entry): readonly Entry[] => (entry.kind === 'set' ? entry.runs.map(lineOf) : NONE);

export const RunsTable = memo(function RunsTable({
  runs,
  columns,
  options,
  folded,
  baseline,
  chosen,
  onChoose,
  onRename,
  onDelete,
}: RunsTableProps) {
  const rows = useMemo(
    () =>
      folded ? foldRuns(runs).map((entry) => (entry.kind === 'run' ? lineOf(entry.run) : entry)) : runs.map(lineOf),
    [runs, folded],
  );
  const definition = useMemo(
    (): readonly Column<Entry>[] => [
      {
        id: 'chosen',
        header: 'Selected',
        hideHeader: true,
        sortable: false,
        value: () => null,
        cell: (entry, current) => (
          <input
            type="checkbox"
            aria-label={`Select ${entryName(entry)}`}
            checked={current}
            onChange={(event) =>
              onChoose(
                runsOf(entry).map(({ id }) => id),
                event.target.checked,
              )
            }
          />
        ),
      },
      { id: 'name', header: 'Run', rowHeader: true, value: entryName, cell: (entry) => <EntryName entry={entry} /> },
      ...fixedColumns,
      ...options.map(optionColumn),
      ...metricColumns(columns, baseline),
      {
        id: 'created',
        header: 'Created',
        wideOnly: true,
        value: (entry) => newest(entry),
        cell: (entry) => shortDate(newest(entry)),
      },
      {
        id: 'actions',
        header: 'Actions',
        hideHeader: true,
        sortable: false,
        value: () => null,
        cell: (entry) => entry.kind === 'run' && <RowActions run={entry.run} onRename={onRename} onDelete={onDelete} />,
      },
    ],
    [onChoose, onRename, onDelete, columns, options, baseline],
  );
  return (
    <DataTable
      label="Runs"
      columns={definition}
      rows={rows}
      rowId={({ id }) => id}
      isCurrent={(entry) => runsOf(entry).every(({ id }) => chosen.has(id))}
      initialSort={{ id: 'created', descending: true }}
      subRows={inside}
      first={isPinned}
      tall
      empty="No run matches the filter."
    />
  );
});

const isPinned = (entry: Entry): boolean => entry.kind === 'run' && entry.run.pinned === true;
const entryName = (entry: Entry): string => (entry.kind === 'run' ? entry.run.name : entry.name);

const newest = (entry: Entry): string =>
  runsOf(entry)
    .map(({ createdAt }) => createdAt)
    .reduce((a, b) => (a > b ? a : b));

const optionColumn = ({ key, label }: Option): Column<Entry> => ({
  id: `option ${key}`,
  header: label,
  numeric: true,
  value: (entry) => common(entry, ({ experiment }) => experiment.config[key] ?? null),
});

const bestEpochs = (run: RunSummary): string => {
  const best = run.result?.bestEpoch ?? run.best?.epoch;
  return best === undefined
    ? formatCount(run.epochsDone)
    : `best ${formatCount(shownEpoch(best))} / ${formatCount(run.epochsDone)}`;
};

const fixedColumns: readonly Column<Entry>[] = [
  {
    id: 'model',
    header: 'Model',
    wideOnly: true,
    value: (entry) => common(entry, ({ experiment }) => modelTable(experiment.model).name) ?? 'several',
  },
  {
    id: 'dataset',
    header: 'Dataset',
    wideOnly: true,
    value: (entry) => common(entry, ({ experiment }) => experiment.dataset.name) ?? 'several',
  },
  {
    id: 'seed',
    header: 'Seed',
    numeric: true,
    wideOnly: true,
    value: (entry) => common(entry, ({ experiment }) => experiment.seed),
    cell: (entry) => common(entry, ({ experiment }) => experiment.seed) ?? 'several',
  },
  {
    id: 'status',
    header: 'Status',
    value: (entry) => Math.min(...runsOf(entry).map(({ status }) => STATUS_ORDER.indexOf(status))),
    cell: (entry) => <EntryStatus entry={entry} />,
  },
  {
    id: 'epochs',
    header: 'Epochs',
    numeric: true,
    wideOnly: true,
    value: (entry) => mean(entry, ({ epochsDone }) => epochsDone),
    cell: (entry) => (entry.kind === 'run' ? bestEpochs(entry.run) : ''),
  },
];

/** Metrics, of a set their means; beside a baseline the difference to it. */
function metricColumns(columns: MetricColumns, baseline: RunSummary | null): Column<Entry>[] {
  const splits = columns === 'both' ? (['valid', 'test'] as const) : ([columns] as const);
  return splits.flatMap((split) =>
    SHOWN_METRICS.map((key): Column<Entry> => {
      const value = (entry: Entry): number | null => mean(entry, (run) => metricsOf(run, split)?.[key] ?? null);
      const held = (baseline && metricsOf(baseline, split)?.[key]) ?? null;
      return {
        id: `${split} ${key}`,
        header: columns === 'both' ? `${split} ${shortMetric(key)}` : shortMetric(key),
        numeric: true,
        value,
        cell: (entry) => {
          const own = value(entry);
          const isBaseline = entry.kind === 'run' && entry.run.id === baseline?.id;
          return (
            <>
              {formatMetric(own)}
              {held !== null && own !== null && !isBaseline && (
                <span className={styles.runNote}>{formatSignedMeanSd(own - held, null)}</span>
              )}
            </>
          );
        },
      };
    }),
  );
}

function metricsOf(run: RunSummary, split: 'valid' | 'test' | 'liked'): Metrics | undefined {
  if (split === 'valid') return run.result?.valid ?? run.best?.valid;
  return split === 'test' ? run.result?.test : run.result?.testLiked;
}

/** The date without this year. */
function shortDate(iso: string): string {
  return formatDateTime(iso).replace(`, ${new Date().getFullYear()}`, '');
}
